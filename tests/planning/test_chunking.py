"""Chunks are all frames in order, and passes have lengths that a network takes."""

import pytest

from ai_video_generator.planning.chunking import chunk_ranges, fitting_pass, pass_count


def test_chunks_follow_each_other_and_the_last_is_shorter() -> None:
    assert list(chunk_ranges(10, 4)) == [range(4), range(4, 8), range(8, 10)]


def test_without_passes_all_frames_are_one_chunk() -> None:
    assert list(chunk_ranges(10, None)) == [range(10)]
    assert pass_count(10, None) == 1


@pytest.mark.parametrize(("frames", "passes"), [(1, 1), (4, 1), (5, 2), (8, 2), (9, 3)])
def test_a_pass_that_is_not_full_counts(frames: int, passes: int) -> None:
    assert pass_count(frames, 4) == passes == len(list(chunk_ranges(frames, 4)))


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
