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

_FILL = (5, 5)
# Neighbourhood that gaps take their motion from; the middle of a wider hole is drawn from the other
# frame.


class Projection:
    """The pixels of one frame, ready to be sent on their way.

    Args:
        way: Where they go.
    """

    def __init__(self, way: OneWay) -> None:
        height, width = way.miss_px.shape
        steps = np.minimum(way.miss_px.ravel() * _STEPS_PER_PX, _LAST_STEP)
        surest_last = np.argsort(_LAST_STEP - steps.astype(np.uint16), kind="stable")
        self._from = places(height, width).reshape(-1, 2)[surest_last]
        self._ways = way.flow.reshape(-1, 2)[surest_last]
        self._trust = np.exp(way.miss_px.ravel()[surest_last] / -_TRUST_PX)
        self._shape = (height, width)

    def at(self, share: float) -> tuple[Flow, NDArray[np.float32], Levels]:
        """What lies at each pixel when a share of the way is done.

        Args:
            share: 0..1.

        Returns:
            The whole way of what lies there, ``(height, width, 2)``, filled from around where there
            is nothing; whether something is there, ``(height, width)``, 0..1; how sure its motion
            is, ``(height, width)``, 0..1. All float32.
        """
        height, width = self._shape
        arrived = np.rint(self._from + np.float32(share) * self._ways).astype(np.int32)
        inside = (arrived >= 0).all(1) & (arrived < [width, height]).all(1)
        index = (arrived[:, 1] * width + arrived[:, 0])[inside]
        # Of values assigned to one element, the last stays.
        flow, hit, trust = (
            np.zeros((height * width, *rest), np.float32) for rest in ((2,), (), ())
        )
        flow[index], hit[index], trust[index] = self._ways[inside], 1, self._trust[inside]
        flow = flow.reshape(height, width, 2)
        hit, trust = hit.reshape(self._shape), trust.reshape(self._shape)
        seen = np.asarray(cv2.dilate(hit, _GAP), np.float32)
        around = cv2.blur(hit, _FILL) + np.float32(1e-6)  # nothing is around the middle of a hole
        empty = hit == 0
        flow[empty] = (cv2.blur(flow, _FILL) / around[..., None])[empty]
        trust[empty] = (cv2.blur(trust, _FILL) / around)[empty]
        return flow, seen, trust
