"""Compares weights with what was published, byte by byte."""

from dataclasses import dataclass
from pathlib import Path

from ai_video_generator.core.hub_cache import HubCache
from ai_video_generator.core.weight_digests import check_whole, digest_like
from ai_video_generator.core.weights_book import WeightsPage
from ai_video_generator.core.weights_state import WeightsState, expected_digest
from ai_video_generator.errors import WeightsCorruptError
from ai_video_generator.progress_tracker import ProgressTracker


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What verifying found of a file.

    Attributes:
        path: The file.
        problem: What is wrong with it; empty when it is what was published.
        is_compared: Whether its digest was known; else only its size and kind were looked at.
    """

    path: Path
    problem: str
    is_compared: bool


def verified(
    state: WeightsState, cache: HubCache, page: WeightsPage, progress: ProgressTracker
) -> list[Finding]:
    """Verify all files that are there; see `WeightStore.verify`."""
    pairs = [(part, file) for part in state.parts for file in part.part.files if part.folder]
    found = [(part, file, part.path(file)) for part, file in pairs if part.path(file).is_file()]
    total = sum(path.stat().st_size for _, _, path in found)
    progress.start(f"verifying {state.name}", total=total, unit="bytes")
    findings = []
    for part, file, path in found:
        expected = expected_digest(cache, page, part, file)
        digest = digest_like(expected, path, progress.advance) if expected else ""
        problem = ""
        if digest != expected:
            problem = f"its digest begins with {digest[:12]}, not {expected[:12]}"
        elif not expected:
            problem = _cut(path)
        findings.append(Finding(path=path, problem=problem, is_compared=bool(expected)))
    return findings


def _cut(path: Path) -> str:
    """What a file of unknown digest tells of itself; empty when it seems whole."""
    try:
        check_whole(path)
    except WeightsCorruptError as error:
        return str(error)
    return ""
