import json
import os
import signal
import subprocess
import time
import wave
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from program import PROGRAM, aivg

from ai_video_generator.cli.files import told_apart
from ai_video_generator.media.files import sha256

SMALL = ("--size", "160x90", "--fps", "15")
SOUND_S = 0.5

needs_signals = pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")


def write_sound(path: Path, seconds: float = SOUND_S) -> Path:
    times_s = np.arange(int(seconds * 8000)) / 8000
    samples = (np.sin(times_s * 440 * 2 * np.pi) * 8000).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(samples.tobytes())
    return path


def write_picture(path: Path) -> Path:
    noise = np.random.default_rng(0).integers(0, 255, (12, 16, 3), np.uint8)
    Image.fromarray(noise).resize((640, 480), Image.Resampling.BICUBIC).save(path)
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with ``photo.jpg`` and ``song.wav``."""
    write_picture(tmp_path / "photo.jpg")
    write_sound(tmp_path / "song.wav")
    return tmp_path


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_the_answer_on_stdout_is_the_path_and_all_else_is_on_stderr(folder: Path) -> None:
    done = aivg("make", "photo.jpg", "song.wav", "-o", "video.mp4", *SMALL, folder=folder)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "video.mp4\n"
    assert "160x90" in done.stderr
    assert done.stderr.splitlines()[-1].startswith("done in ")
    assert names(folder) == {"photo.jpg", "song.wav", "video.mp4"}


@pytest.mark.slow
def test_quiet_says_only_the_path(folder: Path) -> None:
    done = aivg("make", "photo.jpg", "song.wav", "--quiet", *SMALL, folder=folder)
    assert (done.stdout, done.stderr) == ("song.mp4\n", "")


@pytest.mark.slow
def test_json_is_one_document_with_the_plan(folder: Path) -> None:
    done = aivg("make", "photo.jpg", "song.wav", "--json", *SMALL, folder=folder)
    told = json.loads(done.stdout)
    assert told["path"] == "song.mp4"
    assert told["plan"]["output_size"] == {"width_px": 160, "height_px": 90}
    assert len(told["attempts"]) == 1
    assert told["sound"]["duration_s"] == "1/2"


@pytest.mark.slow
def test_a_dry_run_makes_nothing_and_says_why(folder: Path) -> None:
    before = names(folder)
    done = aivg("make", "photo.jpg", "song.wav", "--dry-run", *SMALL, folder=folder)
    assert done.returncode == 0, done.stderr
    assert "160x90" in done.stdout
    assert names(folder) == before
    document = aivg("make", "photo.jpg", "song.wav", "--dry-run", "--json", *SMALL, folder=folder)
    assert json.loads(document.stdout)["timeline"]["frame_count"] == 8


@pytest.mark.slow
def test_nothing_is_overwritten_unless_asked(folder: Path) -> None:
    video = folder / "video.mp4"
    video.write_bytes(b"mine")
    command = ("make", "photo.jpg", "song.wav", "-o", video, *SMALL)
    done = aivg(*command, folder=folder)
    assert (done.returncode, done.stdout) == (3, "")
    assert "--overwrite" in done.stderr
    assert video.read_bytes() == b"mine"
    assert aivg(*command, "--overwrite", folder=folder).returncode == 0
    assert video.stat().st_size > 1000


@pytest.mark.slow
@pytest.mark.parametrize(
    ("picture", "sound", "video"),
    [
        ("my photo.jpg", "my song.wav", "my video.mp4"),
        ("f\u00f8t\u00f8 \u2764.jpg", "\u6b4c.wav", "\u0444\u0438\u043b\u044c\u043c.mp4"),
        ("-photo.jpg", "--song.wav", "-video.mp4"),
        ("[bold]a[red].jpg", "100%.wav", "'quoted'.mp4"),
    ],
)
def test_names_may_be_strange(tmp_path: Path, picture: str, sound: str, video: str) -> None:
    write_picture(tmp_path / picture)
    write_sound(tmp_path / sound)
    done = aivg("make", *SMALL, f"--output={video}", "--", picture, sound, folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"{video}\n"
    assert (tmp_path / video).exists()


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="Windows names are always text")
def test_a_name_need_not_be_text(tmp_path: Path) -> None:
    picture = write_picture(tmp_path / os.fsdecode(b"caf\xe9.jpg"))
    sound = write_sound(tmp_path / "song.wav")
    done = subprocess.run(
        [*PROGRAM, "make", picture, sound, "-o", os.fsdecode(b"\xe9.mp4"), *SMALL],
        cwd=tmp_path,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == b"\xe9.mp4\n"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("none.jpg", "song.wav"), 3),
        (("photo.jpg", "none.wav"), 3),
        (("song.wav", "photo.jpg", "-o", "video.xyz"), 3),
        (("photo.jpg", "photo.jpg"), 3),
        (("photo.jpg", "empty.wav"), 3),
        (("empty.jpg", "song.wav"), 3),
        (("folder.jpg", "song.wav"), 3),
        (("photo.jpg", "song.wav", "-o", "none/video.mp4"), 3),
        (("photo.jpg", "song.wav", "-o", "photo.jpg", "--overwrite"), 3),
        (("photo.jpg", "song.wav", "--size", "3x3"), 3),
        (("photo.jpg", "song.wav", "--model", "nonsense"), 3),
    ],
)
def test_bad_input_is_a_short_error_and_leaves_nothing(
    folder: Path, arguments: Sequence[str], code: int
) -> None:
    for name in ("empty.wav", "empty.jpg"):
        (folder / name).touch()
    (folder / "folder.jpg").mkdir()
    before = names(folder)
    done = aivg("make", *arguments, folder=folder)
    assert done.returncode == code, done.stderr
    assert done.stdout == ""
    assert "error: " in done.stderr
    assert "Traceback" not in done.stderr
    assert names(folder) == before


@needs_signals
@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stopped_job_leaves_no_file(folder: Path, number: signal.Signals) -> None:
    write_sound(folder / "long.wav", 600)
    before = names(folder)
    handler = signal.signal(signal.SIGINT, signal.default_int_handler)  # a child inherits "ignored"
    command = [*PROGRAM, "make", "photo.jpg", "long.wav", "--size", "720p", "--fps", "30"]
    try:
        process = subprocess.Popen(
            command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
    finally:
        signal.signal(signal.SIGINT, handler)
    give_up_s = time.monotonic() + 30
    while names(folder) == before and process.poll() is None and time.monotonic() < give_up_s:
        time.sleep(0.05)
    assert names(folder) != before, "rendering never began"
    time.sleep(0.5)
    process.send_signal(number)
    answer, told = process.communicate(timeout=30)
    assert process.returncode == 130, told
    assert answer == ""
    assert told.splitlines()[-1] == "stopped; nothing half-finished was left"
    assert "Traceback" not in told
    assert names(folder) == before


@pytest.mark.slow
def test_a_video_shows_its_recipe_and_is_reproduced_bit_by_bit(folder: Path) -> None:
    # x264 compresses the same small noisy frames differently now and then.
    flags = ("--seed", "7", "--codec", "prores", *SMALL)
    aivg("make", "photo.jpg", "song.wav", "-o", "video.mov", *flags, folder=folder)
    recipe = json.loads(aivg("show", "video.mov", "--json", folder=folder).stdout)
    assert recipe["seed"] == 7
    assert "seed" in aivg("show", "video.mov", folder=folder).stdout
    done = aivg("reproduce", "video.mov", "-o", "again.mov", folder=folder)
    assert (done.returncode, done.stdout) == (0, "again.mov\n"), done.stderr
    assert sha256(folder / "again.mov") == sha256(folder / "video.mov")


@pytest.mark.slow
def test_a_file_without_a_recipe_is_an_input_error(folder: Path) -> None:
    for command in ("show", "reproduce"):
        done = aivg(command, "photo.jpg", folder=folder)
        assert done.returncode == 3
        assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_a_sheet_is_a_picture_of_the_frames(folder: Path) -> None:
    aivg("make", "photo.jpg", "song.wav", "-o", "video.mp4", *SMALL, folder=folder)
    done = aivg("sheet", "video.mp4", "-o", "sheet.png", "--rows", "2", folder=folder)
    assert (done.returncode, done.stdout) == (0, "sheet.png\n"), done.stderr
    with Image.open(folder / "sheet.png") as sheet:
        assert sheet.width > sheet.height > 90


@pytest.mark.parametrize(
    ("files", "sound"),
    [
        ("a.jpg b.mp3", "b.mp3"),
        ("b.mp3 a.jpg", "b.mp3"),
        ("a.jpg b.mp3 c.png", "b.mp3"),
        ("a.jpg b.png clip.mp4", "clip.mp4"),
        ("a.jpg b", "b"),
        ("a.mp3 b.mp3", "b.mp3"),
    ],
)
def test_the_sound_is_found_by_its_name_else_it_is_the_last(files: str, sound: str) -> None:
    paths = tuple(map(Path, files.split()))
    pictures, found = told_apart(paths)
    assert found == Path(sound)
    assert pictures == [path for path in paths if path != found]
