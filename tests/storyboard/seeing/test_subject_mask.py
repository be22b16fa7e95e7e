import numpy as np
import pytest
from corpus import scenes

from ai_video_generator.storyboard.picture_notes import RegionKind
from ai_video_generator.storyboard.seeing.subject_mask import subject_mask, subjects


def test_a_person_is_told_from_the_background() -> None:
    mask = subject_mask(scenes.portrait())
    assert mask is not None
    assert mask.shape == (512, 512)
    assert mask.dtype == np.float32
    # Face and suit; the wall left of the head and the rocket right of it.
    assert mask[130, 225] > 0.9
    assert mask[350, 150] > 0.9
    assert mask[60, 100] < 0.1
    assert mask[150, 420] < 0.1


@pytest.mark.parametrize("level", [0, 128, 255])
def test_there_is_nobody_on_an_empty_picture(level: int) -> None:
    assert subject_mask(np.full((200, 300, 3), level, np.uint8)) is None


def test_each_part_of_a_mask_is_a_subject_the_largest_first() -> None:
    mask = np.zeros((100, 200), np.float32)
    mask[10:90, 20:60] = 1.0
    mask[40:80, 150:180] = 0.8
    mask[0:3, 100:103] = 1.0
    large, small = subjects(mask)
    assert (large.center_x, large.center_y, large.width, large.height) == (0.2, 0.5, 0.2, 0.8)
    assert (small.center_x, small.center_y) == (0.825, 0.6)
    assert large.weight > small.weight
    assert small.confidence == pytest.approx(0.8)
    assert {large.kind, small.kind} == {RegionKind.SUBJECT}
