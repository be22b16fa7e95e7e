import cv2
import numpy as np

from ai_video_generator.storyboard.seeing.sharpness import sharpness


def test_what_is_in_focus_is_sharper_than_what_is_blurred() -> None:
    grain = np.random.default_rng(0).integers(0, 255, (200, 300, 3), dtype=np.uint8)
    blurred = np.asarray(cv2.GaussianBlur(grain, (0, 0), 4), np.uint8)
    picture = np.ascontiguousarray(np.concatenate([grain[:, :150], blurred[:, 150:]], axis=1))
    focus = sharpness(picture)
    assert focus[:, :120].mean() > 0.8
    assert focus[:, 180:].mean() < 0.2


def test_an_even_picture_is_sharp_nowhere() -> None:
    assert not sharpness(np.full((50, 60, 3), 99, np.uint8)).any()
