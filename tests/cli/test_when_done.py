"""What a person gets told, and their programs, when a command has finished its work."""

import os
from pathlib import Path

import pytest
from corpus.listener import listening
from corpus.oddities import write_picture, write_sound
from program import aivg

from ai_video_generator.cli import afterwards
from ai_video_generator.cli.job import run_job
from ai_video_generator.config.settings import Settings
from ai_video_generator.core.result import Result
from ai_video_generator.core.video_generator import VideoGenerator
from ai_video_generator.errors import CancelledError
from ai_video_generator.jobs.job import JobRequest

SMALL = ("--size", "64x48", "--fps", "10")
TELL = 'echo "told: $AIVG_STATE $AIVG_PATH"; exit 5'

pytestmark = pytest.mark.skipif(os.name == "nt", reason="written for the shell of POSIX")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a picture and two sounds."""
    write_picture(tmp_path / "photo.png")
    for number in (1, 2):
        write_sound(tmp_path / f"song {number}.wav", 0.5)
    return tmp_path


def test_a_finished_video_is_told_of_after_the_answer_and_no_way_changes_the_exit_code(
    folder: Path,
) -> None:
    with listening(404) as listener:
        done = aivg(
            *("make", "photo.png", "song 1.wav", "-o", "one.mp4", *SMALL),
            *("--on-done", TELL, "--webhook", listener.address),
            folder=folder,
        )
    assert done.returncode == 0, done.stderr
    assert done.stdout == "one.mp4\n"
    assert done.stderr.splitlines()[-3:] == [
        "warning: webhook: 127.0.0.1 was not told: it answered 404 Not Found",
        f"told: done {folder / 'one.mp4'}",
        "warning: on_done: it failed with exit code 5",
    ]
    [(_, _, document)] = listener.heard
    assert (document["state"], document["files"]) == ("done", ["one.mp4"])
    assert str(folder) not in str(document)


def test_a_failure_is_told_to_the_person_first_and_keeps_its_exit_code(folder: Path) -> None:
    done = aivg(
        *("make", "none.png", "song 1.wav", "-o", "one.mp4"),
        *("--on-done", 'echo "told: $AIVG_STATE, $AIVG_WHAT, $AIVG_ERROR"'),
        folder=folder,
    )
    assert done.returncode == 3
    lines = done.stderr.splitlines()
    assert lines[0].startswith("error: ")
    assert lines[-1].startswith("told: failed, one.mp4 was not made, ")
    assert "none.png" in lines[-1]


def test_a_stopped_job_is_told_as_stopped(tmp_path: Path) -> None:
    def stop(_generator: VideoGenerator) -> Result:
        raise CancelledError

    settings = Settings(on_done=f'echo "$AIVG_STATE" >"{tmp_path}/state"')
    with pytest.raises(CancelledError):
        run_job(stop, request=JobRequest(output=tmp_path / "a.mp4"), settings=settings, json=False)
    assert not (tmp_path / "state").exists()
    afterwards.carry_out()
    assert (tmp_path / "state").read_text() == "stopped\n"


@pytest.mark.slow
def test_a_batch_is_told_of_once_and_a_dry_run_not_at_all(folder: Path) -> None:
    (folder / "damaged.png").write_bytes(b"no picture")
    (folder / "songs.csv").write_text(
        "picture,sound,output\n"
        "photo.png,song 1.wav,1.mp4\n"
        "damaged.png,song 2.wav,2.mp4\n"
        "photo.png,song 2.wav,3.mp4\n"
    )
    with listening() as listener:
        command = ("batch", "songs.csv", *SMALL, "--webhook", listener.address)
        planned = aivg(*command, "--dry-run", folder=folder)
        assert not listener.heard, planned.stderr
        done = aivg(*command, folder=folder)
    assert done.returncode == 9, done.stderr
    [(_, _, document)] = listener.heard
    assert document["state"] == "failed"
    assert document["what"] == "2 made, 1 failed"
    assert document["files"] == ["1.mp4", "3.mp4"]
    assert document["counts"] == {"made": 2, "failed": 1}
    assert document["error"].startswith("2.mp4: ")
