"""Cameras that say they are networks, for days of jobs: they write down each pass they make."""

import time
from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import ClassVar

from corpus.fault_cases import CAMERAS, ON_GPU
from corpus.faults import Fault, Stage, write_faulty_backend
from corpus.queue_worker import PACKAGE
from corpus.requests import network

from ai_video_generator.config.model_config import ModelSpec
from ai_video_generator.hardware.facts import Precision
from ai_video_generator.media.frames import FrameStream
from ai_video_generator.models.base_model import BaseModel, Scene
from ai_video_generator.models.ken_burns import KenBurns

CARD, SLOW = "card", "slow"
"""A quick network, and one that takes seconds, to be stopped meanwhile."""

_SLOW_FRAME_S = 0.05
_WEIGHTS_GIB = 4.2
# As much as Stable Video Diffusion's.

_STAGES = (Stage.LOAD, Stage.FIRST, Stage.MIDDLE, Stage.LAST)


def networked(name: str, passes: Path, *, frame_s: float, quality: int) -> type[BaseModel]:
    """A camera that passes for a network of eight frames a pass.

    Args:
        name: What it is called.
        passes: Takes a line for each pass that is begun.
        frame_s: What a frame takes.
        quality: As in `ModelSpec`.
    """

    class Networked(KenBurns):
        spec: ClassVar[ModelSpec] = replace(
            KenBurns.spec,
            name=name,
            quality=quality,
            network=network(_WEIGHTS_GIB, _WEIGHTS_GIB / 2, teraflop_per_megapixel=1.0),
            precisions=(Precision.FP16, Precision.FP32),
            frames_per_pass=8,
            native_frame_rate=Fraction(24),
        )

        def generate(self, scene: Scene) -> FrameStream:
            with passes.open("a") as file:
                wanted, shot = scene.wanted, scene.storyboard.shots[0]
                print(name, scene.seed, shot.framing_start, wanted.start, wanted.stop, file=file)
            for frame in super().generate(scene):
                time.sleep(frame_s)
                yield frame

    return Networked


def short_name(number: int) -> str:
    """What the network is called that runs out of memory once, one of many."""
    return f"short_{number}"


def write_soak_backends(folder: Path, *, short: Iterable[int] = ()) -> None:
    """Put all backends where `queue_worker.main` finds them.

    Args:
        folder: Where it is given.
        short: Numbers of networks that run out of memory once, each by itself.
    """
    package = folder / PACKAGE
    package.mkdir()
    (package / "__init__.py").touch()
    for camera in CAMERAS:
        text = f"from ai_video_generator.models.{camera} import BACKEND\n"
        (package / f"{camera}.py").write_text(text)
    for name, frame_s, quality in ((CARD, 0.0, 90), (SLOW, _SLOW_FRAME_S, 60)):
        (package / f"{name}.py").write_text(
            "from pathlib import Path\n\nfrom corpus.soak_backends import networked\n\n"
            f"BACKEND = networked({name!r}, Path({str(passes_path(folder))!r}), "
            f"frame_s={frame_s}, quality={quality})\n"
        )
    for index, number in enumerate(short):
        name, stage = short_name(number), _STAGES[index % len(_STAGES)]
        changes = {**ON_GPU, "quality": 50}
        registry = write_faulty_backend(
            folder, "ken_burns", Fault.OUT_OF_MEMORY, stage, times=1, name=name, **changes
        )
        (folder / registry.package / f"{name}.py").rename(package / f"{name}.py")


def passes_path(folder: Path) -> Path:
    """Where the passes that were begun are written down."""
    return folder / "passes.log"
