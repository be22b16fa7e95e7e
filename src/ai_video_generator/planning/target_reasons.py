"""Why a size and a rate were chosen, in sentences with their numbers."""

from ai_video_generator.config.choices import Tier
from ai_video_generator.config.hardware_config import MAX_MAGNIFICATION, RAM_SHARE, RUNGS, Target
from ai_video_generator.hardware.facts import HardwareFacts
from ai_video_generator.media.timeline import clock_text, rate_text
from ai_video_generator.planning.plan import Estimate, Reason, Rejection
from ai_video_generator.planning.request import Request
from ai_video_generator.planning.target_choice import TargetChoice

_ASKED = "it was asked for"


def target_reasons(request: Request, choice: TargetChoice) -> tuple[Reason, ...]:
    """Explain size and frame rate."""
    size, rate = choice.target.size, choice.target.frame_rate
    return (
        Reason(topic="size", choice=str(size), because=_size(request, choice)),
        Reason(topic="frame rate", choice=rate_text(rate), because=_rate(request, choice)),
    )


def time_reason(
    request: Request,
    tier: Tier,
    choice: TargetChoice,
    estimate: Estimate,
    *,
    limit_s: float | None = None,
) -> Reason:
    """Explain the time.

    Args:
        request: What was asked for.
        tier: The machine's tier.
        choice: The target, and what larger ones would take.
        estimate: The whole plan's.
        limit_s: Longest time of a network; None takes the target's own.
    """
    low, high = (clock_text(seconds) for seconds in (estimate.seconds_low, estimate.seconds_high))
    said = (
        f"{estimate.seconds:.1f} s"
        if estimate.seconds < _MINUTE_S
        else clock_text(estimate.seconds)
    )
    parts = [f"{estimate.basis}, between {low} and {high}"]
    budget_s = choice.budget_s if limit_s is None else limit_s
    if budget_s is None:
        parts.append(f"quality {request.quality} sets no limit")
    else:
        sound_s = float(request.sound_duration_s)
        parts.append(f"{budget_s:.1f} s are allowed for {sound_s:.1f} s of sound")
        parts += _larger(choice) + _forced(request, tier, choice)
    return Reason(topic="time", choice=said, because="; ".join(parts))


def memory_reasons(choice: TargetChoice, facts: HardwareFacts) -> tuple[Reason, ...]:
    """Why memory decided; nothing where it did not."""
    larger = choice.larger
    if larger is None or choice.fits_memory(larger):
        return ()
    need = f"{choice.steps[choice.chosen].cost.ram_bytes / 1e6:.0f} MB"
    more = f"{larger.target} would need {larger.cost.ram_bytes / 1e6:.0f} MB"
    return (Reason(topic="memory", choice=need, because=f"{_free(facts)}; {more}"),)


def memory_rejection(
    subject: str, target: Target, need_bytes: int, facts: HardwareFacts
) -> Rejection:
    """Why a target is left aside for want of memory."""
    because = f"needs {need_bytes / 1e6:.0f} MB; {_free(facts)}"
    return Rejection(subject=f"{subject}, {target}", because=because)


def larger_rejection(subject: str, choice: TargetChoice, facts: HardwareFacts) -> list[Rejection]:
    """Why the target above the one chosen is left aside; nothing when that is the most."""
    larger = choice.larger
    if larger is None:
        return []
    if not choice.fits_memory(larger):
        return [memory_rejection(subject, larger.target, larger.cost.ram_bytes, facts)]
    time, allowed = clock_text(larger.cost.seconds), clock_text(choice.budget_s or 0.0)
    because = f"would take {time} and {allowed} are allowed"
    return [Rejection(subject=f"{subject}, {larger.target}", because=because)]


def _size(request: Request, choice: TargetChoice) -> str:
    if request.size is not None:
        return _ASKED
    if choice.among.is_gif:
        most = choice.among.targets[-1].size
        return f"GIF files are huge, so that more than {most} must be asked for"
    limit = choice.among.sharp_limit
    if choice.target.size == limit != RUNGS[-1].size:
        largest = max(request.picture_sizes, key=lambda size: size.pixel_count)
        whose = "the picture" if len(request.picture_sizes) == 1 else "the largest picture"
        return (
            f"{whose} has {largest} pixels and would be enlarged more than "
            f"{MAX_MAGNIFICATION:g} times in a larger video"
        )
    return _step(choice)


def _rate(request: Request, choice: TargetChoice) -> str:
    asked = request.frame_rate
    if asked == choice.target.frame_rate:
        return _ASKED
    if asked is not None:
        return f"GIF times frames in hundredths of a second; this is nearest to {rate_text(asked)}"
    if choice.among.is_gif:
        return "GIF times frames in hundredths of a second"
    return "chosen together with the size" if request.size is None else _step(choice)


def _step(choice: TargetChoice) -> str:
    floor, top = (choice.among.targets[place] for place in (choice.among.floor, -1))
    if choice.target == top:
        return f"{top} is the most that is made without being asked for"
    if choice.target == floor:
        return f"{floor} is the least that is made on a machine of this tier"
    return f"the largest step from {floor} to {top} that memory and time allow"


_MINUTE_S = 60.0


def _larger(choice: TargetChoice) -> list[str]:
    """What the next step would take."""
    larger = choice.larger
    return [] if larger is None else [f"{larger.target} would take {larger.cost.seconds:.1f} s"]


def _forced(request: Request, tier: Tier, choice: TargetChoice) -> list[str]:
    """Why a target is made although it takes longer than allowed."""
    if choice.fits_time(choice.steps[choice.chosen]):
        return []
    floor = "least that can be made" if request.time_limit_s else f"{tier} tier's floor"
    why = _ASKED if request.size and request.frame_rate else f"it is the {floor}"
    return [f"made all the same, because {why}"]


def _free(facts: HardwareFacts) -> str:
    return f"{facts.ram_free_bytes / 1e6:.0f} MB are free, of which {RAM_SHARE:.0%} may be used"
