"""The one picture format that flows between rooms: planar 4:2:0, BT.709, limited range, 8 bit.

It is made from RGB once, at a model's edge. The matrix is ITU-R BT.709-6 (sections 3.2 to 3.5): Kr
= 0.2126, Kb = 0.0722, luma 16..235, chroma 16..240 around 128. Chroma sits on the left luma column
of each 2x2 block, halfway between its rows (ITU-T H.264 annex E, chroma_sample_loc_type 0, what
players assume).
"""

from collections.abc import Generator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ai_video_generator.errors import NumericalError
from ai_video_generator.media.resolution import Resolution

Plane = NDArray[np.uint8]

_KR, _KG, _KB = 0.2126, 0.7152, 0.0722
_LUMA_SPAN, _CHROMA_SPAN = 219.0, 224.0
_LUMA_BLACK, _CHROMA_ZERO = 16.0, 128.0

_LUMA_TO_CHROMA = np.array([[0.5, 0.0, 0.0], [0.0, 0.5, -0.25]])
# Luma pixel (x, y) lies at chroma sample (x / 2, y / 2 - 1 / 4): left column, between the rows.

_LEFT_SITED, _AS_IS = np.array([0.25, 0.5, 0.25]), np.array([1.0])
# The shortest low-pass filter that keeps the left column in place while every second column is
# dropped.

_BAND_PIXELS = 1_500_000
# Pixels converted at a time: 24 million of them in float32 would take 290 MB, a band takes 18.


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One video frame.

    Attributes:
        buffer: Planes Y, U, V one after another, ``(height * 3 // 2, width)``, uint8, C-contiguous,
            as FFmpeg's ``yuv420p``; width and height are even.
    """

    buffer: Plane

    @property
    def size(self) -> Resolution:
        """Width and height in pixels."""
        rows, width = self.buffer.shape
        return Resolution(width, rows * 2 // 3)

    @property
    def y(self) -> Plane:
        """Luma ``(height, width)``, 16..235; a view."""
        return self.buffer[: self.size.height_px]

    @property
    def u(self) -> Plane:
        """Blue difference ``(height // 2, width // 2)``, 16..240; a view."""
        return self._chroma()[0]

    @property
    def v(self) -> Plane:
        """Red difference ``(height // 2, width // 2)``, 16..240; a view."""
        return self._chroma()[1]

    def _chroma(self) -> tuple[Plane, Plane]:
        size = self.size
        blue, red = self.buffer[size.height_px :].reshape(
            2, size.height_px // 2, size.width_px // 2
        )
        return blue, red

    @classmethod
    def empty(cls, size: Resolution) -> "Frame":
        """A frame of this even size whose content is not set yet."""
        return cls(np.empty((size.height_px * 3 // 2, size.width_px), np.uint8))

    @classmethod
    def from_rgb(cls, rgb: NDArray[np.uint8] | NDArray[np.float32]) -> "Frame":
        """Convert an sRGB picture.

        Args:
            rgb: ``(height, width, 3)``, uint8 0..255 or float32 0..1; sides even.

        Raises:
            NumericalError: When a float picture holds NaN or infinity.
        """
        if rgb.dtype != np.uint8:
            if not np.isfinite(rgb).all():
                raise NumericalError("the model returned a frame with NaN or infinite values")
            rgb = np.clip(rgb * 255.0 + 0.5, 0, 255).astype(np.uint8)
        height, width = rgb.shape[:2]
        frame = cls.empty(Resolution(width, height))
        y, u, v = planes_from_rgb(np.asarray(rgb, np.uint8))
        frame.y[:], frame.u[:], frame.v[:] = y, u, v
        return frame

    def to_rgb(self) -> NDArray[np.uint8]:
        """Convert to sRGB ``(height, width, 3)``, uint8 0..255; chroma is interpolated linearly."""
        size = self.size
        luma = (self.y.astype(np.float32) - _LUMA_BLACK) * (255.0 / _LUMA_SPAN)
        blue, red = (
            (
                cv2.warpAffine(
                    plane.astype(np.float32),
                    _LUMA_TO_CHROMA,
                    (size.width_px, size.height_px),
                    flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
                    borderMode=cv2.BORDER_REPLICATE,
                )
                - _CHROMA_ZERO
            )
            * (255.0 / _CHROMA_SPAN)
            for plane in (self.u, self.v)
        )
        r = luma + 2 * (1 - _KR) * red
        b = luma + 2 * (1 - _KB) * blue
        g = (luma - _KR * r - _KB * b) / _KG
        return np.clip(np.stack([r, g, b], -1) + 0.5, 0, 255).astype(np.uint8)


FrameStream = Generator[Frame, None, None]
"""Frames in order, one at a time; nobody holds the video. Whoever takes a stream closes it."""


def planes_from_rgb(rgb: NDArray[np.uint8]) -> tuple[Plane, Plane, Plane]:
    """Convert sRGB to full-size luma and half-size chroma, in bands so that memory stays small.

    Args:
        rgb: ``(height, width, 3)``, uint8, 0..255; height and width even.

    Returns:
        Y ``(height, width)`` 16..235, U and V ``(height // 2, width // 2)`` 16..240, uint8, BT.709
        limited range.
    """
    height, width = rgb.shape[:2]
    y = np.empty((height, width), np.uint8)
    u, v = (np.empty((height // 2, width // 2), np.uint8) for _ in range(2))
    weights = np.array([[_KR, _KG, _KB]], np.float32)
    to_luma = np.hstack([weights * (_LUMA_SPAN / 255), [[_LUMA_BLACK]]])
    to_chroma = np.vstack(
        [
            np.append(
                ([0, 0, 1] - weights[0]) * (_CHROMA_SPAN / 255 / (2 * (1 - _KB))), _CHROMA_ZERO
            ),
            np.append(
                ([1, 0, 0] - weights[0]) * (_CHROMA_SPAN / 255 / (2 * (1 - _KR))), _CHROMA_ZERO
            ),
        ]
    )
    band_rows = max(2, _BAND_PIXELS // width // 2 * 2)
    for top in range(0, height, band_rows):
        band = rgb[top : top + band_rows]
        rows = slice(top, top + len(band))
        y[rows] = cv2.transform(band, to_luma)
        half = cv2.resize(
            cv2.transform(band.astype(np.float32), to_chroma),
            (width, len(band) // 2),
            interpolation=cv2.INTER_AREA,
        )
        half = cv2.sepFilter2D(half, -1, _LEFT_SITED, _AS_IS, borderType=cv2.BORDER_REPLICATE)
        chroma = np.clip(half[:, ::2] + 0.5, 0, 255).astype(np.uint8)
        half_rows = slice(top // 2, top // 2 + len(band) // 2)
        u[half_rows], v[half_rows] = chroma[..., 0], chroma[..., 1]
    return y, u, v
