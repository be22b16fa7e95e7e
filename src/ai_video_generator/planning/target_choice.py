"""How large the video is and how many frames a second it has."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from ai_video_generator.config.choices import Fit, Tier
from ai_video_generator.config.fits import FILL_SHARE, fit_for, visible_share
from ai_video_generator.config.hardware_config import (
    FLOORS,
    GIF_CAP,
    MAX_MAGNIFICATION,
    RAM_SHARE,
    RATES,
    RUNGS,
    TIME_MARGIN,
    Target,
    cap,
    time_budget,
)
from ai_video_generator.media.resolution import Resolution
from ai_video_generator.planning.plan import Estimate, Reason
from ai_video_generator.planning.request import Request

_GIF_TICKS_PER_S = 100
_GIF_SHORTEST_TICKS = 2
# GIF89a times frames in hundredths of a second; players show a frame of one hundredth for a tenth.


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetChoice:
    """What was chosen, and all that it was chosen by.

    Attributes:
        target: The choice.
        steps: What it was chosen among, from the fewest pixels a second to the most.
        floor: The least of the steps, unless memory does not suffice for it.
        top: The most of the steps.
        costs: The estimate of each step.
        sharp_limit: The largest size at which at least one picture is still sharp.
        budget_s: Seconds that the job may take; None without a limit.
        ram_free_bytes: Memory that is free now.
        is_gif: Whether the video is a GIF.
    """

    target: Target
    steps: tuple[Target, ...]
    floor: Target
    top: Target
    costs: Mapping[Target, Estimate]
    sharp_limit: Resolution
    budget_s: float | None
    ram_free_bytes: int
    is_gif: bool

    def fits_memory(self, step: Target) -> bool:
        """Whether the free memory suffices, with the margin."""
        return _fits_memory(self.costs[step], self.ram_free_bytes)

    def fits_time(self, step: Target) -> bool:
        """Whether the time allowed suffices, with the margin."""
        return _fits_time(self.costs[step], self.budget_s)


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


def chosen_target(
    request: Request,
    *,
    tier: Tier,
    fit: Fit,
    is_gif: bool,
    ram_free_bytes: int,
    cost: Callable[[Target], Estimate],
) -> TargetChoice:
    """The largest target that memory and time allow, from the tier's floor to the quality's cap.

    Args:
        request: What was asked for; a size or rate in it is taken as it is.
        tier: Names the floor.
        fit: How pictures fill the frame; AUTO lets each have its own way.
        is_gif: Whether the video is a GIF.
        ram_free_bytes: Memory that is free now.
        cost: Estimates a target; time must grow with its pixels a second.
    """
    limit = _sharp_limit(request, fit)

    def fitted(target: Target) -> Target:
        size = request.size or min(target.size, limit, key=lambda size: size.pixel_count)
        rate = request.frame_rate or target.frame_rate
        return Target(size=size, frame_rate=_gif_rate(rate) if is_gif else rate)

    rungs: Iterable[Target] = RUNGS
    if request.size is not None:
        rungs = (Target(size=request.size, frame_rate=rate) for rate in RATES)
    steps = tuple(dict.fromkeys(map(fitted, rungs)))
    floor, top = map(fitted, _bounds(request, tier, is_gif=is_gif))
    costs = {step: cost(step) for step in steps}
    budget_s = _budget_s(request, tier)

    start, end = steps.index(floor), steps.index(top)
    in_memory = [step for step in steps if _fits_memory(costs[step], ram_free_bytes)]
    above = [
        step
        for step in steps[start + 1 : end + 1]
        if step in in_memory and _fits_time(costs[step], budget_s)
    ]
    below = [step for step in steps[: start + 1] if step in in_memory]
    return TargetChoice(
        target=[steps[0], *below, *above][-1],
        steps=steps,
        floor=floor,
        top=top,
        costs=costs,
        sharp_limit=limit,
        budget_s=budget_s,
        ram_free_bytes=ram_free_bytes,
        is_gif=is_gif,
    )


def _fits_memory(estimate: Estimate, free_bytes: int) -> bool:
    return estimate.ram_bytes <= free_bytes * RAM_SHARE


def _fits_time(estimate: Estimate, budget_s: float | None) -> bool:
    return budget_s is None or estimate.seconds * (1 + TIME_MARGIN) <= budget_s


def _bounds(request: Request, tier: Tier, *, is_gif: bool) -> tuple[Target, Target]:
    """The least and the most that are chosen unasked."""
    if is_gif:
        return RUNGS[0], GIF_CAP
    # Who names a time wants it kept, on any machine.
    floor = FLOORS[tier] if request.time_budget is None else RUNGS[0]
    return floor, cap(request.quality, tier)


def _budget_s(request: Request, tier: Tier) -> float | None:
    budget = request.time_budget
    if budget is None:
        budget = time_budget(request.quality, tier)
    return None if budget is None else budget * float(request.sound_duration_s)


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
