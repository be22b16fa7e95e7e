"""Where a picture is to be torn: the outlines of its depth, made steep and moved to its own."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Pixels = NDArray[np.uint8]

_JUMP = 0.08
# A change of nearness within `_EDGE_PX` that is an outline, not a slope. Half of the largest move
# (2 % of 1920 pixels) parts the two sides of such a step by 3 pixels.

_EDGE_PX = 5
# Width of the neighbourhood in which a step is looked for. Depth maps have half the resolution of
# the work size, and their steps are two of their pixels wide.

_SNAP_PX = 5
# A map's outline may lie this far from the picture's, at the work size: Depth-Anything's and
# stereo's are off by one or two pixels of 384.

_COLOR_PX = 12
# Radius of the neighbourhood that tells what colour each side of an outline has.

_COLOR_NOISE = 12.0
# Levels by which the two sides must differ for their colours to say more than the map does.

_COLOR_ODDS, _MAP_ODDS = 3.0, 4.0
# How much colour and map may say, as logarithms of odds: where they disagree fully the map wins,
# where it hesitates colour decides.

_ODDS_PX = 2.0
# Outlines are smoothed over so many pixels at the work size: bites of single pixels of texture
# vanish, fingers stay.

_SPECK_PX = 7
# Islands smaller than half of this square are texture of the other side's colour, not things.

_WEAK, _WEAK_WITHIN_PX = 0.4, 24
# Beside an outline a step of less than 40 % of its height is blur of the map, not a thing: tearing
# there would show the ground through a cheek.

_UNTORN_PX = 6.0
# Steps at which the picture is not torn are spread over so much that it bends and does not break.

_LEAST_OUTLINE_PX = 40
# Places of an outline; shorter ones are noise of the map.

_RAMP = 0.1
# A change of nearness within 5 places of the map that is a blurred outline: a floor that fills the
# picture changes by a fifth of that, and what is below bends a surface by a fifth at most.

_SHARPEN_STEPS = 8
# A step sharpens by one place from either side: ramps of 16 places become steps, as depth networks
# blur over 3 to 6, and guided filters over 10.

_SMOOTH_NOISE = 0.02
# Differences of nearness that are taken for noise of the map: at the largest move 0.4 pixels.


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Outline:
    """Where the picture is torn.

    Attributes:
        away: Distance to the nearest outline, pixels, ``(height, width)``, float32.
        high: Nearness of the near side of that outline, the same.
        low: Nearness of its far side, the same.
        is_near: Whether a place is on the near side, the same, bool.
    """

    away: Floats
    high: Floats
    low: Floats
    is_near: NDArray[np.bool_]


def sharpened(nearness: Floats) -> Floats:
    """Take noise and blur out of a map: even ground becomes even, a steep ramp a step."""
    even = cv2.bilateralFilter(
        cv2.medianBlur(nearness, 3), d=7, sigmaColor=_SMOOTH_NOISE, sigmaSpace=3.0
    )
    calm: Floats = np.asarray(even, np.float32)
    for _ in range(_SHARPEN_STEPS):
        # Kramer and Bruckner (1975): a place becomes what it is nearer to, the largest or the
        # smallest of its neighbours.
        around_high, around_low = _range(calm, 5)
        high, low = _range(calm, 3)
        sharper = np.where(high - calm < calm - low, high, low)
        calm = np.where(around_high - around_low > _RAMP, sharper, calm).astype(np.float32)
    return calm


def snapped(nearness: Floats, rgb: Floats) -> Floats:
    """Move the outlines of a map to those of the picture.

    Near a step every place is given to the side that it likely belongs to: by its place on the line
    between the mean colours of both sides, as far as the colours of each side agree with each
    other, and by what the map says; both smoothed, as outlines are smooth.
    """
    high, low = _range(nearness, _SNAP_PX * 2 + 1)
    step = high - low
    share = (nearness - low) / np.maximum(step, _JUMP)
    edge = _steps(nearness)
    unsure = cv2.dilate(edge, np.ones((_SNAP_PX, _SNAP_PX), np.uint8)) > 0
    reach = (2 * _COLOR_PX + 1, 2 * _COLOR_PX + 1)
    means, weights = [], []
    for side in (share > 0.75, share < 0.25):  # noqa: PLR2004 - the outer quarters are sure
        sure = (side & ~unsure).astype(np.float32)
        weight = np.asarray(cv2.blur(sure, reach))
        mean = cv2.blur(rgb * sure[..., None], reach) / (weight[..., None] + 1e-6)
        means.append(np.asarray(mean))
        weights.append(weight)
    line = means[0] - means[1]
    length = (line**2).sum(2) + 1e-6
    by_color = ((rgb - means[1]) * line).sum(2) / length
    spread = np.asarray(cv2.blur((by_color - (share > 0.5)) ** 2, reach))  # noqa: PLR2004 - nearer
    both_known = np.minimum(*weights) > 1e-3  # noqa: PLR2004 - one of 600 places
    odds = (by_color - 0.5) / (spread + _COLOR_NOISE**2 / length) * both_known
    odds = np.clip(odds, -_COLOR_ODDS, _COLOR_ODDS) + (share - 0.5) * 2 * _MAP_ODDS
    odds = np.asarray(cv2.GaussianBlur(odds.astype(np.float32), (0, 0), _ODDS_PX))
    side = cv2.medianBlur((odds > 0).astype(np.uint8), _SPECK_PX) > 0
    return np.where(unsure & (step > _JUMP), np.where(side, high, low), nearness).astype(np.float32)


def outline_of(nearness: Floats) -> Outline | None:
    """Find the steps of a map whose steps are steep; None when it has none worth tearing at."""
    high, low = _range(nearness, 3)
    steps = (high - low) * ((high - low) > _JUMP)
    around = np.ones((2 * _WEAK_WITHIN_PX + 1, 2 * _WEAK_WITHIN_PX + 1), np.uint8)
    edge = (steps > 0) & (steps >= _WEAK * cv2.dilate(steps, around))
    _, pieces, facts, _ = cv2.connectedComponentsWithStats(edge.astype(np.uint8))
    edge &= facts[pieces, cv2.CC_STAT_AREA] >= _LEAST_OUTLINE_PX
    if not edge.any():
        return None
    high, low = _range(nearness, _EDGE_PX)
    away, labels = cv2.distanceTransformWithLabels(
        (~edge).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    at = np.zeros(int(labels.max()) + 1, np.intp)
    at[labels[edge]] = np.flatnonzero(edge)
    high, low = high.ravel()[at[labels]], low.ravel()[at[labels]]
    return Outline(
        away=np.asarray(away, np.float32),
        high=np.asarray(high, np.float32),
        low=np.asarray(low, np.float32),
        is_near=nearness > (high + low) / 2,
    )


def without_steps(nearness: Floats, outline: Outline | None) -> Floats:
    """Make a map smooth wherever the picture is not torn."""
    left = cv2.dilate(_steps(nearness), np.ones((9, 9), np.uint8)).astype(np.float32)
    if outline is not None:
        left[outline.away < _EDGE_PX] = 0
    share = cv2.blur(left, (9, 9)) * (left > 0)
    soft = cv2.GaussianBlur(nearness, (0, 0), _UNTORN_PX)
    return np.asarray(nearness + (soft - nearness) * share, np.float32)


def _steps(nearness: Floats) -> Pixels:
    """1 where a map has a step."""
    high, low = _range(nearness, _EDGE_PX)
    return ((high - low) > _JUMP).astype(np.uint8)


def _range(values: Floats, width_px: int) -> tuple[Floats, Floats]:
    """Largest and smallest value within a square, this wide, round each place."""
    square = np.ones((width_px, width_px), np.uint8)
    return np.asarray(cv2.dilate(values, square)), np.asarray(cv2.erode(values, square))
