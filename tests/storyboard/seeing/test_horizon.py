import numpy as np
import pytest
from corpus import scenes
from hypothesis import given, settings
from hypothesis import strategies as st

from ai_video_generator.storyboard.picture_notes import Horizon
from ai_video_generator.storyboard.seeing.horizon import horizon, turn_worth_correcting
from ai_video_generator.storyboard.seeing.reduction import reduced_to


@settings(deadline=None, max_examples=12)
@given(angle_deg=st.floats(-8, 8), line_y=st.floats(0.3, 0.7))
def test_a_sloping_sea_is_measured(angle_deg: float, line_y: float) -> None:
    found = horizon(reduced_to(scenes.sea(angle_deg, line_y=line_y), 384))
    assert found is not None
    # A tenth of a degree moves the end of the line by a third of a pixel of this reading.
    assert found.angle_deg == pytest.approx(angle_deg, abs=0.15)
    assert found.center_y == pytest.approx(line_y, abs=0.01)
    assert found.confidence > 0.5


def test_a_person_before_the_sea_does_not_hide_the_horizon() -> None:
    picture = scenes.sea(2.0)
    picture[130:512, 320:450] = (60, 40, 40)
    found = horizon(reduced_to(picture, 384))
    assert found is not None
    assert found.angle_deg == pytest.approx(2.0, abs=0.2)


@pytest.mark.parametrize(
    "picture",
    [
        scenes.meadow(384, 216),
        scenes.portrait(),
        np.full((200, 300, 3), 90, np.uint8),
        np.zeros((2, 2, 3), np.uint8),
        scenes.sea(0.0)[::-1],
    ],
    ids=["meadow", "portrait", "grey", "four pixels", "sky below"],
)
def test_there_is_no_horizon_where_there_is_none(picture: scenes.Rgb) -> None:
    assert horizon(np.ascontiguousarray(reduced_to(picture, 384))) is None


@pytest.mark.parametrize(
    ("angle_deg", "confidence", "turn_deg"),
    [(0.3, 0.9, 0.0), (0.6, 0.9, 0.6), (-3.9, 0.9, -3.9), (4.5, 0.9, 0.0), (2.0, 0.45, 0.0)],
)
def test_only_plain_mistakes_are_worth_a_turn(
    angle_deg: float, confidence: float, turn_deg: float
) -> None:
    seen = Horizon(angle_deg=angle_deg, center_y=0.5, confidence=confidence)
    assert turn_worth_correcting(seen) == turn_deg


def test_nothing_is_turned_without_a_horizon() -> None:
    assert turn_worth_correcting(None) == 0.0
