"""Machines as plain facts, stored as `aivg hardware --json` prints them."""

from pathlib import Path

from pydantic import TypeAdapter

from ai_video_generator.hardware.facts import HardwareFacts

_FOLDER = Path(__file__).parents[1] / "machines"

FACTS: TypeAdapter[HardwareFacts] = TypeAdapter(HardwareFacts)
"""Reads facts from JSON."""

MACHINES: tuple[str, ...] = tuple(sorted(path.stem for path in _FOLDER.glob("*.json")))


def machine(name: str) -> HardwareFacts:
    """One stored machine."""
    return FACTS.validate_json((_FOLDER / f"{name}.json").read_bytes())
