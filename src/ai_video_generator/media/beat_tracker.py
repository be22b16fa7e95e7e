"""Where the beats are: the row of onsets that is strong and even at once.

Dynamic programming after D. Ellis (Beat tracking by dynamic programming, Journal of New Music
Research, 2007), with a beat length that varies over time.
"""

import numpy as np
from numpy.typing import NDArray

from ai_video_generator.media.smoothing import smoothed
from ai_video_generator.media.tempogram import TempoCurve

_EVENNESS = 100.0
# What a beat loses that is late or early, times the squared logarithm of the ratio: 10 % off costs
# one standard deviation of the onset curve. Ellis' value for a curve of that scale.

_WIDTH_S = 0.02
# Players are that far apart and still together.

_SEARCH_S = 0.04
# A beat is moved to the top of its onset at most so far.

_AUDIBLE_SHARE = 0.25
# Beats at both ends that are weaker than this, beside the root mean square of all, count silence.


def beat_steps(
    onset: NDArray[np.float64], tempo: TempoCurve, *, steps_per_s: float
) -> NDArray[np.float64]:
    """Find the beats.

    Args:
        onset: Strength of onsets, ``(step_count,)``, float64, standard deviation 1.
        tempo: Their tempo.
        steps_per_s: Steps a second.

    Returns:
        Place of each beat in steps and parts of steps, ``(beat_count,)``, float64, ascending.
    """
    strength = smoothed(onset, _WIDTH_S * steps_per_s)
    score, before = _best_rows(strength, tempo.period_steps)
    beats = _row_back(score, before, last_period=float(tempo.period_steps[-1]))
    return _at_onsets(_within_sound(beats, strength), onset, reach=round(_SEARCH_S * steps_per_s))


def _best_rows(
    strength: NDArray[np.float64], period_steps: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Score of the best row of beats that ends at each step, and the beat before (-1: none).

    A beat comes half a period to two periods after the one before, so as many steps as half the
    shortest period can be scored at once.
    """
    count = len(strength)
    at_once = max(1, int(period_steps.min() / 2))
    reach = int(np.ceil(period_steps.max() * 2)) + at_once
    # Room in front, so that every look back is of one length.
    score = np.concatenate([np.full(reach, -np.inf), strength])
    before = np.full(count, -1, np.int64)
    for start in range(0, count, at_once):
        steps = np.arange(start, min(start + at_once, count))
        period = period_steps[start]
        lags = np.arange(max(at_once, int(period / 2)), int(period * 2) + 1)
        loss = _EVENNESS * np.square(np.log(lags / period))
        ways = score[reach + steps[:, None] - lags] - loss
        best = ways.argmax(axis=1)
        gain = ways[np.arange(len(steps)), best]
        linked = np.isfinite(gain)
        score[reach + steps] += np.where(linked, gain, 0)
        before[steps] = np.where(linked, steps - lags[best], -1)
    return score[reach:], before


def _row_back(
    score: NDArray[np.float64], before: NDArray[np.int64], *, last_period: float
) -> NDArray[np.int64]:
    """Follow the best row from its end, which lies within the last beat and a half."""
    tail = max(0, len(score) - int(1.5 * last_period))
    step = tail + int(score[tail:].argmax())
    row = [step]
    while (step := int(before[step])) >= 0:
        row.append(step)
    return np.array(row[::-1])


def _within_sound(beats: NDArray[np.int64], strength: NDArray[np.float64]) -> NDArray[np.int64]:
    heard = strength[beats]
    limit = _AUDIBLE_SHARE * float(np.sqrt(np.square(heard).mean()))
    # Over three beats, so that one that is left out by the players does not end the music.
    audible = np.flatnonzero(smoothed(heard, 1.0) > limit)
    return beats[audible[0] : audible[-1] + 1] if len(audible) else beats[:0]


def _at_onsets(
    beats: NDArray[np.int64], onset: NDArray[np.float64], *, reach: int
) -> NDArray[np.float64]:
    """Move each beat to the top of its onset, a parabola through it read between the steps."""
    curve = smoothed(onset, 1.0)
    around = np.clip(beats[:, None] + np.arange(-reach, reach + 1), 1, len(curve) - 2)
    tops = around[np.arange(len(beats)), curve[around].argmax(axis=1)]
    left, top, right = curve[tops - 1], curve[tops], curve[tops + 1]
    bend = left - 2 * top + right
    is_peak = (bend < 0) & (top >= left) & (top >= right) & (top > 0)
    shift = np.where(is_peak, 0.5 * (left - right) / np.where(is_peak, bend, -1), 0)
    return np.where(is_peak, tops + shift, beats)
