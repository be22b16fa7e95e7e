"""Plans of models that compute on an accelerator: each device and way, the best first."""

from dataclasses import dataclass
from fractions import Fraction
from functools import partial

from ai_video_generator.config.hardware_config import RUNGS, TIME_MARGIN, model_budget
from ai_video_generator.config.model_config import ModelSpec
from ai_video_generator.hardware.facts import Accelerator, HardwareFacts, Precision
from ai_video_generator.media.timeline import Timeline, clock_text, rate_text
from ai_video_generator.planning.chunking import pass_count
from ai_video_generator.planning.estimate import (
    Work,
    estimated,
    network_seconds,
    placement_key,
    processor_seconds,
    ram_bytes,
    ranged,
)
from ai_video_generator.planning.frame_work import FrameWork
from ai_video_generator.planning.placement import (
    Placement,
    batch_size,
    placements,
    usable_bytes,
)
from ai_video_generator.planning.plan import Offload, Plan, Reason, Rejection, Rung
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Way:
    """A placement on a device that has room for it, and its time.

    Attributes:
        placement: How the network runs.
        accelerator: Where.
        order: The device's place among all, the best first.
        usable_bytes: Memory that may be filled there.
        work: The job, with what earlier jobs of this placement taught.
        seconds: Time that the network takes.
    """

    placement: Placement
    accelerator: Accelerator
    order: int
    usable_bytes: int
    work: Work
    seconds: float

    @property
    def quality(self) -> int:
        """How good the video is, 0..100."""
        return max(0, self.work.model.quality - self.placement.quality_loss)

    @property
    def rank(self) -> tuple[float, ...]:
        """What is seen first, then time, then the device."""
        return (-self.quality, self.seconds, self.order)


def network_plans(shared: FrameWork, spec: ModelSpec) -> tuple[list[Rung], list[Rejection]]:
    """All ways of one model, the best first, and what was left aside."""
    why_not = _unwanted(shared, spec)
    if why_not:
        return [], [Rejection(subject=spec.name, because=why_not)]
    rate = spec.native_frame_rate or shared.request.frame_rate or _ANY_RATE
    line = Timeline.covering(shared.request.sound_duration_s, rate)
    ways: list[_Way] = []
    rejections: list[Rejection] = []
    for order, accelerator in enumerate(_devices(shared)):
        found, rejected = _ways(shared, spec, accelerator, order=order, frames=line.frame_count)
        ways += found
        rejections += rejected
    if not ways:
        return [], rejections
    ways.sort(key=lambda way: way.rank)
    best = ways[0]
    choice = shared.target(
        best.work, before_s=best.seconds, weights_in_ram_bytes=_ram_of(best.placement, best)
    )
    rungs: list[Rung] = []
    for way in _thinned(ways):
        ram = ram_bytes(way.work, choice.target.size, way.placement.render_size)
        ram += _ram_of(way.placement, way)
        if ram > shared.ram_usable_bytes:
            free = _gb(shared.ram_usable_bytes)
            because = f"needs {_gb(ram)} of RAM and {free} of the free may be used"
            rejections.append(Rejection(subject=_subject(way), because=because))
        else:
            make = partial(_plan, shared, way, choice, line, ram)
            rungs.append(Rung(quality=way.quality, make=make))
    return rungs, rejections


def _thinned(ways: list[_Way]) -> list[_Way]:
    """Those that help when one before them fails, and the best of all.

    On each device a way must take clearly less memory than the last, or be more precise.
    """
    kept: list[_Way] = []
    least: dict[tuple[str, bool], int] = {}
    for way in ways:
        placed = way.placement
        key = (way.accelerator.device, placed.precision is Precision.FP32)
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


def _ways(
    shared: FrameWork,
    spec: ModelSpec,
    accelerator: Accelerator,
    *,
    order: int,
    frames: int,
) -> tuple[list[_Way], list[Rejection]]:
    """What fits on one device, and what does not."""
    request = shared.request
    torch = shared.facts.torch
    if spec.needs_torch and torch is not None and accelerator.device not in torch.devices:
        because = f"PyTorch {torch.version} cannot use {accelerator.name}; aivg doctor says why"
        return [], [Rejection(subject=f"{spec.name} on {accelerator.device}", because=because)]
    usable = usable_bytes(accelerator, request.reserve_vram_bytes)
    limit_s = _limit_s(shared)
    unlearned = shared.work(spec)
    ways: list[_Way] = []
    left: list[_Way] = []
    for placement in placements(
        spec,
        accelerator.precisions,
        request.size or RUNGS[-1].size,
        shares_ram=accelerator.shares_ram,
        lowvram=request.lowvram,
    ):
        work = unlearned
        if shared.history.speeds:
            placed = placement_key(accelerator.device, placement.precision, placement.offload)
            work = shared.work(spec, placed)
        way = _Way(
            placement=placement,
            accelerator=accelerator,
            order=order,
            usable_bytes=usable,
            work=work,
            seconds=network_seconds(work, placement, accelerator, frames),
        )
        (ways if _fits(way, limit_s) else left).append(way)
    if not left:
        return ways, []
    # The best of them, and the least where nothing fits, say all that a person can act on.
    told = [_rejection(left[0], limit_s)]
    if not ways:
        told.append(_rejection(min(left, key=lambda way: way.placement.device_bytes), limit_s))
    return ways, list(dict.fromkeys(told))


