"""Frames of one size become frames of another."""

from contextlib import closing

import cv2
import numpy as np

from ai_video_generator.media.frames import Frame, FrameStream, Plane
from ai_video_generator.media.resolution import Resolution

_SHARPENED_FROM = 1.2
# Below this enlargement Lanczos loses next to nothing.

_AMOUNT = 0.5
_RADIUS = 0.5
# Of a pixel of the small frame. In benchmarks/enlarging.md this is the most that takes no photo
# further from the original, at any enlargement: it gains up to 0.9 dB and a fifth of detail.

_AROUND = np.ones((3, 3), np.uint8)


def resized(frames: FrameStream, size: Resolution) -> FrameStream:
    """Resize a stream, frame by frame; frames of the right size pass unchanged.

    Enlarging is Lanczos over 8x8 pixels for luma, which is then sharpened a little, without a halo,
    and cubic for chroma, kept on the left column of its luma. Shrinking takes the mean of what a
    pixel covers; there chroma may move by a quarter of its pixel, which nobody sees.

    Args:
        frames: Frames of any even sizes; closed at the end.
        size: Size of the frames that come out; even sides.
    """
    with closing(frames):
        for frame in frames:
            yield frame if frame.size == size else _resized(frame, size)


def _resized(frame: Frame, size: Resolution) -> Frame:
    into = Frame.empty(size)
    across = size.width_px / frame.size.width_px
    upward = size.height_px / frame.size.height_px
    if across < 1 or upward < 1:
        for plane, target in ((frame.y, into.y), (frame.u, into.u), (frame.v, into.v)):
            height, width = target.shape
            target[:] = cv2.resize(plane, (width, height), interpolation=cv2.INTER_AREA)
        return into
    whole = (size.width_px, size.height_px)
    cv2.resize(frame.y, whole, dst=into.y, interpolation=cv2.INTER_LANCZOS4)
    for plane, target in ((frame.u, into.u), (frame.v, into.v)):
        _enlarge_chroma(plane, target, across, upward)
    if min(across, upward) > _SHARPENED_FROM:
        _sharpen(into.y, across, upward)
    return into


def _sharpen(luma: Plane, across: float, upward: float) -> None:
    """Take away a part of the blur, in place; no pixel leaves the range of its neighbours.

    So an edge gets steeper, and neither a halo nor ringing is added to it.
    """
    lowest, highest = cv2.erode(luma, _AROUND), cv2.dilate(luma, _AROUND)
    blurred = cv2.GaussianBlur(luma, (0, 0), sigmaX=_RADIUS * across, sigmaY=_RADIUS * upward)
    cv2.addWeighted(luma, 1 + _AMOUNT, blurred, -_AMOUNT, 0, dst=luma)
    cv2.min(luma, highest, dst=luma)
    cv2.max(luma, lowest, dst=luma)


def _enlarge_chroma(plane: Plane, into: Plane, across: float, upward: float) -> None:
    # Where sample i of the large plane lies in the small one: by the middle of its rows and, as it
    # is on the left of its two luma pixels, by a quarter of its columns.
    matrix = np.array(
        [[1 / across, 0.0, 0.25 / across - 0.25], [0.0, 1 / upward, 0.5 / upward - 0.5]]
    )
    height, width = into.shape
    cv2.warpAffine(
        plane,
        matrix,
        (width, height),
        dst=into,
        flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
