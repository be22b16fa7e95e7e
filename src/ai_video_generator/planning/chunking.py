"""Cuts what a model renders into chunks: one pass each, finished and kept one after another."""

from collections.abc import Iterator


def chunk_ranges(frame_count: int, frames_per_pass: int | None) -> Iterator[range]:
    """Frames of each chunk, in order; together they are all frames, none twice.

    Args:
        frame_count: Frames to make, at least 1.
        frames_per_pass: Frames made at once, at least 1; None makes one chunk of all.
    """
    step = frames_per_pass or frame_count
    for start in range(0, frame_count, step):
        yield range(start, min(start + step, frame_count))


def pass_count(frame_count: int, frames_per_pass: int | None) -> int:
    """Number of chunks."""
    return -(-frame_count // (frames_per_pass or frame_count))


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
