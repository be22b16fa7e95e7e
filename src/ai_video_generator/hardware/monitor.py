"""What the machine is doing now: load, memory, temperature, power."""

from dataclasses import dataclass

from ai_video_generator.hardware.accelerators import PROBES, Probe, found_accelerators
from ai_video_generator.hardware.cgroups import cgroup_limits
from ai_video_generator.hardware.facts import Accelerator
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
    """

    cpu_load: float
    ram_total_bytes: int
    ram_free_bytes: int
    accelerators: tuple[Accelerator, ...]


class Monitor:
    """Looks at the machine again and again; the first look covers the time since it was made.

    Args:
        probes: Where the vendors' probes are found.
    """

    def __init__(self, probes: Registry[Probe] = PROBES) -> None:
        self._probes = probes
        self._busy_s, self._idle_s = _processor_times()

    def sample(self) -> Sample:
        """Look once; takes as long as the drivers take to answer."""
        import psutil  # type: ignore[import-untyped]  # it ships no types

        busy_s, idle_s = _processor_times()
        worked_s, rested_s = busy_s - self._busy_s, idle_s - self._idle_s
        self._busy_s, self._idle_s = busy_s, idle_s
        passed_s = worked_s + rested_s
        memory = psutil.virtual_memory()
        total, free = usable_ram(memory.total, memory.available, cgroup_limits())
        return Sample(
            cpu_load=min(1.0, max(0.0, worked_s / passed_s)) if passed_s > 0 else 0.0,
            ram_total_bytes=total,
            ram_free_bytes=free,
            accelerators=found_accelerators(self._probes)[0],
        )


def _processor_times() -> tuple[float, float]:
    """Seconds in which the cores worked, and in which they rested or waited for a disk."""
    import psutil

    times = psutil.cpu_times()
    rested_s = times.idle + getattr(times, "iowait", 0.0)
    # Time given to virtual machines is counted twice by Linux: as such, and as the user's.
    counted_twice_s = getattr(times, "guest", 0.0) + getattr(times, "guest_nice", 0.0)
    return sum(times) - rested_s - counted_twice_s, rested_s
