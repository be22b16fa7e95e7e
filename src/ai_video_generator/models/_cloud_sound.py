"""A shot's part of the sound, for a model that follows it."""

import io
import wave
from fractions import Fraction
from pathlib import Path

import numpy as np

from ai_video_generator.media.audio_processor import AudioProcessor

_RATE_HZ = 32_000
# Mono at this rate holds all of a beat and most of a voice: 15 s are 1 MB, below what fits inline.
_FULL_SCALE = 32_767


def part_of_sound(path: Path, start_s: Fraction, duration_s: Fraction) -> bytes:
    """A WAV file of a part of a sound, mono, 16 bit; silence where the sound has ended.

    Args:
        path: The sound.
        start_s: Where the part begins.
        duration_s: Its length.

    Raises:
        AudioUnreadableError: When the sound cannot be decoded.
    """
    first, count = round(start_s * _RATE_HZ), round(duration_s * _RATE_HZ)
    part, at = np.zeros(count, np.float32), 0
    for block in AudioProcessor().decode(path, sample_rate_hz=_RATE_HZ, channel_count=1):
        samples = block[0]
        low, high = max(first, at), min(first + count, at + len(samples))
        if low < high:
            part[low - first : high - first] = samples[low - at : high - at]
        at += len(samples)
        if at >= first + count:
            break
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(_RATE_HZ)
        sound.writeframes((np.clip(part, -1, 1) * _FULL_SCALE).astype("<i2").tobytes())
    return file.getvalue()
