"""Where and how a network can run: every way that is worth trying, the best first."""

from dataclasses import dataclass
from functools import lru_cache
from math import ceil

from ai_video_generator.config.hardware_config import (
    CONTEXT_BYTES,
    DECODE_FRAMES,
    DEVICE_MARGIN_BYTES,
    DEVICE_MARGIN_SHARE,
    PEAK_SHARES,
    RENDER_SCALES,
    SHORT_PASS_LOSS,
    TILE_PX,
    UNKNOWN_TERAFLOPS,
    WEIGHT_SCALES,
    WEIGHTS_BYTES_PER_S,
    WORKING_SCALES,
)
from ai_video_generator.config.model_config import ModelSpec, NetworkProfile
from ai_video_generator.hardware.facts import Accelerator, Precision
from ai_video_generator.media.resolution import Resolution
from ai_video_generator.planning.chunking import fitting_pass
from ai_video_generator.planning.plan import Offload

_SLOWDOWNS: dict[Offload, float] = {
    Offload.NONE: 1.0,
    Offload.BY_PART: 1.2,
    Offload.BY_LAYER: 2.5,
}
# Parts move once a pass, layers at every step, over a bus of 10 to 25 GB/s. Not measured.
_COMPACT_SLOWDOWN = 1.25
# FP8 weights are widened before they are used. Not measured.

_AREA = 1280 * 720
# Pixels of the frames of a network that has no native size.


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """One way to run a network on a device.

    Attributes:
        quality_loss: What it takes from the model's quality.
        precision: Number format of its weights.
        offload: What of it waits in RAM.
        render_size: Size of the frames it makes.
        frames_per_pass: Frames it makes at once.
        decode_frames: Frames decoded together.
        tiled_decoding: Whether a frame is decoded tile by tile.
        weights_bytes: What its weights take on the device.
        working_bytes: What one pass takes beside them.
        ram_bytes: What of its weights is in RAM.
        slowdown: Time it takes beside the quickest way.
        teraflop_per_pass: 10^12 operations of one pass.
        load_s: Seconds to read its weights.
    """

    quality_loss: int
    precision: Precision
    offload: Offload
    render_size: Resolution
    frames_per_pass: int
    decode_frames: int
    tiled_decoding: bool
    weights_bytes: int
    working_bytes: int
    ram_bytes: int
    slowdown: float
    teraflop_per_pass: float
    load_s: float

    @property
    def device_bytes(self) -> int:
        """Peak memory on the device, one pass at a time."""
        return CONTEXT_BYTES + self.weights_bytes + self.working_bytes


def usable_bytes(accelerator: Accelerator, reserved_bytes: int = 0) -> int:
    """Memory of a device that a plan may fill: what is free, less the margin; at least 0."""
    margin = max(DEVICE_MARGIN_BYTES, ceil(DEVICE_MARGIN_SHARE * accelerator.total_bytes))
    return max(0, accelerator.free_bytes - margin - reserved_bytes)


def pass_seconds(placement: Placement, accelerator: Accelerator) -> float:
    """Time that a pass takes on a device, from the device's peak; a rough estimate."""
    peak = accelerator.teraflops or UNKNOWN_TERAFLOPS
    share = PEAK_SHARES[placement.precision]
    return placement.teraflop_per_pass * placement.slowdown / (peak * share)


