"""Why a size and a rate were chosen, in sentences with their numbers."""

from ai_video_generator.config.choices import Tier
from ai_video_generator.config.hardware_config import MAX_MAGNIFICATION, RAM_SHARE, RUNGS, Target
from ai_video_generator.media.timeline import rate_text
from ai_video_generator.planning.plan import Reason
from ai_video_generator.planning.request import Request
from ai_video_generator.planning.target_choice import TargetChoice

_ASKED = "it was asked for"


def target_reasons(request: Request, tier: Tier, choice: TargetChoice) -> tuple[Reason, ...]:
    """Explain size, frame rate, time, and memory where it decided something."""
    size, rate = choice.target.size, choice.target.frame_rate
    reasons = (
        Reason(topic="size", choice=str(size), because=_size(request, choice)),
        Reason(topic="frame rate", choice=rate_text(rate), because=_rate(request, choice)),
        Reason(
            topic="time",
            choice=f"{choice.costs[choice.target].seconds:.1f} s",
            because=_time(request, tier, choice),
        ),
    )
    return (*reasons, *_memory(choice))


def _size(request: Request, choice: TargetChoice) -> str:
    if request.size is not None:
        return _ASKED
    if choice.is_gif:
        return f"GIF files are huge, so that more than {choice.top.size} must be asked for"
    limit = choice.sharp_limit
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
    if choice.is_gif:
        return "GIF times frames in hundredths of a second"
    return "chosen together with the size" if request.size is None else _step(choice)


def _step(choice: TargetChoice) -> str:
    if choice.target == choice.top:
        return f"{choice.top} is the most that is made without being asked for"
    if choice.target == choice.floor:
        return f"{choice.floor} is the least that is made on a machine of this tier"
    return f"the largest step from {choice.floor} to {choice.top} that memory and time allow"


def _time(request: Request, tier: Tier, choice: TargetChoice) -> str:
    estimate = choice.costs[choice.target]
    basis = "measured on this machine" if estimate.measured else "reckoned, nothing measured yet"
    if choice.budget_s is None:
        return f"{basis}; quality {request.quality.value} sets no limit"
    sound_s = float(request.sound_duration_s)
    parts = [basis, f"{choice.budget_s:.1f} s are allowed for {sound_s:.1f} s of sound"]
    larger = _next(choice)
    if larger is not None:
        parts.append(f"{larger} would take {choice.costs[larger].seconds:.1f} s")
    if not choice.fits_time(choice.target):
        floor = "least that can be made" if request.time_budget else f"{tier.value} tier's floor"
        why = _ASKED if len(choice.steps) == 1 else f"it is the {floor}"
        parts.append(f"made all the same, because {why}")
    return "; ".join(parts)


def _next(choice: TargetChoice) -> Target | None:
    """The step above the one chosen, where there is one that could have been chosen."""
    index = choice.steps.index(choice.target)
    return None if choice.target == choice.top else choice.steps[index + 1]


def _memory(choice: TargetChoice) -> tuple[Reason, ...]:
    """Why memory decided; nothing where it did not."""
    free = f"{choice.ram_free_bytes / 1e6:.0f} MB are free, of which {RAM_SHARE:.0%} may be used"
    larger = _next(choice)
    if not choice.fits_memory(choice.target):
        rest = "the job may be slow or fail; closing other programs helps"
    elif larger is not None and not choice.fits_memory(larger):
        rest = f"{larger} would need {choice.costs[larger].ram_bytes / 1e6:.0f} MB"
    else:
        return ()
    need = f"{choice.costs[choice.target].ram_bytes / 1e6:.0f} MB"
    return (Reason(topic="memory", choice=need, because=f"{free}; {rest}"),)
