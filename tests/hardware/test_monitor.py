"""The monitor tells what happens, not what happened before it came."""

import itertools
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from ai_video_generator.hardware.accelerators import Probe
from ai_video_generator.hardware.monitor import Monitor
from ai_video_generator.hardware.own_processes import OwnProcesses
from ai_video_generator.registry import Registry


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


def test_the_programs_own_part_is_told_with_its_children() -> None:
    before = Monitor().sample().own_ram_bytes
    hold = "import sys; kept = b'x' * 300_000_000; print(flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", hold], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        assert child.stdout is not None
        child.stdout.readline()
        with_child = Monitor().sample()
        child.communicate()

    assert with_child.own_ram_bytes > before + 250_000_000
    assert 0 <= with_child.own_cpu_load <= 1


def test_a_child_that_ended_is_no_trouble() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        monitor = Monitor()
        child.communicate()

    assert monitor.sample().own_ram_bytes > 0


def test_room_where_the_output_goes_is_told_when_asked(tmp_path: Path) -> None:
    assert Monitor().sample().disk_free_bytes is None
    assert (Monitor(output=tmp_path / "video.mp4").sample().disk_free_bytes or 0) > 0


_COUNTING = """
from ai_video_generator.hardware.facts import Accelerator, AcceleratorKind
CALLS = []

class Probe:
    def __call__(self):
        CALLS.append("asked")
        gpu = Accelerator(kind=AcceleratorKind.XPU, index=0, name="x", total_bytes=2, free_bytes=1)
        return (gpu,) if {finds} else (), ()

    def hold(self):
        CALLS.append("held")

    def release(self):
        CALLS.append("released")

PROBE = Probe()
"""


def test_libraries_stay_open_and_who_knows_nothing_is_not_asked_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "counting_probes"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "knows.py").write_text(_COUNTING.format(finds=True))
    (package / "knows_none.py").write_text(_COUNTING.format(finds=False))
    monkeypatch.syspath_prepend(tmp_path)
    probes: Registry[Probe] = Registry(package="counting_probes", attribute="PROBE")

    with Monitor(probes) as monitor:
        samples = [monitor.sample() for _ in range(3)]

    calls = [
        sys.modules[f"counting_probes.{name}"].CALLS  # as it was imported
        for name in ("knows", "knows_none")
    ]
    assert calls[0] == ["held", "asked", "asked", "asked", "released"]
    assert calls[1] == ["held", "asked", "released"]
    assert [one.name for sample in samples for one in sample.accelerators] == ["x"] * 3


_WORK = """
import time
while time.process_time() < 0.5:
    pass
print(flush=True)
input()
"""


def test_the_work_of_a_new_child_counts_from_its_begin() -> None:
    own = OwnProcesses(itertools.count(step=10.0).__next__)
    with subprocess.Popen(
        [sys.executable, "-c", _WORK], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        assert child.stdout is not None
        child.stdout.readline()
        first, second = own.look(), own.look()
        child.communicate(b"\n")

    assert first.worked_s > 0.4
    assert second.worked_s < 0.4
