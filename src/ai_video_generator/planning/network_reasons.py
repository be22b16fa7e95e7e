"""Why a network runs where and how it does, in sentences with their numbers."""

from ai_video_generator.hardware.facts import Precision
from ai_video_generator.media.timeline import Timeline, rate_text
from ai_video_generator.planning.network_ways import Way, gb_text
from ai_video_generator.planning.placement import Placement
from ai_video_generator.planning.plan import Offload, Reason
from ai_video_generator.planning.target_choice import TargetChoice


def device_reasons(way: Way, batch: int) -> tuple[Reason, ...]:
    """Explain device, number format, offload and passes."""
    placed, accelerator = way.placement, way.accelerator
    free = f"{gb_text(way.usable_bytes)} of {gb_text(accelerator.total_bytes)} may be used"
    need = f"it needs {gb_text(placed.device_bytes)}"
    why_offload = {
        Offload.NONE: f"{need} with all weights on the device; {free}",
        Offload.BY_PART: f"{need} with one part on the device at a time; {free}",
        Offload.BY_LAYER: f"{need} with two layers on the device at a time; {free}",
    }[placed.offload]
    passes = f"{placed.frames_per_pass} frames of {placed.render_size}"
    decoding = f"{placed.decode_frames} decoded together"
    decoding += ", in tiles" if placed.tiled_decoding else ""
    how = way.work.model.how
    return (
        *([Reason(topic="picture", choice="conditions the model", because=how)] if how else ()),
        Reason(topic="device", choice=accelerator.device, because=f"{accelerator.name}, {free}"),
        Reason(topic="precision", choice=placed.precision, because=_why_precision(way)),
        Reason(topic="offload", choice=placed.offload, because=why_offload),
        Reason(
            topic="passes",
            choice=passes,
            because=f"{batch} side by side, {decoding}: what the model makes best in this memory",
        ),
    )


def _why_precision(way: Way) -> str:
    capability = way.accelerator.compute_capability
    told = f"compute capability {capability[0]}.{capability[1]}; " if capability else ""
    has = ", ".join(way.accelerator.precisions)
    rest = {
        Precision.FP8: "weights take half the memory",
        Precision.FP32: "for want of fewer bits, or because fewer failed",
    }.get(way.placement.precision, "the best of the model's formats that it has")
    return f"{told}{way.accelerator.name} computes in {has}; {rest}"


def post_reason(placed: Placement, line: Timeline, choice: TargetChoice) -> Reason:
    """Explain what is done to the frames of a network."""
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
