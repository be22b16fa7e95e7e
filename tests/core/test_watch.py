"""What is looked after while frames flow."""

import pytest

from ai_video_generator.core.watch import Deadline, Watch
from ai_video_generator.errors import CancelledError, DeviceMemoryError, TimeLimitError
from ai_video_generator.hardware.memory import RamGuard
from ai_video_generator.hardware.thermal import ThermalGuard
from ai_video_generator.progress_tracker import ProgressTracker


class Clock:
    """Seconds that pass when told to."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s

    def sleep(self, seconds: float) -> None:
        self.now_s += seconds


def watch(
    clock: Clock,
    *,
    free_bytes: int = 10**10,
    limit_s: float | None = None,
    temperatures: list[int] | None = None,
    said: list[str] | None = None,
    progress: ProgressTracker | None = None,
) -> Watch:
    thermal = None
    if temperatures is not None:
        thermal = ThermalGuard(lambda: temperatures.pop(0), 80, clock=clock, sleep=clock.sleep)
    return Watch(
        progress or ProgressTracker(),
        ram=RamGuard(lambda: free_bytes, 10**10, clock=clock),
        thermal=thermal,
        deadline=None if limit_s is None else Deadline(started_s=90.0, limit_s=limit_s),
        tell=(said if said is not None else []).append,
        clock=clock,
    )


def made(given: Watch, clock: Clock, count: int, frame_s: float, total: int) -> None:
    given.begin(total)
    for _ in range(count):
        clock.sleep(frame_s)
        given.frame_done()


def test_a_job_that_will_be_late_is_found_out_early() -> None:
    clock = Clock()
    # 10 s before the first frame, then 0.5 s a frame: 60 s in all.
    with pytest.raises(TimeLimitError, match=r"would take 1:00, 0:40 are allowed"):
        made(watch(clock, limit_s=40), clock, 100, 0.5, 100)
    assert clock.now_s == 115.0


def test_a_job_that_is_a_little_late_may_go_on() -> None:
    clock = Clock()
    made(watch(clock, limit_s=50), clock, 100, 0.5, 100)


def test_a_short_job_is_judged_by_all_of_its_frames() -> None:
    clock = Clock()
    with pytest.raises(TimeLimitError):
        made(watch(clock, limit_s=10), clock, 10, 1.0, 10)
    assert clock.now_s == 110.0


def test_without_a_limit_nothing_is_late() -> None:
    clock = Clock()
    made(watch(clock), clock, 100, 100.0, 100)


def test_memory_that_runs_out_ends_the_job() -> None:
    clock = Clock()
    with pytest.raises(DeviceMemoryError, match="50 MB of memory left"):
        made(watch(clock, free_bytes=50_000_000), clock, 10, 0.5, 100)


def test_a_hot_gpu_makes_a_pause_that_is_told() -> None:
    clock = Clock()
    said: list[str] = []
    made(watch(clock, temperatures=[85, 79, 74], said=said), clock, 2, 1.0, 2)

    assert "85 °C, more than 80 °C" in said[0]
    assert "going on after 4 s" in said[1]


def test_a_stop_is_seen_at_the_next_frame_and_while_waiting() -> None:
    clock = Clock()
    progress = ProgressTracker()
    given = watch(clock, progress=progress)
    given.begin(10)
    given.check()
    progress.stop()

    with pytest.raises(CancelledError):
        given.check()
    with pytest.raises(CancelledError):
        given.frame_done()
