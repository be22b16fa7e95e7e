"""Pictures made ready for the camera: a plate is a picture as BT.709 planes at a fitting scale.

Warping planes instead of RGB saves the conversion of every frame, a quarter of the processor time;
one resize with an area filter, down to a little more than the frame needs, keeps fine detail from
shimmering when it moves.
"""

from dataclasses import dataclass
from math import ceil, floor, log2, sqrt

import cv2
import numpy as np
from numpy.typing import NDArray

from ai_video_generator.media.frames import Plane, planes_from_rgb
from ai_video_generator.media.picture import Picture
from ai_video_generator.media.resolution import Resolution
from ai_video_generator.storyboard.stage import Stage

OVERSAMPLING = 1.3
# Plate pixels to a frame pixel at the tightest view. At 1.0 the sharpness of a bilinear warp
# visibly breathes with the sub-pixel phase (3.6 % against 1.5 % from 1.25 on), above 1.5 nothing is
# gained (benchmarks/smoothness.json).

_MAX_PLATE_SHARE = 12
# Plate pixels to a frame pixel at most: reached where a picture is four times as long as the frame.
# Longer ones are drawn softer, so that a strip of 1000:1 does not fill the memory.

_COARSEST = 1.9
# Plate pixels to a frame pixel above which a bilinear warp would skip pixels and shimmer; 2.0 is
# the theoretical end.

_BACKDROP_PX = 48
# Height to which the blurred surround is reduced before it is smoothed: nothing of the picture is
# recognisable.

_BACKDROP_LIGHT = 0.55
# The surround is darker than the picture, so that the eye stays on the picture.

_SHADOW_SHARE = 0.02
# Softness of the picture's shadow on the surround, as a share of the plate's height.

_SHADOW_DEPTH = 0.6
# Half of it falls on the surround: enough to lift the picture off, not enough to look like a
# border.


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Plate:
    """One picture at one scale.

    Attributes:
        y: Luma ``(height, width)``, uint8, 16..235.
        chroma: Blue and red difference, twice, ``(height // 2, width // 2, 4)``, uint8, 16..240,
            sited as in `Frame`. OpenCV warps four channels in the time of one, and two in the time
            of four.
    """

    y: Plane
    chroma: NDArray[np.uint8]

    @property
    def size(self) -> Resolution:
        """Size of the luma plane."""
        return Resolution(self.y.shape[1], self.y.shape[0])

    @classmethod
    def from_rgb(cls, rgb: NDArray[np.uint8]) -> "Plate":
        """Convert ``(height, width, 3)`` sRGB with even sides."""
        y, u, v = planes_from_rgb(rgb)
        return cls(y=y, chroma=cv2.merge([u, v, u, v]).astype(np.uint8, copy=False))


def make_plates(
    picture: Picture, stage: Stage, *, nearest_zoom: float, farthest_zoom: float
) -> tuple[Plate, ...]:
    """Build the pyramid of plates that moves between two zooms need, finest first.

    Args:
        picture: The picture.
        stage: Where it is shown.
        nearest_zoom: The tightest zoom of any shot of this picture.
        farthest_zoom: The widest zoom of any shot of this picture.
    """
    aspect = stage.picture_aspect
    widest_px = max(stage.window.width_px, stage.window.height_px * aspect)
    width = widest_px * OVERSAMPLING * nearest_zoom
    width = min(width, sqrt(_MAX_PLATE_SHARE * stage.window.pixel_count * aspect))
    finest = Resolution(ceil(width), ceil(width / aspect)).snapped(2)
    rgb = _with_surround(picture.rgb, finest) if stage.surround else _resized(picture.rgb, finest)
    plates = [Plate.from_rgb(rgb)]
    levels = max(0, floor(log2(OVERSAMPLING * nearest_zoom / farthest_zoom / _COARSEST) * 2) + 1)
    for level in range(1, levels + 1):
        share = 2 ** (-level / 2)
        size = Resolution(round(finest.width_px * share), round(finest.height_px * share)).snapped(
            2
        )
        plates.append(Plate.from_rgb(_resized(rgb, size)))
    return tuple(plates)


