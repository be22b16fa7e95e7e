import numpy as np
from corpus import scenes

from ai_video_generator.storyboard.seeing.depth_estimate import estimated_depth, ordered
from ai_video_generator.storyboard.seeing.saliency import saliency
from ai_video_generator.storyboard.seeing.subject_mask import subject_mask


def test_a_person_is_nearer_than_the_wall() -> None:
    picture = scenes.portrait()
    far = estimated_depth(picture, saliency(picture), subject_mask(picture))
    assert far.shape == (512, 512)
    assert far.dtype == np.float32
    assert far.min() == 0.0
    assert far.max() == 1.0
    # The face lies high in the picture, where a wall would be far.
    assert far[130, 225] < 0.3
    assert far[40, 130] > 0.7


def test_the_sea_is_nearer_than_the_sky() -> None:
    picture = scenes.sea(0.0, width=384, height=256)
    far = estimated_depth(picture, saliency(picture), None)
    assert far[230:].mean() < 0.3
    assert far[:60].mean() > 0.7


def test_distances_are_stretched_and_their_order_is_kept() -> None:
    distance = np.linspace(-5, 900, 10_000, dtype=np.float32).reshape(100, 100)
    far = ordered(distance)
    assert far[0, 0] == 0.0
    assert far[-1, -1] == 1.0
    assert (np.diff(far.ravel()) >= 0).all()


def test_an_even_distance_is_neither_near_nor_far() -> None:
    assert (ordered(np.full((4, 5), 3.0, np.float32)) == 0.5).all()
