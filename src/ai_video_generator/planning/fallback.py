"""The next plan when one has failed: it is among those that were judged before the job began."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ai_video_generator.config.hardware_config import REDUCED_SHARE
from ai_video_generator.errors import Recovery
from ai_video_generator.hardware.facts import PROCESSOR, Precision
from ai_video_generator.planning.plan import Ladder, Plan, Reason

_BITS: dict[Precision, int] = {
    Precision.FP8: 8,
    Precision.FP16: 16,
    Precision.BF16: 17,
    Precision.FP32: 32,
}
# How safe a format is against numbers that run over: bfloat16 has the range of 32 bits.


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """What failed, and what may help.

    Attributes:
        plan: The plan that failed.
        recovery: What may help.
        said: Why it failed, one sentence.
    """

    plan: Plan
    recovery: Recovery
    said: str


def next_plan(ladder: Ladder, failures: Sequence[Failure]) -> Plan | None:
    """The best plan that may succeed where others failed; None when none is left.

    Too little memory asks for less of it, of the same model first. A lost device asks for another
    one; no numbers, for more bits or another model; a model that fails, for another model; a
    hardware encoder that fails, for the software one; too long a time, for clearly less work.

    Args:
        ladder: All plans of the job.
        failures: What failed so far, the last one last; those of earlier jobs may lead.
    """
    if not failures:
        return ladder.best
    last = failures[-1]
    if last.recovery is Recovery.NONE:
        return None
    left = [plan for plan in _in_software(ladder, failures) if not _blocked(plan, failures)]
    if not left:
        return None
    return min(left, key=lambda plan: _distance(plan, last))


def unblocked(ladder: Ladder, failures: Sequence[Failure]) -> Plan:
    """The plan to begin with, where earlier jobs of this machine failed; the best when all did."""
    if not failures:
        return ladder.best
    left = [plan for plan in _in_software(ladder, failures) if not _blocked(plan, failures)]
    if not left or left[0] == ladder.best:
        return ladder.best
    said = next(one for one in failures if _blocks(one, ladder.best) or _encoder_failed(one))
    return explained(left[0], said, topic="learned")


def explained(plan: Plan, failure: Failure, *, topic: str = "fallback") -> Plan:
    """A plan that says for which other one it stands in, and why."""
    failed = failure.plan
    before = f"{failed.model} on {failed.device} with {failed.encoder.name} failed"
    reason = Reason(
        topic=topic,
        choice=changed(failed, plan),
        because=f"{before}: {failure.said}",
    )
    return replace(plan, reasons=(*plan.reasons, reason))


def changed(before: Plan, after: Plan) -> str:
    """What one plan does otherwise than another, in a few words."""
    pairs = (
        (before.model, after.model),
        (before.device, after.device),
        (before.precision.value, after.precision.value),
        (f"offload {before.offload}", f"offload {after.offload}"),
        (_at_once(before), _at_once(after)),
        (f"frames of {before.render_size}", f"frames of {after.render_size}"),
        (f"video of {before.output_size}", f"video of {after.output_size}"),
        (before.encoder.name, after.encoder.name),
    )
    return ", ".join(new for old, new in pairs if new != old) or "the same again"


def _at_once(plan: Plan) -> str:
    """How many frames a plan makes at once, in words."""
    count = plan.frames_per_pass
    return "frame by frame" if count is None else f"{count} frames a pass"


def _in_software(ladder: Ladder, failures: Sequence[Failure]) -> Sequence[Plan]:
    """The plans, with the software encoder where the hardware encoder failed."""
    software = ladder.software_encoder
    if software is None or not any(_encoder_failed(failure) for failure in failures):
        return ladder.plans
    return [replace(plan, encoder=software) for plan in ladder.plans]


def _encoder_failed(failure: Failure) -> bool:
    return failure.recovery is Recovery.OTHER_ENCODER


def _blocked(plan: Plan, failures: Sequence[Failure]) -> bool:
    return any(_blocks(failure, plan) for failure in failures)


def _blocks(failure: Failure, plan: Plan) -> bool:
    """Whether a plan would fail in the same way."""
    failed = failure.plan
    same_model = plan.model == failed.model
    match failure.recovery:
        case Recovery.SMALLER:
            more = _need(plan) > _need(failed)
            # Another model that needs as much by estimate may need less in truth.
            as_much = same_model and _need(plan) == _need(failed)
            return plan.device == failed.device and (more or as_much)
        case Recovery.OTHER_DEVICE if failed.device != PROCESSOR:
            return plan.device == failed.device
        case Recovery.MORE_PRECISE:
            return same_model and _BITS[plan.precision] <= _BITS[failed.precision]
        case Recovery.REDUCED_QUALITY:
            return plan.estimate.seconds > REDUCED_SHARE * failed.estimate.seconds
        case Recovery.OTHER_ENCODER:
            return plan.encoder.name == failed.encoder.name
        case _:
            return same_model


def _need(plan: Plan) -> int:
    """Memory of the device that a plan computes on."""
    estimate = plan.estimate
    return estimate.ram_bytes if plan.device == PROCESSOR else estimate.device_bytes


def _distance(plan: Plan, failure: Failure) -> tuple[bool, ...]:
    """How little a plan keeps of the failed one; among equals the ladder's order decides."""
    other_model = plan.model != failure.plan.model
    if failure.recovery is Recovery.SMALLER:
        return (other_model, plan.device != failure.plan.device)
    return (other_model,)
