"""Whole jobs of the Runway backend against a server of this machine, on a clock that jumps."""

import json
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from corpus.faults import write_real_backend
from corpus.machines import Replayed, equipped, machine
from corpus.oddities import write_sound
from corpus.requests import SOFTWARE_ENCODERS
from corpus.runway_server import Server
from corpus.stills import photo
from PIL import Image

from ai_video_generator import VideoGenerator
from ai_video_generator.config.settings import load_settings
from ai_video_generator.core.result import Result
from ai_video_generator.models._cloud_pace import Pace
from ai_video_generator.progress_tracker import ProgressTracker

TINY = {
    "name": "tiny",
    "durations_s": [2, 3, 4],
    "ratios": ["160:90", "96:96"],
    "usd_per_second": 0.01,
    "source": "this test",
    "date": "today",
}
"""A model whose videos take a moment to make."""

_QUICK = """
from ai_video_generator.models.runway import Runway
from corpus.cloud_jobs import TIME


class Quick(Runway):
    pace = TIME.pace


BACKEND = Quick
"""


@dataclass
class JumpingTime:
    """A clock that goes on when somebody waits.

    Attributes:
        now_s: What it shows.
        naps_s: How long was waited, each time.
    """

    now_s: float = 0.0
    naps_s: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.now_s += seconds
        self.naps_s.append(seconds)

    @property
    def pace(self) -> Pace:
        return Pace(sleep=self.sleep, clock=lambda: self.now_s, chance=lambda: 0.5)


TIME = JumpingTime()


class CloudJobs:
    """A folder with a picture, a sound and a backend that asks a server of this machine.

    Args:
        folder: Must be on ``sys.path``.
        server: Whom to ask.
    """

    def __init__(self, folder: Path, server: Server) -> None:
        self.folder, self.server = folder, server
        self.job = folder / "job"
        self.job.mkdir(exist_ok=True)
        Image.fromarray(photo(320, 180)).save(self.job / "photo.png")
        write_sound(self.job / "song.wav", 6.0)
        (folder / "models.json").write_text(json.dumps({"runway": [TINY]}))
        self.registry = write_real_backend(folder, "ken_burns")
        (folder / self.registry.package / "runway.py").write_text(_QUICK)

    def generator(self, progress: ProgressTracker | None = None, **options: Any) -> VideoGenerator:
        """The program on a small laptop, with a dollar to spend."""
        facts = replace(equipped(machine("laptop_igpu")), video_encoders=SOFTWARE_ENCODERS)
        values = {
            "cache_folder": self.folder / "cache",
            "cloud_models": self.folder / "models.json",
            "cloud_url": self.server.url,
            "model": "runway",
            "model_options": "model=tiny",
            "size": "160x90",
            "fps": "24",
            "threads": 1,
            "style": "energetic",
            "spend_limit": 1.0,
            **options,
        }
        return VideoGenerator(
            Replayed(facts),
            settings=load_settings(values).values,
            backends=self.registry,
            progress=progress,
        )

    def make(self, name: str = "video.mp4", **options: Any) -> Result:
        """Make the video; options are settings."""
        made = self.generator(options.pop("progress", None), **options)
        return made.generate([self.job / "photo.png"], self.job / "song.wav", self.job / name)

    def booked(self) -> dict[str, dict[str, Any]]:
        """The requests that are written down, by digest."""
        folder = self.folder / "cache" / "work" / "clouds"
        return {path.stem: json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))}
