"""A storyboard that leaves a frame dark, or shows three shots at once, cannot be made."""

import pytest

from ai_video_generator.errors import StoryboardError
from ai_video_generator.storyboard.storyboard import Framing, Shot, Storyboard


def board_of(frame_count: int, *spans: tuple[int, int]) -> Storyboard:
    shots = tuple(
        Shot(
            index=index,
            picture=0,
            start_frame=first,
            frame_count=end - first,
            framing_start=Framing(),
            framing_end=Framing(),
        )
        for index, (first, end) in enumerate(spans)
    )
    return Storyboard(frame_count=frame_count, shots=shots)


@pytest.mark.parametrize("spans", [[(0, 10)], [(0, 5), (5, 10)], [(0, 6), (4, 10)]])
def test_shots_that_follow_or_dissolve_are_fine(spans: list[tuple[int, int]]) -> None:
    assert len(board_of(10, *spans).shots) == len(spans)


@pytest.mark.parametrize(
    "spans",
    [
        [],
        [(1, 10)],
        [(0, 9)],
        [(0, 11)],
        [(0, 4), (5, 10)],
        [(0, 10), (0, 10)],
        [(0, 10), (5, 10)],
        [(5, 10), (0, 6)],
        [(0, 6), (3, 7), (5, 10)],
    ],
)
def test_gaps_and_crowds_are_refused(spans: list[tuple[int, int]]) -> None:
    with pytest.raises(StoryboardError):
        board_of(10, *spans)
