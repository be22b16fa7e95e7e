"""Where a picture surely shows open sky or rippled water.

What counts as sure is narrow on purpose: a lake that lies still is a photograph, a cheek that
ripples is a fault.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from ai_video_generator.storyboard.seeing.reduction import Map

SKY_AND_WATER_PX = 256
"""Longest side at which water and sky are looked for."""

_LEAST_SHARE = 0.06
# Less of the picture than this is not called sky or water.

_SKY_EDGE = 5.0
# Mean change of luma between neighbours, in levels, that clouds stay below at the looking size.

_DAY = 70.0
# Luma of a sky by day; at night clouds are noise.

_SKY_TOP, _SKY_LOW, _SKY_BLUE = 0.4, 0.1, 8.0
# A sky takes 40 % of the upper edge, has a tenth of itself in the lowest third at most, and is 8
# levels more blue than red: on 37 photographs and graphics only skies are all three.

_WATER_LEAN = 2.2
# How much stronger luma changes downwards than sideways: ripples seen from the shore lie flat.
# Lawns, walls and faces are below 1.6.

_WATER_EDGE = 1.5
# Levels: less is a smooth surface, which nobody would see ripple.

_WATER_TOP, _WATER_MIDDLE = 0.4, 0.65
# Water begins below 40 % of the picture, and its middle lies below 65 %: above is haze.


def luma_of(rgb: Map) -> Map:
    """Luma of BT.709, ``(height, width)``, float32, 0..255."""
    return np.asarray(rgb @ np.array([0.2126, 0.7152, 0.0722], np.float32), np.float32)


def sky_of(rgb: Map) -> Map:
    """1 where the sky is: calm, blue or pale, and in one piece with the upper edge.

    Args:
        rgb: ``(height, width, 3)``, float32, 0..255, at most 256 pixels a side.

    Returns:
        ``(height, width)``, float32, 0 or 1; 0 everywhere where no sky is sure.
    """
    luma = luma_of(rgb)
    edges = abs(cv2.Sobel(luma, -1, 1, 0)) + abs(cv2.Sobel(luma, -1, 0, 1))
    calm = cv2.blur(edges / 8, (5, 5)) < _SKY_EDGE
    red, green, blue = np.moveaxis(rgb, -1, 0)
    cool = (blue >= red - 4) & (blue >= green - 10) & (luma > _DAY)
    sky = _largest(calm & cool, row=0)
    height = len(sky)
    is_wide = sky[0].mean() >= _SKY_TOP
    hangs = sky[height * 2 // 3 :].sum() <= _SKY_LOW * sky.sum()
    is_blue = ((blue - red) * sky).sum() >= _SKY_BLUE * sky.sum()
    return sky if is_wide and hangs and is_blue else np.zeros_like(sky)


def water_of(rgb: Map, sky: Map) -> Map:
    """1 where water ripples: flat-lying texture of a cool colour, in the lower half.

    Args:
        rgb: As in `sky_of`.
        sky: What `sky_of` returned.
    """
    luma = luma_of(rgb)
    window = (15, 15)
    sideways = cv2.blur(abs(cv2.Sobel(luma, -1, 1, 0)) / 8, window)
    downwards = cv2.blur(abs(cv2.Sobel(luma, -1, 0, 1)) / 8, window)
    red, green, blue = (cv2.blur(np.ascontiguousarray(rgb[..., part]), window) for part in range(3))
    # Turquoise is water, but never a lawn.
    cool = (blue >= red) & (blue >= green - 12)
    flat_lying = (downwards > _WATER_LEAN * sideways) & (downwards > _WATER_EDGE)
    rows = np.arange(len(rgb))[:, None] / len(rgb)
    water = _largest(flat_lying & cool & (rows > _WATER_TOP) & (sky == 0))
    lies_low = (water * rows).sum() >= _WATER_MIDDLE * water.sum()
    return water if lies_low else np.zeros_like(water)


def _largest(mask: NDArray[np.bool_], row: int | None = None) -> Map:
    """The largest piece of a mask, or the largest that touches a row; nothing if it is small."""
    _, labels, facts, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=4)
    areas = facts[:, cv2.CC_STAT_AREA].copy()
    areas[0] = 0
    if row is not None:
        touching = np.zeros(len(areas), bool)
        touching[np.unique(labels[row])] = True
        areas[~touching] = 0
    largest = int(areas.argmax())
    if areas[largest] < _LEAST_SHARE * mask.size:
        return np.zeros(mask.shape, np.float32)
    return np.asarray(labels == largest, np.float32)
