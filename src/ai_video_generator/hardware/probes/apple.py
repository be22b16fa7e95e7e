"""Apple's GPUs, as macOS tells of them; the GPU is a part of the chip and uses its memory."""

import platform
import subprocess
import sys
from pathlib import Path

from ai_video_generator.hardware.facts import Accelerator, AcceleratorKind, Precision

_TOOLS = Path("/usr/sbin")
_TIME_LIMIT_S = 2.0
# Both tools answer in some hundredths of a second; a hung system must not hang detection.
_GIB = 1024**3
_SMALL_SHARE, _LARGE_SHARE, _LARGE_BYTES = 2 / 3, 3 / 4, 36 * _GIB
# Metal's ``recommendedMaxWorkingSetSize`` as llama.cpp prints it: two thirds of the RAM (10.67 of
# 16 GiB), three quarters on Macs of 36 GB and more.
_CORES_PER_GPU_CORE = 128
# Arithmetic units in each of Apple's GPU cores since the M1: 8 cores at 1278 MHz make the 2.6
# teraflops that Apple names.
_CLOCKS_MHZ = {"M1": 1278, "M2": 1398, "M3": 1380, "M4": 1578}
# The highest state that ``powermetrics`` shows, by generation.
_BF16_MACOS = 14
# PyTorch: "MPS BFloat16 is only supported on MacOS 14 or newer"; M1 and M2 emulate it at the speed
# of fp32.


def apple_accelerators(
    tools: Path = _TOOLS, system: str = sys.platform, machine: str | None = None
) -> tuple[tuple[Accelerator, ...], tuple[str, ...]]:
    """Find the GPU of an Apple chip; Macs with Intel processors have none that counts here.

    Args:
        tools: Folder of macOS's ``sysctl`` and ``ioreg``.
        system: What Python calls the system.
        machine: What the system calls the processor; None asks it.

    Returns:
        The GPU, and a sentence when macOS does not tell of it.
    """
    if system != "darwin" or (machine or platform.machine()) != "arm64":
        return (), ()
    chip = _output(tools / "sysctl", "-n", "machdep.cpu.brand_string")
    if not chip.startswith("Apple"):
        return (), ("macOS does not tell which chip this is; its GPU is not used.",)
    total_bytes, free_bytes = _memory()
    has_bf16 = _macos_version() >= _BF16_MACOS
    generation = chip.removeprefix("Apple ").partition(" ")[0]
    gpu_cores = _gpu_cores(tools)
    return (
        Accelerator(
            kind=AcceleratorKind.MPS,
            index=0,
            name=chip,
            total_bytes=total_bytes,
            free_bytes=free_bytes,
            precisions=(Precision.FP32, Precision.FP16, *([Precision.BF16] if has_bf16 else [])),
            shares_ram=True,
            core_count=gpu_cores * _CORES_PER_GPU_CORE if gpu_cores else None,
            clock_mhz=_CLOCKS_MHZ.get(generation),
            driver=f"macOS {platform.mac_ver()[0]}".strip(),
        ),
    ), ()


def _memory() -> tuple[int, int]:
    """What Metal recommends to use of the RAM, and what is free of that."""
    import psutil  # type: ignore[import-untyped]  # it ships no types

    ram = psutil.virtual_memory()
    share = _LARGE_SHARE if ram.total >= _LARGE_BYTES else _SMALL_SHARE
    total = int(ram.total * share)
    return total, min(total, int(ram.available))


def _gpu_cores(tools: Path) -> int | None:
    """How many cores the GPU has; None when macOS does not tell."""
    for line in _output(tools / "ioreg", "-rc", "AGXAccelerator", "-d1").splitlines():
        name, _, value = line.partition("=")
        if '"gpu-core-count"' in name and value.strip().isdecimal():
            return int(value)
    return None


def _macos_version() -> int:
    major = platform.mac_ver()[0].partition(".")[0]
    return int(major) if major.isdecimal() else 0


def _output(*command: str | Path) -> str:
    """What a tool prints; nothing when it fails or takes too long."""
    try:
        done = subprocess.run(  # noqa: S603 - fixed commands of the system
            command, capture_output=True, text=True, timeout=_TIME_LIMIT_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip()


PROBE = apple_accelerators
