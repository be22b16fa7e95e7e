"""Frames of one rate become frames of another: those in between are made by the motion."""

from collections.abc import Callable
from contextlib import closing
from fractions import Fraction

from ai_video_generator.media.frames import Frame, FrameStream
from ai_video_generator.media.timeline import Timeline
from ai_video_generator.post.in_between import frames_between


def retimed(frames: FrameStream, frame_rate: Fraction, timeline: Timeline) -> FrameStream:
    """Retime a stream: exactly ``timeline.frame_count`` frames come out, at exact times.

    A frame that falls between two shows things on their way from the one to the other; across a
    cut the nearer one is held. The last frame stays where nothing follows. Motion is searched once
    for two frames that follow each other, and only where a frame falls between them.

    Args:
        frames: Frames of one size, at least one; closed at the end.
        frame_rate: Their rate, frames per second.
        timeline: The frames that come out.
    """
    with closing(frames):
        before, after, place = next(frames, None), next(frames, None), 0
        at: Callable[[float], Frame] | None = None
        for index in range(timeline.frame_count):
            position = timeline.time_s(index) * frame_rate
            while after is not None and place + 1 <= position:
                before, after, place, at = after, next(frames, None), place + 1, None
            if before is None:
                return
            if after is None or position == place:
                yield before
                continue
            at = at or frames_between(before, after)
            yield at(float(position - place))
