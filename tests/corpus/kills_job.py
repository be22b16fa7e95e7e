"""One job that makes passes, without a GPU: a camera that says of itself that it is a network.

``python -m corpus.kills_job FOLDER`` makes ``FOLDER/job/video.mov`` as ``aivg make`` would, with
the model in a process of its own.
"""

import logging
import signal
import sys
import time
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import ClassVar

from corpus.kills import PICTURE, SOUND, VIDEO
from corpus.machines import Replayed, equipped, machine
from corpus.requests import SOFTWARE_ENCODERS, network

from ai_video_generator import VideoGenerator
from ai_video_generator.cli.signals import stopping_on_signals
from ai_video_generator.config.model_config import ModelSpec
from ai_video_generator.config.settings import load_settings
from ai_video_generator.errors import AIVideoError
from ai_video_generator.hardware.facts import Precision
from ai_video_generator.media.frames import FrameStream
from ai_video_generator.models.base_model import Scene
from ai_video_generator.models.ken_burns import KenBurns
from ai_video_generator.progress_tracker import ProgressTracker
from ai_video_generator.registry import Registry

SECONDS = 4.0
"""Of the sound: twelve passes or so."""

_FRAME_S = 0.008
# What a frame takes, so that a run spends most of its time in passes, as real ones do.

_PACKAGE = "slow_backends"


class SlowCamera(KenBurns):
    """A camera that makes short passes on a GPU."""

    spec: ClassVar[ModelSpec] = replace(
        KenBurns.spec,
        name="slow_camera",
        quality=90,
        network=network(4.2, 2.8, teraflop_per_megapixel=1.0),
        precisions=(Precision.BF16,),
        frames_per_pass=8,
        native_frame_rate=Fraction(24),
    )

    def generate(self, scene: Scene) -> FrameStream:
        """Make frames slowly, and write down which."""
        log = Path(sys.modules[f"{_PACKAGE}.slow_camera"].__file__ or "").with_name("passes.log")
        with log.open("a") as file:
            picture = scene.storyboard.shots[0]
            print(
                scene.wanted.start, scene.wanted.stop, scene.seed, picture.framing_start, file=file
            )
        for frame in super().generate(scene):
            time.sleep(_FRAME_S)
            yield frame


def write_backend(folder: Path) -> None:
    """Put the slow camera where `main` finds it."""
    package = folder / _PACKAGE
    package.mkdir()
    (package / "__init__.py").touch()
    text = "from corpus.kills_job import SlowCamera\n\nBACKEND = SlowCamera\n"
    (package / "slow_camera.py").write_text(text)


def passes_made(folder: Path) -> list[str]:
    """A line for each pass that was begun, all runs together."""
    log = folder / _PACKAGE / "passes.log"
    return log.read_text().splitlines() if log.exists() else []


def generator(folder: Path, tracker: ProgressTracker | None = None) -> VideoGenerator:
    """What makes the video of a folder; a plan that fails is not replaced by another."""
    facts = replace(equipped(machine("desktop_rtx4090")), video_encoders=SOFTWARE_ENCODERS)
    values = {
        "cache_folder": folder / "cache",
        "size": "64x64",
        "fps": "24",
        "software_encoding": True,
        "style": "energetic",
        "fallback": False,
        "threads": 1,
        # x264 compresses the same small noisy frames differently now and then.
        "codec": "prores",
    }
    return VideoGenerator(
        Replayed(facts),
        settings=load_settings(values).values,
        backends=Registry(package=_PACKAGE, attribute="BACKEND"),
        progress=tracker,
    )


def main(folder: Path) -> int:
    """Make the video; the exit code is the command line's."""
    logging.basicConfig(format="%(message)s", level=logging.WARNING)
    tracker = ProgressTracker()
    job = folder / "job"
    with stopping_on_signals(tracker):
        try:
            generator(folder, tracker).generate([job / PICTURE], job / SOUND, job / VIDEO)
        except AIVideoError as error:
            sys.stderr.write(f"{type(error).__name__}: {error}\n")
            return error.exit_code
    return 0


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a child inherits "ignored"
    sys.exit(main(Path(sys.argv[1])))
