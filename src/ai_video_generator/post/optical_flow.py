"""How far each place moves from one frame to the next, both ways, and how far that can be trusted.

Dense inverse search (Kroeger, Timofte, Dai and Van Gool, "Fast optical flow using dense inverse
search", 2016) as OpenCV has it, on luma reduced to a size at which it is cheap. Motion from the one
frame to the other and back should end where it began; how far it misses says where one of the two
does not show the place, or where the search was lost (Sundaram, Brox and Keutzer, "Dense point
trajectories", 2010, section 3).
"""

from dataclasses import dataclass
from typing import Any, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from ai_video_generator.media.frames import Frame, Plane

Flow = NDArray[np.float32]
Levels = NDArray[np.float32]
Sampled = TypeVar("Sampled", NDArray[np.uint8], NDArray[np.float32])

_NONE: Any = None
# The library's types want an array where its functions take none.

_FLOW_SIDE_PX = 512
# Longest side of the luma that is searched. At 576p, 7 to 30 frames/s, 1024 pixels cost 3.6 times
# as much CPU in all for 0.2 dB less on a camera move and 0.6 dB more at outlines (at the
# preset's own finest scale).

_FINEST_SCALE, _PATCH_STRIDE_PX = 0, 4
# The search goes down to the pixels of the reduced luma; the preset stops at half of them. With
# patches of 8 pixels every 4 this brings 0.9 dB, and takes 100 CPU ms instead of 40, both ways.

_LEAST_SIDE_PX = 32
# The search needs four of its patches of 8 pixels; smaller frames are enlarged to it.

_LOST_PX = 3.0
_CUT_SHARE = 0.8
# Places that miss by more are lost. Between frames that follow each other up to 0.12 of the places
# are, in a dissolve of two steps 0.56, at cuts between photos and inside one at least 0.92.


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OneWay:
    """Where the places of one frame are in the other.

    Attributes:
        luma: Reduced luma of the frame, ``(height, width)``, uint8.
        flow: Way of each of its pixels to the other frame, right and down, ``(height, width, 2)``,
            float32, in pixels of the reduced frame.
        miss_px: How far from its beginning a pixel ends that goes there and back, ``(height,
            width)``, float32.
    """

    luma: Plane
    flow: Flow
    miss_px: Levels


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Motion:
    """Motion between two frames.

    Attributes:
        forward: From the earlier to the later.
        backward: From the later to the earlier.
    """

    forward: OneWay
    backward: OneWay

    @property
    def is_cut(self) -> bool:
        """Whether the two show different things: hardly a place finds back."""
        lost = (
            np.count_nonzero(one.miss_px > _LOST_PX) / one.miss_px.size
            for one in (self.forward, self.backward)
        )
        return bool(min(lost) > _CUT_SHARE)


def places(height: int, width: int) -> Flow:
    """Column and row of every pixel, ``(height, width, 2)``, float32."""
    columns, rows = np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32)
    return np.dstack(np.meshgrid(columns, rows))


def sampled(values: Sampled, at: Flow, *, cubic: bool = False) -> Sampled:
    """Values at places between pixels; outside, those of the border.

    Args:
        values: ``(height, width)`` or ``(height, width, 2)``, uint8 or float32.
        at: Column and row of each place, ``(rows, columns, 2)``.
        cubic: Whether to keep detail that linear interpolation blurs.
    """
    way = cv2.INTER_CUBIC if cubic else cv2.INTER_LINEAR
    found = cv2.remap(values, at, _NONE, way, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(found, values.dtype)


def motion_between(before: Frame, after: Frame) -> Motion:
    """Search the motion between two frames of one size."""
    earlier, later = _reduced(before.y), _reduced(after.y)
    forward, backward = _searched(earlier, later), _searched(later, earlier)
    return Motion(
        forward=OneWay(luma=earlier, flow=forward, miss_px=_miss_px(forward, backward)),
        backward=OneWay(luma=later, flow=backward, miss_px=_miss_px(backward, forward)),
    )


def _searched(one: Plane, other: Plane) -> Flow:
    # A search that is used again begins where it ended: a stream would depend on its past.
    search = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    search.setFinestScale(_FINEST_SCALE)
    search.setPatchStride(_PATCH_STRIDE_PX)
    return np.asarray(search.calc(one, other, _NONE), np.float32)


def _reduced(luma: Plane) -> Plane:
    height, width = luma.shape
    scale = max(min(1.0, _FLOW_SIDE_PX / max(height, width)), _LEAST_SIDE_PX / min(height, width))
    if scale == 1:
        return luma
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    size = (round(width * scale), round(height * scale))
    return np.asarray(cv2.resize(luma, size, interpolation=way), np.uint8)


def _miss_px(there: Flow, back: Flow) -> Levels:
    arrived = places(*there.shape[:2]) + there
    home = there + sampled(back, arrived)
    return np.asarray(cv2.magnitude(home[..., 0], home[..., 1]), np.float32)
