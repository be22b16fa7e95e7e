"""What happens to frames after the model takes as much memory for three minutes as for ten seconds.

Arrays of numpy and of OpenCV's Python side are allocated through numpy, which tells tracemalloc;
what OpenCV takes inside a call is given back at its end. Resident memory would also count the pages
that the allocator keeps for later, and so say less.
"""

import tracemalloc
from collections.abc import Generator, Iterator
from fractions import Fraction
from itertools import repeat

import numpy as np
import pytest
from corpus.stills import photo

from ai_video_generator.media.frames import Frame, FrameStream
from ai_video_generator.media.resolution import Resolution
from ai_video_generator.media.timeline import Timeline
from ai_video_generator.post.chunk_joiner import Part, continued, joined
from ai_video_generator.post.colour_anchor import anchored, colour_statistics
from ai_video_generator.post.resizer import resized
from ai_video_generator.post.retimer import retimed

SOURCE_RATE, RATE = Fraction(4), Fraction(6)
PASS, OVERLAP, DISSOLVE = 14, 2, 4
PASSES_PER_SHOT = 5
SHOT = PASSES_PER_SHOT * (PASS - OVERLAP) + OVERLAP
SMALL, LARGE = Resolution(64, 36), Resolution(96, 54)


def one_pass(number: int) -> Generator[Frame, None, None]:
    wide = Frame.from_rgb(photo(SMALL.width_px + 2 * PASS, SMALL.height_px, seed=number % 7))
    for index in range(PASS):
        frame = Frame.empty(SMALL)
        frame.y[:] = wide.y[:, 2 * index : 2 * index + SMALL.width_px]
        frame.u[:] = wide.u[:, index : index + SMALL.width_px // 2]
        frame.v[:] = wide.v[:, index : index + SMALL.width_px // 2]
        yield frame


def shots(seconds: int) -> Iterator[Part]:
    start = 0
    while start < seconds * SOURCE_RATE:
        reference = colour_statistics(next(one_pass(start)))
        passes = (one_pass(start + number) for number in range(PASSES_PER_SHOT))
        yield range(start, start + SHOT), anchored(continued(passes, OVERLAP), repeat(reference))
        start += SHOT - DISSOLVE


def film(seconds: int) -> FrameStream:
    line = Timeline(frame_rate=RATE, frame_count=int(seconds * RATE))
    return resized(retimed(joined(shots(seconds)), SOURCE_RATE, line), LARGE)


def peak_bytes(seconds: int) -> tuple[int, int]:
    """Most memory while a film is made, and its frames."""
    tracemalloc.start()
    try:
        count = sum(1 for frame in film(seconds) if np.any(frame.y))
        return tracemalloc.get_traced_memory()[1], count
    finally:
        tracemalloc.stop()


@pytest.mark.slow
def test_three_minutes_take_no_more_memory_than_ten_seconds() -> None:
    peak_bytes(1)
    short, short_count = peak_bytes(10)
    long, long_count = peak_bytes(180)

    assert (short_count, long_count) == (60, 1080)
    # What a motion takes varies with it by a hundred kB, up and down; one small frame kept of each
    # second would be 600 kB more.
    assert long < short + 200_000
