"""Resized frames show the same picture, luma and chroma in their places."""

from collections.abc import Generator

import numpy as np
import pytest
from corpus.stills import photo
from numpy.typing import NDArray

from ai_video_generator.media.frames import Frame
from ai_video_generator.media.resolution import Resolution
from ai_video_generator.post.resizer import resized

Plane = NDArray[np.float64]


def one(frame: Frame, size: Resolution) -> Frame:
    (made,) = resized((each for each in [frame]), size)
    return made


def luma(width: int) -> Plane:
    """A ramp by columns; luma pixel i has its middle at i + 1/2."""
    return 30 + 200 * (np.arange(width) + 0.5) / width


def chroma(width: int) -> Plane:
    """The same ramp where chroma is: sample i has the middle of luma pixel 2i."""
    return 30 + 200 * (2 * np.arange(width // 2) + 0.5) / width


def dithered(columns: Plane, rows: int) -> NDArray[np.uint8]:
    """Rows that are rounded differently, so that their mean is exact."""
    steps = np.random.default_rng(1).permutation((np.arange(rows) + 0.5) / rows)
    return np.asarray(np.floor(columns[None] + steps[:, None]), np.uint8)


@pytest.mark.parametrize("scale", [2, 3])
def test_enlarging_keeps_luma_and_chroma_in_their_places(scale: int) -> None:
    width, height = 96, 400
    frame = Frame.empty(Resolution(width, height))
    frame.y[:] = dithered(luma(width), height)
    frame.u[:] = frame.v[:] = dithered(chroma(width), height // 2)

    large = one(frame, Resolution(width * scale, height * scale))

    inner = slice(8 * scale, -8 * scale)
    for plane, columns in (
        (large.y, luma(width * scale)),
        (large.u, chroma(width * scale)),
        (large.v, chroma(width * scale)),
    ):
        # A quarter of a chroma pixel, the usual mistake, would be half a level.
        difference = plane.mean(axis=0) - columns
        assert abs(difference[inner].mean()) < 0.1


def test_shrinking_and_enlarging_again_shows_the_same_photo() -> None:
    frame = Frame.from_rgb(photo(320, 200))

    back = one(one(frame, Resolution(160, 100)), Resolution(320, 200))

    difference = back.y.astype(float) - frame.y
    assert np.sqrt((difference**2).mean()) < 6


def test_frames_of_the_right_size_pass_as_they_are() -> None:
    frame = Frame.from_rgb(photo(64, 48))
    assert one(frame, Resolution(64, 48)) is frame


def test_closing_the_stream_closes_the_source() -> None:
    closed = []

    def source() -> Generator[Frame, None, None]:
        try:
            while True:
                yield Frame.from_rgb(photo(64, 48))
        finally:
            closed.append(True)

    stream = resized(source(), Resolution(32, 24))
    next(stream)
    stream.close()
    assert closed == [True]
