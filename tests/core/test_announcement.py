import json
from pathlib import Path

import pytest

import ai_video_generator
from ai_video_generator.core.announcement import (
    Announcement,
    WorkState,
    made,
    unfinished,
    without_folders,
)
from ai_video_generator.core.result import Result
from ai_video_generator.errors import CancelledError, DiskFullError


def test_a_finished_video_is_told_with_its_path_and_time() -> None:
    told = made(Result(path=Path("films/song.mp4"), seconds=3.25))
    assert told.state is WorkState.DONE
    assert told.what == "song.mp4 is made"
    assert told.paths == (Path("films/song.mp4"),)
    assert told.seconds == 3.25


def test_a_video_that_was_there_already_is_told_as_such() -> None:
    assert made(Result(path=Path("song.mp4"), was_there=True)).what == "song.mp4 was there already"


def test_a_failure_is_told_with_its_hint() -> None:
    told = unfinished("song.mp4", DiskFullError("no room", hint="make some"), 2.0)
    assert (told.state, told.error, told.hint) == (WorkState.FAILED, "no room", "make some")
    assert told.what == "song.mp4 was not made"
    assert not told.paths


def test_a_failure_that_nobody_foresaw_is_told_by_its_kind() -> None:
    assert unfinished("a.mp4", KeyError("x"), 0.0).error == "unexpected KeyError: 'x'"


def _wrapped_interrupt() -> RuntimeError:
    error = RuntimeError("__set_name__")
    error.__cause__ = KeyboardInterrupt()
    return error


@pytest.mark.parametrize("error", [CancelledError(), KeyboardInterrupt(), _wrapped_interrupt()])
def test_a_stop_is_no_failure(error: BaseException) -> None:
    told = unfinished("song.mp4", error, 2.0)
    assert (told.state, told.what, told.error) == (WorkState.STOPPED, "song.mp4 was stopped", "")


def test_the_document_names_files_and_no_folder() -> None:
    document = Announcement(
        state=WorkState.FAILED,
        what="1 made, 1 failed",
        paths=(Path("/home/ann/films/one.mp4"),),
        seconds=61.23456,
        counts={"made": 1, "failed": 1},
        error="two.mp4: the picture '/home/ann/secret plans/two.jpg' cannot be read",
        hint="the details are in /home/ann/.cache/aivg.log",
    ).to_json()
    assert json.loads(json.dumps(document)) == {
        "program": "aivg",
        "version": ai_video_generator.__version__,
        "state": "failed",
        "text": "1 made, 1 failed: two.mp4: the picture 'two.jpg' cannot be read",
        "what": "1 made, 1 failed",
        "files": ["one.mp4"],
        "seconds": 61.235,
        "counts": {"made": 1, "failed": 1},
        "error": "two.mp4: the picture 'two.jpg' cannot be read",
        "hint": "the details are in aivg.log",
    }


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("'album/cover art.jpg' is a folder", "'cover art.jpg' is a folder"),
        ('"ann\'s/it.jpg" is empty', '"it.jpg" is empty'),
        (repr(r"C:\Users\ann\a b.jpg") + " is empty", "'a b.jpg' is empty"),
        (r"see C:\Users\ann\aivg.log", "see aivg.log"),
        (r"see \\server\share\aivg.log", "see aivg.log"),
        ("in ~/films/, it is full", "in , it is full"),
        ("at 30000/1001 frames/s and/or less", "at 30000/1001 frames/s and/or less"),
        ("see https://example.org/a/b for more", "see https://example.org/a/b for more"),
        ("the model's file '/w/a b.bin' isn't there", "the model's file 'a b.bin' isn't there"),
        ("one / two", "one / two"),
    ],
)
def test_folders_are_left_out_of_messages_and_all_else_stays(text: str, short: str) -> None:
    assert without_folders(text) == short
