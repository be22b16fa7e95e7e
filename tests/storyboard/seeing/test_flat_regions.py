import numpy as np
import pytest
from corpus import scenes

from ai_video_generator.storyboard.seeing.flat_regions import drawn_share, flat_share


def test_half_a_sky_is_half_empty() -> None:
    picture = np.full((200, 300, 3), 180, np.uint8)
    picture[100:] = np.random.default_rng(0).integers(0, 255, (100, 300, 3))
    assert flat_share(picture) == pytest.approx(0.5, abs=0.03)


def test_a_faint_grain_is_still_empty() -> None:
    grain = np.random.default_rng(0).normal(120, 1.5, (200, 300, 1))
    assert flat_share(np.repeat(grain, 3, axis=2).astype(np.uint8)) > 0.95


def test_drawings_have_equal_neighbours_and_photos_do_not() -> None:
    assert drawn_share(scenes.page(4)) > 0.95
    assert drawn_share(scenes.meadow()) < 0.6
    assert drawn_share(scenes.portrait()) < 0.6
    assert drawn_share(np.zeros((1, 1, 3), np.uint8)) == 1.0
