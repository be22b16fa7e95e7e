"""Resized frames show the same picture, luma and chroma in their places."""

from collections.abc import Generator

import cv2
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


def edge(width: int = 64) -> Frame:
    """Dark left, light right, in the levels that leave room for a halo."""
    frame = Frame.empty(Resolution(width, 48))
    frame.y[:], frame.u[:], frame.v[:] = 60, 128, 128
    frame.y[:, width // 2 :] = 180
    return frame


def lanczos(frame: Frame, size: Resolution) -> Frame:
    """Luma enlarged without sharpening."""
    made, whole = Frame.empty(size), (size.width_px, size.height_px)
    cv2.resize(frame.y, whole, dst=made.y, interpolation=cv2.INTER_LANCZOS4)
    return made


@pytest.mark.parametrize("scale", [1.5, 2, 3])
def test_an_enlarged_photo_is_sharper_and_no_further_from_the_original(scale: float) -> None:
    original = Frame.from_rgb(photo_with_edges(480, 288))
    small = Resolution(round(480 / scale), round(288 / scale))
    reduced = one(original, small)

    plain, made = lanczos(reduced, original.size), one(reduced, original.size)

    assert distance(made, original) <= distance(plain, original)
    assert detail(made) > 1.1 * detail(plain)


def photo_with_edges(width: int, height: int) -> NDArray[np.uint8]:
    """A photo with things that have outlines."""
    rgb = photo(width, height)
    random = np.random.default_rng(5)
    for _ in range(25):
        x, y, radius = random.integers(0, width), random.integers(0, height), random.integers(5, 40)
        color = [int(level) for level in random.integers(40, 220, 3)]
        cv2.circle(rgb, (int(x), int(y)), int(radius), color, -1, cv2.LINE_AA)
    return rgb


def distance(frame: Frame, other: Frame) -> float:
    return float(((frame.y.astype(float) - other.y) ** 2).mean())


def detail(frame: Frame) -> float:
    return float(abs(cv2.Laplacian(frame.y, cv2.CV_32F)).mean())


def test_sharpening_adds_no_halo() -> None:
    size = Resolution(128, 96)
    plain, made = lanczos(edge(), size).y, one(edge(), size).y

    assert plain.min() <= made.min()
    assert made.max() <= plain.max()
    middle = slice(60, 68)
    assert (
        np.diff(made[48, middle].astype(int)).max() > np.diff(plain[48, middle].astype(int)).max()
    )


def test_a_small_enlargement_is_not_sharpened() -> None:
    frame, size = Frame.from_rgb(photo(100, 100)), Resolution(118, 118)
    assert np.array_equal(one(frame, size).y, lanczos(frame, size).y)


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
