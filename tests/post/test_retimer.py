"""Retimed frames: as many as the video has, each between its neighbours in time."""

from collections.abc import Generator, Iterable
from fractions import Fraction

import cv2
import numpy as np
import pytest
from corpus.stills import photo
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from ai_video_generator.media.frames import Frame
from ai_video_generator.media.resolution import Resolution
from ai_video_generator.media.timeline import Timeline
from ai_video_generator.post.retimer import retimed

Floats = NDArray[np.float64]
WIDTH, HEIGHT = 320, 192
DISC_PX, STEP_PX = 36, 12
# Of the disc: its radius, and how far it goes from one source frame to the next.


def clock(count: int, side: int = 16) -> Generator[Frame, None, None]:
    """Frames whose luma is 20 and ten times their number."""
    for index in range(count):
        frame = Frame.empty(Resolution(side, side))
        frame.buffer[:] = 20 + 10 * index
        yield frame


def stream(frames: Iterable[Frame]) -> Generator[Frame, None, None]:
    yield from frames


def line(rate: Fraction | int, count: int) -> Timeline:
    return Timeline(frame_rate=Fraction(rate), frame_count=count)


def shown(rate: int, source_count: int, to_rate: Fraction, count: int) -> list[float]:
    made = retimed(clock(source_count), Fraction(rate), line(to_rate, count))
    return [float(np.mean(frame.buffer)) - 20 for frame in made]


def panned(step_px: float, count: int) -> list[Frame]:
    """A camera that goes over a photo."""
    wide = photo(WIDTH + 200, HEIGHT)
    moves = (np.array([[1.0, 0, 10 + step_px * index], [0, 1, 0]]) for index in range(count))
    way = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    return [
        Frame.from_rgb(np.asarray(cv2.warpAffine(wide, move, (WIDTH, HEIGHT), flags=way), np.uint8))
        for move in moves
    ]


def disc_at(moment: float) -> Frame:
    """A textured disc that crosses a resting photo, at a moment counted in source frames."""
    behind, thing = photo(WIDTH, HEIGHT), photo(4 * DISC_PX, 4 * DISC_PX, seed=3)
    x, y = 90 + STEP_PX * moment, HEIGHT / 2
    columns, rows = np.meshgrid(np.arange(WIDTH), np.arange(HEIGHT))
    inside = np.clip(DISC_PX - np.hypot(columns - x, rows - y) + 0.5, 0, 1)[..., None]
    move = np.array([[1, 0, x - 2 * DISC_PX], [0, 1, y - 2 * DISC_PX]])
    moved = cv2.warpAffine(255 - thing, move, (WIDTH, HEIGHT), flags=cv2.INTER_CUBIC)
    return Frame.from_rgb(np.asarray(behind * (1 - inside) + moved * inside, np.uint8))


def psnr_db(frame: Frame, truth: Frame, where: NDArray[np.bool_] | None = None) -> float:
    difference = frame.y.astype(float) - truth.y
    return float(20 * np.log10(255 / np.sqrt((difference[where] ** 2).mean())))


def mean_of(before: Frame, after: Frame) -> Frame:
    return Frame(np.asarray(cv2.addWeighted(before.buffer, 0.5, after.buffer, 0.5, 0), np.uint8))


def test_twice_the_rate_puts_a_mean_between_two_frames() -> None:
    assert shown(10, 4, Fraction(20), 7) == [0, 5, 10, 15, 20, 25, 30]


def test_half_the_rate_takes_every_second_frame() -> None:
    assert shown(20, 8, Fraction(10), 4) == [0, 20, 40, 60]


def test_the_last_frame_stays_where_nothing_follows() -> None:
    assert shown(10, 2, Fraction(20), 6) == [0, 5, 10, 10, 10, 10]


@pytest.mark.parametrize(
    ("rate", "to"), [(7, Fraction(30)), (8, Fraction(24_000, 1001)), (24, Fraction(30_000, 1001))]
)
def test_time_is_exact_at_any_rates(rate: int, to: Fraction) -> None:
    values = shown(rate, 20, to, 50)

    exact = [min(190.0, float(10 * index / to * rate)) for index in range(50)]
    # Half a level is rounding.
    assert values == pytest.approx(exact, abs=0.51)


@settings(max_examples=40, deadline=None)
@given(
    source_count=st.integers(1, 6),
    rate=st.fractions(1, 60, max_denominator=1001),
    to=st.fractions(1, 60, max_denominator=1001),
    count=st.integers(1, 30),
)
def test_exactly_the_frames_of_the_timeline_come_out(
    source_count: int, rate: Fraction, to: Fraction, count: int
) -> None:
    assert len(list(retimed(clock(source_count), rate, line(to, count)))) == count


