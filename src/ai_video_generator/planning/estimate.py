"""What a plan will cost: time, memory, disk, money; and what each figure rests on."""

from dataclasses import dataclass
from math import ceil

from ai_video_generator.config.choices import Codec, Quality
from ai_video_generator.config.hardware_config import CHUNK_BYTES_PER_PIXEL, PARALLEL_SHARE
from ai_video_generator.config.model_config import ModelSpec
from ai_video_generator.config.video_codecs import EncoderSettings, EncoderSpec, encoders_of
from ai_video_generator.hardware.facts import CLOUD, PROCESSOR, Accelerator, Precision
from ai_video_generator.media.resolution import Resolution
from ai_video_generator.media.timeline import Timeline
from ai_video_generator.planning.chunking import pass_count
from ai_video_generator.planning.history import History, JobRecord, Speed
from ai_video_generator.planning.placement import Placement, pass_seconds
from ai_video_generator.planning.plan import Basis, EncoderChoice, Estimate, Offload, Plan

_SOUND_BITS_PER_S = 192_000
# What sound is encoded with where it is not copied; copied MP3 and AAC are seldom more.
_DETAIL_SHARE = 2.0
# A meadow took 3 times the bits of the soft photo that the encoders were measured with; twice is in
# the middle.
_RATE_OF_BITS = 30
# The encoders were measured at this rate; the same move in fewer frames has larger steps and as
# many bits a second.
_RELEASE_SPREAD, _ESTIMATE_SPREAD = 2.0, 4.0
# A processor is up to twice as fast or slow as the release's, core for core. What a GPU reaches of
# its peak differs more.
_SPEED_SOURCES = ("benchmarks/speed.json", "benchmarks/encoders.json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One job as far as its cost depends on it.

    Attributes:
        model: What makes the frames.
        encoder: What compresses them.
        quality: Chooses the encoder's settings.
        cores: Cores worth of time that are used, above 0.
        workers: Frames made at the same time.
        speed: What earlier jobs teach of this model, device and encoder; None when there were none.
        has_sound: Whether the file holds the sound.
    """

    model: ModelSpec
    encoder: EncoderSpec
    quality: Quality
    cores: float
    workers: int
    speed: Speed | None
    has_sound: bool

    @property
    def settings(self) -> EncoderSettings:
        """How the encoder is set."""
        return self.encoder.settings[self.quality]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seconds:
    """A time, its range and what it rests on."""

    likely: float
    low: float
    high: float
    basis: Basis


def speed_key(model: str, encoder: EncoderChoice, placed: str = "") -> str:
    """Under which name the measured speed of a model with an encoder is kept.

    ``model/encoder`` for the settings that most jobs use; the options follow where a quality has
    settings of its own, because those may be several times slower. ``placed`` says where and how a
    network ran, and the encoder matters little beside it.
    """
    if placed:
        return f"{model}/{placed}"
    usual = {
        spec.name: dict(spec.settings[Quality.AUTO].options) for spec in encoders_of(encoder.codec)
    }
    key = f"{model}/{encoder.name}"
    if usual.get(encoder.name) == encoder.options:
        return key
    return f"{key}/" + ",".join(f"{name}={value}" for name, value in encoder.options.items())


def placement_key(device: str, precision: Precision, offload: Offload) -> str:
    """Where and how a network runs, as part of the name that its speed is kept under."""
    return f"{device}/{precision}/{offload}"


def job_done(plan: Plan, seconds: float, *, cores: float) -> tuple[str, JobRecord] | None:
    """What a finished job teaches, and the name that it is kept under; None when nothing.

    Args:
        plan: How it was done.
        seconds: Wall time that it took.
        cores: Cores that it could have used.
    """
    if plan.device == CLOUD:
        # How long others took says nothing about this machine.
        return None
    frames = plan.render_timeline.frame_count
    if plan.frames_per_pass is not None:
        frames = pass_count(frames, plan.frames_per_pass) * plan.frames_per_pass
    megapixels = plan.render_size.pixel_count * frames / 1e6
    if plan.device != PROCESSOR:
        key = speed_key(
            plan.model, plan.encoder, placement_key(plan.device, plan.precision, plan.offload)
        )
        return key, JobRecord(megapixels=megapixels, seconds=seconds)
    if plan.render_size != plan.output_size:
        return None
    used = min(1.0, plan.encoder.threads / cores, plan.worker_count / cores)
    key = speed_key(plan.model, plan.encoder)
    return key, JobRecord(megapixels=megapixels, seconds=seconds * used)


def known_speed(history: History, key: str, *, machine_cores: float, cores: float) -> Speed | None:
    """The measured speed, where a job uses only some of the machine's cores."""
    speed = history.speeds.get(key)
    if speed is None or cores == machine_cores:
        return speed
    scale = machine_cores / cores
    return Speed(
        start_s=speed.start_s * scale,
        seconds_per_megapixel=speed.seconds_per_megapixel * scale,
        spread=speed.spread,
        record_count=speed.record_count,
    )


def processor_seconds(work: Work, size: Resolution, frame_count: float) -> float:
    """Likely wall time of what the processor does: draw or resize frames, compress them."""
    megapixels = size.pixel_count * frame_count / 1e6
    if work.speed is not None and work.model.network is None:
        return work.speed.seconds(megapixels)
    cpu_s = work.model.cpu_seconds_per_megapixel + work.settings.cpu_seconds_per_megapixel
    return megapixels * cpu_s / (work.cores * PARALLEL_SHARE)


def network_seconds(
    work: Work, placement: Placement, accelerator: Accelerator, frame_count: int
) -> float:
    """Likely wall time of what a network does: loading and all passes."""
    passes = pass_count(frame_count, placement.frames_per_pass)
    frames = passes * placement.frames_per_pass
    if work.speed is not None:
        return work.speed.seconds(placement.render_size.pixel_count * frames / 1e6)
    return placement.load_s + passes * pass_seconds(placement, accelerator)


def ranged(work: Work, likely: float) -> Seconds:
    """A time with its range."""
    if work.speed is not None:
        spread, basis = 1 + work.speed.spread, Basis.HERE
    elif work.model.cloud is not None:
        spread, basis = _ESTIMATE_SPREAD, Basis.ESTIMATE
    elif work.model.network is None:
        spread, basis = _RELEASE_SPREAD, Basis.RELEASE
    else:
        is_measured = work.model.network.is_measured
        spread = _RELEASE_SPREAD if is_measured else _ESTIMATE_SPREAD
        basis = Basis.RELEASE if is_measured else Basis.ESTIMATE
    return Seconds(likely=likely, low=likely / spread, high=likely * spread, basis=basis)


def file_bytes(work: Work, size: Resolution, timeline: Timeline) -> int:
    """Size of the finished file."""
    bits_per_s = work.settings.bits_per_pixel * size.pixel_count * _DETAIL_SHARE
    # GIF compresses every frame by itself; the others spend bits on change.
    is_gif = work.encoder.codec is Codec.GIF
    bits_per_s *= float(timeline.frame_rate) if is_gif else _RATE_OF_BITS
    bits_per_s += _SOUND_BITS_PER_S if work.has_sound else 0
    return ceil(bits_per_s * float(timeline.duration_s) / 8)


def ram_bytes(work: Work, size: Resolution, render_size: Resolution | None = None) -> int:
    """Peak memory of a job, without a network's weights.

    Args:
        work: The job.
        size: Size of the video.
        render_size: Size of the frames that are made; None makes them of the video's.
    """
    memory = work.model.memory
    per_pixel = memory.bytes_per_pixel + work.workers * memory.bytes_per_worker_pixel
    drawn = per_pixel * (render_size or size).pixel_count
    return memory.fixed_bytes + ceil(drawn + work.settings.ram_bytes_per_pixel * size.pixel_count)


def estimated(
    work: Work,
    *,
    seconds: Seconds,
    size: Resolution,
    timeline: Timeline,
    ram: int,
    placement: Placement | None = None,
    batch: int = 1,
    render_frame_count: int = 0,
) -> Estimate:
    """Put the figures of a plan together.

    Args:
        work: The job.
        seconds: Its time.
        size: Size of the video.
        timeline: Its frames.
        ram: Peak memory of the processes.
        placement: Where and how a network runs; None without one.
        batch: Passes side by side.
        render_frame_count: Frames that a network makes.
    """
    device = work_bytes = 0
    sources: list[str] = [work.model.memory.source, *_SPEED_SOURCES]
    if placement is not None and work.model.network is not None:
        device = placement.device_bytes + (batch - 1) * placement.working_bytes
        pixels = placement.render_size.pixel_count * render_frame_count
        work_bytes = ceil(pixels * CHUNK_BYTES_PER_PIXEL)
        sources.insert(0, work.model.network.source)
    return Estimate(
        device_bytes=device,
        ram_bytes=ram,
        disk_bytes=file_bytes(work, size, timeline),
        work_bytes=work_bytes,
        seconds=seconds.likely,
        seconds_low=seconds.low,
        seconds_high=seconds.high,
        cost_usd=work.model.usd_per_video_second * float(timeline.duration_s),
        basis=seconds.basis,
        sources=tuple(dict.fromkeys(sources)),
    )
