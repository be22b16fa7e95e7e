"""What a cloud offers: its models, what they take, and what they cost."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from ai_video_generator.media.resolution import Resolution


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudModel:
    """One model of a cloud, as a request must fit it.

    Attributes:
        name: What the cloud calls it.
        durations_s: Lengths that may be asked for, ascending, seconds.
        ratios: Sizes of the video that may be asked for.
        usd_per_second: Price of a second that is asked for, dollars.
        source: Where price, lengths and sizes are from.
        date: When they were read there.
        frame_rate: Frames a second of what it delivers.
        wait_s: About how long a request takes, seconds.
        prompt_letters: The longest prompt, UTF-16 code units.
        needs_prompt: Whether a request without words is refused.
        takes_seed: Whether a seed is taken.
        sound_limit_s: The longest sound that it takes as a reference, seconds; 0 takes none.
        extra: More fields of a request, as it takes them.
    """

    name: str
    durations_s: tuple[int, ...]
    ratios: tuple[Resolution, ...]
    usd_per_second: float
    source: str
    date: str
    frame_rate: Fraction = Fraction(24)
    wait_s: float = 60.0
    prompt_letters: int = 1000
    needs_prompt: bool = False
    takes_seed: bool = True
    sound_limit_s: float = 0.0
    extra: tuple[tuple[str, str | int | float | bool], ...] = ()

    @property
    def frames_per_pass(self) -> int:
        """The most frames that one request serves: the last may be held for a frame."""
        return int(self.durations_s[-1] * self.frame_rate) + 1

    def duration_s(self, frame_count: int) -> int:
        """The shortest length to ask for that holds so many frames, seconds."""
        needed_s = (frame_count - 1) / self.frame_rate
        return next((one for one in self.durations_s if one >= needed_s), self.durations_s[-1])

    def nearest_ratio(self, size: Resolution) -> Resolution:
        """The size whose shape is nearest to another's; of equal shapes the first."""
        return min(self.ratios, key=lambda one: abs(math.log(one.aspect / size.aspect)))


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudProfile:
    """A cloud, as far as plans depend on it.

    Attributes:
        service: What people call it.
        address: Where requests go.
        models: What it offers, the usual one first.
    """

    service: str
    address: str
    models: tuple[CloudModel, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudChoice:
    """What a plan asks of a cloud.

    Attributes:
        service: The cloud.
        model: Its model.
        frame: Size of the videos that are asked for; the plan's frames are its middle.
    """

    service: str
    model: CloudModel
    frame: Resolution


def with_overrides(offered: Sequence[CloudModel], own: Sequence[CloudModel]) -> list[CloudModel]:
    """A cloud's models, with a person's own beside or in place of those of the same name."""
    replaced = {one.name: one for one in own}
    names = {one.name for one in offered}
    return [
        *(replaced.get(one.name, one) for one in offered),
        *(one for one in own if one.name not in names),
    ]


def middle_of(frame: Resolution, size: Resolution) -> Resolution:
    """The largest even size of another's shape inside a frame."""
    fitted = size.fitted_into(frame)
    return Resolution(
        max(2, min(fitted.width_px, frame.width_px) // 2 * 2),
        max(2, min(fitted.height_px, frame.height_px) // 2 * 2),
    )
