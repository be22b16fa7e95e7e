"""What macOS's tools print becomes facts; the tools are stood in for by scripts."""

import sys
from pathlib import Path

import psutil  # type: ignore[import-untyped]  # it ships no types
import pytest

from ai_video_generator.hardware.facts import Precision
from ai_video_generator.hardware.probes.apple import apple_accelerators

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the tools are shell scripts")


def _tool(folder: Path, name: str, *lines: str) -> None:
    path = folder / name
    path.write_text("\n".join(["#!/bin/sh", *lines]) + "\n")
    path.chmod(0o755)


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    """The tools of a MacBook Pro with an M2 Pro."""
    _tool(tmp_path, "sysctl", '[ "$2" = machdep.cpu.brand_string ] && echo "Apple M2 Pro"')
    _tool(
        tmp_path,
        "ioreg",
        '[ "$2" = AGXAccelerator ] || exit 1',
        "echo '+-o AGXAcceleratorG14X  <class AGXAcceleratorG14X, id 0x1000004f2>'",
        "echo '      \"gpu-core-count\" = 19'",
        'echo \'      "MetalPluginName" = "AGXMetalG14X"\'',
    )
    return tmp_path


def test_a_chip_is_read_from_what_the_tools_print(tools: Path) -> None:
    (gpu,), notes = apple_accelerators(tools, "darwin", "arm64")

    assert notes == ()
    assert (gpu.device, gpu.name) == ("mps:0", "Apple M2 Pro")
    assert (gpu.core_count, gpu.clock_mhz) == (2432, 1398)
    assert gpu.precisions[:2] == (Precision.FP32, Precision.FP16)
    assert gpu.shares_ram


def test_metal_gets_a_part_of_the_ram(tools: Path) -> None:
    (gpu,), _ = apple_accelerators(tools, "darwin", "arm64")

    ram = psutil.virtual_memory().total
    assert int(ram * 2 / 3) <= gpu.total_bytes <= int(ram * 3 / 4)
    assert gpu.free_bytes <= gpu.total_bytes


def test_a_gpu_whose_cores_are_not_told_is_a_gpu(tools: Path) -> None:
    _tool(tools, "ioreg", "exit 1")

    (gpu,), _ = apple_accelerators(tools, "darwin", "arm64")

    assert gpu.core_count is None


def test_tools_that_are_missing_are_a_sentence(tmp_path: Path) -> None:
    gpus, notes = apple_accelerators(tmp_path, "darwin", "arm64")

    assert gpus == ()
    assert len(notes) == 1


@pytest.mark.parametrize(("system", "machine"), [("darwin", "x86_64"), ("linux", "arm64")])
def test_other_machines_have_nothing_to_say(tools: Path, system: str, machine: str) -> None:
    assert apple_accelerators(tools, system, machine) == ((), ())
