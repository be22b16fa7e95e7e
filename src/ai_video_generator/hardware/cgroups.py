"""What a Linux control group leaves a process: limits of containers, systemd and batch systems.

Both kernels' interfaces are read: version 2 (``cpu.max``, ``memory.max``; kernel documentation,
admin-guide/cgroup-v2) and version 1 (``cpu.cfs_quota_us``, ``memory.limit_in_bytes``;
admin-guide/cgroup-v1). A group is bound by every group above it, so the tightest on the way to the
root counts.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

CGROUP_ROOT, PROC_ROOT = Path("/sys/fs/cgroup"), Path("/proc")

_NO_LIMIT_BYTES = 1 << 60
# Version 1 writes "no limit" as the largest multiple of a page below 2**63; no machine has an
# exbibyte.


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What the control groups allow.

    Attributes:
        cpu_cores: Cores worth of time, fractions allowed; None without a quota.
        memory_bytes: Memory all processes of the tightest group may use together; None without a
            limit.
        memory_free_bytes: What is left of it where least is left, page cache that can be dropped
            counted as free.
    """

    cpu_cores: float | None = None
    memory_bytes: int | None = None
    memory_free_bytes: int | None = None


def cgroup_limits(cgroup_root: Path = CGROUP_ROOT, proc_root: Path = PROC_ROOT) -> Limits:
    """Read the limits of this process; none are found where there are no control groups."""
    quotas: list[float] = []
    sizes: list[int] = []
    free: list[int] = []
    for folder in _folders(cgroup_root, proc_root):
        quota = _quota(folder)
        if quota is not None:
            quotas.append(quota)
        size = _number(folder / "memory.max", folder / "memory.limit_in_bytes")
        if size is not None and size < _NO_LIMIT_BYTES:
            sizes.append(size)
            used = _number(folder / "memory.current", folder / "memory.usage_in_bytes") or 0
            free.append(max(0, size - max(0, used - _droppable_bytes(folder))))
    return Limits(
        cpu_cores=min(quotas, default=None),
        memory_bytes=min(sizes, default=None),
        memory_free_bytes=min(free, default=None),
    )


def _folders(cgroup_root: Path, proc_root: Path) -> Iterator[Path]:
    """The folders of this process's groups and of all groups above them."""
    try:
        lines = (proc_root / "self" / "cgroup").read_text().splitlines()
    except OSError:
        return
    for line in lines:
        _, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        if controllers:
            mounts = [cgroup_root / controllers, *(cgroup_root / c for c in controllers.split(","))]
        else:
            mounts = [cgroup_root, cgroup_root / "unified"]
        # ".." stands in it where the process sees the groups of another namespace.
        group = Path(*(part for part in path.split("/") if part not in {"", ".."}))
        for mount in mounts:
            for folder in (group, *group.parents):
                yield mount / folder


def _quota(folder: Path) -> float | None:
    """Cores worth of CPU time that one group has."""
    words = _text(folder / "cpu.max").split()
    if len(words) != 2:  # noqa: PLR2004 - "quota period"
        words = [_text(folder / f"cpu.cfs_{word}_us") for word in ("quota", "period")]
    try:
        quota, period = (int(word) for word in words)
    except ValueError:
        return None
    return quota / period if quota > 0 and period > 0 else None


def _droppable_bytes(folder: Path) -> int:
    """File pages that the kernel drops before a process goes without."""
    counts = dict(
        line.split(maxsplit=1) for line in _text(folder / "memory.stat").splitlines() if " " in line
    )
    return int(counts.get("total_inactive_file", counts.get("inactive_file", "0")))


def _number(*paths: Path) -> int | None:
    for path in paths:
        text = _text(path)
        if text.isdigit():
            return int(text)
    return None


def _text(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:
        return ""
