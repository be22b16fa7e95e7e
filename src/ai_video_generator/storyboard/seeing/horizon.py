"""The horizon and its slope: the straight line across the picture that parts two brightnesses best.

For every slope the picture's downward brightness change is averaged along lines of that slope (a
Radon transform by shearing). A horizon is a line where it grows darker downward from edge to edge,
as between sky and sea, and above which it is calmer than below; at branches and waves the change
has both signs and cancels out.
"""

from math import atan, degrees, radians, tan

import cv2
import numpy as np

from ai_video_generator.storyboard.picture_notes import Horizon
from ai_video_generator.storyboard.seeing.reduction import Map, Rgb

_STEEPEST_DEG, _STEP_DEG = 12.0, 0.25
# Steeper ones are meant; the step is half of the smallest slope that is corrected.

_MARGIN_SHARE = 0.12
# Lines nearer to the upper or lower edge are borders, or tree tops and floors; what little sky or
# ground is left there needs no levelling.

_BLUR_PX = 1.5
# Wide enough that a line lies in three rows of any slope, narrow enough to tell 0.25 degrees.

_PART_COUNT, _HIDDEN_PERCENT = 12, 25
# A line is judged in so many parts from edge to edge; a quarter may be hidden by trees and people.

_SETTLING_COUNT = 3
# The best of the tried slopes is up to a degree off where several look alike; it is exact to a
# twentieth after two rounds.

_AROUND_PX, _STRAIGHT_PX = 12, 3
# Rows of 384 pixels: a part that darkens most within 3 rows of the line is on it; tree tops and
# blurred grass are elsewhere within 12.

_SKY_REACH, _LINE_PX = 0.25, 4
# Sky and ground are compared up to a quarter of the height from the line, beyond its own blur.

_MIN_CONFIDENCE, _TURN_CONFIDENCE = 0.4, 0.5
# On 35 photos this names three lines, all horizons (benchmarks/seeing.md). A wrong turn makes a
# straight picture crooked, so it needs a plainer line than naming one does.

_PLAIN_CHANGE = 6.0
# Brightness change, levels a row, that makes a part of the line as plain as can be; so a single
# tree before the sky does not outweigh the rest of the line.

_MIN_TURN_DEG, _MAX_TURN_DEG = 0.5, 4.0
# Less is not seen; more is seldom an accident, and levelling it would cost a tenth of the picture.


def horizon(rgb: Rgb) -> Horizon | None:
    """Find the horizon; None when no line is plain enough.

    Args:
        rgb: ``(height, width, 3)``, uint8; 384 pixels are enough.
    """
    darkening = _darkening(rgb)
    height, width = darkening.shape
    margin = max(2, round(height * _MARGIN_SHARE))
    if height <= 2 * margin or width < _PART_COUNT:
        return None
    slopes_deg = np.arange(-_STEEPEST_DEG, _STEEPEST_DEG + _STEP_DEG / 2, _STEP_DEG)
    plainness = np.array([_plainness(darkening, float(slope)) for slope in slopes_deg])
    plainness[:, :margin] = plainness[:, -margin:] = 0.0
    best, row = (int(index) for index in np.unravel_index(plainness.argmax(), plainness.shape))
    slope_deg, row = _settled(darkening, float(slopes_deg[best]), row)
    if abs(slope_deg) > _STEEPEST_DEG or not margin <= row < height - margin:
        return None
    parts = _parts(darkening, slope_deg)
    unbroken = float(np.percentile(_plain(parts[row]), _HIDDEN_PERCENT))
    confidence = unbroken * _straightness(parts, row) * _calm_above(rgb, slope_deg, row)
    if confidence < _MIN_CONFIDENCE:
        return None
    return Horizon(angle_deg=slope_deg, center_y=(row + 0.5) / height, confidence=confidence)


def turn_worth_correcting(seen: Horizon | None) -> float:
    """Turn of the camera that levels a horizon, degrees clockwise; 0 when it is not worth it.

    Args:
        seen: The horizon, if any.
    """
    if seen is None or seen.confidence < _TURN_CONFIDENCE:
        return 0.0
    return seen.angle_deg if _MIN_TURN_DEG <= abs(seen.angle_deg) <= _MAX_TURN_DEG else 0.0


