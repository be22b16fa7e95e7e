"""Retimed frames: as many as the video has, each between its neighbours in time."""

from collections.abc import Generator
from fractions import Fraction

import numpy as np
import pytest

from ai_video_generator.media.frames import Frame
from ai_video_generator.media.resolution import Resolution
from ai_video_generator.media.timeline import Timeline
from ai_video_generator.post.retimer import retimed


def clock(count: int) -> Generator[Frame, None, None]:
    """Frames whose luma is ten times their number."""
    for index in range(count):
        frame = Frame.empty(Resolution(16, 16))
        frame.buffer[:] = 10 * index
        yield frame


def shown(rate: int, source_count: int, to_rate: Fraction, count: int) -> list[float]:
    line = Timeline(frame_rate=to_rate, frame_count=count)
    made = retimed(clock(source_count), Fraction(rate), line)
    return [float(np.mean(frame.buffer)) for frame in made]


def test_twice_the_rate_puts_a_mean_between_two_frames() -> None:
    assert shown(10, 4, Fraction(20), 7) == [0, 5, 10, 15, 20, 25, 30]


def test_half_the_rate_takes_every_second_frame() -> None:
    assert shown(20, 8, Fraction(10), 4) == [0, 20, 40, 60]


def test_the_last_frame_stays_where_nothing_follows() -> None:
    assert shown(10, 2, Fraction(20), 6) == [0, 5, 10, 10, 10, 10]


@pytest.mark.parametrize(("rate", "to"), [(7, Fraction(30)), (24, Fraction(30_000, 1001))])
def test_time_is_exact_at_any_rates(rate: int, to: Fraction) -> None:
    values = shown(rate, 20, to, 50)

    exact = [min(190.0, float(10 * index / to * rate)) for index in range(50)]
    assert values == pytest.approx(exact, abs=0.51)


def test_no_frame_in_is_no_frame_out() -> None:
    assert shown(10, 0, Fraction(20), 3) == []


def test_closing_it_early_closes_the_source() -> None:
    source = clock(1000)
    stream = retimed(source, Fraction(10), Timeline(frame_rate=Fraction(10), frame_count=900))
    next(stream)
    stream.close()
    assert list(source) == []
