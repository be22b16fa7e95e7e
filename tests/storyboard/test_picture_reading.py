"""A whole picture read into notes."""

import logging
from pathlib import Path

import numpy as np
import pytest
from corpus import onnx_file, scenes

from ai_video_generator.media.resolution import Resolution
from ai_video_generator.storyboard.picture_notes import (
    DepthSource,
    PictureKind,
    PictureNotes,
    RegionKind,
)
from ai_video_generator.storyboard.picture_reading import read_notes


def test_a_portrait_is_read() -> None:
    notes = read_notes(scenes.portrait())
    assert notes.size == Resolution(512, 512)
    assert notes.kind is PictureKind.PORTRAIT
    assert notes.regions[0].kind is RegionKind.FACE
    assert RegionKind.SUBJECT in {region.kind for region in notes.regions}
    assert notes.safe_region == notes.regions[0].kept_box
    assert notes.horizon is None
    assert notes.turn_deg == 0.0
    assert notes.depth is not None
    assert notes.depth.source is DepthSource.ESTIMATE
    assert notes.depth.far.shape == (384, 384)
    assert notes.depth.confidence < 0.6


def test_two_faces_are_a_group_and_both_stay_in_view() -> None:
    scene = scenes.meadow(1280, 720)
    middles = [
        scenes.with_face(scene, left=60, top=60, face_px=90),
        scenes.with_face(scene, left=760, top=200, face_px=80),
    ]
    notes = read_notes(scene, with_depth=False)
    safe = notes.safe_region
    assert notes.kind is PictureKind.GROUP
    assert notes.depth is None
    assert safe is not None
    for x, y in middles:
        # Half a face and some hair on each side.
        assert safe.left < (x - 50) / 1280 < (x + 50) / 1280 < safe.right
        assert safe.top < (y - 60) / 720 < (y + 50) / 720 < safe.bottom


def test_a_crooked_sea_is_worth_a_turn() -> None:
    notes = read_notes(scenes.sea(2.5), with_depth=False)
    assert notes.kind is PictureKind.PHOTO
    assert notes.turn_deg == pytest.approx(2.5, abs=0.15)
    assert notes.safe_region is None
    assert notes.flat_share > 0.2


def test_a_page_is_there_to_be_read_and_has_no_horizon() -> None:
    notes = read_notes(scenes.page(12, size_px=60), with_depth=False)
    assert notes.kind is PictureKind.TEXT_HEAVY
    assert notes.horizon is None
    assert notes.safe_region is not None
    assert notes.safe_region.height > 0.6


def test_a_drawing_is_a_graphic() -> None:
    drawing = np.full((600, 900, 3), 250, np.uint8)
    drawing[100:400, 200:500] = (30, 90, 200)
    assert read_notes(drawing, with_depth=False).kind is PictureKind.GRAPHIC


def test_windows_with_writing_are_a_screenshot() -> None:
    screen = np.full((1080, 1920, 3), 245, np.uint8)
    for left, top in ((100, 60), (1100, 60), (100, 560), (1100, 560)):
        screen[top - 40 : top + 260, left - 60 : left + 700] = 225
        screen = np.array(scenes.written(screen, "Save the file now", left=left, top=top))
    assert read_notes(screen, with_depth=False).kind is PictureKind.SCREENSHOT


@pytest.mark.parametrize(
    "shape", [(1, 1), (1, 500), (700, 1), (17, 13)], ids=lambda shape: f"{shape[1]}x{shape[0]}"
)
@pytest.mark.parametrize("level", [0, 255])
def test_pictures_of_hardly_anything_are_read(shape: tuple[int, int], level: int) -> None:
    notes = read_notes(np.full((*shape, 3), level, np.uint8))
    assert notes.regions == ()
    assert notes.safe_region is None
    assert notes.depth is not None
    assert notes.depth.far.shape == tuple(
        max(1, round(side * min(1, 384 / max(shape)))) for side in shape
    )
    assert np.isfinite(notes.depth.far).all()


def test_places_lie_in_the_picture_the_weightiest_first() -> None:
    notes = read_notes(scenes.meadow(), with_depth=False)
    weights = [region.weight for region in notes.regions]
    assert weights == sorted(weights, reverse=True)
    for region in notes.regions:
        assert region.box.inside_picture() == region.box
        assert 0 < region.weight <= 1
        assert 0 < region.confidence <= 1


def test_an_installed_network_makes_the_depth(tmp_path: Path) -> None:
    model = tmp_path / "model.onnx"
    model.write_bytes(onnx_file.brightness_as_nearness())
    depth = read_notes(scenes.sea(0.0), depth_model=model).depth
    assert depth is not None
    assert depth.source is DepthSource.NETWORK
    assert depth.confidence > 0.6
    # To this network the pale sky is near.
    assert depth.far[:50].mean() < 0.2
    assert depth.far[-50:].mean() > 0.7


def depth_source(notes: PictureNotes) -> DepthSource | None:
    return notes.depth.source if notes.depth else None


def test_depth_is_estimated_where_the_network_is_missing_or_damaged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    model = tmp_path / "model.onnx"
    assert depth_source(read_notes(scenes.portrait(), depth_model=model)) is DepthSource.ESTIMATE
    assert not caplog.records
    model.write_bytes(b"Dear reader," * 99)
    with caplog.at_level(logging.WARNING):
        notes = read_notes(scenes.portrait(), depth_model=model)
    assert depth_source(notes) is DepthSource.ESTIMATE
    assert "depth is estimated without a network" in caplog.text
