"""A job whose GPU has less memory than the planner was told: it must come down to what fits.

The whole program, the backend in its own process; there alone PyTorch is held to less memory.
"""

import argparse
import importlib
import json
import sys
import time
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.common import ROOT
from benchmarks.gpu_plans import GIB, card

sys.path.insert(0, str(ROOT / "tests"))

from corpus.oddities import write_picture, write_sound

from ai_video_generator import VideoGenerator
from ai_video_generator.config.settings import load_settings
from ai_video_generator.errors import AIVideoError
from ai_video_generator.hardware.facts import HardwareFacts
from ai_video_generator.hardware.hardware_detector import HardwareDetector
from ai_video_generator.media.video_file import video_info
from ai_video_generator.registry import Registry

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ai_video_generator.core.result import Attempt

MODEL = "stable_video_diffusion"
TOLD_GIB, TRUE_GIB = 12.0, 7.0
# All weights on the device are planned for the one; in the other only layers in turn have room.

_SOUND_S, _RATE = 2.4, 24
_FRAMES = 58
# 2.4 s at 24 frames/s, rounded up.

_BACKEND = '''"""The real backend, held to less memory than its plan was made for."""

from dataclasses import replace
from pathlib import Path

import torch

from ai_video_generator.media.resolution import Resolution
from ai_video_generator.models.ken_burns import KenBurns
from ai_video_generator.models.{model} import BACKEND as REAL

WEIGHTS = {weights!r}


class Held(REAL):
    spec = replace(REAL.spec, weights=(), **{changes})

    def load(self, plan, supplies):
        given = {{name: Path(path) for name, path in WEIGHTS.items()}}
        supplies = replace(supplies, weights=given)
        {hold}
        super().load(plan, supplies)

    def generate(self, scene):
        # What random weights make is flat, and would rightly be refused: the camera's frames are
        # shown, each once the network's has been computed.
        yield from (view for _, view in zip(super().generate(scene), KenBurns().generate(scene)))


BACKEND = Held
'''
_HOLD = (
    "total = torch.cuda.mem_get_info()[1]; "
    "torch.cuda.set_per_process_memory_fraction({true_bytes} / total)"
)
_PRETEND = """torch.set_num_threads(1)
        if plan.offload.value == "none":
            raise torch.OutOfMemoryError("CUDA out of memory.")
        plan = replace(plan, device="cpu")"""
_TOY_CHANGES = "{'native_size': Resolution(64, 64), 'frames_per_pass': 8}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Descent:
    """How a job came down.

    Attributes:
        told_gib: Memory that the planner was told of.
        true_gib: Memory that there was.
        pretended: Whether the error was made up, as there is no GPU.
        attempts: For each plan its model, offload, frames, predicted bytes, seconds and error.
        finished: Whether there is a video of the sound's length.
        frame_count: Frames of the video.
        seconds: Wall time of the job.
        problem: Why the job failed; empty when it did not.
    """

    told_gib: float
    true_gib: float
    pretended: bool
    attempts: list[dict[str, Any]]
    finished: bool
    frame_count: int
    seconds: float
    problem: str


class _Told(HardwareDetector):
    """Finds a card as large as it is told."""

    def __init__(self, facts: HardwareFacts) -> None:
        super().__init__()
        self._told = facts

    def detect(self) -> HardwareFacts:
        return self._told


def main() -> None:
    """Make the video, and print how that went as one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("weights", type=json.loads)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--toy", action="store_true")
    asked = parser.parse_args()
    print(json.dumps(asdict(descent(asked.weights, asked.folder, toy=asked.toy))))


def descent(weights: "dict[str, str]", folder: Path, *, toy: bool) -> Descent:
    """Make a short video on a card that is smaller than was told.

    Args:
        weights: Folders of the model's weights by the part's name.
        folder: For the backend, the inputs and the video; new or empty.
        toy: Whether toy weights run on the processor, and the full memory is made up.
    """
    folder.mkdir(parents=True, exist_ok=True)
    write_picture(folder / "photo.png", 1024, 576)
    write_sound(folder / "song.wav", _SOUND_S)
    began_s = time.monotonic()
    attempts: Sequence[Attempt]
    with _backends(weights, folder, toy=toy) as backends:
        generator = VideoGenerator(
            _Told(card(TOLD_GIB)), settings=_settings(folder, toy=toy), backends=backends
        )
        try:
            result = generator.generate(
                [folder / "photo.png"], folder / "song.wav", folder / "video.mp4"
            )
            attempts, problem = result.attempts, ""
        except AIVideoError as error:
            attempts, problem = error.attempts, f"{type(error).__name__}: {error}"
    path = folder / "video.mp4"
    frames = (video_info(path).frame_count or 0) if path.exists() else 0
    return Descent(
        told_gib=TOLD_GIB,
        true_gib=TRUE_GIB,
        pretended=toy,
        attempts=[_attempt(one) for one in attempts],
        finished=not problem and frames == _FRAMES,
        frame_count=frames,
        seconds=round(time.monotonic() - began_s, 1),
        problem=problem,
    )


def _settings(folder: Path, *, toy: bool) -> Any:
    values = {
        "cache_folder": folder / "cache",
        "size": "96x64" if toy else "1024x576",
        "fps": str(_RATE),
        "model": MODEL,
        "model_options": "steps=2",
        "time_limit": "1h",
    }
    return load_settings(values).values


@contextmanager
def _backends(weights: "dict[str, str]", folder: Path, *, toy: bool) -> "Iterator[Any]":
    """A folder with the held backend alone; found while this lasts."""
    package = folder / "held_backends"
    package.mkdir(exist_ok=True)
    (package / "__init__.py").touch()
    hold = _PRETEND if toy else _HOLD.format(true_bytes=round(TRUE_GIB * GIB))
    text = _BACKEND.format(
        model=MODEL, weights=weights, hold=hold, changes=_TOY_CHANGES if toy else {}
    )
    (package / f"{MODEL}.py").write_text(text)
    sys.path.insert(0, str(folder))
    importlib.invalidate_caches()
    try:
        yield Registry(package=package.name, attribute="BACKEND")
    finally:
        sys.path.remove(str(folder))


def _attempt(attempt: "Attempt") -> dict[str, Any]:
    plan = attempt.plan
    return {
        "model": plan.model,
        "offload": plan.offload.value,
        "size": str(plan.render_size),
        "frames": plan.frames_per_pass,
        "predicted_bytes": plan.estimate.device_bytes,
        "seconds": round(attempt.seconds, 1),
        "error": type(attempt.error).__name__ if attempt.error else "",
        "said": str(attempt.error or ""),
    }


if __name__ == "__main__":
    main()
