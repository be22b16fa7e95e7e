"""How much work 24 hours of two real GPUs are, by what the planner expects of them."""

from dataclasses import dataclass
from pathlib import Path

from corpus.fault_cases import importable
from corpus.machines import Replayed
from corpus.oddities import write_picture, write_sound
from corpus.queue_worker import two_cards

from ai_video_generator import VideoGenerator
from ai_video_generator.config.settings import load_settings
from ai_video_generator.planning.chunking import pass_count
from ai_video_generator.registry import Registry

SOUND_S = 60
"""Of each job."""

_DAY_S = 24 * 3600.0
_PACKAGE = "installed_backends"

_INSTALLED = """
from dataclasses import replace

from ai_video_generator.models.stable_video_diffusion import BACKEND as REAL


class Installed(REAL):
    spec = replace(REAL.spec, weights=())


BACKEND = Installed
"""
# As if its weights were there; it is only planned with.


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What one GPU takes.

    Attributes:
        name: Of the GPU.
        seconds: Expected of one job.
    """

    name: str
    seconds: float

    @property
    def job_count(self) -> float:
        """Jobs in a day."""
        return _DAY_S / self.seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class RealDay:
    """The work of a day.

    Attributes:
        cards: The GPUs.
        pass_count: Passes of one job, on any of them.
    """

    cards: tuple[Card, ...]
    pass_count: int

    @property
    def job_count(self) -> float:
        """Jobs of all cards in a day."""
        return sum(card.job_count for card in self.cards)

    @property
    def day_pass_count(self) -> float:
        """Passes of all cards in a day."""
        return self.job_count * self.pass_count

    def hours(self, passes: int) -> float:
        """How long all cards together take for so many passes."""
        return 24 * passes / self.day_pass_count


def real_day(folder: Path) -> RealDay:
    """Ask the planner about Stable Video Diffusion on both cards of the simulated machine.

    Args:
        folder: Empty.
    """
    picture = write_picture(folder / "photo.png", 1920, 1080)
    sound = write_sound(folder / "song.wav", SOUND_S)
    package = folder / _PACKAGE
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "stable_video_diffusion.py").write_text(_INSTALLED)
    facts = two_cards()
    cards, passes = [], set()
    with importable(folder):
        settings = load_settings({"cache_folder": folder / "cache"}).values
        planner = VideoGenerator(
            Replayed(facts),
            settings=settings,
            backends=Registry(package=_PACKAGE, attribute="BACKEND"),
        )
        for card in facts.accelerators:
            plan = planner.plan([picture], sound, gpu=card.device)
            passes.add(pass_count(plan.render_timeline.frame_count, plan.frames_per_pass))
            cards.append(Card(name=card.name, seconds=plan.estimate.seconds))
    (of_both,) = passes
    return RealDay(cards=tuple(cards), pass_count=of_both)
