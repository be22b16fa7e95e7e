"""Water that ripples and clouds that drift: a small motion where a picture surely shows them."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ai_video_generator.models._plates import inner_share
from ai_video_generator.storyboard.seeing.reduction import reduced_to
from ai_video_generator.storyboard.seeing.sky_and_water import SKY_AND_WATER_PX, sky_of, water_of
from ai_video_generator.storyboard.stage import Stage

Floats = NDArray[np.float32]

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
    small = reduced_to(rgb, SKY_AND_WATER_PX).astype(np.float32)
    sky = sky_of(small)
    water = water_of(small, sky)
    if not sky.any() and not water.any():
        return None
    soft = max(2.0, max(small.shape) / 64)
    laid = []
    for mask in (water, sky):
        # Shrunk before it is softened, so that shores and hills keep still.
        inner = cv2.erode(mask, np.ones((2 * round(soft) + 1,) * 2, np.uint8))
        laid.append(np.asarray(cv2.GaussianBlur(inner, (0, 0), soft / 2), np.float32))
    if stage.surround:
        laid = [_on_surround(mask, width / height, stage) for mask in laid]
    return Shimmer(water=laid[0], sky=laid[1], aspect=stage.picture_aspect)


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
