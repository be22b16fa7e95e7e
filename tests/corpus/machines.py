"""Machines as plain facts, stored as `aivg hardware --json` prints them."""

from dataclasses import replace
from pathlib import Path

from pydantic import TypeAdapter

from ai_video_generator.config.video_codecs import ENCODERS
from ai_video_generator.hardware.facts import HardwareFacts, TorchBuild
from ai_video_generator.hardware.hardware_detector import HardwareDetector

_FOLDER = Path(__file__).parents[1] / "machines"

FACTS: TypeAdapter[HardwareFacts] = TypeAdapter(HardwareFacts)
"""Reads facts from JSON."""

MACHINES: tuple[str, ...] = tuple(sorted(path.stem for path in _FOLDER.glob("*.json")))


def machine(name: str) -> HardwareFacts:
    """One stored machine."""
    return FACTS.validate_json((_FOLDER / f"{name}.json").read_bytes())


def equipped(facts: HardwareFacts) -> HardwareFacts:
    """A machine with all software encoders and a PyTorch that can use each of its GPUs."""
    encoders = tuple(encoder.name for encoder in ENCODERS if not encoder.hardware)
    return replace(
        facts,
        video_encoders=facts.video_encoders or encoders,
        torch=TorchBuild(
            version="2.13.0",
            runtime="every",
            devices=tuple(accelerator.device for accelerator in facts.accelerators),
        ),
    )


class Replayed(HardwareDetector):
    """A detector that finds a stored machine.

    Args:
        facts: What it finds.
    """

    def __init__(self, facts: HardwareFacts) -> None:
        super().__init__()
        self._stored = facts

    def detect(self) -> HardwareFacts:
        """Return the stored facts."""
        return self._stored
