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


def test_the_ladder_below_the_plan_is_shown(folder: Path) -> None:
    done = aivg("plan", "photo.png", "song.wav", folder=folder, COLUMNS="200")

    assert "if that fails" in done.stdout
    assert "video of 854x480" in done.stdout


def test_the_time_alone_is_a_line(folder: Path) -> None:
    done = aivg("plan", "photo.png", "song.wav", "--time", folder=folder)

    assert done.stdout.count("\n") == 1
    assert done.stdout.startswith("about 0:0")


def test_another_machine_can_be_planned_for(folder: Path) -> None:
    done = aivg(
        "plan", "photo.png", "song.wav", "--machine", "rtx_4090", folder=folder, COLUMNS="200"
    )

    assert "On rtx_4090 (13th Gen Intel(R) Core(TM) i9-13900K" in done.stdout
    assert "NVIDIA GeForce RTX 4090 has 24.0 GiB" in done.stdout


def test_a_recorded_machine_can_be_planned_for(folder: Path) -> None:
    (folder / "here.json").write_text(aivg("hardware", "--json", folder=folder).stdout)

    done = aivg("plan", "photo.png", "song.wav", "--machine", "here.json", "--json", folder=folder)

    told = json.loads(done.stdout)
    assert told["facts"]["cpu_name"] == json.loads((folder / "here.json").read_text())["cpu_name"]
    assert told["plan"]["estimate"]["basis"] != "measured on this machine"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("rtx_9999", "neither a typical machine nor a file"),
        ("photo.png", "neither a typical machine nor a file"),
        ("empty.json", "describes no machine"),
    ],
)
def test_a_machine_that_is_none_is_an_error_with_a_hint(folder: Path, name: str, said: str) -> None:
    (folder / "empty.json").write_text("{}")

    done = aivg("plan", "photo.png", "song.wav", "--machine", name, folder=folder)

    assert done.returncode == 3
    assert said in done.stderr
    assert "aivg hardware --json" in done.stderr


def test_machines_are_compared(folder: Path) -> None:
    done = aivg("plan", "photo.png", "song.wav", "--compare", folder=folder, COLUMNS="200")

    for word in ("this machine", "rtx_4060", "h100", "ultra", "medium", "at 60"):
        assert word in done.stdout
    as_json = aivg("plan", "photo.png", "song.wav", "--compare", "--json", folder=folder)
    assert json.loads(as_json.stdout)["rtx_4090"]["plan"]["tier"] == "ultra"


def test_the_json_is_the_plan_and_the_ladder_below_it(folder: Path) -> None:
    done = aivg(
        "plan", "photo.png", "song.wav", "--fps", "24", "-o", "x.webm", "--json", folder=folder
    )

    told = json.loads(done.stdout)
    plan = told["plan"]
    assert {one["model"] for one in told["ladder"]} <= {"ken_burns", "basic_animation"}
    assert told["facts"]["cpu_cores"] > 0
    assert plan["timeline"] == {"frame_rate": "24", "frame_count": 72}
    assert plan["container"] == "webm"
    assert {reason["topic"] for reason in plan["reasons"]} >= {"tier", "size", "encoder", "fit"}


def test_what_cannot_be_planned_is_one_error_with_a_hint(folder: Path) -> None:
    done = aivg("plan", "photo.png", "song.wav", "-o", "x.gif", "--codec", "h264", folder=folder)

    assert done.returncode == 3
    assert done.stdout == ""
    assert "error: gif files do not hold h264 video" in done.stderr
    assert "hint: " in done.stderr
