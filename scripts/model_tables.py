"""Tables of docs/models.md, from what the models say of themselves."""

from ai_video_generator.config.model_config import ModelSpec
from ai_video_generator.hardware.facts import Precision
from ai_video_generator.media.resolution import Resolution
from ai_video_generator.models.base_model import BACKENDS
from ai_video_generator.planning.placement import placements

_SHAPE = Resolution(1920, 1080)


def tables() -> dict[str, str]:
    """All tables, by the name of their place."""
    return {"models": models(), "options": options()}


def models() -> str:
    """Each network: what it makes, and the memory of a GPU that it needs."""
    rows = [
        "| `--model` | what it is | makes at once | words | GPU memory, least to best |",
        "|---|---|---|---|---|",
    ]
    for spec in sorted(_networks(), key=lambda spec: -spec.quality):
        size, rate = spec.native_size or _SHAPE, spec.native_frame_rate or 0
        words = "yes" if spec.takes_prompt else "no"
        rows.append(
            f"| `{spec.name}` | {spec.title} | {spec.frames_per_pass} frames of {size}, {rate} a "
            f"second | {words} | {_memory(spec)} |"
        )
    return "\n".join(rows)


def _memory(spec: ModelSpec) -> str:
    ways = placements(spec, (Precision.FP16,), _SHAPE, shares_ram=False, lowvram=False)
    best = min(ways, key=lambda way: (way.quality_loss, way.slowdown))
    least = min(ways, key=lambda way: way.device_bytes)
    return f"{least.device_bytes / 1e9:.1f} to {best.device_bytes / 1e9:.1f} GB"


def options() -> str:
    """The options that only these models have."""
    rows = ["| option | of | usual | allowed | what it does |", "|---|---|---|---|---|"]
    found: dict[tuple[str, str, str, str], list[str]] = {}
    for spec in _networks():
        fields = BACKENDS.load(spec.name).options_class.model_fields
        for name, field in fields.items():
            usual = "" if field.default in (None, "") else str(field.default)
            limits = [
                f"{word} {getattr(limit, name)}"
                for limit in field.metadata
                for name, word in (("ge", "from"), ("gt", "above"), ("le", "to"))
                if hasattr(limit, name)
            ]
            key = (name, usual, " ".join(limits), str(field.description))
            found.setdefault(key, []).append(spec.name)
    for (name, usual, allowed, sentence), owners in sorted(found.items()):
        whose = ", ".join(f"`{owner}`" for owner in sorted(owners))
        rows.append(f"| `{name}` | {whose} | {usual} | {allowed} | {sentence} |")
    return "\n".join(rows)


def _networks() -> list[ModelSpec]:
    specs = [BACKENDS.load(name).spec for name in BACKENDS.names()]
    return [spec for spec in specs if spec.network is not None]
