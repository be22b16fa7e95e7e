"""What a still would explain: how light and how busy each part of it is, looked up in constant time."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ai_video_generator.media.picture import Picture
from ai_video_generator.storyboard.camera_path import View, half_extents
from ai_video_generator.storyboard.stage import Stage

_THUMBNAIL_PX = 160
# Longest side of the thumbnail: the smallest view, three quarters of it, still has over 100 pixels
# across.

_LUMA_WEIGHTS = np.array([[0.2126, 0.7152, 0.0722]]) * (219 / 255)
# ITU-R BT.709-6, limited range, as in media/frames; the black level 16 is added after.


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """What a frame should look like.

    Attributes:
        mean: Mean luma, 16..235.
        contrast: Standard deviation of luma, 0..110.
    """

    mean: float
    contrast: float


class SourceProfile:
    """Integral images of a picture's luma and of its square (Crow, "Summed-area tables", 1984)."""

    def __init__(self, picture: Picture) -> None:
        height, width = picture.rgb.shape[:2]
        scale = min(1.0, _THUMBNAIL_PX / max(height, width))
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        small = cv2.resize(picture.rgb, size, interpolation=cv2.INTER_AREA)
        luma = cv2.transform(small.astype(np.float64), _LUMA_WEIGHTS).reshape(size[::-1]) + 16
        self._sum, self._square = (
            np.pad(values.cumsum(0).cumsum(1), ((1, 0), (1, 0))) for values in (luma, luma**2)
        )

    def expectation(self, view: View, stage: Stage) -> Expectation:
        """Mean and contrast of the part of the picture that a view shows; of all of it where it is shown whole."""
        height, width = (side - 1 for side in self._sum.shape)
        x0, x1, y0, y1 = 0, width, 0, height
        if not stage.whole:
            half_x, half_y = half_extents(
                view.width, view.rotation_deg, stage.picture_aspect, stage.frame_aspect
            )
            x0, x1 = _span(view.center_x, half_x, width)
            y0, y1 = _span(view.center_y, half_y, height)
        count = (x1 - x0) * (y1 - y0)
        mean = _box(self._sum, x0, x1, y0, y1) / count
        variance = _box(self._square, x0, x1, y0, y1) / count - mean**2
        return Expectation(mean=mean, contrast=max(0.0, variance) ** 0.5)


def _span(center: float, half: float, length: int) -> tuple[int, int]:
    low = min(length - 1, max(0, round((center - half) * length)))
    return low, max(low + 1, min(length, round((center + half) * length)))


def _box(table: NDArray[np.float64], x0: int, x1: int, y0: int, y1: int) -> float:
    return float(table[y1, x1] - table[y0, x1] - table[y1, x0] + table[y0, x0])
