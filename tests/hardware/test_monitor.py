"""The monitor tells what happens, not what happened before it came."""

import threading
import time

from ai_video_generator.hardware.monitor import Monitor


def test_memory_is_that_of_now() -> None:
    sample = Monitor().sample()

    assert 0 < sample.ram_free_bytes <= sample.ram_total_bytes
    assert 0 <= sample.cpu_load <= 1


def test_work_between_two_looks_shows() -> None:
    monitor = Monitor()
    end = threading.Event()

    def work() -> None:
        while not end.is_set():
            sum(range(1000))

    worker = threading.Thread(target=work)
    worker.start()
    time.sleep(0.5)
    end.set()
    worker.join()

    assert monitor.sample().cpu_load > 0.01


def test_looks_without_time_between_them_are_allowed() -> None:
    monitor = Monitor()

    assert all(0 <= monitor.sample().cpu_load <= 1 for _ in range(3))
