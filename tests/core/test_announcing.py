"""Who is told of what: with a stand-in for the desktop's program, real servers and a real shell."""

import logging
import os
from pathlib import Path

import pytest
from corpus.listener import listening

from ai_video_generator.config.options import RunOptions
from ai_video_generator.core.announcement import Announcement, WorkState
from ai_video_generator.core.announcing import announce

pytestmark = pytest.mark.skipif(
    os.name == "nt" or os.uname().sysname != "Linux", reason="what Linux desktops have"
)


@pytest.fixture
def notices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file that gets a line for each notification."""
    program, told = tmp_path / "notify-send", tmp_path / "notices"
    program.write_text(f'#!/bin/sh\necho "$3 $4" >>"{told}"\n')
    program.chmod(0o755)
    told.touch()
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("DISPLAY", ":0")
    return told


def ended(state: WorkState = WorkState.DONE, seconds: float = 61.0) -> Announcement:
    return Announcement(state=state, what="a.mp4 is over", seconds=seconds)


@pytest.mark.parametrize(
    ("notify", "seconds", "on_terminal", "is_shown"),
    [
        ("auto", 61.0, True, True),
        ("auto", 60.0, True, False),
        ("auto", 61.0, False, False),
        ("always", 0.0, False, True),
        ("never", 61.0, True, False),
    ],
)
def test_the_desktop_is_told_of_long_work_to_a_person_or_as_asked(
    notify: str, seconds: float, *, on_terminal: bool, is_shown: bool, notices: Path
) -> None:
    settings = RunOptions.model_validate({"notify": notify})
    announce(ended(seconds=seconds), settings, on_terminal=on_terminal)
    assert bool(notices.read_text()) is is_shown


def test_the_notification_says_what_became_of_it_and_why(notices: Path) -> None:
    failed = Announcement(state=WorkState.FAILED, what="a.mp4 was not made", seconds=75, error="no")
    announce(failed, RunOptions(), on_terminal=True)
    assert notices.read_text() == "Video failed a.mp4 was not made, after 1:15\nno\n"


def test_who_stopped_the_work_gets_no_notification_and_others_are_told(
    notices: Path, tmp_path: Path
) -> None:
    with listening() as listener:
        settings = RunOptions.model_validate(
            {
                "notify": "always",
                "webhook": listener.address,
                "on_done": f'echo "$AIVG_STATE" >"{tmp_path}/state"',
            }
        )
        announce(ended(WorkState.STOPPED), settings, on_terminal=True)
    assert notices.read_text() == ""
    assert listener.heard[0][2]["state"] == "stopped"
    assert (tmp_path / "state").read_text() == "stopped\n"


@pytest.mark.parametrize(("notify", "level"), [("auto", "INFO"), ("always", "WARNING")])
def test_a_machine_without_a_desktop_is_worth_a_warning_only_when_one_was_asked_for(
    notify: str, level: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS"):
        monkeypatch.delenv(name, raising=False)
    with caplog.at_level(logging.INFO):
        announce(ended(), RunOptions.model_validate({"notify": notify}), on_terminal=True)
    assert [record.levelname for record in caplog.records] == [level]
    assert "there is no desktop here" in caplog.text


def test_one_way_that_fails_leaves_the_others(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with listening(404) as listener:
        settings = RunOptions.model_validate(
            {"webhook": listener.address, "on_done": f'touch "{tmp_path}/told"; exit 1'}
        )
        announce(ended(), settings, on_terminal=False)
    assert (tmp_path / "told").exists()
    assert [message.partition(":")[0] for message in caplog.messages] == ["webhook", "on_done"]
