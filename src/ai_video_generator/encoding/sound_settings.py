"""How a sound is encoded when it cannot be copied: codec, rate, channels, bit rate."""

from dataclasses import dataclass

from ai_video_generator.media.sound import SoundInfo
from ai_video_generator.media.sound_resampler import standard_layout

_AAC_RATES_HZ = frozenset(
    {8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 64_000, 88_200, 96_000}
)
# Rates that AAC has an index for (ISO/IEC 14496-3, table 1.18), without 7350, which players
# mistreat.

_COMMON_RATE_HZ = 48_000
# What video sound is made at; the only rate that Opus decodes to (RFC 7845, section 5.1).

_CHANNEL_COUNTS = {"mono": 1, "stereo": 2, "5.1": 6}

_BIT_RATES = {
    "aac": {"mono": 128_000, "stereo": 192_000, "5.1": 448_000},
    "opus": {"mono": 96_000, "stereo": 160_000, "5.1": 320_000},
}
# Above the rates at which listening tests stop hearing a difference (Opus 128 kb/s, AAC 160 kb/s
# stereo).

_AAC_BITS_PER_SAMPLE = 6
# The decoder's input buffer is 6144 bits a channel and frame (ISO/IEC 14496-3, 4.5.3): more is
# refused at low rates.

ENCODERS = {"aac": "aac", "opus": "libopus"}
# FFmpeg's names of the encoders.


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundSettings:
    """Settings of a sound encoder.

    Attributes:
        codec: "aac" or "opus".
        sample_rate_hz: Samples a second to encode at.
        layout: FFmpeg's name of the channel layout: "mono", "stereo" or "5.1".
        bit_rate: Bits a second.
        changes: What becomes of the sound besides, in words; empty when rate and channels are kept.
    """

    codec: str
    sample_rate_hz: int
    layout: str
    bit_rate: int
    changes: tuple[str, ...]


def sound_settings(info: SoundInfo, container: str) -> SoundSettings:
    """Settings for a sound in a container: AAC in MP4 and MOV, Opus in Matroska and WebM.

    Args:
        info: The sound, measured.
        container: "mp4", "mov", "mkv" or "webm".
    """
    codec = "opus" if container in {"mkv", "webm"} else "aac"
    keeps_rate = codec == "aac" and info.sample_rate_hz in _AAC_RATES_HZ
    rate_hz = info.sample_rate_hz if keeps_rate else _COMMON_RATE_HZ
    layout = standard_layout(info.channel_count)
    bit_rate = _BIT_RATES[codec][layout]
    if codec == "aac":
        bit_rate = min(bit_rate, _AAC_BITS_PER_SAMPLE * _CHANNEL_COUNTS[layout] * rate_hz)
    changes = []
    if rate_hz != info.sample_rate_hz:
        changes.append(f"resampled from {info.sample_rate_hz} to {rate_hz} Hz")
    if info.channel_count != _CHANNEL_COUNTS[layout]:
        changes.append(f"its {info.channel_count} channels mixed to {layout}")
    return SoundSettings(
        codec=codec,
        sample_rate_hz=rate_hz,
        layout=layout,
        bit_rate=bit_rate,
        changes=tuple(changes),
    )
