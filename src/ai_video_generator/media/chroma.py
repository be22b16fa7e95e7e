"""Which of the twelve pitch classes sound, whatever the octave."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from ai_video_generator.media.narrow_product import narrow_product

PITCH_CLASS_COUNT = 12

_A4_HZ = 440.0
_MIN_HZ, _MAX_HZ = 100.0, 2_000.0
# Below, semitones are closer than the bins of a transform of 0.17 s; above are overtones.

_HALF_WIDTH = 0.5
# Semitones: a bin speaks for the nearest semitone only, less the further it is off.


@cache
def pitch_class_filters(fft_size: int, sample_rate_hz: int) -> NDArray[np.float32]:
    """How much each bin of a Fourier transform speaks for each pitch class, A first.

    Returns:
        ``(fft_size // 2 + 1, PITCH_CLASS_COUNT)``, float32, 0..1.
    """
    bins_hz = np.fft.rfftfreq(fft_size, 1 / sample_rate_hz)
    filters = np.zeros((len(bins_hz), PITCH_CLASS_COUNT), np.float32)
    heard = np.flatnonzero((bins_hz >= _MIN_HZ) & (bins_hz <= _MAX_HZ))
    pitch = 12 * np.log2(bins_hz[heard] / _A4_HZ)
    nearest = np.round(pitch).astype(np.int64)
    weight = np.cos(np.pi / 2 * np.abs(pitch - nearest) / _HALF_WIDTH)
    filters[heard, nearest % PITCH_CLASS_COUNT] = weight
    return filters


def pitch_classes(magnitudes: NDArray[np.float32], sample_rate_hz: int) -> NDArray[np.float32]:
    """Sum up what sounds in each pitch class; only peaks of the spectrum are tones.

    Args:
        magnitudes: Fourier magnitudes, ``(step_count, fft_size // 2 + 1)``, float32.
        sample_rate_hz: Samples a second.

    Returns:
        ``(step_count, PITCH_CLASS_COUNT)``, float32, 0 and up, in the unit of the magnitudes.
    """
    peaks = np.zeros_like(magnitudes)
    middle = magnitudes[:, 1:-1]
    is_peak = (middle > magnitudes[:, :-2]) & (middle >= magnitudes[:, 2:])
    peaks[:, 1:-1] = np.where(is_peak, middle, 0)
    fft_size = 2 * (magnitudes.shape[1] - 1)
    return narrow_product(peaks, pitch_class_filters(fft_size, sample_rate_hz))
