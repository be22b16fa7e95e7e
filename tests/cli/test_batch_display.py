import sys

import pytest
from corpus.terminals import Clock, Terminal

from ai_video_generator.cli import console
from ai_video_generator.cli.batch_display import Pace
from ai_video_generator.cli.batch_tables import BatchRow, exit_code
from ai_video_generator.progress_tracker import ProgressTracker


def test_the_time_left_follows_the_jobs_that_are_done() -> None:
    clock = Clock()
    pace = Pace({0: 10.0, 1: 20.0, 2: 30.0}, clock=clock)
    assert (pace.time_left_s, pace.share) == (60.0, 0.0)
    pace.begins(0)
    clock.now_s = 4.0
    assert pace.time_left_s == 56.0
    clock.now_s = 20.0  # twice as long as planned
    pace.ended(was_made=True)
    assert pace.time_left_s == 100.0
    assert pace.share == pytest.approx(1 / 6)
    pace.begins(1)
    clock.now_s = 50.0
    assert pace.time_left_s == 10.0 + 60.0


def test_a_failure_says_nothing_of_speed() -> None:
    clock = Clock()
    pace = Pace({0: 10.0, 1: 20.0}, clock=clock)
    pace.begins(0)
    clock.now_s = 1.0
    pace.ended(was_made=False)
    assert pace.time_left_s == 20.0


def test_on_a_terminal_the_whole_stands_above_the_job(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    with console.ProgressDisplay() as display:
        tracker = ProgressTracker(display)
        tracker.start("reading")
        display.show_whole("4 of 12", share=0.25, left="1:30 left")
        tracker.start("rendering", total=10, unit="frames")
        tracker.advance(5)
    shown = terminal.getvalue()
    last = shown.rindex("4 of 12")
    assert last < shown.index("rendering", last)
    assert "25%" in shown
    assert "1:30 left" in shown


@pytest.mark.parametrize(
    ("codes", "code"), [((0, 0), 0), ((3, 3), 3), ((0, 3), 9), ((3, 6), 9), ((6,), 6)]
)
def test_the_exit_code_says_whether_some_failed_or_all_alike(
    codes: tuple[int, ...], code: int
) -> None:
    rows = [
        BatchRow(number=1, pictures=(), sound="", output="", outcome="", exit_code=one)
        for one in codes
    ]
    assert exit_code(rows) == code