def _limit_s(shared: FrameWork) -> float | None:
    """Longest time that a network may compute."""
    limit = shared.request.time_limit_s
    if limit is not None:
        return limit
    budget = model_budget(shared.request.quality)
    return None if budget is None else budget * float(shared.request.sound_duration_s)


def _fits(way: _Way, limit_s: float | None) -> bool:
    in_time = limit_s is None or way.seconds * (1 + TIME_MARGIN) <= limit_s
    return in_time and way.placement.device_bytes <= way.usable_bytes


def _rejection(way: _Way, limit_s: float | None) -> Rejection:
    """Why a way does not fit."""
    need = way.placement.device_bytes
    if need > way.usable_bytes:
        total = _gb(way.accelerator.total_bytes)
        because = f"needs {_gb(need)} and {_gb(way.usable_bytes)} of {total} may be used"
    else:
        because = f"would take {clock_text(way.seconds)} and {clock_text(limit_s or 0)} are allowed"
    return Rejection(subject=_subject(way), because=because)


def _ram_of(placement: Placement, way: _Way) -> int:
    """RAM that a network takes beside the frames; where the device has none of its own, all."""
    if way.accelerator.shares_ram:
        return placement.device_bytes
    return placement.ram_bytes


def _subject(way: _Way) -> str:
    placed = way.placement
    return (
        f"{way.work.model.name} on {way.accelerator.device}, {placed.precision}, "
        f"offload {placed.offload}, {placed.frames_per_pass} frames of {placed.render_size}"
    )


def _plan(shared: FrameWork, way: _Way, choice: TargetChoice, line: Timeline, ram: int) -> Plan:
    placed, spec = way.placement, way.work.model
    target = choice.target
    timeline = shared.timeline(target)
    batch = batch_size(
        placed, spec, way.usable_bytes, pass_count(line.frame_count, placed.frames_per_pass)
    )
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
            *_device_reasons(way, batch),
            *shared.reasons,
            *target_reasons(shared.request, choice),
            _post_reason(placed, line, choice),
            time_reason(shared.request, shared.tier, choice, estimate, limit_s=_limit_s(shared)),
            *memory_reasons(choice, shared.facts),
            *shared.disk_reasons(estimate),
        ),
    )


def _device_reasons(way: _Way, batch: int) -> tuple[Reason, ...]:
    placed, accelerator = way.placement, way.accelerator
    free = f"{_gb(way.usable_bytes)} of {_gb(accelerator.total_bytes)} may be used"
    need = f"it needs {_gb(placed.device_bytes)}"
    why_offload = {
        Offload.NONE: f"{need} with all weights on the device; {free}",
        Offload.BY_PART: f"{need} with one part on the device at a time; {free}",
        Offload.BY_LAYER: f"{need} with two layers on the device at a time; {free}",
    }[placed.offload]
    passes = f"{placed.frames_per_pass} frames of {placed.render_size}"
    decoding = f"{placed.decode_frames} decoded together"
    decoding += ", in tiles" if placed.tiled_decoding else ""
    return (
        Reason(topic="device", choice=accelerator.device, because=f"{accelerator.name}, {free}"),
        Reason(topic="precision", choice=placed.precision, because=_why_precision(way)),
        Reason(topic="offload", choice=placed.offload, because=why_offload),
        Reason(
            topic="passes",
            choice=passes,
            because=f"{batch} side by side, {decoding}: what the model makes best in this memory",
        ),
    )


def _why_precision(way: _Way) -> str:
    capability = way.accelerator.compute_capability
    told = f"compute capability {capability[0]}.{capability[1]}; " if capability else ""
    has = ", ".join(way.accelerator.precisions)
    rest = {
        Precision.FP8: "weights take half the memory",
        Precision.FP32: "for want of fewer bits, or because fewer failed",
    }.get(way.placement.precision, "the best of the model's formats that it has")
    return f"{told}{way.accelerator.name} computes in {has}; {rest}"


def _post_reason(placed: Placement, line: Timeline, choice: TargetChoice) -> Reason:
    steps = []
    target = choice.target
    if line.frame_rate != target.frame_rate:
        steps.append(f"retime {rate_text(line.frame_rate)} to {rate_text(target.frame_rate)}")
    if placed.render_size != target.size:
        steps.append(f"resize {placed.render_size} to {target.size}")
    return Reason(
        topic="after the model",
        choice=", ".join(steps) or "nothing",
        because="the model's own size and rate differ from the video's"
        if steps
        else "the model makes what the video needs",
    )


def _gb(count: int) -> str:
    return f"{count / 1e9:.1f} GB"
