"""``aivg batch`` as people run it: whole albums, lists with mistakes, and what is gone on with."""

import csv
import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from corpus.oddities import write_picture, write_sound
from program import PROGRAM, aivg

from ai_video_generator.media.video_file import video_info

SMALL = ("--size", "64x48", "--fps", "10")
SONG_COUNT = 12

pytestmark = pytest.mark.slow


def write_album(folder: Path, count: int, seconds: float = 0.5) -> Path:
    """A folder with a cover and sounds, each a little longer than the one before."""
    folder.mkdir()
    write_picture(folder / "cover.png")
    for number in range(1, count + 1):
        write_sound(folder / f"song {number:02}.wav", seconds + number / 10)
    return folder


def outcomes(answer: str) -> list[str]:
    return [row["outcome"] for row in json.loads(answer)["jobs"]]


def videos(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.glob("*.mp4")}


@pytest.fixture
def pair(tmp_path: Path) -> Path:
    """A folder with a list of two songs."""
    write_album(tmp_path / "album", 2)
    (tmp_path / "songs.csv").write_text(
        "picture,sound,output\n"
        "album/cover.png,album/song 01.wav,1.mp4\n"
        "album/cover.png,album/song 02.wav,2.mp4\n"
    )
    return tmp_path


def test_an_album_of_twelve_is_made_and_not_made_again(tmp_path: Path) -> None:
    write_album(tmp_path / "album", SONG_COUNT)
    command = ("batch", "album", "-o", "videos", *SMALL)

    done = aivg(*command, folder=tmp_path)

    assert done.returncode == 0, done.stderr
    assert "12 made" in done.stdout
    assert "12 of 12: song 12.mp4" in done.stderr
    made = videos(tmp_path / "videos")
    assert sorted(made) == [f"song {number:02}.mp4" for number in range(1, SONG_COUNT + 1)]
    longest = video_info(tmp_path / "videos" / "song 12.mp4")
    assert longest.frame_count == 17  # 1.7 seconds
    assert longest.sound_duration_s is not None

    (tmp_path / "videos" / "song 05.mp4").unlink()
    again = aivg(*command, folder=tmp_path)

    assert again.returncode == 0, again.stderr
    assert "11 of 12 are already made" in again.stderr
    assert "11 already there" in again.stdout
    assert videos(tmp_path / "videos") == made


def test_what_was_made_otherwise_is_neither_replaced_nor_taken_for_the_same(pair: Path) -> None:
    assert aivg("batch", "songs.csv", *SMALL, folder=pair).returncode == 0
    made = videos(pair)
    write_sound(pair / "album" / "song 02.wav", 0.4)

    done = aivg("batch", "songs.csv", *SMALL, "--json", folder=pair)

    assert done.returncode == 9, done.stderr
    assert outcomes(done.stdout) == ["already there", "failed"]
    assert "made with another sound" in done.stderr
    assert videos(pair) == made

    styled = aivg("batch", "songs.csv", *SMALL, "--style", "calm", "--seed", "4", folder=pair)
    assert styled.returncode == 3
    assert "made with another seed and another style" in styled.stderr
    assert videos(pair) == made

    replaced = aivg("batch", "songs.csv", *SMALL, "--json", "--overwrite", folder=pair)
    assert replaced.returncode == 0, replaced.stderr
    assert outcomes(replaced.stdout) == ["already there", "made"]
    assert video_info(pair / "2.mp4").frame_count == 4


def test_how_the_work_is_done_does_not_make_it_another_work(pair: Path) -> None:
    assert aivg("batch", "songs.csv", *SMALL, folder=pair).returncode == 0
    done = aivg("batch", "songs.csv", *SMALL, "--threads", "1", "--json", folder=pair)
    assert outcomes(done.stdout) == ["already there", "already there"]


def test_another_file_in_the_way_is_left_alone(pair: Path) -> None:
    (pair / "1.mp4").write_bytes(b"precious")
    done = aivg("batch", "songs.csv", *SMALL, "--json", folder=pair)
    assert (done.returncode, outcomes(done.stdout)) == (9, ["failed", "made"])
    assert "is no video of this program" in done.stderr
    assert (pair / "1.mp4").read_bytes() == b"precious"