def _darkening(rgb: Rgb) -> Map:
    """How much darker it grows downward at each pixel, levels a row; negative where lighter."""
    gray = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY).astype(np.float32)
    smooth = cv2.GaussianBlur(gray, (0, 0), _BLUR_PX)
    return np.asarray(-cv2.Sobel(smooth, cv2.CV_32F, 0, 1, ksize=3, scale=1 / 8), np.float32)


def _plainness(darkening: Map, slope_deg: float) -> Map:
    """How plain the line of a slope is through each row of the middle column, ``(height,)``."""
    return np.asarray(_plain(_parts(darkening, slope_deg)).mean(axis=1), np.float32)


def _plain(parts: Map) -> Map:
    return np.asarray(np.clip(parts / _PLAIN_CHANGE, -1, 1), np.float32)


def _parts(darkening: Map, slope_deg: float) -> Map:
    """How much darker it grows at each part of the lines of a slope.

    Returns:
        ``(height, part)``, float32, levels a row: a row for each line, by its height in the middle
        column.
    """
    height, width = darkening.shape
    rise = tan(radians(slope_deg))
    shear = np.array([[1, 0, 0], [rise, 1, -rise * (width - 1) / 2]], np.float64)
    along = cv2.warpAffine(
        darkening, shear, (width, height), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    )
    parts = cv2.resize(along, (_PART_COUNT, height), interpolation=cv2.INTER_AREA)
    return np.asarray(parts, np.float32)


def _straightness(parts: Map, row: int) -> float:
    """How many parts darken most just at the line: 0 for half of them, 1 for three quarters."""
    near = parts[max(0, row - _AROUND_PX) : row + _AROUND_PX + 1]
    offsets = np.abs(near.argmax(axis=0) - min(row, _AROUND_PX))
    straight = float((offsets <= _STRAIGHT_PX).mean())
    return min(max(4 * (straight - 0.5), 0.0), 1.0)


def _calm_above(rgb: Rgb, slope_deg: float, row: int) -> float:
    """Whether it is smoother above a line, as a sky is, than below: 0 (no) to 1 (half as rough)."""
    gray = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY).astype(np.float32)
    rough = np.abs(cv2.Laplacian(gray, cv2.CV_32F))
    height, width = gray.shape
    across = np.arange(width, dtype=np.float32)[None, :] - (width - 1) / 2
    below = np.arange(height, dtype=np.float32)[:, None] - row - tan(radians(slope_deg)) * across
    reach = _SKY_REACH * height
    above = rough[(below < -_LINE_PX) & (below > -reach)]
    under = rough[(below > _LINE_PX) & (below < reach)]
    if not above.size or not under.size:
        return 0.0
    return min(max(2 * (1 - float(above.mean()) / max(float(under.mean()), 1e-6)), 0.0), 1.0)


def _settled(darkening: Map, slope_deg: float, row: int) -> tuple[float, int]:
    """Turn and move a line to where its parts darken most: their median slope and middle.

    The median of the slopes between all pairs (Theil and Sen) bears a quarter of wrong parts.
    """
    height, width = darkening.shape
    middles = (np.arange(_PART_COUNT) + 0.5) * width / _PART_COUNT - width / 2
    one, other = np.triu_indices(_PART_COUNT, 1)
    for _ in range(_SETTLING_COUNT):
        first = max(0, row - _AROUND_PX)
        near = _parts(darkening, slope_deg)[first : row + _AROUND_PX + 1]
        offsets = np.array([_peak(part) for part in near.T]) + first - row
        slopes = (offsets[other] - offsets[one]) / (middles[other] - middles[one])
        turn = float(np.median(slopes))
        slope_deg = degrees(atan(tan(radians(slope_deg)) + turn))
        row = min(max(row + round(float(np.median(offsets - turn * middles))), 0), height - 1)
    return slope_deg, row


def _peak(values: Map) -> float:
    """Where the largest of some values lies, between places by the parabola through its three."""
    best = int(values.argmax())
    if best in (0, len(values) - 1):
        return float(best)
    before, middle, after = (float(value) for value in values[best - 1 : best + 2])
    bend = before - 2 * middle + after
    return best + (0.0 if bend >= 0 else (before - after) / (2 * bend))
