"""``aivg plan`` says what would be made and why, and makes nothing."""

import json
import wave
from pathlib import Path

import pytest
from PIL import Image
from program import aivg


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a photo and three seconds of silence."""
    Image.new("RGB", (1500, 1000), "teal").save(tmp_path / "photo.png")
    with wave.open(str(tmp_path / "song.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(2 * 8000 * 3))
    return tmp_path


def test_the_table_gives_a_reason_for_each_choice(folder: Path) -> None:
    done = aivg("plan", "photo.png", "song.wav", "--size", "720p", folder=folder, COLUMNS="200")

    assert done.returncode == 0, done.stderr
    for word in ("because", "1280x720", "it was asked for", "frame rate", "cores", "MB of disk"):
        assert word in done.stdout
    assert sorted(path.name for path in folder.iterdir()) == ["photo.png", "song.wav"]


def test_the_json_is_the_plan(folder: Path) -> None:
    done = aivg(
        "plan", "photo.png", "song.wav", "--fps", "24", "-o", "x.webm", "--json", folder=folder
    )

    plan = json.loads(done.stdout)
    assert plan["timeline"] == {"frame_rate": "24", "frame_count": 72}
    assert plan["container"] == "webm"
    assert {reason["topic"] for reason in plan["reasons"]} >= {"tier", "size", "encoder", "fit"}


def test_what_cannot_be_planned_is_one_error_with_a_hint(folder: Path) -> None:
    done = aivg("plan", "photo.png", "song.wav", "-o", "x.gif", "--codec", "h264", folder=folder)

    assert done.returncode == 3
    assert done.stdout == ""
    assert "error: gif files do not hold h264 video" in done.stderr
    assert "hint: " in done.stderr