def inner_share(picture_aspect: float, stage: Stage) -> tuple[float, float]:
    """Width and height of a picture on its stage, as shares of those of the stage."""
    shape = picture_aspect / stage.picture_aspect
    return min(1.0, shape), min(1.0, 1 / shape)


def fitting_plate(plate_count: int, *, nearest_zoom: float, shot_nearest_zoom: float) -> int:
    """Number of the coarsest plate that is still fine enough for a shot's tightest view."""
    spare = log2(nearest_zoom / shot_nearest_zoom) * 2
    return min(plate_count - 1, max(0, floor(spare)))


def _resized(rgb: NDArray[np.uint8], size: Resolution) -> NDArray[np.uint8]:
    smaller = size.width_px < rgb.shape[1]
    kind = cv2.INTER_AREA if smaller else cv2.INTER_CUBIC
    return np.asarray(
        cv2.resize(rgb, (size.width_px, size.height_px), interpolation=kind), np.uint8
    )


def _with_surround(rgb: NDArray[np.uint8], size: Resolution) -> NDArray[np.uint8]:
    """Lay the whole picture with a soft shadow on a darkened, blurred enlargement of itself."""
    height, width = rgb.shape[:2]
    inner = Resolution(width, height).fitted_into(size).snapped(2)
    plate = _backdrop(rgb, size)
    left, top = (size.width_px - inner.width_px) // 2, (size.height_px - inner.height_px) // 2
    _cast_shadow(plate, slice(top, top + inner.height_px), slice(left, left + inner.width_px))
    plate[top : top + inner.height_px, left : left + inner.width_px] = _resized(rgb, inner)
    return plate


def _cast_shadow(plate: NDArray[np.uint8], rows: slice, columns: slice) -> None:
    """Darken the plate softly round a rectangle, in place."""
    height, width = plate.shape[:2]
    mask = np.zeros((height // 8 + 1, width // 8 + 1), np.float32)
    mask[rows.start // 8 : rows.stop // 8 + 1, columns.start // 8 : columns.stop // 8 + 1] = 1
    soft = cv2.GaussianBlur(mask, (0, 0), sigmaX=max(1.0, height * _SHADOW_SHARE / 8))
    shade = cv2.resize(1 - _SHADOW_DEPTH * soft, (width, height), interpolation=cv2.INTER_LINEAR)
    for top in range(0, height, 256):
        band = plate[top : top + 256]
        band[:] = band * shade[top : top + 256, :, None]


def _backdrop(rgb: NDArray[np.uint8], size: Resolution) -> NDArray[np.uint8]:
    """The picture enlarged to cover ``size``, blurred beyond recognition and darkened."""
    height, width = rgb.shape[:2]
    cover = max(size.width_px / width, size.height_px / height)
    crop_w, crop_h = round(size.width_px / cover), round(size.height_px / cover)
    left, top = (width - crop_w) // 2, (height - crop_h) // 2
    crop = rgb[top : top + max(1, crop_h), left : left + max(1, crop_w)]
    small_size = (max(2, round(_BACKDROP_PX * size.aspect)), _BACKDROP_PX)
    small = cv2.resize(crop, small_size, interpolation=cv2.INTER_AREA).astype(np.float32)
    small = cv2.GaussianBlur(small, (0, 0), sigmaX=_BACKDROP_PX / 16) * _BACKDROP_LIGHT
    large = cv2.resize(small, (size.width_px, size.height_px), interpolation=cv2.INTER_CUBIC)
    # A smooth gradient shows bands in 8 bit; half a level of fixed noise hides them.
    noise = np.random.default_rng(0).uniform(-0.5, 0.5, large.shape[:2]).astype(np.float32)
    return np.asarray(np.clip(large + noise[..., None] + 0.5, 0, 255), np.uint8)
