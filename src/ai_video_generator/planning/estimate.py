"""What a plan will cost: time, memory, disk."""

from collections.abc import Mapping
from math import ceil

from ai_video_generator.config.choices import Codec, Quality
from ai_video_generator.config.hardware_config import PARALLEL_SHARE
from ai_video_generator.config.model_config import ModelSpec
from ai_video_generator.config.video_codecs import EncoderSettings, EncoderSpec, encoders_of
from ai_video_generator.media.resolution import Resolution
from ai_video_generator.media.timeline import Timeline
from ai_video_generator.planning.plan import EncoderChoice, Estimate

_SOUND_BITS_PER_S = 192_000
# What sound is encoded with where it is not copied; copied MP3 and AAC are seldom more.
_DETAIL_SHARE = 2.0
# A meadow took 3 times the bits of the soft photo that the encoders were measured with; twice is in
# the middle.
_RATE_OF_BITS = 30
# The encoders were measured at this rate; the same move in fewer frames has larger steps and as
# many bits a second.


def speed_key(model: str, encoder: EncoderChoice) -> str:
    """Under which name the measured speed of a model with an encoder is kept.

    ``model/encoder`` for the settings that most jobs use; the options follow where a quality has
    settings of its own, because those may be several times slower.
    """
    usual = {
        spec.name: dict(spec.settings[Quality.AUTO].options) for spec in encoders_of(encoder.codec)
    }
    key = f"{model}/{encoder.name}"
    if usual.get(encoder.name) == encoder.options:
        return key
    return f"{key}/" + ",".join(f"{name}={value}" for name, value in encoder.options.items())


def estimated(
    *,
    model: ModelSpec,
    encoder: EncoderSpec,
    quality: Quality,
    speed: float | None,
    cores: float,
    size: Resolution,
    timeline: Timeline,
    has_sound: bool,
) -> Estimate:
    """What one way to do a job costs.

    Args:
        model: What makes the frames.
        encoder: What compresses them.
        quality: Chooses the encoder's settings.
        speed: Wall seconds for a million pixels of frames, measured on this machine; None when they
            were not.
        cores: Cores worth of time that are used, above 0.
        size: Size of the video.
        timeline: Its frames.
        has_sound: Whether the file holds the sound.
    """
    settings = encoder.settings[quality]
    pixels = size.pixel_count * timeline.frame_count
    measured = speed is not None
    if speed is None:
        cpu_s = model.cpu_seconds_per_megapixel + settings.cpu_seconds_per_megapixel
        speed = cpu_s / (cores * PARALLEL_SHARE)
    duration_s = float(timeline.duration_s)
    bits_per_s = settings.bits_per_pixel * size.pixel_count * _DETAIL_SHARE
    # GIF compresses every frame by itself; the others spend bits on change.
    bits_per_s *= float(timeline.frame_rate) if encoder.codec is Codec.GIF else _RATE_OF_BITS
    sound_bits_per_s = _SOUND_BITS_PER_S if has_sound else 0
    return Estimate(
        ram_bytes=ram_bytes(model, settings, size),
        disk_bytes=ceil((bits_per_s + sound_bits_per_s) * duration_s / 8),
        seconds=pixels / 1e6 * speed,
        measured=measured,
    )


def ram_bytes(model: ModelSpec, encoder: EncoderSettings, size: Resolution) -> int:
    """Peak memory of a job that makes frames of this size."""
    per_pixel = model.memory.bytes_per_pixel + encoder.ram_bytes_per_pixel
    return model.memory.fixed_bytes + ceil(per_pixel * size.pixel_count)


def known_speed(
    speeds: Mapping[str, float], key: str, *, machine_cores: float, cores: float
) -> float | None:
    """The measured wall seconds a megapixel, where a job uses only some of the machine's cores."""
    measured = speeds.get(key)
    return None if measured is None else measured * machine_cores / cores
