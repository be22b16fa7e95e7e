"""Water that ripples and clouds that drift: a small motion where a picture surely shows them.

What counts as sure is narrow on purpose: a lake that lies still is a photograph, a cheek that
ripples is a fault.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ai_video_generator.models._plates import inner_share
from ai_video_generator.storyboard.stage import Stage

Floats = NDArray[np.float32]

_LOOK_PX = 256
# Longest side at which water and sky are looked for.

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

_RIPPLE, _DRIFT = 0.0011, 0.0016
# Largest way of water and of clouds, as shares of the picture's width: 2 and 3 pixels at full HD.

_RIPPLES, _SWELLS = 34.0, 5.0
# Ripples down, and swells across the picture.

_CLOUD_PERIOD_S = 19.0
# A cloud goes and comes back so slowly that only its change is seen.


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Shimmer:
    """Where a picture moves, and how.

    Attributes:
        water: How much of the water's motion there is, ``(height, width)``, float32, 0..1.
        sky: How much of the clouds', the same.
        aspect: Width / height of what the maps cover.
    """

    water: Floats
    sky: Floats
    aspect: float

    def moved(self, x: Floats, y: Floats, time_s: float) -> tuple[Floats, Floats]:
        """Where places, 0..1 of what the camera moves over, come from at a time; the same shape."""
        water, sky = _at(self.water, x, y), _at(self.sky, x, y)
        slow = np.float32(2 * np.pi * time_s / _CLOUD_PERIOD_S)
        pulse = np.float32(2 * np.pi * time_s / 2.9)
        ripple = np.sin(2 * np.pi * (_RIPPLES * y + 0.6 * np.sin(2 * np.pi * _SWELLS * x)) - pulse)
        swell = np.sin(2 * np.pi * _SWELLS * (x + 0.3 * y) + pulse / 2)
        drift = np.sin(2 * np.pi * (1.3 * x + 0.7 * y) + slow)
        rise = np.sin(2 * np.pi * (0.9 * x - 1.1 * y) - slow)
        to_x = x + _RIPPLE * water * ripple + _DRIFT * sky * drift
        to_y = y + self.aspect * (0.4 * _RIPPLE * water * swell + 0.5 * _DRIFT * sky * rise)
        return to_x.astype(np.float32), to_y.astype(np.float32)


def shimmer_of(rgb: NDArray[np.uint8], stage: Stage) -> Shimmer | None:
    """Find water and sky, and lay them on the stage; None where a picture surely has neither."""
    height, width = rgb.shape[:2]
    scale = min(1.0, _LOOK_PX / max(height, width))
    size = (max(2, round(width * scale)), max(2, round(height * scale)))
    small = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    sky = _sky(small)
    water = _water(small, sky)
    if not sky.any() and not water.any():
        return None
    soft = max(2.0, max(size) / 64)
    laid = []
    for mask in (water, sky):
        # Shrunk before it is softened, so that shores and hills keep still.
        inner = cv2.erode(mask, np.ones((2 * round(soft) + 1,) * 2, np.uint8))
        laid.append(np.asarray(cv2.GaussianBlur(inner, (0, 0), soft / 2), np.float32))
    if stage.surround:
        laid = [_on_surround(mask, width / height, stage) for mask in laid]
    return Shimmer(water=laid[0], sky=laid[1], aspect=stage.picture_aspect)


def _sky(rgb: Floats) -> Floats:
    """1 where the sky is: calm, blue or pale, and in one piece with the upper edge."""
    luma = rgb @ np.array([0.2126, 0.7152, 0.0722], np.float32)
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


def _water(rgb: Floats, sky: Floats) -> Floats:
    """1 where water ripples: flat-lying texture of a cool colour, in the lower half."""
    luma = rgb @ np.array([0.2126, 0.7152, 0.0722], np.float32)
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


def _largest(mask: NDArray[np.bool_], row: int | None = None) -> Floats:
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


def _on_surround(mask: Floats, picture_aspect: float, stage: Stage) -> Floats:
    """A mask on the stage; nothing moves round the picture."""
    height, width = mask.shape
    across, upward = inner_share(picture_aspect, stage)
    left, top = round(width * (1 / across - 1) / 2), round(height * (1 / upward - 1) / 2)
    padded = cv2.copyMakeBorder(mask, top, top, left, left, cv2.BORDER_CONSTANT, value=(0,))
    return np.asarray(padded, np.float32)


def _at(mask: Floats, x: Floats, y: Floats) -> Floats:
    """Values at places 0..1, interpolated linearly."""
    height, width = mask.shape
    found = cv2.remap(
        mask, x * width - 0.5, y * height - 0.5, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(found, np.float32)
