"""Commands of ``on_done``, run by the shell of this system."""

import os
import sys
from pathlib import Path

import psutil  # type: ignore[import-untyped]  # it ships no types
import pytest

from ai_video_generator.config.settings import DONE_VARIABLES, Settings, load_settings
from ai_video_generator.core.announcement import Announcement, WorkState
from ai_video_generator.core.done_command import done_variables, run_done_command

DONE = Announcement(
    state=WorkState.DONE,
    what="2 made",
    paths=(Path("films/one $(true).mp4"), Path("films/two.mp4")),
    seconds=1.5,
)

needs_sh = pytest.mark.skipif(os.name == "nt", reason="written for the shell of POSIX")


@pytest.fixture(autouse=True)
def there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@needs_sh
def test_the_command_is_run_by_the_shell_and_is_told_all_in_variables() -> None:
    run_done_command('printf %s "$AIVG_STATE|$AIVG_PATH|$AIVG_SECONDS" >a && env >b', DONE)
    assert Path("a").read_text() == f"done|{Path.cwd()}/films/one $(true).mp4|1.500"
    told = {line.partition("=")[0] for line in Path("b").read_text().splitlines()}
    assert told >= DONE_VARIABLES


def test_the_variables_are_told_and_no_setting_is_called_like_them() -> None:
    told = done_variables(DONE)
    assert told.keys() == DONE_VARIABLES
    assert told["AIVG_PATHS"].splitlines() == [str(path.absolute()) for path in DONE.paths]
    assert not DONE_VARIABLES & {f"AIVG_{name.upper()}" for name in Settings.model_fields}


def test_a_program_that_the_command_starts_does_not_warn_of_them(
    caplog: pytest.LogCaptureFixture,
) -> None:
    load_settings(environment=done_variables(DONE))
    assert not caplog.messages


def test_more_paths_than_a_variable_holds_are_left_out_whole(
    caplog: pytest.LogCaptureFixture,
) -> None:
    paths = tuple(Path(f"/films/{number:0100}.mp4") for number in range(2000))
    many = Announcement(state=WorkState.DONE, what="2000 made", paths=paths)
    told = done_variables(many)["AIVG_PATHS"].splitlines()
    assert told == [str(path.absolute()) for path in paths[: len(told)]]
    assert f"has room for {len(told)} of 2000 files" in caplog.text
    run_done_command("exit 0", many)
    assert "cannot be run" not in caplog.text


def test_what_it_prints_goes_to_stderr(capfd: pytest.CaptureFixture[str]) -> None:
    run_done_command("echo told", DONE)
    assert capfd.readouterr() == ("", "told\n" if os.name == "posix" else "told\r\n")


def test_its_failure_is_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    run_done_command("exit 3", DONE)
    assert caplog.messages == ["on_done: it failed with exit code 3"]


@needs_sh
def test_it_is_ended_with_its_children_when_it_takes_too_long(
    caplog: pytest.LogCaptureFixture,
) -> None:
    run_done_command("sleep 300 & echo $! >child; wait", DONE, patience_s=0.5)
    assert "took longer than 0.5 seconds" in caplog.text
    if Path("child").exists():  # on a busy machine half a second may be too short for the shell
        child = int(Path("child").read_text())
        assert not psutil.pid_exists(child) or psutil.Process(child).status() == "zombie"


@needs_sh
def test_what_it_puts_into_the_background_is_not_waited_for() -> None:
    run_done_command("sleep 300 & echo $! >child", DONE, patience_s=60)
    psutil.Process(int(Path("child").read_text())).kill()  # fails where it was waited for


def test_it_runs_no_command_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIVG_STATE", "done")
    run_done_command(f"\"{sys.executable}\" -c \"open('made', 'w')\"", DONE)
    assert not Path("made").exists()


def test_a_letter_that_no_variable_can_hold_is_left_out() -> None:
    odd = Announcement(state=WorkState.FAILED, what="a.mp4 was not made", error="\0x")
    assert done_variables(odd)["AIVG_ERROR"] == "x"
