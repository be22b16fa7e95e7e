"""Sky, water, snow, leaves and light of pictures that are drawn here."""

import cv2
import numpy as np
from numpy.typing import NDArray

from ai_video_generator.storyboard.living_details import living_details
from ai_video_generator.storyboard.picture_reading import read_notes
from ai_video_generator.storyboard.seeing.scenery import scenery
from ai_video_generator.storyboard.storyboard import Detail

Pixels = NDArray[np.uint8]
HEIGHT, WIDTH = 320, 480


def _noise(seed: int, sigma: float, blur: float = 0.0) -> NDArray[np.float32]:
    drawn = np.random.default_rng(seed).normal(0, 1, (HEIGHT, WIDTH)).astype(np.float32)
    if blur:
        drawn = np.asarray(cv2.GaussianBlur(drawn, (0, 0), blur), np.float32)
    return np.asarray(drawn * (sigma / drawn.std()), np.float32)


def _picture(colors: NDArray[np.floating], texture: NDArray[np.float32]) -> Pixels:
    return np.asarray(np.clip(colors + texture[..., None], 0, 255), np.uint8)


def _land(top: tuple[int, int, int], bottom: tuple[int, int, int], line: float) -> Pixels:
    colors = np.empty((HEIGHT, WIDTH, 3), np.float32)
    row = round(HEIGHT * line)
    colors[:row], colors[row:] = top, bottom
    return _picture(colors, _noise(1, 2.0))


def _stormy(clouds: float = 14.0) -> Pixels:
    """Dark clouds over dark fields."""
    colors = np.empty((HEIGHT, WIDTH, 3), np.float32)
    row = round(HEIGHT * 0.6)
    colors[:row], colors[row:] = (92, 106, 130), (46, 56, 44)
    texture = _noise(2, 2.0)
    texture[:row] += _noise(3, clouds, blur=28.0)[:row]
    texture[row:] += _noise(6, 8.0, blur=1.0)[row:]
    return _picture(colors, texture)


def _snowy() -> Pixels:
    """A snowfield with a dark ridge before a pale sky."""
    colors = np.empty((HEIGHT, WIDTH, 3), np.float32)
    row, trees = round(HEIGHT * 0.4), round(HEIGHT * 0.3)
    colors[:row], colors[row:] = (205, 208, 212), (214, 221, 232)
    tops = (trees + 2 * np.abs(np.sin(np.arange(WIDTH) / 7))).astype(int)
    for column, top in enumerate(tops):
        colors[top:row, column] = (34, 38, 40)
    return _picture(colors, _noise(4, 3.0) + _noise(5, 5.0, blur=6.0))


def _found(rgb: Pixels) -> set[Detail]:
    notes = read_notes(rgb, with_depth=False)
    return {living.detail for group in living_details(notes) for living in group}


def test_a_blue_sky_is_measured_and_a_wall_is_not() -> None:
    sunny = scenery(_land((120, 165, 225), (110, 130, 60), 0.4))
    wall = scenery(_land((190, 180, 160), (110, 90, 60), 0.4))

    assert 0.3 < sunny.sky_share < 0.45
    assert sunny.sky_unevenness < 4
    assert sunny.green_share > 0.4
    assert wall.sky_share == 0


def test_it_rains_from_dark_clouds_only() -> None:
    assert Detail.RAIN in _found(_stormy())
    assert Detail.RAIN not in _found(_stormy(clouds=0.5))
    assert Detail.RAIN not in _found(_land((120, 165, 225), (110, 130, 60), 0.6))


def test_it_snows_on_a_snowfield_and_not_on_a_bright_table() -> None:
    assert Detail.SNOW in _found(_snowy())
    table = _land((96, 70, 52), (236, 230, 220), 0.4)
    assert Detail.SNOW not in _found(table)


def test_a_green_snowfield_is_a_lawn() -> None:
    lawn = _snowy().astype(np.float32)
    lawn[round(HEIGHT * 0.4) :] *= (0.5, 0.8, 0.4)
    assert Detail.SNOW not in _found(np.asarray(lawn, np.uint8))


def test_light_is_called_warm_by_its_colour_where_it_is_not_burnt_out() -> None:
    glow = _land((250, 205, 150), (30, 26, 20), 0.2)
    lamp = _land((240, 240, 245), (30, 30, 34), 0.2)

    assert scenery(glow).light_warmth > 60
    assert abs(scenery(lamp).light_warmth) < 20


def test_a_single_pixel_and_a_single_colour_have_no_scenery() -> None:
    for shape in ((1, 1, 3), (2, 300, 3)):
        seen = scenery(np.full(shape, 127, np.uint8))
        assert seen.sky_share == seen.water_share == seen.white_share == 0
