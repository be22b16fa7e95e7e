"""What each tier of machine makes, how long it may take, and the margins that plans keep."""

from dataclasses import dataclass
from fractions import Fraction

from ai_video_generator.config.choices import Quality, Tier
from ai_video_generator.media.resolution import NAMED_SIZES, Resolution
from ai_video_generator.media.timeline import rate_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A size and a rate.

    Attributes:
        size: Size of the video; even sides.
        frame_rate: Frames per second.
    """

    size: Resolution
    frame_rate: Fraction

    @property
    def pixels_per_second(self) -> Fraction:
        """Pixels to make for a second of video."""
        return self.size.pixel_count * self.frame_rate

    def __str__(self) -> str:
        return f"{self.size} at {rate_text(self.frame_rate)} frames/s"


def _target(name: str, rate: int) -> Target:
    return Target(size=Resolution(*NAMED_SIZES[name]), frame_rate=Fraction(rate))


RUNGS: tuple[Target, ...] = (
    _target("480p", 15),
    _target("480p", 24),
    _target("720p", 24),
    _target("720p", 30),
    _target("1080p", 24),
    _target("1080p", 30),
    _target("1440p", 30),
    _target("4k", 30),
    _target("4k", 60),
)
"""Chosen among when neither size nor rate is asked for, the fewest pixels a second first."""

RATES: tuple[Fraction, ...] = tuple(map(Fraction, (15, 24, 30, 60)))
"""What is chosen among when only a size is asked for."""

FLOORS: dict[Tier, Target] = {
    Tier.LOW: _target("480p", 15),
    Tier.MEDIUM: _target("720p", 24),
    Tier.HIGH: _target("1080p", 30),
    Tier.ULTRA: _target("4k", 60),
}
"""What a tier makes at least, however long it takes."""

_AUTO_CAPS: dict[Tier, Target] = {
    Tier.LOW: _target("1080p", 30),
    Tier.MEDIUM: _target("1080p", 30),
    Tier.HIGH: _target("1440p", 30),
    Tier.ULTRA: _target("4k", 60),
}
_CAPS: dict[Quality, Target] = {
    Quality.BASIC: _target("720p", 30),
    Quality.MEDIUM: _target("1080p", 30),
    Quality.HIGH: _target("4k", 30),
    Quality.MAXIMUM: _target("4k", 60),
}

_AUTO_BUDGETS: dict[Tier, float] = {
    Tier.LOW: 1.0,
    Tier.MEDIUM: 2.0,
    Tier.HIGH: 2.0,
    Tier.ULTRA: 2.0,
}
# A weak machine is never slower than playback; a strong one may take twice as long for what it was
# bought for.
_BUDGETS: dict[Quality, float | None] = {
    Quality.BASIC: 0.5,
    Quality.MEDIUM: 1.0,
    Quality.HIGH: 3.0,
    Quality.MAXIMUM: None,
}

TIME_MARGIN = 0.10
# Five runs of one job on a shared machine differed by up to a tenth in wall time.
RAM_SHARE = 0.8
# The system and other programs keep a fifth of what is free now; a machine that swaps is ten times
# slower.
PARALLEL_SHARE = 0.85
# Two cores made 25 frames/s of a job of 68 CPU ms a frame: 0.85 of what two whole cores would.
MAX_THREADS = 16
# libx264 divides a frame of 1080p over about this many threads; more only cost memory.
MAX_MAGNIFICATION = 1.5
# A picture drawn larger than this looks soft beside a smaller video that a player enlarges.
GIF_CAP = _target("480p", 15)
# GIF took 5.5 bits for each pixel of each frame: a minute of 480p15 is 250 MB, of 1080p30 2.6 GB.


def cap(quality: Quality, tier: Tier) -> Target:
    """The most that is chosen without being asked for; never below the tier's floor."""
    wanted = _AUTO_CAPS[tier] if quality is Quality.AUTO else _CAPS[quality]
    return max(wanted, FLOORS[tier], key=lambda target: target.pixels_per_second)


def time_budget(quality: Quality, tier: Tier) -> float | None:
    """Longest time a job may take, in multiples of the sound's length; None without a limit."""
    return _AUTO_BUDGETS[tier] if quality is Quality.AUTO else _BUDGETS[quality]
