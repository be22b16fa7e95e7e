"""A hot GPU gets a pause, a person who stops the job gets an answer."""

import sys
from pathlib import Path

import pytest

from ai_video_generator.errors import CancelledError
from ai_video_generator.hardware.accelerators import Probe
from ai_video_generator.hardware.thermal import ThermalGuard, temperature_c
from ai_video_generator.registry import Registry

_CARDS = """
from ai_video_generator.hardware.facts import Accelerator, AcceleratorKind

def card(index, temperature):
    return Accelerator(kind=AcceleratorKind.CUDA, index=index, name="card", total_bytes=10,
                       free_bytes=1, temperature_c=temperature)

def PROBE():
    return (card(0, None), card(1, 71)), ()
"""


class _Gpu:
    """A GPU that cools by so many degrees a second while nobody works, and a clock for it."""

    def __init__(self, temperature_c: float | None, cools_c_per_s: float = 1.0) -> None:
        self.temperature_c, self._cools_c_per_s = temperature_c, cools_c_per_s
        self.now_s = 50.0
        self.read_count, self.check_count = 0, 0
        self.told: list[str] = []
        self.stopped_after_s = float("inf")

    def read(self) -> int | None:
        self.read_count += 1
        return None if self.temperature_c is None else round(self.temperature_c)

    def sleep(self, seconds: float) -> None:
        self.now_s += seconds
        if self.temperature_c is not None:
            self.temperature_c -= self._cools_c_per_s * seconds

    def check(self) -> None:
        self.check_count += 1
        if self.now_s - 50 >= self.stopped_after_s:
            raise CancelledError("stopped on request")

    def guard(self, limit_c: int = 85) -> ThermalGuard:
        return ThermalGuard(self.read, limit_c, clock=lambda: self.now_s, sleep=self.sleep)

    def wait(self, guard: ThermalGuard) -> None:
        guard.wait(self.check, self.told.append)


@pytest.mark.parametrize("temperature_c", [None, 40, 85])
def test_a_gpu_within_its_limit_is_not_kept_waiting(temperature_c: float | None) -> None:
    gpu = _Gpu(temperature_c)
    gpu.wait(gpu.guard())
    assert (gpu.now_s, gpu.told) == (50.0, [])


def test_a_hot_gpu_rests_until_it_is_well_below_the_limit() -> None:
    gpu = _Gpu(90)
    gpu.wait(gpu.guard())
    assert gpu.temperature_c is not None
    assert gpu.temperature_c <= 80.5
    assert gpu.told == [
        "the GPU has 90 °C, more than 85 °C; pausing until it has 80 °C",
        "the GPU has 80 °C; going on after 10 s",
    ]


def test_the_sensor_is_read_every_two_seconds_and_a_stop_looked_for_five_times_a_second() -> None:
    gpu = _Gpu(90)
    gpu.wait(gpu.guard())
    assert gpu.read_count == 6
    assert 48 <= gpu.check_count <= 56


def test_a_stop_ends_the_pause_at_once() -> None:
    gpu = _Gpu(90, cools_c_per_s=0)
    gpu.stopped_after_s = 3
    with pytest.raises(CancelledError):
        gpu.wait(gpu.guard())
    assert gpu.now_s - 50 < 3.3
    assert len(gpu.told) == 1


def test_a_sensor_that_falls_silent_ends_the_pause() -> None:
    gpu = _Gpu(90)
    guard = gpu.guard()
    gpu.check = lambda: setattr(gpu, "temperature_c", None)  # type: ignore[method-assign]  # dies
    gpu.wait(guard)
    assert gpu.told[-1] == "the GPU no longer tells its temperature; going on after 2 s"


def test_asking_for_every_frame_reads_the_sensor_every_two_seconds() -> None:
    gpu = _Gpu(60, cools_c_per_s=0)
    guard = gpu.guard()
    for _ in range(100):
        gpu.wait(guard)
        gpu.sleep(0.1)
    assert gpu.read_count == 5


def test_the_temperature_of_a_gpu_is_what_its_probe_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "probes_for_temperature"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "cards.py").write_text(_CARDS)
    monkeypatch.syspath_prepend(str(tmp_path))
    probes: Registry[Probe] = Registry(package=package.name, attribute="PROBE")
    assert [temperature_c(f"cuda:{index}", probes=probes) for index in range(3)] == [None, 71, None]
    for name in [name for name in sys.modules if name.startswith(package.name)]:
        del sys.modules[name]
