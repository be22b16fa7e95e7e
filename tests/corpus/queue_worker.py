"""A worker on a simulated machine with two unequal GPUs, whose models are cameras.

``python -m corpus.queue_worker FOLDER DEVICE [stay]``; jobs are in ``FOLDER/data``, backends in the
package that `write_backends` makes.
"""

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from corpus.machines import Replayed, equipped, machine
from corpus.requests import SOFTWARE_ENCODERS

from ai_video_generator import VideoGenerator
from ai_video_generator.config.settings import load_settings
from ai_video_generator.hardware.facts import HardwareFacts
from ai_video_generator.jobs.database import Database
from ai_video_generator.jobs.worker import Worker, run_under_crew
from ai_video_generator.planning.plan import Plan
from ai_video_generator.progress_tracker import ProgressTracker
from ai_video_generator.registry import Registry

PACKAGE = "queue_backends"

_CARD = """
import sys
import time
from dataclasses import replace
from fractions import Fraction

from corpus.requests import network

from ai_video_generator.hardware.facts import Precision
from ai_video_generator.models.ken_burns import KenBurns


class Card(KenBurns):
    spec = replace(
        KenBurns.spec,
        name="card",
        quality=90,
        network=network({gib}, {gib} / 2, teraflop_per_megapixel=1.0),
        precisions=(Precision.FP16, Precision.FP32),
        frames_per_pass=8,
        native_frame_rate=Fraction(24),
    )

    def generate(self, scene):
        for frame in super().generate(scene):
            time.sleep({frame_s})
            yield frame


BACKEND = Card
"""


def write_backends(folder: Path, *, gib: float = 9.0, frame_s: float = 0.0) -> None:
    """Put a camera that says it is a network of this size, and the plain one, into a package.

    Args:
        folder: Where `main` is given.
        gib: Size of its weights.
        frame_s: What a frame takes.
    """
    package = folder / PACKAGE
    package.mkdir(exist_ok=True)
    (package / "__init__.py").touch()
    (package / "card.py").write_text(_CARD.format(gib=gib, frame_s=frame_s))
    plain = "from ai_video_generator.models.ken_burns import BACKEND\n"
    (package / "ken_burns.py").write_text(plain)


def two_cards() -> HardwareFacts:
    """A machine with GPUs of 11 and 16 GiB."""
    facts = equipped(machine("workstation_two_gpus"))
    return replace(facts, video_encoders=SOFTWARE_ENCODERS)


def command(folder: Path, *words: str) -> Callable[[str], list[str]]:
    """The command lines of workers, for `Crew`."""
    return lambda device: [
        sys.executable,
        "-m",
        "corpus.queue_worker",
        str(folder),
        device,
        *words,
    ]


def main(folder: Path, device: str, *, stay: bool, kind: type[Worker] = Worker) -> None:
    """Work as `aivg jobs work` would."""
    sys.path.insert(0, str(folder))
    values = {"cache_folder": folder / "cache", "size": "96x64", "fps": "24", "threads": 1}

    def generator(tracker: ProgressTracker, on_plan: Callable[[Plan], None]) -> VideoGenerator:
        return VideoGenerator(
            Replayed(two_cards()),
            settings=load_settings(values).values,
            progress=tracker,
            on_plan=on_plan,
            backends=Registry(package=PACKAGE, attribute="BACKEND"),
        )

    with Database(folder / "data") as database:
        run_under_crew(kind(database, device, generator, stay=stay))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], stay="stay" in sys.argv[3:])
