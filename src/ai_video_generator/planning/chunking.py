"""Cuts what a model renders into passes, finished and kept one after another. Pure."""

from collections.abc import Iterator
from fractions import Fraction
from math import ceil

PASS_OVERLAP = 1
"""Frames that a pass shares with the one before it in the same shot: it goes on from that frame."""

_LEAST_SHARE = 0.5
# A pass is not asked for fewer frames than this share of its best length: a video model that is
# given three frames of time makes a still of them.


def pass_count(frame_count: int, frames_per_pass: int | None) -> int:
    """Passes that so many frames take about; shots that end early take some more."""
    return -(-frame_count // (frames_per_pass or frame_count))


def rendered_count(frame_count: int, frame_rate: Fraction, render_rate: Fraction) -> int:
    """Frames of another rate that a shot needs, so that each of its own lies between two of them.

    Args:
        frame_count: Frames of the shot, at least 1.
        frame_rate: Their rate.
        render_rate: The rate that the model makes.
    """
    return ceil((frame_count - 1) / frame_rate * render_rate) + 1


def shot_passes(frame_count: int, frames_per_pass: int) -> Iterator[range]:
    """Frames of each pass of a shot, in order: as long as each other, each from the last one's end.

    Args:
        frame_count: Frames to make, at least 1.
        frames_per_pass: The most that are made at once, at least 2.
    """
    if frame_count <= PASS_OVERLAP:
        yield range(frame_count)
        return
    step = max(1, frames_per_pass - PASS_OVERLAP)
    passes = ceil((frame_count - PASS_OVERLAP) / step)
    step = ceil((frame_count - PASS_OVERLAP) / passes)
    for start in range(0, frame_count - PASS_OVERLAP, step):
        yield range(start, min(start + step + PASS_OVERLAP, frame_count))


def asked_count(needed: int, frames_per_pass: int, step: int = 1) -> int:
    """Frames to ask a model for when so many are needed: at least these; the rest is cut off.

    Args:
        needed: Frames that are needed, 1 to ``frames_per_pass``.
        frames_per_pass: The most that it makes at once.
        step: As in `fitting_pass`.
    """
    wanted = max(needed, ceil(frames_per_pass * _LEAST_SHARE))
    return wanted if step == 1 else ceil((wanted - 1) / step) * step + 1


def fitting_pass(frames: int, step: int) -> int:
    """The longest legal pass of at most ``frames`` frames, and at least the shortest legal one.

    Args:
        frames: Frames that are wanted, at least 1.
        step: Passes have a multiple of this, plus one where it is above 1 (video VAEs that compress
            time by 4 or 8 take 4k + 1 or 8k + 1 frames).
    """
    if step == 1:
        return frames
    return max(1, (frames - 1) // step) * step + 1
