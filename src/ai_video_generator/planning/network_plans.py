"""Plans of models that compute on an accelerator: each device and way, the best first."""

from fractions import Fraction
from functools import partial
from itertools import takewhile

from ai_video_generator.config.model_config import ModelSpec
from ai_video_generator.hardware.facts import Accelerator, HardwareFacts, Precision
from ai_video_generator.media.timeline import Timeline
from ai_video_generator.planning.chunking import pass_count
from ai_video_generator.planning.estimate import estimated, processor_seconds, ranged
from ai_video_generator.planning.frame_work import FrameWork
from ai_video_generator.planning.network_reasons import device_reasons, post_reason
from ai_video_generator.planning.network_ways import Way, network_limit_s, ways_on
from ai_video_generator.planning.placement import batch_size
from ai_video_generator.planning.plan import Plan, Rejection, Rung
from ai_video_generator.planning.target_choice import TargetChoice
from ai_video_generator.planning.target_reasons import (
    memory_reasons,
    target_reasons,
    time_reason,
)

_LESS = 0.75
# Where memory did not suffice by estimate, a tenth less will hardly do.
_ANY_RATE = Fraction(24)
# Frames a second of a network that has no native rate, where none is asked for: cinema's.


def network_plans(shared: FrameWork, spec: ModelSpec) -> tuple[list[Rung], list[Rejection]]:
    """All ways of one model, the best first, and what was left aside."""
    why_not = _unwanted(shared, spec)
    if why_not:
        return [], [Rejection(subject=spec.name, because=why_not)]
    rate = spec.native_frame_rate or shared.request.frame_rate or _ANY_RATE
    line = Timeline.covering(shared.request.sound_duration_s, rate)
    ways: list[Way] = []
    rejections: list[Rejection] = []
    for order, accelerator in enumerate(_devices(shared)):
        found, rejected = ways_on(shared, spec, accelerator, order=order, frames=line.frame_count)
        ways += found
        rejections += rejected
    if not ways:
        return [], rejections
    ways.sort(key=lambda way: way.rank)
    best = _best(shared, ways)
    rungs = [
        Rung(quality=way.quality, make=partial(_plan, shared, way, line.frame_rate))
        for way in _thinned([best, *(way for way in ways if way is not best)])
    ]
    return rungs, rejections


def _best(shared: FrameWork, ways: list[Way]) -> Way:
    """Of the ways whose frames are best, the one with the largest video; among equals the first.

    The quickest is not always that one: it may take the RAM that a larger video needs.
    """
    best, most = ways[0], -1
    loss = best.placement.quality_loss
    for way in takewhile(lambda way: way.placement.quality_loss == loss, ways):
        choice = _choice(shared, way)
        if choice.chosen > most:
            best, most = way, choice.chosen
        if choice.larger is None:
            break
    return best


def _choice(shared: FrameWork, way: Way) -> TargetChoice:
    """Size and rate of the video of one way."""
    return shared.target(
        way.work,
        render_size=way.placement.render_size,
        before_s=way.seconds,
        weights_in_ram_bytes=way.network_ram_bytes,
    )


def _thinned(ways: list[Way]) -> list[Way]:
    """Those that help when one before them fails, and the best of all.

    On each device a way must take clearly less memory than the last, or be more precise.
    """
    kept: list[Way] = []
    least: dict[tuple[int, bool], int] = {}
    for way in ways:
        placed = way.placement
        key = (way.order, placed.precision is Precision.FP32)
        if key not in least or placed.device_bytes <= _LESS * least[key]:
            kept.append(way)
            least[key] = placed.device_bytes
    return kept


def _unwanted(shared: FrameWork, spec: ModelSpec) -> str:
    """Why a model is not considered at all; empty when it is."""
    request, facts = shared.request, shared.facts
    if request.cpu:
        return "needs a GPU, and those were to be left alone"
    if not facts.accelerators:
        return "needs a GPU, and this machine has none that models could use"
    if not _devices(shared):
        names = ", ".join(accelerator.device for accelerator in facts.accelerators)
        return f"may only use {request.gpu}, and this machine has {names}"
    if spec.usd_per_video_second and request.model != spec.name:
        dollars = spec.usd_per_video_second * float(request.sound_duration_s)
        return (
            f"costs about {dollars:.2f} $; what costs money must be asked for: --model {spec.name}"
        )
    return _without_torch(shared.facts) if spec.needs_torch else ""


def _without_torch(facts: HardwareFacts) -> str:
    """Why PyTorch can use no GPU; empty when it can use one."""
    if facts.torch is None:
        return "needs PyTorch, which is not installed; aivg doctor has the line that installs it"
    if facts.torch.devices:
        return ""
    return f"needs PyTorch: {facts.torch.problem or 'the one installed can use no GPU'}"


def _devices(shared: FrameWork) -> list[Accelerator]:
    asked = shared.request.gpu
    return [one for one in shared.facts.accelerators if asked in (None, one.device)]


def _plan(shared: FrameWork, way: Way, render_rate: Fraction) -> Plan:
    placed, spec, choice = way.placement, way.work.model, _choice(shared, way)
    target = choice.target
    timeline = shared.timeline(target)
    line = Timeline.covering(timeline.duration_s, render_rate)
    ram = way.ram_bytes(target.size)
    batch = _batch(shared, way, line, ram)
    if way.accelerator.shares_ram:
        ram += (batch - 1) * placed.working_bytes
    after_s = 0.0
    if way.work.speed is None:
        # What earlier jobs took was all that they took.
        after_s = processor_seconds(way.work, target.size, timeline.frame_count)
    estimate = estimated(
        way.work,
        seconds=ranged(way.work, way.seconds + after_s),
        size=target.size,
        timeline=timeline,
        ram=ram,
        placement=placed,
        batch=batch,
        render_frame_count=line.frame_count,
    )
    return Plan(
        tier=shared.tier,
        model=spec.name,
        device=way.accelerator.device,
        precision=placed.precision,
        offload=placed.offload,
        render_size=placed.render_size,
        render_rate=line.frame_rate,
        frames_per_pass=placed.frames_per_pass if spec.frames_per_pass else None,
        decode_frames=placed.decode_frames,
        tiled_decoding=placed.tiled_decoding,
        batch_size=batch,
        output_size=target.size,
        timeline=timeline,
        fit=shared.fit,
        container=shared.container.name,
        encoder=shared.encoder_choice,
        worker_count=shared.threads,
        estimate=estimate,
        reasons=(
            *device_reasons(way, batch),
            *shared.reasons,
            *target_reasons(shared.request, choice),
            post_reason(placed, line, choice),
            time_reason(
                shared.request, shared.tier, choice, estimate, limit_s=network_limit_s(shared)
            ),
            *memory_reasons(choice, shared.facts),
            *shared.disk_reasons(estimate),
        ),
    )


def _batch(shared: FrameWork, way: Way, line: Timeline, ram: int) -> int:
    """Passes side by side that device and, where they share it, RAM have room for."""
    placed, room = way.placement, way.usable_bytes
    if way.accelerator.shares_ram:
        room = min(room, placed.device_bytes + shared.ram_usable_bytes - ram)
    passes = pass_count(line.frame_count, placed.frames_per_pass)
    return batch_size(placed, way.work.model, room, passes)
