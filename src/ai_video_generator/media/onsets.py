"""Where notes and strokes begin: the tops of the curve of rising loudness.

Peak picking after S. Boeck, F. Krebs and M. Schedl (Evaluating the online capabilities of onset
detection methods, ISMIR 2012): an onset is the largest value around it, and stands out of the mean.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_LARGEST_STEPS = 3
# Two onsets within 30 ms are heard as one.

_BEFORE_STEPS, _AFTER_STEPS = 10, 7
# The mean is taken over 100 ms before and 70 ms after, as in the paper.

_ABOVE_MEAN = 0.05
# How far it stands out, in tenfold steps of loudness, mean over the bands: 1 dB.

_STRONG_PERCENTILE = 95.0
# The strongest twentieth of onsets counts as 1, so that one cymbal does not hide the rest.


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Onsets:
    """Where something begins to sound.

    Attributes:
        times_s: ``(onset_count,)``, float64, ascending.
        strengths: Relative to the strong onsets of this sound, ``(onset_count,)``, float32, 0..1.
    """

    times_s: NDArray[np.float64]
    strengths: NDArray[np.float32]


def onsets_of(flux: NDArray[np.float32], *, step_s: float) -> Onsets:
    """Pick the onsets.

    Args:
        flux: Mean rise of all bands in each step, ``(step_count,)``, float32.
        step_s: Length of a step in seconds.
    """
    count = len(flux)
    around = np.pad(flux, _LARGEST_STEPS)
    largest = flux.copy()
    for shift in range(2 * _LARGEST_STEPS + 1):
        np.maximum(largest, around[shift : shift + count], out=largest)
    sums = np.concatenate([[0.0], np.cumsum(flux, dtype=np.float64)])
    steps = np.arange(count)
    start, end = np.maximum(steps - _BEFORE_STEPS, 0), np.minimum(steps + _AFTER_STEPS, count - 1)
    mean = (sums[end + 1] - sums[start]) / (end + 1 - start)
    tops = np.flatnonzero((flux == largest) & (flux >= mean + _ABOVE_MEAN))
    # Of equal neighbours the first is the onset.
    tops = tops[np.diff(tops, prepend=-_LARGEST_STEPS - 1) > _LARGEST_STEPS]
    if not len(tops):
        return Onsets(times_s=np.empty(0), strengths=np.empty(0, np.float32))
    strong = np.float32(np.percentile(flux[tops], _STRONG_PERCENTILE))
    return Onsets(
        times_s=np.asarray(tops * step_s, np.float64), strengths=np.minimum(flux[tops] / strong, 1)
    )
