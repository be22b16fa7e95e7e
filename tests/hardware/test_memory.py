"""What is free is read anew each time, and too little of it ends a job in good order."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ai_video_generator.errors import DeviceMemoryError, Recovery
from ai_video_generator.hardware.accelerators import Probe
from ai_video_generator.hardware.hardware_detector import HardwareDetector
from ai_video_generator.hardware.memory import RamGuard, free_device_bytes
from ai_video_generator.registry import Registry

_MB, _GB = 10**6, 10**9

_CARDS = """
from ai_video_generator.hardware.facts import Accelerator, AcceleratorKind

left = [9, 8]

def card(index, free):
    return Accelerator(kind=AcceleratorKind.CUDA, index=index, name="card", total_bytes=10,
                       free_bytes=free)

def PROBE():
    return (card(0, 1), card(1, left.pop(0))), ()
"""


@pytest.fixture
def probes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Registry[Probe]]:
    package = tmp_path / "probes_for_memory"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "broken.py").write_text("def PROBE():\n    raise RuntimeError('no bus')\n")
    (package / "cards.py").write_text(_CARDS)
    monkeypatch.syspath_prepend(str(tmp_path))
    yield Registry(package="probes_for_memory", attribute="PROBE")
    for name in [name for name in sys.modules if name.startswith("probes_for_memory")]:
        del sys.modules[name]


def test_free_memory_of_a_gpu_is_read_anew_each_time(probes: Registry[Probe]) -> None:
    assert free_device_bytes("cuda:1", probes=probes) == 9
    assert free_device_bytes("cuda:1", probes=probes) == 8


def test_a_device_that_is_not_there_has_no_figure(probes: Registry[Probe]) -> None:
    assert free_device_bytes("xpu:0", probes=probes) is None


def test_free_memory_of_the_processor_is_the_detectors() -> None:
    free = free_device_bytes("cpu")
    assert free == pytest.approx(HardwareDetector().detect_ram()["free_bytes"], rel=0.2)


class _Ram:
    """Readings one after another, and a clock that a test moves."""

    def __init__(self, *readings: int) -> None:
        self._readings = list(readings)
        self.now_s = 100.0
        self.read_count = 0

    def read(self) -> int:
        self.read_count += 1
        return self._readings.pop(0)

    def clock(self) -> float:
        return self.now_s

    def guard(self, total_bytes: int = 2 * _GB) -> RamGuard:
        return RamGuard(self.read, total_bytes, clock=self.clock)


def _checked(ram: _Ram, guard: RamGuard, count: int) -> None:
    for _ in range(count):
        guard.check()
        ram.now_s += 0.6


def test_three_low_readings_in_a_row_end_the_job() -> None:
    ram = _Ram(150 * _MB, 150 * _MB, 140 * _MB)
    guard = ram.guard()
    _checked(ram, guard, 2)
    with pytest.raises(DeviceMemoryError, match="140 MB of memory left, and needs 210 MB") as error:
        guard.check()
    assert error.value.free_bytes == 140 * _MB
    assert error.value.recovery is Recovery.SMALLER
    assert error.value.hint


def test_low_readings_with_better_ones_between_are_passed_over() -> None:
    ram = _Ram(150 * _MB, 150 * _MB, 900 * _MB, 150 * _MB, 150 * _MB, 900 * _MB)
    _checked(ram, ram.guard(), 6)
    assert ram.read_count == 6


def test_a_large_machine_must_keep_a_share_free() -> None:
    ram = _Ram(2 * _GB, 2 * _GB, 2 * _GB)
    with pytest.raises(DeviceMemoryError, match="needs 3000 MB"):
        _checked(ram, ram.guard(100 * _GB), 3)


def test_memory_is_read_twice_a_second_at_most() -> None:
    ram = _Ram(900 * _MB, 900 * _MB, 900 * _MB)
    guard = ram.guard()
    for _ in range(1000):
        guard.check()
        ram.now_s += 0.001
    assert ram.read_count == 2
