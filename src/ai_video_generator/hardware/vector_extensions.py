"""Which vector instructions the processor has, of those that make a difference to video."""

import platform
import subprocess
import sys
from pathlib import Path

from ai_video_generator.hardware.cgroups import PROC_ROOT

_NAMES = {
    **{name: name for name in ("sse4_2", "avx", "avx2", "avx512f", "avx512_vnni", "amx_tile")},
    "neon": "neon",
    "asimd": "neon",
    "sve": "sve",
}
# As /proc/cpuinfo calls them; arm64 calls NEON "asimd".
_MACOS_NAMES = {"sse4.2": "sse4_2", "avx1.0": "avx", "avx2": "avx2", "avx512f": "avx512f"}
_MACOS_KEYS = ("machdep.cpu.features", "machdep.cpu.leaf7_features")
# As ``sysctl`` of macOS calls them on Intel processors.
_WINDOWS_NUMBERS = {38: "sse4_2", 39: "avx", 40: "avx2", 41: "avx512f", 19: "neon", 46: "sve"}
# winnt.h, ``PF_…_INSTRUCTIONS_AVAILABLE``.
_SYSCTL_LIMIT_S = 2.0
# It answers in milliseconds; a hung system must not hang detection.


def vector_extensions(proc_root: Path = PROC_ROOT, system: str = sys.platform) -> tuple[str, ...]:
    """The vector extensions of the processor, sorted; none where the system does not tell."""
    if system == "darwin":
        found = _on_macos()
    elif system == "win32":
        found = _on_windows()
    else:
        found = _on_linux(proc_root)
    return tuple(sorted(found))


def _on_linux(proc_root: Path) -> set[str]:
    """Those of the first processor that the kernel lists."""
    try:
        lines = (proc_root / "cpuinfo").read_text(errors="replace").splitlines()
    except OSError:
        return set()
    for line in lines:
        key, _, value = line.partition(":")
        if key.strip() in {"flags", "Features"}:
            return {_NAMES[word] for word in value.split() if word in _NAMES}
    return set()


def _on_macos() -> set[str]:
    if platform.machine() == "arm64":
        return {"neon"}
    try:
        done = subprocess.run(  # noqa: S603 - a fixed command, nothing of it comes from outside
            ["/usr/sbin/sysctl", "-n", *_MACOS_KEYS],
            capture_output=True,
            text=True,
            timeout=_SYSCTL_LIMIT_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return set()
    words = done.stdout.lower().split()
    return {_MACOS_NAMES[word] for word in words if word in _MACOS_NAMES}


def _on_windows() -> set[str]:
    if sys.platform != "win32":
        return set()
    import ctypes

    has = ctypes.windll.kernel32.IsProcessorFeaturePresent
    return {name for number, name in _WINDOWS_NUMBERS.items() if has(number)}
