"""Pieces of a video become one stream: they dissolve into each other where they overlap."""

from collections import deque
from collections.abc import Iterable
from contextlib import closing

import cv2
import numpy as np

from ai_video_generator.errors import RenderError
from ai_video_generator.media.frames import Frame, FrameStream
from ai_video_generator.storyboard.camera_path import overlap_weight

Part = tuple[range, FrameStream]
"""The frames of the video that a stream makes, and the stream."""


def joined(parts: Iterable[Part]) -> FrameStream:
    """Join shots: one frame for each frame of the video, in order.

    In the frames that two shots share, the earlier dissolves into the later with the weights of the
    camera. Both streams are drawn from only there, and no frame is kept; a shot's stream is begun
    when its first frame is due. Frames that a stream has beyond its range are not made.

    Args:
        parts: In order, taken one ahead: each begins later than the one before it, at the latest
            where that ends, and ends later; at most two share a frame. Streams that were taken are
            closed at the end.

    Raises:
        RenderError: When parts do not follow on each other, or one has too few frames.
    """
    ahead = iter(parts)
    current, following = None, next(ahead, None)
    done = following[0].start if following else 0
    try:
        while following is not None:
            current, following = following, next(ahead, None)
            if following is not None:
                _check_follows(following[0], current[0], done)
            for index in range(done, current[0].stop):
                yield _shown(current, following, index)
            done = current[0].stop
            current[1].close()
    finally:
        for part in (current, following):
            if part is not None:
                part[1].close()


def _check_follows(later: range, earlier: range, done: int) -> None:
    starts = max(earlier.start + 1, done) <= later.start <= earlier.stop
    if not starts or later.stop <= earlier.stop:
        raise RenderError(f"frames {_text(later)} do not follow on frames {_text(earlier)}")


def _shown(current: Part, following: Part | None, index: int) -> Frame:
    frame = _taken(current, index)
    if following is None or index < following[0].start:
        return frame
    shared = range(following[0].start, current[0].stop)
    return _mixed(frame, _taken(following, index), overlap_weight(shared, index))


def _taken(part: Part, index: int) -> Frame:
    frame = next(part[1], None)
    if frame is None:
        frames = _text(part[0])
        raise RenderError(f"the model made {index - part[0].start} of the frames {frames}")
    return frame


def _text(frames: range) -> str:
    return f"{frames.start} to {frames.stop - 1}"


def continued(passes: Iterable[FrameStream], overlap_count: int) -> FrameStream:
    """Join passes of a model in which each makes the last frames of the one before it again.

    A pass is begun when the one before it is over, because it may go on from its last frame; no
    more than the shared frames and one are kept.

    Args:
        passes: In order; each is closed when it is over, or at the end.
        overlap_count: Frames that two passes share, 0 or more; a pass has at least as many.

    Raises:
        RenderError: When a pass has fewer frames than it shares.
    """
    kept: deque[Frame] = deque()
    shared = range(overlap_count)
    for number, frames in enumerate(passes):
        before, kept = kept, deque()
        with closing(frames):
            for index, frame in enumerate(frames):
                if before:
                    weight = overlap_weight(shared, index)
                    kept.append(_mixed(before.popleft(), frame, weight))
                else:
                    kept.append(frame)
                if len(kept) > overlap_count:
                    yield kept.popleft()
        if len(kept) < overlap_count:
            raise RenderError(
                f"pass {number} has {len(kept)} frames, but shares {overlap_count} with the next"
            )
    yield from kept


def _mixed(before: Frame, after: Frame, weight: float) -> Frame:
    mixed = cv2.addWeighted(before.buffer, 1 - weight, after.buffer, weight, 0)
    return Frame(np.asarray(mixed, np.uint8))
