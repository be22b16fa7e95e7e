"""What was seen is drawn where it was seen."""

from pathlib import Path

import numpy as np
import pytest
from corpus import scenes
from PIL import Image

from ai_video_generator.core.notes_sheet import notes_sheet
from ai_video_generator.errors import OutputPathError
from ai_video_generator.media.resolution import Resolution
from ai_video_generator.storyboard.picture_notes import (
    Depth,
    DepthSource,
    Horizon,
    PictureKind,
    PictureNotes,
    Region,
    RegionKind,
)

GAP = 12
YELLOW, RED = (255, 205, 60), (255, 90, 70)


def notes(width: int = 600, height: int = 400, *, with_depth: bool = True) -> PictureNotes:
    face = Region(
        center_x=0.7,
        center_y=0.5,
        width=0.2,
        height=0.3,
        weight=1.0,
        kind=RegionKind.FACE,
        confidence=0.9,
    )
    far = np.linspace(1, 0, 256, dtype=np.float32)[:, None].repeat(384, axis=1)
    return PictureNotes(
        size=Resolution(width, height),
        kind=PictureKind.PORTRAIT,
        regions=(face,),
        safe_region=face.kept_box,
        horizon=Horizon(angle_deg=0.0, center_y=0.4, confidence=0.8),
        turn_deg=0.0,
        flat_share=0.5,
        depth=Depth(far=far, confidence=0.45, source=DepthSource.ESTIMATE) if with_depth else None,
    )


def test_the_face_is_framed_the_rest_is_veiled_and_the_depth_lies_below(tmp_path: Path) -> None:
    gray = np.full((400, 600, 3), 100, np.uint8)
    path = tmp_path / "notes.png"
    assert notes_sheet(gray, notes(), path) == path
    pixels = np.asarray(Image.open(path)).astype(int)
    # Two panels of 1000 pixels, one above the other, because the picture is wide.
    assert pixels.shape == (2 * 667 + 3 * GAP, 1000 + 2 * GAP, 3)
    seen, depth = pixels[GAP : GAP + 667, GAP : GAP + 1000], pixels[-GAP - 667 : -GAP, GAP:-GAP]
    # The face's left edge is at 600, its middle row at 333; the horizon crosses at row 267.
    assert tuple(seen[333, 601]) == YELLOW
    assert tuple(seen[267, 200]) == RED
    assert seen[333, 700].tolist() == [100, 100, 100]
    assert seen[600, 300].tolist() == [70, 70, 70]
    assert depth[20].mean() < 30
    assert depth[620, 500:].mean() > 150


def test_tall_pictures_lie_beside_their_depth(tmp_path: Path) -> None:
    path = notes_sheet(np.zeros((600, 400, 3), np.uint8), notes(400, 600), tmp_path / "n.png")
    with Image.open(path) as sheet:
        assert sheet.size == (2 * 667 + 3 * GAP, 1000 + 2 * GAP)


def test_without_depth_there_is_one_panel(tmp_path: Path) -> None:
    seen = notes(with_depth=False)
    with Image.open(notes_sheet(scenes.meadow(600, 400), seen, tmp_path / "n.png")) as sheet:
        assert sheet.size == (1000 + 2 * GAP, 667 + 2 * GAP)


@pytest.mark.parametrize("name", ["n.jpg", "n.webp"])
def test_the_suffix_chooses_the_format(name: str, tmp_path: Path) -> None:
    with Image.open(notes_sheet(scenes.meadow(600, 400), notes(), tmp_path / name)) as sheet:
        assert sheet.format == {".jpg": "JPEG", ".webp": "WEBP"}[Path(name).suffix]


@pytest.mark.parametrize("shape", [(1, 1), (1, 3000), (3000, 1)])
def test_pictures_of_any_shape_are_drawn(shape: tuple[int, int], tmp_path: Path) -> None:
    path = notes_sheet(np.zeros((*shape, 3), np.uint8), notes(), tmp_path / "n.png")
    with Image.open(path) as sheet:
        assert max(sheet.size) >= 1000


def test_an_older_sheet_is_replaced_and_failures_leave_no_file(tmp_path: Path) -> None:
    path = tmp_path / "n.png"
    path.write_bytes(b"old")
    notes_sheet(scenes.meadow(60, 40), notes(), path)
    assert path.read_bytes().startswith(b"\x89PNG")
    for wrong in ("n.txt", "no folder/n.png"):
        with pytest.raises(OutputPathError):
            notes_sheet(scenes.meadow(60, 40), notes(), tmp_path / wrong)
    assert [entry.name for entry in tmp_path.iterdir()] == ["n.png"]
