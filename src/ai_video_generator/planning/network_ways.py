"""Ways to run a network on one device: those that fit it, and why the others do not."""

from collections.abc import Iterable
from dataclasses import dataclass

from ai_video_generator.config.hardware_config import RUNGS, TIME_MARGIN, model_budget
from ai_video_generator.config.model_config import ModelSpec
from ai_video_generator.hardware.facts import Accelerator
from ai_video_generator.media.resolution import Resolution
from ai_video_generator.media.timeline import clock_text
from ai_video_generator.planning.estimate import (
    Work,
    network_seconds,
    placement_key,
    ram_bytes,
)
from ai_video_generator.planning.frame_work import FrameWork
from ai_video_generator.planning.placement import Placement, placements, usable_bytes
from ai_video_generator.planning.plan import Rejection


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
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
        return (self.placement.quality_loss, self.seconds, self.order)

    @property
    def network_ram_bytes(self) -> int:
        """RAM that the network takes; where the device has none of its own, all that it needs."""
        placed = self.placement
        return placed.device_bytes if self.accelerator.shares_ram else placed.ram_bytes

    def ram_bytes(self, size: Resolution) -> int:
        """RAM that a video of this size takes."""
        return ram_bytes(self.work, size, self.placement.render_size) + self.network_ram_bytes


def ways_on(
    shared: FrameWork,
    spec: ModelSpec,
    accelerator: Accelerator,
    *,
    order: int,
    frames: int,
) -> tuple[list[Way], list[Rejection]]:
    """What fits on one device, and why the rest does not.

    Args:
        shared: What all plans of the job share.
        spec: A model with a network.
        accelerator: The device.
        order: Its place among all, the best first.
        frames: Frames to make.
    """
    request = shared.request
    torch = shared.facts.torch
    if spec.needs_torch and torch is not None and accelerator.device not in torch.devices:
        because = f"PyTorch {torch.version} cannot use {accelerator.name}; aivg doctor says why"
        return [], [Rejection(subject=f"{spec.name} on {accelerator.device}", because=because)]
    usable = usable_bytes(accelerator, request.reserve_vram_bytes)
    limit_s = network_limit_s(shared)
    placed = placements(
        spec,
        accelerator.precisions,
        request.size or RUNGS[-1].size,
        shares_ram=accelerator.shares_ram,
        lowvram=request.lowvram,
    )
    ways: list[Way] = []
    left: list[Way] = []
    for placement, work, seconds in _timed(shared, spec, accelerator, placed, frames):
        way = Way(
            placement=placement,
            accelerator=accelerator,
            order=order,
            usable_bytes=usable,
            work=work,
            seconds=seconds,
        )
        (ways if _fits(shared, way, limit_s) else left).append(way)
    if not left:
        return ways, []
    # The best of them, and the least where nothing fits, say all that a person can act on.
    told = [_rejection(shared, left[0], limit_s)]
    if not ways:
        least = min(left, key=lambda way: way.placement.device_bytes)
        told.append(_rejection(shared, least, limit_s))
    return ways, list(dict.fromkeys(told))


def _timed(
    shared: FrameWork,
    spec: ModelSpec,
    accelerator: Accelerator,
    placed: Iterable[Placement],
    frames: int,
) -> list[tuple[Placement, Work, float]]:
    """How long each placement takes.

    What was not measured is stretched as much as any measured placement of this model and device
    is against what was reckoned of it: else one that was measured would be passed over for one of
    which only the hopeful reckoning is known.
    """
    unlearned = shared.work(spec)
    if not shared.history.speeds:
        return [
            (one, unlearned, network_seconds(unlearned, one, accelerator, frames)) for one in placed
        ]
    found = []
    stretches = []
    for one in placed:
        key = placement_key(accelerator.device, one.precision, one.offload)
        work = shared.work(spec, key)
        seconds = network_seconds(work, one, accelerator, frames)
        if work.speed is not None:
            stretches.append(seconds / network_seconds(unlearned, one, accelerator, frames))
        found.append((one, work, seconds))
    stretch = max(stretches, default=1.0)
    return [
        (one, work, seconds if work.speed is not None else seconds * stretch)
        for one, work, seconds in found
    ]


def network_limit_s(shared: FrameWork) -> float | None:
    """Longest time that a network may compute."""
    limit = shared.request.time_limit_s
    if limit is not None:
        return limit
    budget = model_budget(shared.request.quality)
    return None if budget is None else budget * float(shared.request.sound_duration_s)


def _fits(shared: FrameWork, way: Way, limit_s: float | None) -> bool:
    """Whether device, time and, for the least video, RAM suffice."""
    in_time = limit_s is None or way.seconds * (1 + TIME_MARGIN) <= limit_s
    if not in_time or way.placement.device_bytes > way.usable_bytes:
        return False
    return way.ram_bytes(shared.targets.targets[0].size) <= shared.ram_usable_bytes


def _rejection(shared: FrameWork, way: Way, limit_s: float | None) -> Rejection:
    """Why a way does not fit."""
    need = way.placement.device_bytes
    ram = way.ram_bytes(shared.targets.targets[0].size)
    if need > way.usable_bytes:
        total = gb_text(way.accelerator.total_bytes)
        because = f"needs {gb_text(need)} and {gb_text(way.usable_bytes)} of {total} may be used"
    elif ram > shared.ram_usable_bytes:
        free = gb_text(shared.ram_usable_bytes)
        because = f"needs {gb_text(ram)} of RAM and {free} of the free may be used"
    else:
        because = f"would take {clock_text(way.seconds)} and {clock_text(limit_s or 0)} are allowed"
    return Rejection(subject=_subject(way), because=because)


def _subject(way: Way) -> str:
    placed = way.placement
    return (
        f"{way.work.model.name} on {way.accelerator.device}, {placed.precision}, "
        f"offload {placed.offload}, {placed.frames_per_pass} frames of {placed.render_size}"
    )


def gb_text(count: int) -> str:
    """Write bytes in gigabytes."""
    return f"{count / 1e9:.1f} GB"
