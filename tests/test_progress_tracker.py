"""Progress: few reports, the right ones; a stop is obeyed at the next unit."""

import threading

import pytest

from ai_video_generator.errors import CancelledError
from ai_video_generator.progress_tracker import ProgressReport, ProgressTracker


class _Clock:
    """Seconds that pass when told to."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def test_a_stage_is_reported_when_it_begins() -> None:
    reports: list[ProgressReport] = []
    ProgressTracker(reports.append).start("rendering", total=7, unit="frames")
    assert [(r.stage, r.done, r.total, r.unit) for r in reports] == [("rendering", 0, 7, "frames")]
    assert reports[0].units_per_s is None
    assert reports[0].time_left_s is None


def test_at_most_ten_reports_a_second_and_one_at_the_last_unit() -> None:
    clock, reports = _Clock(), list[ProgressReport]()
    tracker = ProgressTracker(reports.append, clock=clock)
    tracker.start("rendering", total=1000, unit="frames")
    for _ in range(1000):
        clock.now_s += 0.001
        tracker.advance()
    assert 9 <= len(reports) <= 12
    assert reports[-1].done == 1000
    assert reports[-1].time_left_s == 0


def test_speed_and_time_left_follow_the_clock() -> None:
    clock, reports = _Clock(), list[ProgressReport]()
    tracker = ProgressTracker(reports.append, clock=clock)
    tracker.start("rendering", total=100, unit="frames")
    clock.now_s += 2.0
    tracker.advance(20)
    assert reports[-1].elapsed_s == pytest.approx(2.0)
    assert reports[-1].units_per_s == pytest.approx(10.0)
    assert reports[-1].time_left_s == pytest.approx(8.0)


def test_a_new_stage_counts_from_zero() -> None:
    clock, reports = _Clock(), list[ProgressReport]()
    tracker = ProgressTracker(reports.append, clock=clock)
    tracker.start("reading", total=2)
    clock.now_s += 5.0
    tracker.advance(2)
    tracker.start("rendering", total=10)
    assert (reports[-1].done, reports[-1].elapsed_s) == (0, 0.0)


def test_an_unknown_total_has_no_time_left() -> None:
    clock, reports = _Clock(), list[ProgressReport]()
    tracker = ProgressTracker(reports.append, clock=clock)
    tracker.start("downloading", unit="bytes")
    clock.now_s += 1.0
    tracker.advance(500)
    assert reports[-1].units_per_s == pytest.approx(500)
    assert reports[-1].time_left_s is None


def test_a_stop_from_another_thread_ends_the_work_at_its_next_unit() -> None:
    tracker = ProgressTracker()
    tracker.start("rendering", total=10)
    tracker.advance()
    stopper = threading.Thread(target=tracker.stop)
    stopper.start()
    stopper.join()
    for step in (tracker.advance, tracker.check, lambda: tracker.start("next")):
        with pytest.raises(CancelledError):
            step()


def test_nobody_needs_to_listen() -> None:
    tracker = ProgressTracker()
    tracker.start("rendering", total=1)
    tracker.advance()


def test_stages_of_the_same_name_are_one_and_stand_where_they_came_first() -> None:
    clock = _Clock()
    tracker = ProgressTracker(clock=clock)
    tracker.start("an earlier job")
    clock.now_s = 200.0
    tracker.begin_job()
    for stage, seconds in (("listening", 2), ("rendering", 3), ("loading", 4), ("rendering", 5)):
        tracker.start(stage)
        clock.now_s += seconds

    stages = tracker.stage_times()

    assert [(one.stage, one.seconds) for one in stages] == [
        ("listening", 2.0),
        ("rendering", 8.0),
        ("loading", 4.0),
    ]
    assert stages[1].parts_s == ((2.0, 5.0), (9.0, 14.0))
    assert tracker.stage_times(since_s=199.0)[0].parts_s == ((1.0, 3.0),)


def test_a_stage_that_begins_again_at_once_is_one_part() -> None:
    clock = _Clock()
    tracker = ProgressTracker(clock=clock)
    for _ in range(1000):
        tracker.start("looking at the picture")
        clock.now_s += 1

    assert tracker.stage_times()[0].parts_s == ((0.0, 1000.0),)


def test_nothing_begun_took_no_time() -> None:
    assert ProgressTracker().stage_times() == ()
