"""The processor and the memory, as far as this process may use them."""

import os
import platform
import subprocess
import sys
from pathlib import Path

from ai_video_generator.hardware.cgroups import PROC_ROOT, Limits

_NAME_KEYS = ("model name", "Model", "cpu model", "Hardware", "uarch", "cpu")
# What /proc/cpuinfo calls it: x86, Raspberry Pi, MIPS, older ARM, RISC-V, POWER.
_SYSCTL_LIMIT_S = 2.0
# It answers in milliseconds; a hung system must not hang detection.


def cpu_name(proc_root: Path = PROC_ROOT) -> str:
    """What the maker calls the processor; the architecture when it is not told."""
    if sys.platform == "darwin":
        name = _name_on_macos()
    elif sys.platform == "win32":
        name = _name_on_windows()
    else:
        name = _name_on_linux(proc_root)
    return " ".join((name or platform.processor() or platform.machine()).split())


def _name_on_linux(proc_root: Path) -> str:
    try:
        lines = (proc_root / "cpuinfo").read_text(errors="replace").splitlines()
    except OSError:
        return ""
    fields = {
        key.strip(): value.strip() for key, _, value in (line.partition(":") for line in lines)
    }
    return next((fields[key] for key in _NAME_KEYS if fields.get(key)), "")


def _name_on_macos() -> str:
    command = ["/usr/sbin/sysctl", "-n", "machdep.cpu.brand_string"]
    try:
        done = subprocess.run(  # noqa: S603 - a fixed command, nothing of it comes from outside
            command, capture_output=True, text=True, timeout=_SYSCTL_LIMIT_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip()


def _name_on_windows() -> str:
    if sys.platform != "win32":
        return ""
    import winreg

    key = r"HARDWARE\DESCRIPTION\System\CentralProcessor\0"
    try:
        with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, key) as folder:
            return str(winreg.QueryValueEx(folder, "ProcessorNameString")[0])
    except OSError:
        return ""


def cores_allowed() -> int:
    """Logical cores that the scheduler may put this process on, at least 1."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    import psutil  # type: ignore[import-untyped]  # it ships no types

    process = psutil.Process()
    if hasattr(process, "cpu_affinity"):
        return len(process.cpu_affinity())
    return os.cpu_count() or 1


def physical_cores() -> int | None:
    """Physical cores of the machine; None where the system does not tell."""
    import psutil

    count: int | None = psutil.cpu_count(logical=False)
    return count


def highest_clock_mhz() -> int | None:
    """Highest clock of the fastest core; None where the system does not tell."""
    import psutil

    try:
        clocks = psutil.cpu_freq(percpu=True)
    except (OSError, NotImplementedError, RuntimeError):
        return None  # virtual machines and containers hide it in many ways
    highest = max((clock.max for clock in clocks or ()), default=0.0)
    return round(highest) or None


def usable_cores(allowed: int, limits: Limits) -> float:
    """Cores worth of time: those the scheduler allows, or the quota where that is less."""
    return float(allowed) if limits.cpu_cores is None else min(float(allowed), limits.cpu_cores)


def usable_ram(total_bytes: int, free_bytes: int, limits: Limits) -> tuple[int, int]:
    """Total and free bytes for this process: the machine's, or the group's where that is less."""
    if limits.memory_bytes is None or limits.memory_free_bytes is None:
        return total_bytes, free_bytes
    return min(total_bytes, limits.memory_bytes), min(free_bytes, limits.memory_free_bytes)
