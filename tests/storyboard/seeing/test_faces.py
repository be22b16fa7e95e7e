"""Faces are found at every size, in their place; what is none is not taken for one."""

import cv2
import numpy as np
import pytest
from corpus import scenes

from ai_video_generator.storyboard.picture_notes import RegionKind
from ai_video_generator.storyboard.seeing.faces import faces


def test_the_face_of_a_portrait_is_found_where_it_is() -> None:
    (face,) = faces(scenes.portrait())
    assert face.kind is RegionKind.FACE
    assert face.center_x == pytest.approx(scenes.FACE_X, abs=0.02)
    assert face.center_y == pytest.approx(scenes.FACE_Y, abs=0.02)
    assert face.width == pytest.approx(scenes.FACE_WIDTH, abs=0.03)
    assert face.weight == 1.0
    assert face.confidence > 0.8


@pytest.mark.slow
def test_faces_of_all_sizes_are_found_in_24_megapixels() -> None:
    scene = scenes.meadow(6000, 4000)
    places = (
        (100, 200, 310),
        (1900, 300, 155),
        (3100, 2300, 110),
        (4400, 500, 78),
        (5400, 3300, 39),
    )
    middles = [scenes.with_face(scene, left=x, top=y, face_px=size) for x, y, size in places]

    found = faces(scene)

    assert len(found) == len(places)
    for face, (x, y), (_, _, size) in zip(found, middles, places, strict=True):
        assert face.center_x * 6000 == pytest.approx(x, abs=size / 4)
        assert face.center_y * 4000 == pytest.approx(y, abs=size / 4)
        assert face.width * 6000 == pytest.approx(size, rel=0.35)


def test_larger_faces_weigh_more() -> None:
    scene = scenes.meadow(1280, 720)
    scenes.with_face(scene, left=20, top=60, face_px=120)
    scenes.with_face(scene, left=900, top=200, face_px=40)
    large, small = faces(scene)
    assert large.center_x < 0.5 < small.center_x
    assert large.weight == 1.0
    assert 0.6 < small.weight < 0.8


@pytest.mark.parametrize("side", [130, 110])
def test_a_face_that_fills_the_picture_is_found(side: int) -> None:
    close = scenes.portrait()[50 : 50 + side, 165 : 165 + side]
    (face,) = faces(np.asarray(cv2.resize(close, (800, 800)), np.uint8))
    assert face.width > 0.7


def test_a_face_is_found_where_the_picture_is_turned_or_dark() -> None:
    turn = cv2.getRotationMatrix2D((226, 123), 20, 1)
    turned = np.asarray(cv2.warpAffine(scenes.portrait(), turn, (512, 512)), np.uint8)
    assert len(faces(turned)) == 1
    assert len(faces(scenes.portrait() // 3)) == 1


@pytest.mark.parametrize(
    "picture",
    [
        np.zeros((1, 1, 3), np.uint8),
        np.full((3, 900, 3), 200, np.uint8),
        np.random.default_rng(0).integers(0, 255, (300, 400, 3), dtype=np.uint8),
    ],
    ids=["a pixel", "a strip", "noise"],
)
def test_there_is_no_face_in_what_is_none(picture: scenes.Rgb) -> None:
    assert faces(picture) == ()


def test_there_is_no_face_in_a_meadow() -> None:
    assert faces(scenes.meadow()) == ()
