"""Pixels on their way: where those of one frame are at a moment between it and the next.

Each pixel goes its share of the way and lies on the nearest pixel there; where several meet, the
one whose motion is surest wins, because what goes out of sight cannot be followed, and what hides
it can (the rule of Niklaus and Liu, "Softmax splatting for video frame interpolation", 2020,
section 3.2, without its softness).
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from ai_video_generator.post.optical_flow import Flow, Levels, OneWay, places

_TRUST_PX = 1.0
# A miss that takes trust down to 1/e; half or twice of it changes the result by 0.1 dB.

_STEPS_PER_PX = 16.0
_LAST_STEP = 65535
# Misses are put in order in sixteenths of a pixel: 16 bit are sorted in linear time.

_GAP = np.ones((3, 3), np.uint8)
# Rounding and growth leave gaps of a pixel between neighbours; what is uncovered is wider.

_NOTHING = 1e-6
# Less than any share of a neighbourhood: keeps the middle of a hole from dividing by zero.

_FILL = (5, 5)
# Neighbourhood that gaps take their motion from; the middle of a wider hole is drawn from the other
# frame.


class Projection:
    """The pixels of one frame, ready to be sent on their way.

    Args:
        way: Where they go.
    """

    def __init__(self, way: OneWay) -> None:
        height, width = self._shape = way.miss_px.shape
        steps = np.minimum(way.miss_px.ravel() * _STEPS_PER_PX, _LAST_STEP)
        surest_last = np.argsort(_LAST_STEP - steps.astype(np.uint16), kind="stable")
        trust = np.exp(way.miss_px / -_TRUST_PX)
        load = np.dstack([way.flow, np.ones_like(trust), trust]).astype(np.float32)
        self._load = load.reshape(-1, 4)[surest_last]
        begin = places(height, width).reshape(-1, 2)[surest_last]
        self._columns, self._rows = begin[:, 0].copy(), begin[:, 1].copy()
        self._right, self._down = self._load[:, 0].copy(), self._load[:, 1].copy()

    def at(self, share: float) -> tuple[Flow, Levels, Levels]:
        """What lies at each pixel when a share of the way is done.

        Args:
            share: 0..1.

        Returns:
            The whole way of what lies there, ``(height, width, 2)``, filled from around where there
            is nothing; whether something is there, ``(height, width)``, 0..1; how sure its motion
            is, ``(height, width)``, 0..1. All float32.
        """
        height, width = self._shape
        columns = _whole(self._columns + np.float32(share) * self._right, width)
        rows = _whole(self._rows + np.float32(share) * self._down, height)
        landed = np.zeros((height + 2, width + 2, 4), np.float32)
        # Of values assigned to one element, the last stays.
        landed.reshape(-1, 4)[rows * (width + 2) + columns] = self._load
        landed = landed[1:-1, 1:-1].copy()
        around = np.asarray(cv2.blur(landed, _FILL), np.float32)
        seen = np.asarray(cv2.dilate(landed[..., 2], _GAP), np.float32)
        empty = landed[..., 2] == 0
        found = around[empty]
        landed[empty] = found / np.maximum(found[:, 2:3], np.float32(_NOTHING))
        return landed[..., :2], seen, landed[..., 3]


def _whole(place: NDArray[np.float32], side: int) -> NDArray[np.intp]:
    """Whole numbers from 1 to the side; 0 and one more are beyond the frame."""
    return np.clip(np.rint(place), -1, side).astype(np.intp) + 1
