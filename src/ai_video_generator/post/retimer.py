"""Frames of one rate become frames of another: each is the mean of its two neighbours in time."""

from contextlib import closing
from fractions import Fraction

import cv2
import numpy as np

from ai_video_generator.media.frames import Frame, FrameStream
from ai_video_generator.media.timeline import Timeline


def retimed(frames: FrameStream, frame_rate: Fraction, timeline: Timeline) -> FrameStream:
    """Retime a stream: exactly ``timeline.frame_count`` frames come out.

    A frame that falls between two is their mean, weighted by how near each is; the last one stays
    where nothing follows. Movement larger than a few pixels a frame shows as a double image.

    Args:
        frames: Frames of one size, at least one; closed at the end.
        frame_rate: Their rate, frames per second.
        timeline: The frames that come out.
    """
    with closing(frames):
        before, after, place = next(frames, None), next(frames, None), 0
        for index in range(timeline.frame_count):
            position = timeline.time_s(index) * frame_rate
            while after is not None and place + 1 <= position:
                before, after, place = after, next(frames, None), place + 1
            if before is None:
                return
            weight = float(position - place)
            yield before if after is None or weight == 0 else _between(before, after, weight)


def _between(before: Frame, after: Frame, weight: float) -> Frame:
    return Frame(
        np.asarray(cv2.addWeighted(before.buffer, 1 - weight, after.buffer, weight, 0), np.uint8)
    )
