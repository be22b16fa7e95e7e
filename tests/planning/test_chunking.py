"""Passes are all frames of a shot in order, of lengths that a network takes."""

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai_video_generator.planning.chunking import (
    PASS_OVERLAP,
    asked_count,
    fitting_pass,
    pass_count,
    rendered_count,
    shot_passes,
)


def test_passes_share_a_frame_and_are_as_long_as_each_other() -> None:
    assert list(shot_passes(31, 25)) == [range(16), range(15, 31)]
    assert list(shot_passes(25, 25)) == [range(25)]
    assert list(shot_passes(26, 25)) == [range(14), range(13, 26)]
    assert list(shot_passes(1, 25)) == [range(1)]


@given(count=st.integers(1, 500), limit=st.integers(2, 130))
def test_passes_make_every_frame_of_a_shot(count: int, limit: int) -> None:
    passes = list(shot_passes(count, limit))
    assert passes[0].start == 0
    assert passes[-1].stop == count
    assert all(1 <= len(one) <= limit for one in passes)
    for before, after in pairwise(passes):
        assert after.start == before.stop - PASS_OVERLAP
        assert len(after) > PASS_OVERLAP
    longest, shortest = max(map(len, passes)), min(map(len, passes))
    least = -(-(count - PASS_OVERLAP) // (limit - PASS_OVERLAP)) if count > PASS_OVERLAP else 1
    assert len(passes) == least
    assert longest - shortest <= longest / 2 or len(passes) > 2


@given(
    count=st.integers(1, 2000),
    rate=st.sampled_from([Fraction(24), Fraction(30000, 1001), Fraction(60)]),
    render_rate=st.sampled_from([Fraction(7), Fraction(8), Fraction(24), Fraction(60)]),
)
def test_every_frame_of_a_shot_lies_between_two_that_are_made(
    count: int, rate: Fraction, render_rate: Fraction
) -> None:
    made = rendered_count(count, rate, render_rate)
    last = (count - 1) / rate * render_rate
    assert made - 2 < last <= made - 1


@pytest.mark.parametrize(
    ("needed", "limit", "step", "asked"),
    [(20, 25, 1, 20), (5, 25, 1, 13), (25, 25, 1, 25), (1, 2, 1, 1), (30, 121, 8, 65)],
)
def test_no_fewer_frames_are_asked_for_than_a_model_makes_well(
    needed: int, limit: int, step: int, asked: int
) -> None:
    assert asked_count(needed, limit, step) == asked


def test_without_passes_all_frames_are_one() -> None:
    assert pass_count(10, None) == 1


@pytest.mark.parametrize(("frames", "passes"), [(1, 1), (4, 1), (5, 2), (8, 2), (9, 3)])
def test_a_pass_that_is_not_full_counts(frames: int, passes: int) -> None:
    assert pass_count(frames, 4) == passes


@pytest.mark.parametrize(
    ("frames", "step", "expected"),
    [
        (7, 1, 7),
        (1, 1, 1),
        (121, 8, 121),
        (120, 8, 113),
        (9, 8, 9),
        (8, 8, 9),
        (1, 4, 5),
        (60, 4, 57),
    ],
)
def test_a_pass_is_a_multiple_of_the_step_and_one(frames: int, step: int, expected: int) -> None:
    assert fitting_pass(frames, step) == expected
