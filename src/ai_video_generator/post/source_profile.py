"""What a still explains: how light each place of a frame is while the camera moves over it."""

from dataclasses import dataclass
from math import cos, radians, sin

import cv2
import numpy as np
from numpy.typing import NDArray

from ai_video_generator.media.picture import Picture
from ai_video_generator.media.resolution import Resolution
from ai_video_generator.storyboard.camera_path import View, widest
from ai_video_generator.storyboard.stage import Stage

_THUMBNAIL_PX = 160
# Longest side of the thumbnail: the smallest view, three quarters of it, still has over 100 pixels
# across.

_LUMA_WEIGHTS = np.array([[0.2126, 0.7152, 0.0722, 16 * 255 / 219]]) * (219 / 255)
# ITU-R BT.709-6, limited range, as in media/frames.

_GRID_ROWS, _GRID_COLUMNS = 36, 64
# 2304 places a frame: all checks take 0.5 ms at 1080p, and their mean is within 2 levels of the
# frame's.


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Places:
    """Places of a frame that are looked at: one anywhere in each cell of a grid.

    A regular grid would fall in step with stripes, and see black or white all over.

    Attributes:
        rows: Row of each place, ``(place_count,)``, whole numbers.
        columns: Column of each place, ``(place_count,)``, whole numbers.
        right: Columns right of the frame's middle, ``(place_count,)``, float32.
        down: Rows below the frame's middle, ``(place_count,)``, float32.
    """

    rows: NDArray[np.intp]
    columns: NDArray[np.intp]
    right: NDArray[np.float32]
    down: NDArray[np.float32]

    @classmethod
    def of(cls, size: Resolution) -> "Places":
        """The places of frames of this size; always the same."""
        random = np.random.default_rng(0)
        cells = np.indices((_GRID_ROWS, _GRID_COLUMNS)) + random.random(
            (2, _GRID_ROWS, _GRID_COLUMNS)
        )
        rows = (cells[0] * size.height_px / _GRID_ROWS).astype(np.intp).ravel()
        columns = (cells[1] * size.width_px / _GRID_COLUMNS).astype(np.intp).ravel()
        return cls(
            rows=rows,
            columns=columns,
            right=(columns + 0.5 - size.width_px / 2).astype(np.float32),
            down=(rows + 0.5 - size.height_px / 2).astype(np.float32),
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Expectation:
    """What places of a frame should look like.

    Attributes:
        luma: ``(place_count,)``, float32, 16..235; NaN at places outside the picture.
        slope: How much luma may change at most within a pixel of the frame, where the picture has
            no finer detail than the thumbnail, ``(place_count,)``, float32.
    """

    luma: NDArray[np.float32]
    slope: NDArray[np.float32]


class SourceProfile:
    """A picture reduced to what it takes to say how light a frame should be.

    Args:
        picture: The picture; not kept.
        stage: Where it is shown.
    """

    def __init__(self, picture: Picture, stage: Stage) -> None:
        height, width = picture.rgb.shape[:2]
        scale = min(1.0, _THUMBNAIL_PX / max(height, width))
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        small = cv2.resize(picture.rgb, size, interpolation=cv2.INTER_AREA)
        luma = cv2.transform(small.astype(np.float32), _LUMA_WEIGHTS)
        self._luma = np.asarray(luma, np.float32).reshape(size[::-1])
        self._stage = stage
        shape = picture.info.size.aspect / stage.picture_aspect if stage.surround else 1.0
        self._share_x, self._share_y = min(1.0, shape), min(1.0, 1 / shape)
        steps = cv2.morphologyEx(self._luma, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
        widest_px = stage.window.width_px / widest(stage.picture_aspect, stage.frame_aspect)
        self._slope = np.asarray(steps * (size[0] / (widest_px * self._share_x)), np.float32)

    def expectation(self, view: View, places: Places) -> Expectation:
        """What is to be seen at places of a frame that shows a view."""
        window, turn = self._stage.window, radians(view.rotation_deg)
        scale = view.width / window.width_px
        across = places.right * (scale * cos(turn)) - places.down * (scale * sin(turn))
        upward = places.right * (scale * sin(turn)) + places.down * (scale * cos(turn))
        x = 0.5 + (across + (view.center_x - 0.5)) / self._share_x
        y = 0.5 + (upward * self._stage.picture_aspect + (view.center_y - 0.5)) / self._share_y
        luma, slope = self._sampled(self._luma, x, y), self._sampled(self._slope, x, y)
        shown = (abs(places.right) < window.width_px / 2) & (
            abs(places.down) < window.height_px / 2
        )
        inside = (abs(x - 0.5) <= 0.5) & (abs(y - 0.5) <= 0.5)  # noqa: PLR2004 - half a picture
        return Expectation(luma=np.where(shown & inside, luma, np.float32(np.nan)), slope=slope)

    def _sampled(
        self, thumbnail: NDArray[np.float32], x: NDArray[np.floating], y: NDArray[np.floating]
    ) -> NDArray[np.float32]:
        """Values at places 0..1 of the picture, interpolated linearly."""
        height, width = thumbnail.shape
        found = cv2.remap(
            thumbnail,
            (x * width - 0.5)[None].astype(np.float32),
            (y * height - 0.5)[None].astype(np.float32),
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        )
        return np.asarray(found[0], np.float32)
