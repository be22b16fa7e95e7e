"""``aivg storyboard`` writes what the camera will do, and ``aivg make`` follows it."""

import json
from pathlib import Path

import av
import numpy as np
import pytest
from corpus.oddities import write_picture, write_sound
from PIL import Image
from program import aivg

SMALL = ("--size", "160x90", "--fps", "12")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_picture(tmp_path / "photo.png", 600, 400)
    write_picture(tmp_path / "other.png", 400, 600)
    write_sound(tmp_path / "song.wav", 2.0)
    return tmp_path


def first_and_last(path: Path) -> tuple[np.ndarray, np.ndarray]:
    with av.open(str(path)) as container:
        frames = [frame.to_ndarray(format="gray") for frame in container.decode(video=0)]
    return frames[0].astype(float), frames[-1].astype(float)


def test_the_file_is_written_and_the_preview_is_a_picture(folder: Path) -> None:
    done = aivg(
        "storyboard",
        "photo.png",
        "other.png",
        "song.wav",
        "-o",
        "s.json",
        "--preview",
        "s.png",
        folder=folder,
    )

    assert (done.returncode, done.stdout) == (0, "s.json\n"), done.stderr
    told = json.loads((folder / "s.json").read_text())
    assert told["duration_s"] == 2.0
    assert [shot.get("picture", 1) for shot in told["shots"]] == [1, 2]
    with Image.open(folder / "s.png") as sheet:
        assert sheet.width > 800


def test_without_a_name_it_is_printed(folder: Path) -> None:
    done = aivg("storyboard", "photo.png", "song.wav", folder=folder)

    assert json.loads(done.stdout)["shots"]
    assert not (folder / "s.json").exists()


def test_nothing_is_overwritten_unless_asked(folder: Path) -> None:
    (folder / "s.json").write_text("precious")
    done = aivg("storyboard", "photo.png", "song.wav", "-o", "s.json", folder=folder)

    assert done.returncode == 3
    assert (folder / "s.json").read_text() == "precious"


def test_an_edited_storyboard_is_followed_and_reproduced(folder: Path) -> None:
    aivg("storyboard", "photo.png", "song.wav", "-o", "s.json", folder=folder)
    told = json.loads((folder / "s.json").read_text())
    still = {"x": 0.3, "y": 0.4, "zoom": 2.0}
    told["shots"] = [{**told["shots"][0], "end_s": 2.0, "begin": still, "end": still}]
    (folder / "s.json").write_text(json.dumps(told))

    made = aivg(
        "make",
        "photo.png",
        "song.wav",
        "--storyboard",
        "s.json",
        "-o",
        "v.mp4",
        *SMALL,
        folder=folder,
    )

    assert made.returncode == 0, made.stderr
    first, last = first_and_last(folder / "v.mp4")
    assert np.abs(first - last).mean() < 2
    (folder / "s.json").unlink()
    again = aivg("reproduce", "v.mp4", folder=folder)
    assert again.returncode == 0, again.stderr
    assert (folder / "v-again.mp4").read_bytes() == (folder / "v.mp4").read_bytes()


def test_a_view_outside_of_the_picture_is_moved_inside(folder: Path) -> None:
    aivg("storyboard", "photo.png", "song.wav", "-o", "s.json", folder=folder)
    told = json.loads((folder / "s.json").read_text())
    told["shots"][0]["begin"] = {"x": 0.0, "y": 1.0, "zoom": 1.0, "turn": 20}
    (folder / "s.json").write_text(json.dumps(told))

    made = aivg(
        "make",
        "photo.png",
        "song.wav",
        "--storyboard",
        "s.json",
        "-o",
        "v.mp4",
        *SMALL,
        folder=folder,
    )

    assert made.returncode == 0, made.stderr
    recipe = json.loads(aivg("show", "v.mp4", "--json", folder=folder).stdout)
    begin = recipe["storyboard"]["shots"][0]["begin"]
    assert begin["zoom"] > 1.2
    assert 0.2 < begin["x"] < 0.8


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"zoom"', '"zom"', "line 5: shots.0.begin.zoom: field required"),
        ('"duration_s": 2.0', '"duration_s": 60', "lasts 60 s, the sound 2.00 s"),
        ('"format": 1', '"format": 1,,', "is no storyboard"),
    ],
)
def test_a_bad_file_is_one_error_with_line_and_field(
    folder: Path, old: str, new: str, said: str
) -> None:
    aivg("storyboard", "photo.png", "song.wav", "-o", "s.json", folder=folder)
    text = (folder / "s.json").read_text()
    assert old in text
    (folder / "s.json").write_text(text.replace(old, new))

    done = aivg("make", "photo.png", "song.wav", "--storyboard", "s.json", folder=folder)

    assert done.returncode == 3
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not (folder / "song.mp4").exists()


def test_the_picture_that_holds_the_eye_most_may_come_first(folder: Path) -> None:
    Image.new("RGB", (600, 400), "navy").save(folder / "empty.png")
    portrait = Path(__file__).parents[2] / "assets" / "demo_portrait.jpg"

    def made_from(*options: str) -> list[str]:
        pictures = ("empty.png", str(portrait))
        done = aivg(
            "make",
            *pictures,
            "song.wav",
            "-o",
            "v.mp4",
            "--overwrite",
            *SMALL,
            *options,
            folder=folder,
        )
        assert done.returncode == 0, done.stderr
        shown = json.loads(aivg("show", "v.mp4", "--json", folder=folder).stdout)
        return [picture["name"] for picture in shown["pictures"]]

    assert made_from() == ["empty.png", "demo_portrait.jpg"]
    assert made_from("--order", "best") == ["demo_portrait.jpg", "empty.png"]
