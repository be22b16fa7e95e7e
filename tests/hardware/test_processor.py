"""What this process may use of the machine."""

import os
import sys
from pathlib import Path

import pytest

from ai_video_generator.hardware.cgroups import Limits
from ai_video_generator.hardware.processor import (
    cores_allowed,
    cpu_name,
    highest_clock_mhz,
    physical_cores,
    usable_cores,
    usable_ram,
)

_linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


@_linux
@pytest.mark.parametrize(
    ("cpuinfo", "name"),
    [
        ("processor\t: 0\nmodel name\t: Intel(R)  Core(TM) i5\n", "Intel(R) Core(TM) i5"),
        ("processor\t: 0\nCPU part\t: 0xd0b\n\nModel\t\t: Raspberry Pi 5\n", "Raspberry Pi 5"),
        ("cpu\t\t: POWER9, altivec supported\n", "POWER9, altivec supported"),
    ],
)
def test_the_name_is_found_as_each_architecture_writes_it(
    tmp_path: Path, cpuinfo: str, name: str
) -> None:
    (tmp_path / "cpuinfo").write_text(cpuinfo)

    assert cpu_name(tmp_path) == name


def test_a_machine_that_does_not_tell_is_named_by_its_architecture(tmp_path: Path) -> None:
    assert cpu_name(tmp_path / "nothing")


def test_a_quota_below_the_cores_allowed_counts() -> None:
    assert usable_cores(8, Limits(cpu_cores=1.5)) == 1.5


def test_a_quota_above_the_cores_allowed_does_not() -> None:
    assert usable_cores(2, Limits(cpu_cores=16.0)) == 2.0
    assert usable_cores(2, Limits()) == 2.0


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system has no affinity")
def test_the_schedulers_mask_counts() -> None:
    if sys.platform != "linux":
        return
    before = os.sched_getaffinity(0)
    try:
        os.sched_setaffinity(0, {min(before)})

        assert cores_allowed() == 1
    finally:
        os.sched_setaffinity(0, before)


def test_memory_is_the_lesser_of_machine_and_group() -> None:
    small = Limits(memory_bytes=2_000, memory_free_bytes=500)

    assert usable_ram(8_000, 6_000, small) == (2_000, 500)
    assert usable_ram(1_000, 300, small) == (1_000, 300)
    assert usable_ram(8_000, 6_000, Limits()) == (8_000, 6_000)


def test_physical_cores_are_no_more_than_logical_ones() -> None:
    count = physical_cores()

    assert count is None or 1 <= count <= (os.cpu_count() or 1)


def test_a_clock_is_that_of_a_processor_or_not_told() -> None:
    clock_mhz = highest_clock_mhz()

    assert clock_mhz is None or 100 <= clock_mhz <= 10_000
