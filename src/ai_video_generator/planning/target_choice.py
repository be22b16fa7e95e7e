"""How large the video is and how many frames a second it has."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from fractions import Fraction

from ai_video_generator.config.choices import Fit, Tier
from ai_video_generator.config.fits import FILL_SHARE, fit_for, visible_share
from ai_video_generator.config.hardware_config import (
    FLOORS,
    GIF_CAP,
    MAX_MAGNIFICATION,
    RATES,
    RUNGS,
    TIME_MARGIN,
    Target,
    cap,
)
from ai_video_generator.media.resolution import Resolution
from ai_video_generator.media.timeline import Timeline
from ai_video_generator.planning.plan import Reason
from ai_video_generator.planning.request import Request

_GIF_TICKS_PER_S = 100
_GIF_SHORTEST_TICKS = 2
# GIF89a times frames in hundredths of a second; players show a frame of one hundredth for a tenth.


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a target takes.

    Attributes:
        seconds: Wall time of all that depends on the target.
        ram_bytes: Peak memory of the processes.
    """

    seconds: float
    ram_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A target, and what it takes.

    Attributes:
        target: Size and rate.
        cost: What it takes.
    """

    target: Target
    cost: Cost


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetRange:
    """What a target is chosen among, whichever model makes the frames.

    Attributes:
        targets: From the fewest pixels a second to the most that is chosen.
        frame_counts: Frames of the video, for each of them.
        floor: Place of the least that is chosen, unless memory does not suffice for it.
        sharp_limit: The largest size at which at least one picture is still sharp.
        is_gif: Whether the video is a GIF.
    """

    targets: tuple[Target, ...]
    frame_counts: tuple[int, ...]
    floor: int
    sharp_limit: Resolution
    is_gif: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetChoice:
    """What was chosen, and all that it was chosen by.

    Attributes:
        among: What it was chosen among.
        steps: The same, with what each takes.
        chosen: Place of the choice among them.
        budget_s: Seconds that it may take; None without a limit.
        ram_usable_bytes: Memory that may be filled.
    """

    among: TargetRange
    steps: tuple[Step, ...]
    chosen: int
    budget_s: float | None
    ram_usable_bytes: int

    @property
    def target(self) -> Target:
        """The choice."""
        return self.steps[self.chosen].target

    @property
    def larger(self) -> Step | None:
        """The step above the choice, where there is one that could have been chosen."""
        above = self.chosen + 1
        return self.steps[above] if above < len(self.steps) else None

    @property
    def fits_at_all(self) -> bool:
        """Whether the memory suffices for the choice."""
        return self.fits_memory(self.steps[self.chosen])

    def fits_memory(self, step: Step) -> bool:
        """Whether the memory suffices."""
        return step.cost.ram_bytes <= self.ram_usable_bytes

    def fits_time(self, step: Step) -> bool:
        """Whether the time allowed suffices, with the margin."""
        return self.budget_s is None or step.cost.seconds * (1 + TIME_MARGIN) <= self.budget_s


def chosen_fit(request: Request) -> tuple[Fit, Reason]:
    """How pictures fill the frame; AUTO where they are so different that each gets its own way."""
    if request.fit is not Fit.AUTO:
        asked = Reason(topic="fit", choice=request.fit.value, because="it was asked for")
        return request.fit, asked
    frame = request.size or RUNGS[-1].size
    fits = [fit_for(size, frame, Fit.AUTO) for size in request.picture_sizes]
    shares = [visible_share(size, frame) for size in request.picture_sizes]
    if len(set(fits)) > 1:
        because = (
            f"{fits.count(Fit.FILL)} of {len(fits)} pictures fill the frame; the others would lose "
            f"too much and lie on a blurred copy of themselves"
        )
        return Fit.AUTO, Reason(topic="fit", choice="each its own", because=because)
    whose = "the picture" if len(shares) == 1 else "each picture"
    enough = "enough to fill it" if fits[0] is Fit.FILL else f"less than {FILL_SHARE:.0%}"
    least = "at least " if len(shares) > 1 else ""
    kept = min(shares) if fits[0] is Fit.FILL else max(shares)
    least = least if fits[0] is Fit.FILL else least.replace("least", "most")
    because = f"filling the frame would keep {least}{kept:.0%} of {whose} in view, {enough}"
    return fits[0], Reason(topic="fit", choice=fits[0].value, because=because)


def target_range(request: Request, *, tier: Tier, fit: Fit, is_gif: bool) -> TargetRange:
    """All targets from the smallest to the quality's cap, and the tier's floor among them.

    Args:
        request: What was asked for; a size or rate in it is taken as it is.
        tier: Names the floor.
        fit: How pictures fill the frame; AUTO lets each have its own way.
        is_gif: Whether the video is a GIF.
    """
    limit = _sharp_limit(request, fit)

    def fitted(target: Target) -> Target:
        size = request.size or min(target.size, limit, key=lambda size: size.pixel_count)
        rate = request.frame_rate or target.frame_rate
        return Target(size=size, frame_rate=_gif_rate(rate) if is_gif else rate)

    rungs: Iterable[Target] = RUNGS
    if request.size is not None:
        rungs = (Target(size=request.size, frame_rate=rate) for rate in RATES)
    targets = tuple(dict.fromkeys(map(fitted, rungs)))
    floor, top = (targets.index(fitted(bound)) for bound in _bounds(request, tier, is_gif=is_gif))
    targets = targets[: top + 1]
    lines = (Timeline.covering(request.sound_duration_s, one.frame_rate) for one in targets)
    return TargetRange(
        targets=targets,
        frame_counts=tuple(line.frame_count for line in lines),
        floor=floor,
        sharp_limit=limit,
        is_gif=is_gif,
    )


def chosen_target(
    among: TargetRange,
    *,
    ram_usable_bytes: int,
    budget_s: float | None,
    cost: Callable[[Target, int], Cost],
) -> TargetChoice:
    """The largest target that memory and time allow, from the tier's floor to the quality's cap.

    Args:
        among: What is chosen among.
        ram_usable_bytes: Memory that may be filled.
        budget_s: Seconds that it may take; None without a limit.
        cost: Estimates a target and its number of frames; time must grow with pixels a second.
    """
    counted = zip(among.targets, among.frame_counts, strict=True)
    choice = TargetChoice(
        among=among,
        steps=tuple(Step(target=target, cost=cost(target, count)) for target, count in counted),
        chosen=0,
        budget_s=budget_s,
        ram_usable_bytes=ram_usable_bytes,
    )
    possible = [
        place
        for place, step in enumerate(choice.steps)
        if choice.fits_memory(step) and (place <= among.floor or choice.fits_time(step))
    ]
    return replace(choice, chosen=max(possible, default=0))


def _bounds(request: Request, tier: Tier, *, is_gif: bool) -> tuple[Target, Target]:
    """The least and the most that are chosen unasked."""
    if is_gif:
        return RUNGS[0], GIF_CAP
    # Who names a time wants it kept, on any machine.
    floor = FLOORS[tier] if request.time_limit_s is None else RUNGS[0]
    return floor, cap(request.quality, tier)


def _gif_rate(rate: Fraction) -> Fraction:
    """The nearest rate whose frames last a whole number of hundredths of a second, at least two."""
    below = int(_GIF_TICKS_PER_S / rate)
    nearest = min(
        (Fraction(_GIF_TICKS_PER_S, ticks) for ticks in (max(1, below), below + 1)),
        key=lambda possible: abs(possible - rate),
    )
    return min(nearest, Fraction(_GIF_TICKS_PER_S, _GIF_SHORTEST_TICKS))


def magnification(picture: Resolution, frame: Resolution, fit: Fit) -> float:
    """Frame pixels that one picture pixel covers along a side, at the widest framing."""
    sides = (frame.width_px / picture.width_px, frame.height_px / picture.height_px)
    return max(sides) if fit_for(picture, frame, fit) is Fit.FILL else min(sides)


def _sharp_limit(request: Request, fit: Fit) -> Resolution:
    """The largest of the rungs' sizes that is not too large for every picture; the least counts."""
    sharp = [
        rung.size
        for rung in RUNGS
        if min(magnification(picture, rung.size, fit) for picture in request.picture_sizes)
        <= MAX_MAGNIFICATION
    ]
    return [RUNGS[0].size, *sharp][-1]