def test_a_failure_stops_no_other_and_is_told(pair: Path) -> None:
    (pair / "album" / "song 01.wav").write_bytes(b"no sound at all")
    done = aivg("batch", "songs.csv", *SMALL, "--report", "made.csv", folder=pair)
    assert done.returncode == 9, done.stderr
    assert "1 failed, 1 made" in done.stdout
    assert "Traceback" not in done.stderr
    assert not (pair / "1.mp4").exists()
    with (pair / "made.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["outcome"] for row in rows] == ["failed", "made"]
    assert "song 01.wav" in rows[0]["error"]
    assert rows[1]["length_s"] == "0.7"


def test_failures_that_are_alike_keep_their_exit_code(pair: Path) -> None:
    for sound in (pair / "album").glob("*.wav"):
        sound.write_bytes(b"no sound at all")
    done = aivg("batch", "songs.csv", *SMALL, folder=pair)
    assert done.returncode == 3
    assert "2 failed" in done.stdout


def test_all_mistakes_of_a_list_are_told_before_anything_is_made(pair: Path) -> None:
    with (pair / "songs.csv").open("a") as file:
        file.write("album/none.png,album/song 01.wav,3.mp4\nalbum/cover.png,,4.mp4\n")
    done = aivg("batch", "songs.csv", *SMALL, "-o", "out", folder=pair)
    assert (done.returncode, done.stdout) == (3, "")
    assert "songs.csv, line 4: there is no file" in done.stderr
    assert "songs.csv, line 5: names no sound" in done.stderr
    assert not (pair / "out").exists()
    assert not videos(pair)


def test_rows_have_options_of_their_own(pair: Path) -> None:
    (pair / "songs.json").write_text(
        json.dumps(
            [
                {"picture": "album/cover.png", "sound": "album/song 01.wav", "size": "96x64"},
                {"picture": "album/cover.png", "sound": "album/song 02.wav", "codec": "vp9"},
            ]
        )
    )
    done = aivg("batch", "songs.json", *SMALL, "--report", "made.json", folder=pair)
    assert done.returncode == 0, done.stderr
    assert str(video_info(pair / "song 01.mp4").size) == "96x64"
    assert video_info(pair / "song 02.mp4").video_codec == "vp9"
    told = json.loads((pair / "made.json").read_text())
    assert told["counts"]["made"] == 2
    assert [row["size"] for row in told["jobs"]] == ["96x64", "64x48"]


def test_a_dry_run_plans_all_and_makes_nothing(pair: Path) -> None:
    before = sorted(pair.rglob("*"))
    command = ("batch", "songs.csv", *SMALL, "-o", "out", "--dry-run")
    done = aivg(*command, folder=pair)
    assert done.returncode == 0, done.stderr
    assert "2 to make; about" in done.stdout
    document = json.loads(aivg(*command, "--json", folder=pair).stdout)
    assert [row["length_s"] for row in document["jobs"]] == [0.6, 0.7]
    assert document["disk_bytes"] > 0
    assert document["seconds"] > 0
    assert sorted(pair.rglob("*")) == before


def test_a_report_is_not_overwritten_and_must_be_one(pair: Path) -> None:
    (pair / "made.csv").write_text("mine")
    for name in ("made.csv", "made.xlsx", "none/made.csv"):
        done = aivg("batch", "songs.csv", *SMALL, "--report", name, folder=pair)
        assert (done.returncode, done.stdout) == (3, "")
    assert (pair / "made.csv").read_text() == "mine"
    assert not videos(pair)


def test_without_a_source_the_usage_is_wrong(tmp_path: Path) -> None:
    assert aivg("batch", folder=tmp_path).returncode == 2


@pytest.mark.parametrize(
    "stem", ["-song", "--json", "s\u00f6ng \u2764 \u6b4c", "[bold]song[red]", "100% 'quoted'"]
)
def test_names_may_be_strange(tmp_path: Path, stem: str) -> None:
    album = tmp_path / f"-{stem}"
    album.mkdir()
    write_picture(album / f"{stem}.png")
    write_sound(album / f"{stem}.wav")
    done = aivg("batch", *SMALL, "--json", "--", album.name, folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert outcomes(done.stdout) == ["made"]
    assert (album / f"{stem}.mp4").exists()


def test_quiet_says_only_the_answer_and_errors(pair: Path) -> None:
    (pair / "album" / "song 01.wav").write_bytes(b"no sound at all")
    done = aivg("batch", "songs.csv", *SMALL, "--quiet", folder=pair)
    assert [line.partition(":")[0] for line in done.stderr.splitlines()] == [
        "1.mp4 was not made",
        "error",
        "hint",
    ]


@pytest.fixture
def running(
    tmp_path: Path,
    terminal_signals: None,  # noqa: ARG001  # it acts by being there
) -> Iterator["subprocess.Popen[str]"]:
    """A batch that has made its first video and would need minutes for the second."""
    write_album(tmp_path / "album", 3)
    write_sound(tmp_path / "album" / "song 02.wav", 900)
    command = ["batch", "album", "-o", "out", "--size", "480p", "--fps", "30", "--report", "r.json"]
    process = subprocess.Popen(
        [*PROGRAM, *command],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    first, give_up_s = tmp_path / "out" / "song 01.mp4", time.monotonic() + 60
    while process.poll() is None and time.monotonic() < give_up_s:
        if first.exists() and list((tmp_path / "out").glob(".aivg-*")):
            break
        time.sleep(0.02)
    yield process
    process.kill()
    process.communicate()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")
def test_ctrl_c_keeps_what_is_made_and_the_next_run_goes_on(
    running: "subprocess.Popen[str]", tmp_path: Path
) -> None:
    time.sleep(0.5)
    running.send_signal(signal.SIGINT)
    answer, told = running.communicate(timeout=30)

    assert running.returncode == 130, told
    assert "1 made, 2 not begun" in answer
    assert told.splitlines()[-1] == "stopped; nothing half-finished was left"
    assert "Traceback" not in told
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["song 01.mp4"]
    assert json.loads((tmp_path / "r.json").read_text())["counts"]["not begun"] == 2

    write_sound(tmp_path / "album" / "song 02.wav", 0.5)
    again = aivg(
        "batch", "album", "-o", "out", "--size", "480p", "--fps", "30", "--json", folder=tmp_path
    )
    assert again.returncode == 0, again.stderr
    assert outcomes(again.stdout) == ["already there", "made", "made"]