def batch_size(placement: Placement, spec: ModelSpec, free_bytes: int, passes: int) -> int:
    """Passes that fit side by side, from 1 to the model's own limit and to all there are."""
    room = free_bytes - placement.device_bytes
    extra = max(0, room // placement.working_bytes)
    return max(1, min(spec.max_batch_size, passes, 1 + extra))


@lru_cache(maxsize=4096)
def placements(
    spec: ModelSpec,
    precisions: tuple[Precision, ...],
    shape: Resolution,
    *,
    shares_ram: bool,
    lowvram: bool,
) -> tuple[Placement, ...]:
    """Ways to run a network, the best first; of one size each takes less of the device.

    First more and more of the weights wait in RAM, then passes become shorter, then frames smaller:
    what costs only time comes before what is seen. The last one may be in 32 bits, for a network
    that returns no numbers in fewer.

    Args:
        spec: A model with a network.
        precisions: Formats that the device computes in.
        shape: The frames have the shape of this size; where the model has no native size they are
            no larger.
        shares_ram: Whether the device's memory is RAM, so that nothing is gained by moving weights.
        lowvram: Whether only the ways that take least are wanted.
    """
    network = spec.network
    if network is None:
        return ()
    wanted = _precisions(spec, precisions)
    found: list[Placement] = []
    modes = _modes(wanted, shares_ram=shares_ram, lowvram=lowvram)
    for scale, loss in RENDER_SCALES.items():
        size = _render_size(spec, shape, scale)
        least = None
        for short, frames in enumerate(_passes(spec)):
            for offload, precision in modes:
                placed = _placed(
                    network,
                    precision,
                    offload,
                    size=size,
                    frames=frames,
                    quality_loss=loss + short * SHORT_PASS_LOSS,
                )
                if least is None or placed.device_bytes < least:
                    found.append(placed)
                    least = placed.device_bytes
    if Precision.FP32 not in wanted and Precision.FP32 in precisions:
        first = found[0]
        precise = _placed(
            network,
            Precision.FP32,
            modes[-1][0],
            size=first.render_size,
            frames=first.frames_per_pass,
            quality_loss=first.quality_loss,
        )
        found.append(precise)
    return tuple(found)


def _precisions(spec: ModelSpec, precisions: tuple[Precision, ...]) -> tuple[Precision, ...]:
    """The model's best format that the device has, and FP8 where both have it."""
    shared = [one for one in spec.precisions if one in precisions and one is not Precision.FP8]
    best = shared[0] if shared else Precision.FP32
    compact = Precision.FP8 in spec.precisions and Precision.FP8 in precisions
    return (best, Precision.FP8) if compact else (best,)


def _modes(
    precisions: tuple[Precision, ...], *, shares_ram: bool, lowvram: bool
) -> tuple[tuple[Offload, Precision], ...]:
    """Offloads and formats, the quickest first."""
    offloads = [Offload.NONE] if shares_ram else list(Offload)
    if lowvram:
        offloads = offloads[-1:]
    return tuple((offload, precision) for offload in offloads for precision in precisions)


def _render_size(spec: ModelSpec, shape: Resolution, scale: float) -> Resolution:
    """The model's native area in this shape, its sides scaled."""
    area = spec.native_size.pixel_count if spec.native_size else min(_AREA, shape.pixel_count)
    width = (area * shape.aspect) ** 0.5 * scale
    size = Resolution(max(1, round(width)), max(1, round(width / shape.aspect)))
    return size.snapped(spec.size_multiple_px)


def _passes(spec: ModelSpec) -> tuple[int, ...]:
    """Lengths of a pass: the native one, and half of it."""
    frames = fitting_pass(spec.frames_per_pass or 1, spec.frame_step)
    half = fitting_pass(max(1, frames // 2), spec.frame_step)
    return (frames, half) if half < frames else (frames,)


def _placed(
    network: NetworkProfile,
    precision: Precision,
    offload: Offload,
    *,
    size: Resolution,
    frames: int,
    quality_loss: int,
) -> Placement:
    weights = {
        Offload.NONE: network.weights_bytes,
        Offload.BY_PART: network.largest_part_bytes,
        Offload.BY_LAYER: network.kept_bytes + 2 * network.largest_layer_bytes,
    }[offload]
    scale, working = WEIGHT_SCALES[precision], WORKING_SCALES[precision]
    step = network.step_bytes_per_pixel * size.pixel_count * frames
    per_frame = network.decode_bytes_per_pixel * size.pixel_count
    together = next((n for n in DECODE_FRAMES if n <= frames and n * per_frame <= step), 1)
    tiled = network.can_tile and together == 1 and per_frame > step
    decode = min(per_frame, network.decode_bytes_per_pixel * TILE_PX**2) if tiled else per_frame
    in_ram = network.largest_part_bytes if offload is Offload.NONE else network.weights_bytes
    compact = precision is Precision.FP8
    return Placement(
        quality_loss=quality_loss,
        precision=precision,
        offload=offload,
        render_size=size,
        frames_per_pass=frames,
        decode_frames=together,
        tiled_decoding=tiled,
        weights_bytes=ceil(weights * scale),
        working_bytes=ceil(max(step, decode * together) * working),
        ram_bytes=ceil(in_ram * scale),
        slowdown=_SLOWDOWNS[offload] * (_COMPACT_SLOWDOWN if compact else 1.0),
        teraflop_per_pass=network.teraflop_per_megapixel * size.pixel_count * frames / 1e6,
        load_s=network.weights_bytes * scale / WEIGHTS_BYTES_PER_S,
    )
