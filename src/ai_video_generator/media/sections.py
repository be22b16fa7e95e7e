"""Where a sound changes its character, and which parts are alike.

The novelty is J. Foote's (Automatic audio segmentation using a measure of audio novelty, ICME
2000): a checkerboard slid along the diagonal of the matrix of all similarities. For a checkerboard
whose taper is a product of two bells, and similarity as the product of vectors, the sum over that
square is the squared length of one vector: the mean after, less the mean before. So the matrix is
never made, and hours cost no more than their length.
"""

import numpy as np
from numpy.typing import NDArray

from ai_video_generator.media.beat_features import means_between
from ai_video_generator.media.sound_features import SLOW_STEP_S, SoundFeatures

_REACH_BEATS = 24
# Six bars on each side of a boundary: a loop of four chords is heard whole, and is no boundary.

_REACH_S, _GRID_S = 12.0, 0.5
# Where there is no beat: twelve seconds on each side, to half a second.

_BELL = 0.7
# Standard deviation of the checkerboard's taper in reaches: nearly flat. At 0.5 new chords made
# three false boundaries in 32 songs of one piece, at 0.7 one.

_COLOUR_SCALE, _CHROMA_SCALE = 0.12, 0.35
# One unit of distance: each band louder or quieter by 2.4 dB, or a third of the pitch changed.

_NOVEL = 1.2
# What is so many units apart is another section; a boundary is above the median of the sound's
# novelty too, so that restless music is not all boundaries. benchmarks/hearing.md.

_MIN_DISTANCE = 0.5
# Boundaries lie half a reach apart, and from the ends of the sound, at least.


def section_edges_s(
    features: SoundFeatures,
    *,
    duration_s: float,
    beat_times_s: NDArray[np.float64],
    downbeat_times_s: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Find where sections begin and end.

    Args:
        features: The sound.
        duration_s: Its length.
        beat_times_s: Its beats; empty where it has none.
        downbeat_times_s: Those that begin a bar.

    Returns:
        ``(section_count + 1,)``, float64, from 0.0 to ``duration_s``, ascending.
    """
    if len(beat_times_s) > _REACH_BEATS:
        grid_s, reach = beat_times_s, _REACH_BEATS
    else:
        grid_s, reach = np.arange(_GRID_S, duration_s, _GRID_S), round(_REACH_S / _GRID_S)
    if not len(grid_s):
        return np.array([0.0, duration_s])
    edges_s = np.unique(np.clip([0.0, *grid_s, duration_s], 0, duration_s))
    curve = novelty(_described(features, edges_s), reach)
    inner = _boundaries(curve, round(reach * _MIN_DISTANCE))
    times_s = _at_bars(edges_s[inner], downbeat_times_s)
    return np.unique(np.concatenate([[0.0], times_s[times_s < duration_s], [duration_s]]))


def novelty(rows: NDArray[np.float64], reach: int) -> NDArray[np.float64]:
    """How far what follows each edge is from what precedes it.

    Args:
        rows: What is heard in each stretch, ``(row_count, feature_count)``, float64.
        reach: Half the side of the checkerboard, in rows.

    Returns:
        ``(row_count + 1,)``, float64, 0 and up, in the unit of the rows: the root of the sum under
        a checkerboard whose taper sums to 1 on each side; near both ends less, by what it lacks.
    """
    bell = np.exp(-0.5 * np.square(np.arange(reach) / (reach * _BELL)))
    before, after = np.zeros((2, len(rows) + 1, rows.shape[1]))
    weight_before, weight_after = np.zeros((2, len(rows) + 1, 1))
    for distance, weight in enumerate(bell):
        count = len(rows) - distance
        if count <= 0:
            break
        before[distance + 1 :] += weight * rows[:count]
        weight_before[distance + 1 :] += weight
        after[:count] += weight * rows[distance:]
        weight_after[:count] += weight
    apart = after / np.maximum(weight_after, 1e-9) - before / np.maximum(weight_before, 1e-9)
    # At the ends one side is short and says little: it counts by what it holds.
    sure = np.minimum(weight_before, weight_after)[:, 0] / bell.sum()
    return np.asarray(np.linalg.norm(apart, axis=1) * sure)


def section_labels(features: SoundFeatures, edges_s: NDArray[np.float64]) -> list[str]:
    """Name sections, A first; a section that is like one before bears its letter.

    Args:
        features: The sound.
        edges_s: Where sections begin and end, ``(section_count + 1,)``, float64.
    """
    known: list[NDArray[np.float64]] = []
    labels = []
    for section in _described(features, edges_s):
        distances = [float(np.linalg.norm(section - other)) for other in known]
        nearest = int(np.argmin(distances)) if distances else -1
        if nearest < 0 or distances[nearest] > _NOVEL:
            nearest = len(known)
            known.append(section)
        labels.append(_letters(nearest))
    return labels


def _described(features: SoundFeatures, edges_s: NDArray[np.float64]) -> NDArray[np.float64]:
    """Colour and pitch of each stretch, scaled so that a distance of 1 is plainly heard."""
    step_s = float(SLOW_STEP_S)
    colour = means_between(features.colour, edges_s, step_s) / _COLOUR_SCALE
    chroma = np.sqrt(means_between(features.chroma, edges_s, step_s))
    chroma /= (np.linalg.norm(chroma, axis=1, keepdims=True) + 1e-2) * _CHROMA_SCALE
    return np.concatenate([colour / np.sqrt(colour.shape[1]), chroma], axis=1)


def _boundaries(curve: NDArray[np.float64], min_distance: int) -> NDArray[np.int64]:
    """The tops that stand out, the highest first, none close to another; ascending."""
    limit = max(_NOVEL, float(np.median(curve)))
    inside = np.arange(1, len(curve) - 1)
    middle = curve[inside]
    tops = inside[(middle >= limit) & (middle >= curve[inside - 1]) & (middle > curve[inside + 1])]
    taken = np.zeros(len(curve), bool)
    taken[:min_distance] = taken[-min_distance:] = True
    chosen = []
    for top in tops[np.argsort(-curve[tops], kind="stable")].tolist():
        if not taken[top]:
            chosen.append(top)
            taken[max(0, top - min_distance + 1) : top + min_distance] = True
    return np.array(sorted(chosen), np.int64)


def _at_bars(
    times_s: NDArray[np.float64], downbeat_times_s: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Move boundaries to the nearest bar, where one is within two beats."""
    if len(downbeat_times_s) < 2 or not len(times_s):  # noqa: PLR2004  # one bar has no length
        return times_s
    middles_s = (downbeat_times_s[1:] + downbeat_times_s[:-1]) / 2
    nearest = downbeat_times_s[np.searchsorted(middles_s, times_s)]
    half_bar_s = float(np.median(np.diff(downbeat_times_s))) / 2
    return np.where(np.abs(nearest - times_s) <= half_bar_s, nearest, times_s)


def _letters(index: int) -> str:
    """A, B ... Z, AA, AB ..."""
    name = ""
    index += 1
    while index:
        index, letter = divmod(index - 1, 26)
        name = chr(ord("A") + letter) + name
    return name
