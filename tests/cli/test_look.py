"""``aivg look`` tells and draws what is seen in a picture."""

import json
from pathlib import Path

from corpus import onnx_file
from corpus.scenes import ASSETS
from PIL import Image
from program import aivg

PORTRAIT = ASSETS / "demo_portrait.jpg"


def test_look_tells_what_is_seen() -> None:
    told = aivg("look", PORTRAIT)
    assert told.returncode == 0, told.stderr
    assert "portrait, 512x512" in told.stdout
    assert "at 44% 24%" in told.stdout
    assert "keep in view" in told.stdout
    assert "estimate, confidence 45%" in told.stdout


def test_look_draws_and_replaces_an_older_drawing(tmp_path: Path) -> None:
    drawing = tmp_path / "notes.png"
    drawing.write_bytes(b"old")
    told = aivg("look", PORTRAIT, "-o", drawing, folder=tmp_path)
    assert told.returncode == 0, told.stderr
    with Image.open(drawing) as sheet:
        assert sheet.format == "PNG"
        assert sheet.width > 2000


def test_look_prints_one_document() -> None:
    seen = json.loads(aivg("look", PORTRAIT, "--json").stdout)
    assert seen["size"] == {"width_px": 512, "height_px": 512}
    assert seen["regions"][0]["kind"] == "face"
    assert seen["depth"] == {"source": "estimate", "confidence": 0.45}
    assert 0 < seen["safe_region"]["left"] < seen["safe_region"]["right"] < 1


def test_look_tells_what_may_live_in_a_picture_and_why() -> None:
    told = aivg("look", ASSETS / "demo.jpg")
    assert "dust: warm, low light before something dark" in told.stdout
    living = json.loads(aivg("look", PORTRAIT, "--json").stdout)["living"]
    assert [one["detail"] for one in living] == ["light", "grain"]
    assert all(one["why"] for one in living)


def test_look_takes_an_installed_depth_network(tmp_path: Path) -> None:
    model = tmp_path / "models" / "depth" / "model.onnx"
    model.parent.mkdir(parents=True)
    model.write_bytes(onnx_file.brightness_as_nearness())
    told = aivg("look", PORTRAIT, "--json", AIVG_CACHE_FOLDER=str(tmp_path))
    assert json.loads(told.stdout)["depth"]["source"] == "network"


def test_look_refuses_to_draw_over_the_picture(tmp_path: Path) -> None:
    picture = tmp_path / "photo.jpg"
    picture.write_bytes(PORTRAIT.read_bytes())
    refused = aivg("look", picture, "-o", picture)
    assert refused.returncode == 3
    assert "is one of the inputs" in refused.stderr
    assert picture.read_bytes() == PORTRAIT.read_bytes()


def test_look_refuses_what_is_no_picture_and_names_of_no_kind(tmp_path: Path) -> None:
    letter = tmp_path / "letter.jpg"
    letter.write_text("dear reader\n" * 99)
    assert aivg("look", letter).returncode == 3
    refused = aivg("look", PORTRAIT, "-o", tmp_path / "notes.txt")
    assert refused.returncode == 3
    assert "notes.txt" in refused.stderr
    assert not (tmp_path / "notes.txt").exists()
