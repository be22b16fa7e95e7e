import json
import sys
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import pytest
from corpus.terminals import Clock, Terminal

from ai_video_generator.cli import console
from ai_video_generator.config.settings import Settings
from ai_video_generator.errors import EncodingError
from ai_video_generator.progress_tracker import ProgressTracker


@dataclass(frozen=True)
class Shelf:
    path: Path
    rate: Fraction
    settings: Settings


def test_an_error_is_one_short_block_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    console.error(EncodingError("it broke", hint="mend it"))
    assert capsys.readouterr() == ("", "error: it broke\nhint: mend it\n")


def test_a_name_cannot_command_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    console.error(EncodingError("'\x1b[2Jevil\r.jpg' broke"))
    assert capsys.readouterr().err == "error: '\\x1b[2Jevil\\r.jpg' broke\n"


def test_json_holds_dataclasses_paths_fractions_and_settings(
    capsys: pytest.CaptureFixture[str],
) -> None:
    console.answer_json(Shelf(Path("a b"), Fraction(30000, 1001), Settings(seed=3)))
    told = json.loads(capsys.readouterr().out)
    assert told["path"] == "a b"
    assert told["rate"] == "30000/1001"
    assert told["settings"]["seed"] == 3


def test_a_path_is_answered_in_its_very_bytes(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    console.answer(Path("caf\udce9.mp4"))
    sys.stdout.flush()
    assert capfdbinary.readouterr().out == b"caf\xe9.mp4\n"


def test_where_there_is_no_terminal_progress_is_a_line_now_and_then(
    capsys: pytest.CaptureFixture[str],
) -> None:
    clock = Clock()
    with console.ProgressDisplay(clock=clock) as display:
        tracker = ProgressTracker(display, clock=clock)
        tracker.start("rendering", total=1000, unit="frames")
        for _ in range(1000):
            clock.now_s += 0.25
            tracker.advance()
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "rendering: 2%, 4.0 frames/s, 4:05 left"
    assert len(lines) == 50  # 250 seconds, one line in five


def test_bytes_are_told_in_megabytes(capsys: pytest.CaptureFixture[str]) -> None:
    clock = Clock()
    with console.ProgressDisplay(clock=clock) as display:
        tracker = ProgressTracker(display, clock=clock)
        tracker.start("fetching", total=4_000_000_000, unit="bytes")
        clock.now_s += 10
        tracker.advance(400_000_000)
    assert capsys.readouterr().err == "fetching: 10%, 40.0 MB/s, 1:30 left\n"


def test_a_short_job_writes_no_line(capsys: pytest.CaptureFixture[str]) -> None:
    with console.ProgressDisplay() as display:
        tracker = ProgressTracker(display)
        tracker.start("rendering", total=10, unit="frames")
        for _ in range(10):
            tracker.advance()
    assert capsys.readouterr().err == ""


def test_on_a_terminal_progress_is_a_bar_that_goes_away(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    clock = Clock()
    with console.ProgressDisplay() as display:
        tracker = ProgressTracker(display, clock=clock)
        tracker.start("reading")
        tracker.start("rendering", total=10, unit="frames")
        clock.now_s = 2.0
        tracker.advance(5)
    assert "reading" in terminal.getvalue()
    assert "50%" in terminal.getvalue()
    assert "2.5 frames/s, 0:02 left" in terminal.getvalue()


def test_quiet_silences_notes_and_progress_but_not_errors(
    capsys: pytest.CaptureFixture[str],
) -> None:
    token = console.MANNER.set(console.Manner(quiet=True))
    try:
        console.note("hello")
        console.error(EncodingError("it broke"))
    finally:
        console.MANNER.reset(token)
    assert capsys.readouterr().err == "error: it broke\n"
