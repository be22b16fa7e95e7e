"""What each tier of machine makes, how long it may take, and the margins that plans keep."""

from dataclasses import dataclass
from fractions import Fraction

from ai_video_generator.config.choices import Quality, Tier
from ai_video_generator.hardware.facts import Precision
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
REDUCED_SHARE = 0.7
# A job that took too long is tried again with at most this share of its work.
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


_MODEL_BUDGETS: dict[Quality, float | None] = {
    Quality.BASIC: 1.0,
    Quality.MEDIUM: 10.0,
    Quality.AUTO: 30.0,
    Quality.HIGH: 100.0,
    Quality.MAXIMUM: None,
}
# Diffusion on a gaming GPU takes a minute of work for a few seconds of video; half an hour of work
# for a minute of video is what people who own such a GPU wait for unasked.

DEVICE_MARGIN_SHARE, DEVICE_MARGIN_BYTES = 0.05, 300 * 2**20
# The larger of the two stays free on a GPU: allocators lose a twentieth to gaps, a desktop takes
# some hundred megabytes more when a window opens.
CONTEXT_BYTES = 500 * 2**20
# What a CUDA context, its kernels and the libraries' workspaces take on the device. Not measured.
UNKNOWN_TERAFLOPS = 3.0
# A GPU that does not tell its cores is reckoned as a slow one.
WEIGHTS_BYTES_PER_S = 0.5e9
# A SATA solid-state disk; weights are read once a job.

WEIGHT_SCALES: dict[Precision, float] = {
    Precision.FP32: 2.0,
    Precision.FP16: 1.0,
    Precision.BF16: 1.0,
    Precision.FP8: 0.55,
}
# Size of weights beside 16 bits; a tenth of an FP8 model stays in 16 bits (norms, embeddings).
WORKING_SCALES: dict[Precision, float] = {**WEIGHT_SCALES, Precision.FP8: 1.0}
# Size of working memory beside 16 bits; FP8 weights are computed with in 16 bits.
PEAK_SHARES: dict[Precision, float] = {
    Precision.FP32: 0.4,
    Precision.FP16: 1.2,
    Precision.BF16: 1.2,
    Precision.FP8: 1.0,
}
# Speed reached, as a share of the device's 32-bit peak; 16 bits run on tensor cores. Not measured.

RENDER_SCALES: dict[float, int] = {1.0: 0, 0.75: 12, 0.5: 27}
# Sides of the frames a network makes, beside its native ones, and what that takes from the model's
# quality: at half size a large model is no better than the next smaller one at its own. Below half
# pictures fall apart.
SHORT_PASS_LOSS = 2
# What passes of half the length take from it: movement has less time to unfold.
DEPTH_TRUST = 0.3
# Confidence from which a picture's depth is moved in; below it a plain move looks better than a
# wrong one.
TILE_PX = 512
# Side of a tile where a VAE decodes tile by tile.
DECODE_FRAMES: tuple[int, ...] = (8, 4, 2, 1)
# Frames decoded together; more gain no speed.
CHUNK_BYTES_PER_PIXEL = 1.0
# Finished frames of a network are kept without loss until the video is whole; FFV1 took 0.4 to 0.9
# bytes for each pixel of photographs.


def cap(quality: Quality, tier: Tier) -> Target:
    """The most that is chosen without being asked for; never below the tier's floor."""
    wanted = _AUTO_CAPS[tier] if quality is Quality.AUTO else _CAPS[quality]
    return max(wanted, FLOORS[tier], key=lambda target: target.pixels_per_second)


def time_budget(quality: Quality, tier: Tier) -> float | None:
    """Longest time a job may take, in multiples of the sound's length; None without a limit."""
    return _AUTO_BUDGETS[tier] if quality is Quality.AUTO else _BUDGETS[quality]


def model_budget(quality: Quality) -> float | None:
    """Longest time a network may take, in multiples of the sound's length; None without a limit."""
    return _MODEL_BUDGETS[quality]
