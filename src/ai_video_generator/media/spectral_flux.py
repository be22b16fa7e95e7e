"""How much louder each band of the spectrum becomes from step to step: where notes begin.

SuperFlux (S. Boeck, G. Widmer: Maximum filter vibrato suppression for onset detection, DAFx 2013):
a rise counts only above the loudest neighbouring band of two steps before, so that a gliding or
trembling voice is no row of onsets.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

BAND_COUNT = 40
# About three to an octave in the middle; twice as many found the same beats at twice the cost.

LAG_STEPS = 2
# The paper compares over a third of its window; two steps of 10 ms are half of ours, which the
# logarithm makes steep again.

_MIN_HZ, _MAX_HZ = 30.0, 11_000.0
# From the lowest bass to above cymbals' strongest part.

_COMPRESSION = 10_000.0
# Below -80 dB of full scale in a band a rise counts less and less: that is hiss, not music.


@cache
def band_filters(fft_size: int, sample_rate_hz: int) -> NDArray[np.float32]:
    """Triangles of equal height on the mel scale.

    Returns:
        ``(fft_size // 2 + 1, BAND_COUNT)``, float32; each column sums to 1.
    """
    edges_hz = _hz(np.linspace(_mel(_MIN_HZ), _mel(_MAX_HZ), BAND_COUNT + 2))
    bins_hz = np.fft.rfftfreq(fft_size, 1 / sample_rate_hz)[:, None]
    # The lowest triangles would fall between two bins of the transform; none is narrower than one.
    width_hz = sample_rate_hz / fft_size
    rising = (bins_hz - edges_hz[:-2]) / np.maximum(edges_hz[1:-1] - edges_hz[:-2], width_hz)
    falling = (edges_hz[2:] - bins_hz) / np.maximum(edges_hz[2:] - edges_hz[1:-1], width_hz)
    triangles = np.maximum(0, np.minimum(rising, falling))
    return np.asarray(triangles / triangles.sum(axis=0), np.float32)


def band_centres_hz() -> NDArray[np.float64]:
    """Where each band is strongest, ``(BAND_COUNT,)``, in hertz."""
    return _hz(np.linspace(_mel(_MIN_HZ), _mel(_MAX_HZ), BAND_COUNT + 2))[1:-1]


def compressed(magnitudes: NDArray[np.float32]) -> NDArray[np.float32]:
    """Magnitudes (1.0 = full scale) on a logarithmic scale that begins at 0 and ends at 4."""
    return np.asarray(np.log10(1 + np.float32(_COMPRESSION) * magnitudes), np.float32)


def superflux(bands: NDArray[np.float32]) -> NDArray[np.float32]:
    """The rise of each band.

    Args:
        bands: Compressed magnitudes, ``(LAG_STEPS + step_count, band_count)``, float32; the first
            rows are the steps before.

    Returns:
        ``(step_count, band_count)``, float32, 0 and up.
    """
    before = bands[:-LAG_STEPS]
    loudest = before.copy()
    np.maximum(loudest[:, 1:], before[:, :-1], out=loudest[:, 1:])
    np.maximum(loudest[:, :-1], before[:, 1:], out=loudest[:, :-1])
    return np.asarray(np.maximum(bands[LAG_STEPS:] - loudest, 0), np.float32)


def _mel(hz: float) -> float:
    """The mel scale of O'Shaughnessy (1987)."""
    return 2_595 * float(np.log10(1 + hz / 700))


def _hz(mel: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(700 * (10 ** (mel / 2_595) - 1))
