import cv2
import numpy as np
import pytest
from corpus import scenes

from ai_video_generator.storyboard.seeing.saliency import saliency, salient_places


def field(x: int, y: int) -> scenes.Rgb:
    """A red disc on grainy green, 384x256."""
    random = np.random.default_rng(1)
    green = np.full((256, 384, 3), (70, 120, 60)) + random.normal(0, 6, (256, 384, 1))
    picture = np.asarray(np.clip(green, 0, 255), np.uint8)
    cv2.circle(picture, (x, y), 22, (210, 40, 40), -1)
    return picture


@pytest.mark.parametrize(("x", "y"), [(96, 80), (200, 128), (300, 190)])
def test_the_eye_goes_to_what_has_another_color(x: int, y: int) -> None:
    drawn = saliency(field(x, y))
    place = salient_places(drawn)[0]
    assert drawn.shape == (256, 384)
    assert drawn.max() == pytest.approx(1.0)
    assert place.center_x * 384 == pytest.approx(x, abs=15)
    assert place.center_y * 256 == pytest.approx(y, abs=15)
    assert place.width < 0.25
    assert place.weight == pytest.approx(0.5)


def test_nothing_stands_out_on_an_even_picture() -> None:
    even = saliency(np.full((60, 90, 3), 77, np.uint8))
    assert not even.any()
    assert salient_places(even) == ()


def test_the_same_picture_draws_the_eye_to_the_same_places() -> None:
    small = scenes.meadow(384, 216)
    assert salient_places(saliency(small)) == salient_places(saliency(small))


def test_the_flower_in_focus_is_found_in_the_meadow() -> None:
    place = salient_places(saliency(scenes.meadow(384, 216)))[0]
    # The large flower reaches from 0.13 to 0.46 of the width and from 0.05 to 0.56 of the height.
    assert 0.13 < place.center_x < 0.46
    assert 0.05 < place.center_y < 0.56
