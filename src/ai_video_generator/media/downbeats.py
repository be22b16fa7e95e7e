"""Which beats begin a bar: metre by what repeats, phase by bass, chords and colour."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ai_video_generator.media.beat_features import means_between, standardised
from ai_video_generator.media.sound_features import SLOW_STEP_S, STEP_S, SoundFeatures

METRES = (4, 3)
# What nearly all songs have; 6/8 is heard as three or as two threes. Four wins a tie.

_FEWEST_BARS = 2
# Nothing repeats in less.

_ATTACK_STEPS = 3
# An attack within 30 ms belongs to its beat.

_RISE_LOW, _RISE_HIGH, _BASS, _CHORD, _COLOUR = 1.0, -0.4, 0.5, 1.0, 0.7
# What each feature of a beat, in its own standard deviations, says for the first of a bar: kick and
# bass and a new chord stand there, a snare or hand-clap does not; and whatever it is, the first is
# unlike the others. benchmarks/hearing.md.

_TRIPLE_MARGIN = 0.1
# How much clearer threes must repeat than fours: nine songs of ten are in four.

_SHIFT_COST = 16.0
# What a bar that is cut short or prolonged costs: four clear first beats, so that one syncopation
# shifts nothing.


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Bars:
    """How beats are grouped.

    Attributes:
        beats_per_bar: 3 or 4.
        first_beats: Index of each beat that begins a bar, ``(bar_count,)``, int64, ascending.
    """

    beats_per_bar: int
    first_beats: NDArray[np.int64]


def bars_of(features: SoundFeatures, beat_times_s: NDArray[np.float64]) -> Bars | None:
    """Group beats into bars.

    Args:
        features: The sound.
        beat_times_s: Its beats, ``(beat_count,)``, float64, ascending.

    Returns:
        The bars; None where there are too few beats to tell.
    """
    if len(beat_times_s) < _FEWEST_BARS * max(METRES):
        return None
    beats = _described(features, beat_times_s)
    margin = _repetition(beats, 3) - _repetition(beats, 4)
    metre = 3 if margin > _TRIPLE_MARGIN else 4
    weights = np.array([_RISE_LOW, _RISE_HIGH, _BASS, _CHORD, _COLOUR])
    places = _places(beats[:, : len(weights)] @ weights, metre)
    return Bars(beats_per_bar=metre, first_beats=np.flatnonzero(places == 0))


def _described(features: SoundFeatures, times_s: NDArray[np.float64]) -> NDArray[np.float64]:
    """What happens at each beat, ``(beat_count, 7)``, each column standardised.

    Columns: rise of the low bands, of the high ones, level of the bass, change of chord, change of
    colour; then the rise of the middle bands and of all, which tell beats apart but not which is
    the first.
    """
    steps = np.round(times_s / float(STEP_S)).astype(np.int64)[:, None]
    around = steps + np.arange(-_ATTACK_STEPS, _ATTACK_STEPS + 1)
    rise = features.flux[np.clip(around, 0, len(features.flux) - 1)].max(axis=1)
    beat_s = float(np.median(np.diff(times_s)))
    edges_s = np.concatenate([[times_s[0] - beat_s], times_s, [times_s[-1] + beat_s]])
    chroma = np.sqrt(means_between(features.chroma, edges_s, float(SLOW_STEP_S)))
    chroma /= np.linalg.norm(chroma, axis=1, keepdims=True) + 1e-9
    chord = 1 - np.einsum("bp,bp->b", chroma[1:], chroma[:-1])
    colour = means_between(features.colour, edges_s, float(SLOW_STEP_S))
    change = np.abs(np.diff(colour, axis=0)).mean(axis=1)
    bass = np.log10(means_between(features.band_power, edges_s[1:], float(STEP_S))[:, 0] + 1e-6)
    columns = (rise[:, 0], rise[:, 2], bass, chord, change, rise[:, 1], rise[:, 3])
    return standardised(np.stack(columns, axis=1).astype(np.float64))


def _repetition(beats: NDArray[np.float64], metre: int) -> float:
    """How much more alike beats are one or two bars apart than a beat more or less."""
    alike = [0.0] + [
        float((beats[lag:] * beats[:-lag]).mean()) if lag < len(beats) else 0.0
        for lag in range(1, 2 * metre + 2)
    ]
    return sum(alike[lag] - (alike[lag - 1] + alike[lag + 1]) / 2 for lag in (metre, 2 * metre))


def _places(accent: NDArray[np.float64], metre: int) -> NDArray[np.int64]:
    """The place of each beat within its bar that accents fit best (Viterbi)."""
    worth = np.full((len(accent), metre), -1 / (metre - 1)) * accent[:, None]
    worth[:, 0] = accent
    total = worth[0]
    came_from = np.zeros(worth.shape, np.int64)
    onward = np.roll(np.arange(metre), 1)
    for beat in range(1, len(accent)):
        straight, jump = total[onward], int(total.argmax())
        shifted = total[jump] - _SHIFT_COST
        came_from[beat] = np.where(straight >= shifted, onward, jump)
        total = np.maximum(straight, shifted) + worth[beat]
    places = np.empty(len(accent), np.int64)
    places[-1] = total.argmax()
    for beat in range(len(accent) - 1, 0, -1):
        places[beat - 1] = came_from[beat, places[beat]]
    return places
