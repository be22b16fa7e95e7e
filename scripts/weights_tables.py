"""Tables of docs/models.md, from the table of weights itself."""

from ai_video_generator.config import weights_table
from ai_video_generator.config.model_config import WeightPart
from ai_video_generator.config.weights_table import NOT_PINNED


def tables() -> dict[str, str]:
    """All tables, by the name of their place."""
    return {"weights": weights()}


def weights() -> str:
    """Each part: where it is from, which commit, how large, under which licence."""
    rows = [
        "| weights | commit | size | digests known | licence |",
        "|---|---|---|---|---|",
    ]
    parts = [value for value in vars(weights_table).values() if isinstance(value, WeightPart)]
    for part in sorted(parts, key=lambda part: part.repository.lower()):
        large = [file for file in part.files if not file.path.endswith((".json", ".txt"))]
        known = sum(bool(file.sha256) for file in large)
        commit = "not pinned" if part.revision == NOT_PINNED else f"`{part.revision[:12]}`"
        licence = part.licence.removeprefix("LicenseRef-")
        gated = ", gated" if part.gated else ""
        rows.append(
            f"| [{part.repository}](https://huggingface.co/{part.repository}) | {commit} "
            f"| {part.size_bytes / 1e9:.2f} GB | {known} of {len(large)} "
            f"| [{licence}]({part.licence_url}){gated} |"
        )
    return "\n".join(rows)