def test_frames_at_the_same_rate_pass_as_they_are() -> None:
    frames = panned(3, 4)
    made = list(retimed(stream(frames), Fraction(24), line(24, 4)))
    assert all(one is other for one, other in zip(made, frames, strict=True))


def test_a_moving_camera_is_halfway_between_two_frames() -> None:
    truth = panned(4.5, 5)

    made = list(retimed(stream(truth[::2]), Fraction(8), line(16, 5)))

    for index in (1, 3):
        inner = np.zeros((HEIGHT, WIDTH), bool)
        inner[:, 16:-16] = True
        blended = psnr_db(mean_of(truth[index - 1], truth[index + 1]), truth[index], inner)
        # A tenth of a pixel off is 40 dB on this photo, where the plain mean has 30.
        assert psnr_db(made[index], truth[index], inner) > max(40, blended + 8)


def test_a_thing_has_no_double_outline_and_uncovers_what_is_behind_it() -> None:
    frames = [disc_at(0), disc_at(1)]

    made = list(retimed(stream(frames), Fraction(7), line(28, 4)))

    for index in (1, 2, 3):
        truth = disc_at(index / 4)
        columns, rows = np.meshgrid(np.arange(WIDTH), np.arange(HEIGHT))
        from_middle = np.hypot(columns - 90 - STEP_PX * index / 4, rows - HEIGHT / 2)
        outline = abs(from_middle - DISC_PX) < STEP_PX
        weight = index / 4
        plain = cv2.addWeighted(frames[0].buffer, 1 - weight, frames[1].buffer, weight, 0)
        blended = psnr_db(Frame(np.asarray(plain, np.uint8)), truth, outline)
        # An outline one pixel off would gain nothing.
        assert psnr_db(made[index], truth, outline) > blended + 6


def test_frames_depend_neither_on_what_came_before_nor_on_the_cores() -> None:
    frames = panned(6, 3)
    whole = list(retimed(stream(frames), Fraction(8), line(16, 5)))

    cores = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        later = list(retimed(stream(frames[1:]), Fraction(8), line(16, 3)))
    finally:
        cv2.setNumThreads(cores)

    assert np.array_equal(whole[3].buffer, later[1].buffer)


def test_across_a_cut_the_nearer_frame_is_held() -> None:
    before = Frame.from_rgb(photo(WIDTH, HEIGHT, seed=1))
    after = Frame.from_rgb(photo(WIDTH, HEIGHT, seed=2))

    made = list(retimed(stream([before, after]), Fraction(7), line(28, 5)))

    assert [frame is after for frame in made] == [False, False, True, True, True]
    assert made[1] is before


def test_where_no_motion_explains_the_change_it_is_a_plain_mean() -> None:
    one, other = photo(WIDTH, HEIGHT, seed=1), photo(WIDTH, HEIGHT, seed=2)
    dissolve = [
        Frame.from_rgb(np.asarray(cv2.addWeighted(one, 1 - share, other, share, 0), np.uint8))
        for share in (0.3, 0.5)
    ]

    made = list(retimed(stream(dissolve), Fraction(8), line(16, 2)))

    # Where it was mistaken for motion, what is drawn is still one of the two or between them.
    assert psnr_db(made[1], mean_of(*dissolve)) > 36


def test_hard_edges_stay_in_the_limited_range() -> None:
    frames = []
    for left in (100, 108):
        frame = Frame.empty(Resolution(WIDTH, HEIGHT))
        frame.y[:], frame.u[:], frame.v[:] = 16, 16, 240
        frame.y[60:120, left : left + 60] = 235
        frame.u[30:60, left // 2 : left // 2 + 30] = 240
        frames.append(frame)

    made = list(retimed(stream(frames), Fraction(7), line(30, 5)))

    for frame in made:
        assert frame.y.min() >= 16
        assert frame.y.max() <= 235
        assert min(frame.u.min(), frame.v.min()) >= 16
        assert max(frame.u.max(), frame.v.max()) <= 240


@pytest.mark.parametrize("size", [(16, 16), (32, 400), (64, 36), (1000, 16)])
def test_any_size_is_retimed(size: tuple[int, int]) -> None:
    frames = [Frame.from_rgb(photo(*size, seed=1)) for _ in range(2)]
    made = list(retimed(stream(frames), Fraction(7), line(30, 5)))
    assert {frame.size for frame in made} == {Resolution(*size)}


def test_no_frame_in_is_no_frame_out() -> None:
    assert shown(10, 0, Fraction(20), 3) == []


def test_closing_it_early_closes_the_source() -> None:
    source = clock(1000)
    made = retimed(source, Fraction(10), line(10, 900))
    next(made)
    made.close()
    assert list(source) == []
