"""``aivg jobs`` as people use it: a queue that outlives terminals, workers and mistakes."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]  # it ships no types
import pytest
from corpus.oddities import write_picture, write_sound
from program import PROGRAM, aivg

from ai_video_generator.media.video_file import video_info

SMALL = ("--size", "64x48", "--fps", "10", "--model", "ken_burns")
LONG_S, PATIENCE_S = 600.0, 60.0

pytestmark = pytest.mark.slow


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_picture(tmp_path / "photo.png")
    write_sound(tmp_path / "song.wav", 0.5)
    return tmp_path


def add(folder: Path, name: str, *more: str, sound: str = "song.wav") -> str:
    done = aivg("jobs", "add", "photo.png", sound, "-o", name, *SMALL, *more, folder=folder)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def listed() -> list[dict[str, Any]]:
    done = aivg("jobs", "--json")
    assert done.returncode == 0, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def states() -> dict[str, str]:
    return {Path(job["request"]["output"]).name: job["state"] for job in listed()}


def wait_until(so: Callable[[], bool]) -> None:
    give_up_s = time.monotonic() + PATIENCE_S
    while not so():
        assert time.monotonic() < give_up_s, "it takes too long"
        time.sleep(0.1)


def begun(*words: str, folder: Path) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [*PROGRAM, *words], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def test_jobs_are_added_made_and_shown(folder: Path) -> None:
    first = add(folder, "first.mp4")
    (folder / "noise.mp3").write_text("no sound")
    add(folder, "bad.mp4", sound="noise.mp3")
    urgent = add(folder, "urgent.mp4", "--priority", "5")
    assert [job["id"] for job in listed()] == [int(urgent), int(first), int(first) + 1]

    on_done = 'echo "$AIVG_STATE: $AIVG_WHAT" >told'
    done = aivg("jobs", "work", "--on-done", on_done, folder=folder)

    assert (folder / "told").read_text() == "failed: 2 done, 1 failed\n"
    assert done.returncode == 9
    assert done.stdout == "2 done, 1 failed\n"
    order = [done.stderr.index(f"({name}.mp4): begun on") for name in ("urgent", "first", "bad")]
    assert order == sorted(order)
    assert "hint: give a sound" in done.stderr
    assert states() == {"first.mp4": "done", "bad.mp4": "failed", "urgent.mp4": "done"}
    assert video_info(folder / "first.mp4").frame_count == 5
    table = aivg("jobs").stdout
    assert "nothing runs or waits" in table
    assert "noise.mp3 is not a sound" in " ".join(table.replace("│", "").split())

    told = aivg("jobs", "follow", first, "--json").stdout.splitlines()
    kinds = [json.loads(line)["kind"] for line in told]
    assert kinds[:2] == ["state", "state"]
    assert {"plan", "progress"} <= set(kinds)
    assert json.loads(told[-1])["values"]["state"] == "done"
    assert "done in" in aivg("jobs", "follow", first).stderr


def test_what_cannot_become_a_video_is_not_added(folder: Path) -> None:
    (folder / "there.mp4").write_text("mine")
    add(folder, "video.mp4")
    for words, said in (
        (("none.png", "song.wav"), "none.png"),
        (("photo.png", "none.wav"), "no file"),
        (("photo.png", "song.wav", "-o", "there.mp4"), "already there"),
        (("photo.png", "song.wav", "-o", "video.mp4"), "job 1 makes 'video.mp4' already"),
        (("photo.png", "song.wav", "-o", "video.txt"), "video.txt"),
    ):
        done = aivg("jobs", "add", *words, folder=folder)
        assert done.returncode == 3, words
        assert said in done.stderr
        assert "hint: " in done.stderr or said == "no file"
    assert len(listed()) == 1


def test_jobs_are_paused_moved_and_forgotten(folder: Path) -> None:
    a, b = add(folder, "a.mp4"), add(folder, "b.mp4")
    assert aivg("jobs", "pause", a, b).stdout == f"job {a}: paused\njob {b}: paused\n"
    assert aivg("jobs", "resume", a, b).returncode == 0
    assert aivg("jobs", "move", b, "--before", a).returncode == 0
    assert [str(job["id"]) for job in listed()] == [b, a]
    assert aivg("jobs", "move", a, "--priority", "2").stdout == f"job {a}: queued, priority 2\n"
    assert aivg("jobs", "cancel", a).stdout == f"job {a}: cancelled\n"
    assert aivg("jobs", "retry", a).returncode == 0
    assert aivg("jobs", "remove", b).stdout == f"job {b}: removed\n"
    assert aivg("jobs", "move", a).returncode == 2
    assert aivg("jobs", "pause").returncode == 2
    assert aivg("jobs", "pause", b).returncode == 3


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signal")
def test_workers_end_with_their_terminal_and_their_job_goes_on_later(folder: Path) -> None:
    write_sound(folder / "song.wav", LONG_S)
    add(folder, "video.mp4")
    work = begun("jobs", "work", folder=folder)
    wait_until(lambda: states() == {"video.mp4": "running"})
    children = psutil.Process(work.pid).children(recursive=True)
    assert children

    work.kill()
    work.wait()

    psutil.wait_procs(children, timeout=PATIENCE_S)
    assert not any(child.is_running() for child in children)
    assert states() == {"video.mp4": "queued"}
    assert not list(folder.glob(".aivg-*"))

    write_sound(folder / "song.wav", 0.5)
    assert aivg("jobs", "work", folder=folder).returncode == 0
    assert states() == {"video.mp4": "done"}


@pytest.mark.usefixtures("terminal_signals")
@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signal")
@pytest.mark.parametrize(
    ("number", "state"), [(signal.SIGINT, "cancelled"), (signal.SIGKILL, "interrupted")]
)
def test_a_command_is_in_the_list_while_it_works_and_after(
    folder: Path, number: signal.Signals, state: str
) -> None:
    write_sound(folder / "song.wav", LONG_S)
    make = begun("make", "photo.png", "song.wav", "-o", "video.mp4", *SMALL, folder=folder)
    wait_until(lambda: states() == {"video.mp4": "running"})
    make.send_signal(number)
    make.wait(PATIENCE_S)
    (job,) = listed()
    assert (job["state"], job["source"]) == (state, "command")


def test_every_command_is_written_down(folder: Path) -> None:
    made = aivg("make", "photo.png", "song.wav", "-o", "video.mp4", *SMALL, folder=folder)
    assert made.returncode == 0, made.stderr
    assert aivg("reproduce", "video.mp4", folder=folder).returncode == 0
    assert aivg("draft", "photo.png", "none.wav", folder=folder).returncode == 3
    (folder / "list.csv").write_text("picture,sound,output\nphoto.png,song.wav,1.mp4\n")
    assert aivg("batch", "list.csv", *SMALL, folder=folder).returncode == 0
    found = [(job["request"]["kind"], job["source"], job["state"]) for job in listed()]
    assert sorted(found) == [
        ("draft", "command", "failed"),
        ("make", "batch", "done"),
        ("make", "command", "done"),
        ("reproduce", "command", "done"),
    ]


def test_a_batch_can_be_queued_once(folder: Path) -> None:
    (folder / "list.csv").write_text(
        "picture,sound,output,seed\nphoto.png,song.wav,1.mp4,7\nphoto.png,song.wav,2.mp4,\n"
    )
    words = ("batch", "list.csv", "-o", "videos", "--queue", *SMALL)
    done = aivg(*words, folder=folder)
    assert done.returncode == 0, done.stderr
    assert [line.split()[0] for line in done.stdout.splitlines()] == ["1", "2"]
    seeds = [job["request"]["options"].get("seed") for job in listed()]
    assert seeds == ["7", None]
    assert states() == {"1.mp4": "queued", "2.mp4": "queued"}
    again = aivg(*words, folder=folder)
    assert (again.returncode, again.stdout) == (0, "")
    assert "job 1 makes it already" in again.stderr


def test_a_history_that_cannot_be_written_spoils_no_video(folder: Path) -> None:
    (folder / "file").write_text("")
    nowhere = str(folder / "file" / "data")
    words = ("make", "photo.png", "song.wav", "-o", "video.mp4", *SMALL)
    made = aivg(*words, folder=folder, AIVG_DATA_FOLDER=nowhere)
    assert made.returncode == 0, made.stderr
    assert "no history is kept" in made.stderr
    assert video_info(folder / "video.mp4").frame_count == 5
    done = aivg("jobs", AIVG_DATA_FOLDER=nowhere)
    assert done.returncode == 4
    assert "AIVG_DATA_FOLDER" in done.stderr
