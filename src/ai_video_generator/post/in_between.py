"""Frames between two frames: both are warped to the moment wanted, and what both show is mixed.

A place that only one of the two shows is taken from that one. Where the two do not agree although
both should show it, the motion is not to be trusted, and their plain mean is drawn instead.
"""

from collections.abc import Callable

import cv2
import numpy as np

from ai_video_generator.media.frames import Frame, Plane
from ai_video_generator.post.optical_flow import (
    Flow,
    Levels,
    Motion,
    motion_between,
    places,
    sampled,
)
from ai_video_generator.post.projection import Projection

_LOWEST, _LUMA_WHITE, _CHROMA_HIGHEST = 16, 235, 240
# Limited range of 8 bit, ITU-R BT.709-6 section 4, as in media/frames.

_NEXT_TO_NOTHING = 1e-3
# Weight of a frame that does not show a place: it decides only where the other does not either.

_NEIGHBOURHOOD = (7, 7)
_ROUNDING = 6.0
_AGREE, _DISAGREE = 0.7, 1.1
# Luma of the two, warped, is compared with luma as it is, in the mean of a neighbourhood and with a
# few levels of tolerance: warping that brings them no nearer to each other explains nothing.


def frames_between(before: Frame, after: Frame) -> Callable[[float], Frame]:
    """Search the motion between two frames, and give what makes a frame at any moment between.

    Args:
        before: The earlier frame, moment 0.
        after: The later one, of the same size, moment 1.

    Returns:
        What makes the frame at a moment, 0..1; across a cut it holds the nearer one.
    """
    motion = motion_between(before, after)
    if motion.is_cut:
        return lambda moment: before if moment < 0.5 else after  # noqa: PLR2004 - half the way
    return _InBetween(before, after, motion).at


class _InBetween:
    """All frames between two."""

    def __init__(self, before: Frame, after: Frame, motion: Motion) -> None:
        self._before, self._after, self._motion = before, after, motion
        self._earlier, self._later = Projection(motion.forward), Projection(motion.backward)
        self._places = places(*motion.forward.luma.shape)
        size = before.size
        self._luma_places = places(size.height_px, size.width_px)
        self._chroma_places = places(size.height_px // 2, size.width_px // 2)
        self._apart = _difference(motion.forward.luma, motion.backward.luma)

    def at(self, moment: float) -> Frame:
        """Warp and mix both; values stay in the limited range, whatever cubic warping does."""
        flow, later_share, trust = self._drawing(moment)
        before, after, frame = self._before, self._after, Frame.empty(self._before.size)
        doubtful = bool((trust < 1).any())
        luma = ((before.y, after.y, frame.y),)
        chroma = ((before.u, after.u, frame.u), (before.v, after.v, frame.v))
        for at, highest, pairs in (
            (self._luma_places, _LUMA_WHITE, luma),
            (self._chroma_places, _CHROMA_HIGHEST, chroma),
        ):
            wide = _enlarged(flow, at.shape)
            wide *= np.array([at.shape[1] / flow.shape[1], at.shape[0] / flow.shape[0]], np.float32)
            from_before = _away(wide, -moment, at)
            from_after = _away(wide, 1 - moment, at)
            later = _enlarged(later_share, at.shape)
            sure = _enlarged(trust, at.shape) if doubtful else None
            for earlier_plane, later_plane, into in pairs:
                mixed = cv2.blendLinear(
                    sampled(earlier_plane, from_before, cubic=True),
                    sampled(later_plane, from_after, cubic=True),
                    1 - later,
                    later,
                )
                if sure is not None:
                    plain = cv2.addWeighted(earlier_plane, 1 - moment, later_plane, moment, 0)
                    mixed = cv2.blendLinear(mixed, plain, sure, 1 - sure)
                np.clip(mixed, _LOWEST, highest, out=into)
        return frame

    def _drawing(self, moment: float) -> tuple[Flow, Levels, Levels]:
        """Motion, share of the later frame, and trust in both, at each place of the new frame."""
        ways, seen, surety = self._earlier.at(moment)
        ways_back, seen_later, surety_later = self._later.at(1 - moment)
        weight = seen * surety + np.float32(_NEXT_TO_NOTHING)
        weight_later = seen_later * surety_later + np.float32(_NEXT_TO_NOTHING)
        share = (weight / (weight + weight_later))[..., None]
        flow = np.asarray(ways * share - ways_back * (1 - share), np.float32)
        earlier = np.float32(1 - moment) * np.maximum(seen, np.float32(_NEXT_TO_NOTHING))
        later = np.float32(moment) * np.maximum(seen_later, np.float32(_NEXT_TO_NOTHING))
        return flow, later / (earlier + later), self._trust(flow, moment, seen, seen_later)

    def _trust(self, flow: Flow, moment: float, seen: Levels, seen_later: Levels) -> Levels:
        """How much of what is warped to draw, 0..1."""
        warped = _difference(
            sampled(self._motion.forward.luma, _away(flow, -moment, self._places)),
            sampled(self._motion.backward.luma, _away(flow, 1 - moment, self._places)),
        )
        ratio = warped * np.minimum(seen, seen_later) / (self._apart + np.float32(_ROUNDING))
        agreed = 1 - np.clip((ratio - _AGREE) / (_DISAGREE - _AGREE), 0, 1)
        return np.asarray(agreed * np.maximum(seen, seen_later), np.float32)


def _difference(one: Plane, other: Plane) -> Levels:
    """Mean difference in the neighbourhood of each pixel."""
    apart = cv2.absdiff(one, other).astype(np.float32)
    return np.asarray(cv2.blur(apart, _NEIGHBOURHOOD), np.float32)


def _enlarged(values: Levels, shape: tuple[int, ...]) -> Levels:
    return np.asarray(cv2.resize(values, (shape[1], shape[0])), np.float32)


def _away(flow: Flow, share: float, at: Flow) -> Flow:
    """Places, each moved by a share of the flow there."""
    return np.asarray(cv2.scaleAdd(flow, share, at), np.float32)
