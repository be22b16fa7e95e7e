"""What the machine does now: load, memory, disk, temperature, power; and the program's own part."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from ai_video_generator.hardware.accelerators import PROBES, Drivers, Probe
from ai_video_generator.hardware.cgroups import Limits, cgroup_limits
from ai_video_generator.hardware.disks import disk_free_bytes
from ai_video_generator.hardware.facts import Accelerator
from ai_video_generator.hardware.own_processes import OwnProcesses
from ai_video_generator.hardware.processor import usable_ram
from ai_video_generator.registry import Registry


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One look at the machine.

    Attributes:
        cpu_load: Share of the time since the last look in which the processor's cores worked, 0..1.
        ram_total_bytes: RAM this process may use.
        ram_free_bytes: RAM available now.
        accelerators: GPUs as they are now, the best first.
        own_cpu_load: This program's part of ``cpu_load``, its child processes counted.
        own_ram_bytes: RAM of this program and its child processes; what several of them share is
            counted for each.
        disk_read_bytes_per_s: Read from all disks since the last look; None when not told.
        disk_written_bytes_per_s: Written to all disks since the last look; None when not told.
        disk_free_bytes: Free bytes where the output goes; None where no place was named.
    """

    cpu_load: float
    ram_total_bytes: int
    ram_free_bytes: int
    accelerators: tuple[Accelerator, ...]
    own_cpu_load: float = 0.0
    own_ram_bytes: int = 0
    disk_read_bytes_per_s: float | None = None
    disk_written_bytes_per_s: float | None = None
    disk_free_bytes: int | None = None


class Monitor:
    """Looks at the machine again and again; the first look covers the time since it was made.

    Entered as a context, it keeps the drivers' libraries open, so that a look costs less.

    Args:
        probes: Where the vendors' probes are found.
        output: Where the output goes; None leaves its disk alone.
        clock: Seconds that only grow; replaced in tests.
    """

    def __init__(
        self,
        probes: Registry[Probe] = PROBES,
        *,
        output: Path | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._drivers, self._output, self._clock = Drivers(probes), output, clock
        self._own = OwnProcesses(clock)
        self._is_limited = cgroup_limits().memory_bytes is not None
        self._busy_s, self._idle_s = _processor_times()
        self._disk, self._looked_s = _disk_bytes(), clock()

    def __enter__(self) -> Self:
        self._drivers.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._drivers.__exit__()

    def sample(self) -> Sample:
        """Look once; takes as long as the drivers take to answer."""
        import psutil  # type: ignore[import-untyped]  # it ships no types

        busy_s, idle_s = _processor_times()
        worked_s, rested_s = busy_s - self._busy_s, idle_s - self._idle_s
        self._busy_s, self._idle_s = busy_s, idle_s
        passed_s = worked_s + rested_s
        load, own = _share(worked_s, passed_s), self._own.look()
        read, written = self._disk_speeds()
        memory = psutil.virtual_memory()
        # To look for limits takes longer than all else, and none is set while a program runs.
        limits = cgroup_limits() if self._is_limited else Limits()
        total, free = usable_ram(memory.total, memory.available, limits)
        return Sample(
            cpu_load=load,
            ram_total_bytes=total,
            ram_free_bytes=free,
            accelerators=self._drivers.found()[0],
            own_cpu_load=min(load, _share(own.worked_s, passed_s)),
            own_ram_bytes=own.ram_bytes,
            disk_read_bytes_per_s=read,
            disk_written_bytes_per_s=written,
            disk_free_bytes=None if self._output is None else disk_free_bytes(self._output),
        )

    def _disk_speeds(self) -> tuple[float | None, float | None]:
        """Bytes read and written a second since the last look."""
        now, now_s = _disk_bytes(), self._clock()
        before, passed_s = self._disk, now_s - self._looked_s
        self._disk, self._looked_s = now, now_s
        if now is None or before is None or passed_s <= 0:
            return None, None
        # A disk that is unplugged takes its count along.
        read, written = (max(0, new - old) for new, old in zip(now, before, strict=True))
        return read / passed_s, written / passed_s


def _share(part_s: float, whole_s: float) -> float:
    return min(1.0, max(0.0, part_s / whole_s)) if whole_s > 0 else 0.0


def _processor_times() -> tuple[float, float]:
    """Seconds in which the cores worked, and in which they rested or waited for a disk."""
    import psutil

    times = psutil.cpu_times()
    rested_s = times.idle + getattr(times, "iowait", 0.0)
    # Time given to virtual machines is counted twice by Linux: as such, and as the user's.
    counted_twice_s = getattr(times, "guest", 0.0) + getattr(times, "guest_nice", 0.0)
    return sum(times) - rested_s - counted_twice_s, rested_s


def _disk_bytes() -> tuple[int, int] | None:
    """Bytes that all disks have read and written since the machine started."""
    import psutil

    try:
        # Counters that run over are rare in 64 bits, and keeping an eye on it costs a lock.
        counts = psutil.disk_io_counters(nowrap=False)
    except (OSError, RuntimeError, ValueError):
        return None  # a container may hide them, in ways that depend on the system
    return None if counts is None else (int(counts.read_bytes), int(counts.write_bytes))
