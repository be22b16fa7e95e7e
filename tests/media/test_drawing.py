"""A drawing is the same picture in pixels and in vectors."""

from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from PIL import Image

from ai_video_generator.errors import OutputPathError
from ai_video_generator.media.drawing import (
    Align,
    Drawing,
    DrawingFormat,
    drawing_format,
    shortened_text,
)

_SVG = "{http://www.w3.org/2000/svg}"


def _drawing() -> Drawing:
    drawing = Drawing(60, 40, ground="#ffffff")
    drawing.box(10, 10, 30, 20, "#ff0000")
    drawing.box(20, 10, 40, 20, "#0000ff", opacity=0.5)
    return drawing


def test_areas_cover_what_they_should_and_mix(tmp_path: Path) -> None:
    _drawing().save(tmp_path / "a", DrawingFormat.PNG)

    with Image.open(tmp_path / "a") as image:
        pixels = np.asarray(image).astype(int)
    assert image.format == "PNG"
    assert pixels.shape == (40, 60, 3)
    assert pixels[15, 12].tolist() == [255, 0, 0]
    assert pixels[15, 37] == pytest.approx([127, 127, 255], abs=2)
    assert pixels[15, 25] == pytest.approx([127, 0, 127], abs=2)
    assert pixels[5, 5].tolist() == pixels[25, 25].tolist() == [255, 255, 255]


def test_text_stands_where_it_is_aligned(tmp_path: Path) -> None:
    drawing = Drawing(200, 90, ground="#ffffff")
    for row, align in enumerate(Align):
        drawing.label("HH", (100, 25 + 30 * row), size_px=20, fill="#000000", align=align)

    drawing.save(tmp_path / "a", DrawingFormat.PNG)

    with Image.open(tmp_path / "a") as image:
        dark = np.asarray(image.convert("L")) < 128
    spans = [np.flatnonzero(dark[30 * row : 30 * row + 30].any(axis=0)) for row in range(3)]
    assert spans[0][0] >= 100
    assert (spans[1][0] + spans[1][-1]) / 2 == pytest.approx(100, abs=2)
    assert spans[2][-1] <= 100
    assert np.flatnonzero(dark[:30].any(axis=1))[-1] == pytest.approx(24, abs=1)


def test_letters_of_many_scripts_are_drawn_and_are_not_the_same(tmp_path: Path) -> None:
    shapes = set()
    for letter in "eéüßЖ漢あع…ø":
        drawing = Drawing(40, 40, ground="#ffffff")
        drawing.label(letter, (8, 28), size_px=24, fill="#000000")
        drawing.save(tmp_path / "a", DrawingFormat.PNG)
        with Image.open(tmp_path / "a") as image:
            assert np.asarray(image).min() < 100
            shapes.add(image.tobytes())

    assert len(shapes) == 10


def test_a_text_is_shortened_to_what_fits() -> None:
    assert shortened_text("short", size_px=20, width_px=200) == "short"
    long = shortened_text("word " * 100, size_px=20, width_px=200)
    assert long.startswith("word word")
    assert long.endswith("…")
    assert 10 < len(long) < 30


def test_vectors_hold_the_same_shapes(tmp_path: Path) -> None:
    drawing = _drawing()
    drawing.label('<script> & "quotes"', (5, 35), size_px=12, fill="#000000")

    drawing.save(tmp_path / "a", DrawingFormat.SVG)

    root = ET.parse(tmp_path / "a").getroot()  # noqa: S314  # our own file
    areas = root.findall(f"{_SVG}polygon")
    assert root.get("viewBox") == "0 0 60 40"
    assert [area.get("fill") for area in areas] == ["#ff0000", "#0000ff"]
    assert areas[0].get("points") == "10.0,10.0 30.0,10.0 30.0,20.0 10.0,20.0"
    assert areas[1].get("fill-opacity") == "0.5"
    assert [text.text for text in root.findall(f"{_SVG}text")] == ['<script> & "quotes"']


@pytest.mark.parametrize(
    ("name", "kind"), [("a.png", DrawingFormat.PNG), ("b.SVG", DrawingFormat.SVG)]
)
def test_the_ending_says_the_format(name: str, kind: DrawingFormat) -> None:
    assert drawing_format(Path(name)) is kind


@pytest.mark.parametrize("name", ["a.jpg", "plot", "png", "a.png."])
def test_other_endings_are_refused(name: str) -> None:
    with pytest.raises(OutputPathError, match="no drawing is saved as") as caught:
        drawing_format(Path(name))

    assert caught.value.hint
