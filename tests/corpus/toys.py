"""Whole jobs by real diffusion pipelines at toy size, in a process of their own.

They compute in 32 bits: convolutions in 16 take PyTorch's processor backend 24 times as long.
"""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corpus.faults import write_real_backend
from corpus.machines import Replayed, equipped, machine
from corpus.oddities import write_picture, write_sound
from corpus.requests import SOFTWARE_ENCODERS

from ai_video_generator import VideoGenerator
from ai_video_generator.config.settings import load_settings
from ai_video_generator.models.base_model import BaseModel
from ai_video_generator.progress_tracker import ProgressTracker
from ai_video_generator.registry import Registry

if TYPE_CHECKING:
    from corpus.toy_weights import ToyWeights  # brings PyTorch, which a job's process has not

_SECONDS = 3.2

_TOY = """
import os
from dataclasses import replace
from pathlib import Path

from ai_video_generator.hardware.facts import Precision
from ai_video_generator.media.resolution import Resolution
from ai_video_generator.models.{base} import BACKEND as REAL

WEIGHTS = {weights!r}


class Toy(REAL):
    spec = replace(
        REAL.spec,
        native_size=Resolution(64, 64),
        frames_per_pass={frames},
        weights=(),
        network=replace(REAL.spec.network, teraflop_per_megapixel=1.0),
        {changes}
    )

    def load(self, plan, supplies):
        import torch

        torch.set_num_threads(1)
        given = {{name: Path(path) for name, path in WEIGHTS.items()}}
        log = Path(__file__).with_suffix(".log")
        log.open("a").write("load " + repr(sorted(supplies.options.items())) + chr(10))
        here = replace(plan, device="cpu", precision=Precision.FP32)
        super().load(here, replace(supplies, weights=given))

    def generate(self, scene):
        import torch

        log = Path(__file__).with_suffix(".log")
        at = (scene.wanted.start, scene.wanted.stop, scene.continues is not None, scene.prompt)
        log.open("a").write("pass " + repr(at) + chr(10))
        {before}
        yield from super().generate(scene)


BACKEND = Toy
"""


class Toys:
    """A folder of toy backends that can be imported, with a picture and a sound.

    Args:
        folder: Must be on ``sys.path``.
        weights: Of the toys; None where they were written before.
    """

    def __init__(self, folder: Path, weights: "ToyWeights | None" = None) -> None:
        self.folder, self._weights = folder, weights
        (folder / "job").mkdir(exist_ok=True)
        write_picture(folder / "job" / "photo.png", 300, 200)
        write_sound(folder / "job" / "song.wav", _SECONDS)
        self.registry: Registry[type[BaseModel]] = write_real_backend(folder, "ken_burns")

    def write(self, base: str, *, frames: int = 8, before: str = "pass", changes: str = "") -> None:
        """Write a toy of a backend.

        Args:
            base: The real backend; the toy has its name.
            frames: Longest pass.
            before: Statements that run before each pass; they see ``scene`` and ``log``.
            changes: More fields of its `ModelSpec`, as in a call.
        """
        assert self._weights is not None
        weights = {name: str(path) for name, path in self._weights.of(base).items()}
        text = _TOY.format(
            base=base, weights=weights, frames=frames, before=before, changes=changes
        )
        (self.folder / self.registry.package / f"{base}.py").write_text(text)

    def log(self, base: str) -> list[str]:
        """What a toy was asked for, line by line."""
        path = self.folder / self.registry.package / f"{base}.log"
        return path.read_text().splitlines() if path.exists() else []

    def generator(self, progress: ProgressTracker | None = None) -> VideoGenerator:
        """The program on a machine with a large GPU; the toys compute on the processor."""
        facts = replace(equipped(machine("desktop_rtx4090")), video_encoders=SOFTWARE_ENCODERS)
        values = {"cache_folder": self.folder / "cache", "size": "96x64", "fps": "24", "threads": 2}
        return VideoGenerator(
            Replayed(facts),
            settings=load_settings(values).values,
            backends=self.registry,
            progress=progress,
        )

    def make(self, name: str = "video.mp4", **options: Any) -> Any:
        """Make the video; options as of `VideoGenerator.generate`."""
        job = self.folder / "job"
        given = self.generator(options.pop("progress", None))
        return given.generate(
            [job / "photo.png"],
            job / "song.wav",
            job / name,
            **{"model_options": "steps=2", "style": "energetic", **options},
        )
