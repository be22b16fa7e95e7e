from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from corpus import videos
from PIL import Image

from ai_video_generator.core.contact_sheet import contact_sheet
from ai_video_generator.errors import InputError, OutputPathError

CELL_WIDTH, CELL_HEIGHT, GAP = 480, 288, 8
# What a 160x96 video becomes.


def test_cells_show_evenly_spaced_frames_with_times(tmp_path: Path) -> None:
    video = videos.make_video(tmp_path / "v.mp4", frame_count=50, frame_rate=Fraction(10))
    sheet = tmp_path / "sheet.png"
    assert contact_sheet(video, sheet, columns=2, rows=2) == sheet
    pixels = np.asarray(Image.open(sheet))
    width, height = 2 * (CELL_WIDTH + GAP) + GAP, 2 * (CELL_HEIGHT + GAP) + GAP
    assert pixels.shape == (height, width, 3)
    assert pixels[:GAP].max() < 32
    # The middle of each quarter of the video; its starts would be frames 0, 12, 25 and 37.
    for index, frame in enumerate((6, 18, 31, 43)):
        row, column = divmod(index, 2)
        top, left = GAP + row * (CELL_HEIGHT + GAP), GAP + column * (CELL_WIDTH + GAP)
        cell = pixels[top : top + CELL_HEIGHT, left : left + CELL_WIDTH].astype(int)
        expected = videos.color_at(frame)
        # Three levels: colour conversion and codec, as for single frames.
        assert np.abs(cell[: CELL_HEIGHT // 2] - expected).max() <= 3
        corner = cell[-40:, :100]
        assert corner.min() < 100
        assert corner.max() > 220


def test_times_differ_from_cell_to_cell(tmp_path: Path) -> None:
    video = videos.make_video(tmp_path / "v.mp4", frame_count=10, frame_rate=Fraction(10))
    pixels = np.asarray(Image.open(contact_sheet(video, tmp_path / "s.png", columns=5, rows=2)))
    # The first ten frames have one colour, so that any difference is in the labels.
    row = pixels[GAP : GAP + CELL_HEIGHT]
    cells = [row[:, GAP + at * (CELL_WIDTH + GAP) :][:, :CELL_WIDTH] for at in range(5)]
    for one, other in pairwise(cells):
        assert np.abs(one.astype(int) - other).max() > 100


@pytest.mark.parametrize("name", ["s.jpg", "s.webp"])
def test_the_suffix_chooses_the_format(name: str, tmp_path: Path) -> None:
    video = videos.make_video(tmp_path / "v.mp4", frame_count=4)
    with Image.open(contact_sheet(video, tmp_path / name)) as sheet:
        assert sheet.format == {".jpg": "JPEG", ".webp": "WEBP"}[Path(name).suffix]
        # Four frames fill one row; eight empty cells would be no use.
        assert sheet.height == CELL_HEIGHT + 2 * GAP


def test_portrait_videos_make_portrait_cells(tmp_path: Path) -> None:
    video = videos.make_video(tmp_path / "v.mp4", frame_count=2, size=(90, 160))
    with Image.open(contact_sheet(video, tmp_path / "s.png")) as sheet:
        assert sheet.size == (2 * (270 + GAP) + GAP, 480 + 2 * GAP)


def test_an_older_sheet_is_replaced_and_nothing_else_is_left(tmp_path: Path) -> None:
    video = videos.make_video(tmp_path / "v.mp4", frame_count=2)
    sheet = tmp_path / "s.png"
    sheet.write_bytes(b"old")
    contact_sheet(video, sheet)
    assert sheet.read_bytes().startswith(b"\x89PNG")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["s.png", "v.mp4"]


def test_failures_leave_no_file(tmp_path: Path) -> None:
    letter = tmp_path / "letter.mp4"
    letter.write_bytes(b"Dear reader," * 50)
    with pytest.raises(InputError):
        contact_sheet(letter, tmp_path / "s.png")
    with pytest.raises(OutputPathError, match=r"s\.txt"):
        contact_sheet(letter, tmp_path / "s.txt")
    video = videos.make_video(tmp_path / "v.mp4", frame_count=2)
    with pytest.raises(OutputPathError):
        contact_sheet(video, tmp_path / "no folder" / "s.png")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["letter.mp4", "v.mp4"]
