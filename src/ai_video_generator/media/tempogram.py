"""How fast the beat goes at each time: autocorrelation of onsets, and the smoothest way through it.

The autocorrelation tempogram is that of P. Grosche, M. Mueller, F. Kurth (Cyclic tempogram, ICASSP
2010); the way through it is found by dynamic programming (Viterbi), so that the tempo may drift or
step but does not jump between a tempo and its double with every bar.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MIN_BPM, MAX_BPM = 55.0, 215.0
# Music outside is counted at half or double its tempo by people too.

_TEMPO_COUNT = 160
# Steps of 0.9 %: finer than the beat tracker needs.

_WINDOW_S, _HOP_S = 8.0, 0.5
# Eight beats at 60 a minute; a step of tempo is found to within half of it.

_COMB = (1.0, 0.5, 1 / 3, 0.25)
# A beat repeats after one, two, three, four periods; the further the less sure.

_PREFERRED_BPM, _PREFERENCE_OCTAVES = 120.0, 1.0
# Where listeners tap when several tempos fit (L. van Noorden, D. Moelants: Resonance in the
# perception of musical pulse, 1999), as a bell on the logarithm.

_CHANGE_COST, _LARGEST_COST = 625.0, 12.0
# Cost of a change of tempo within a hop: 4 % costs 1, as much as a tempo that fits a sixth worse;
# a step of any height costs 12, two hops of the best against the worst.

_FIT_WEIGHT = 6.0
# What a hop of perfect fit is worth beside those costs.

_HOPS_AT_ONCE = 256
# Two minutes; their transforms take 8 MB.


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TempoCurve:
    """Tempo over time.

    Attributes:
        period_steps: Length of a beat at each step, ``(step_count,)``, float64.
        clarity: How well onsets repeat at that length, 0 (not at all) to 1, mean over the sound.
    """

    period_steps: NDArray[np.float64]
    clarity: float


def tempo_curve(onset: NDArray[np.float64], *, steps_per_s: float) -> TempoCurve:
    """Follow the tempo of an onset curve.

    Args:
        onset: Strength of onsets, ``(step_count,)``, float64, 0 and up, standard
            deviation 1.
        steps_per_s: Steps a second.
    """
    tempos_bpm = np.exp(np.linspace(np.log(MIN_BPM), np.log(MAX_BPM), _TEMPO_COUNT))
    lags = 60 * steps_per_s / tempos_bpm
    hop = round(_HOP_S * steps_per_s)
    fits = _tempogram(onset, lags, window=round(_WINDOW_S * steps_per_s), hop=hop)
    octaves = np.log2(tempos_bpm / _PREFERRED_BPM) / _PREFERENCE_OCTAVES
    path = _best_path(fits * np.exp(-0.5 * octaves**2), np.log(tempos_bpm))
    period_steps = np.interp(np.arange(len(onset)), np.arange(len(path)) * hop, lags[path])
    clarity = fits[np.arange(len(path)), path] / sum(_COMB)
    return TempoCurve(period_steps=period_steps, clarity=float(np.clip(clarity, 0, 1).mean()))


def _tempogram(
    onset: NDArray[np.float64], lags: NDArray[np.float64], *, window: int, hop: int
) -> NDArray[np.float64]:
    """Autocorrelation at each lag and its multiples, ``(hop_count, lag_count)``, 0 and up."""
    taper = np.hanning(window)
    size = 1 << (2 * window - 1).bit_length()
    shrinking = np.fft.irfft(np.square(np.abs(np.fft.rfft(taper, size))), size)[:window]
    # Where windows hardly overlap themselves, dividing by their overlap would blow up chance.
    scale = 1 / np.maximum(shrinking / shrinking[0], 0.02)
    padded = np.pad(onset, (window // 2, window))
    windows = np.lib.stride_tricks.sliding_window_view(padded, window)[: len(onset) : hop]
    picks = [_between(lags * (multiple + 1), window) for multiple in range(len(_COMB))]
    rows = []
    for start in range(0, len(windows), _HOPS_AT_ONCE):
        part = windows[start : start + _HOPS_AT_ONCE]
        # Without the mean, chance repeats nothing: noise has a clarity near 0.
        spectra = np.fft.rfft((part - part.mean(axis=1, keepdims=True)) * taper, size, axis=1)
        again = np.fft.irfft(np.square(np.abs(spectra)), size, axis=1)[:, :window]
        again *= scale / np.maximum(again[:, :1], 1e-9)
        combed = np.zeros((len(again), len(lags)))
        for weight, (lower, share) in zip(_COMB, picks, strict=True):
            combed += weight * ((1 - share) * again[:, lower] + share * again[:, lower + 1])
        rows.append(np.maximum(combed, 0))
    return np.concatenate(rows)


def _between(
    lags: NDArray[np.float64], window: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The whole lag below each, and how far towards the next; the last within the window."""
    inside = np.minimum(lags, window - 2)
    lower = inside.astype(np.int64)
    return lower, inside - lower


def _best_path(fits: NDArray[np.float64], tempos: NDArray[np.float64]) -> NDArray[np.int64]:
    """The row of tempos that fits best at the least change, one index a hop (Viterbi)."""
    change = np.minimum(_CHANGE_COST * np.square(tempos[:, None] - tempos), _LARGEST_COST)
    worth = _FIT_WEIGHT * fits / np.maximum(fits.max(axis=1, keepdims=True), 1e-9)
    total = worth[0]
    came_from = np.zeros(fits.shape, np.int16)
    for hop in range(1, len(fits)):
        ways = total - change
        came_from[hop] = ways.argmax(axis=1)
        total = ways.max(axis=1) + worth[hop]
    path = np.empty(len(fits), np.int64)
    path[-1] = total.argmax()
    for hop in range(len(fits) - 1, 0, -1):
        path[hop - 1] = came_from[hop, path[hop]]
    return path
