"""What this program takes for itself: CPU time and RAM, its child processes counted."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

_WALK_INTERVAL_S = 5.0
# To find the children, the whole system's processes are listed: 1 ms where there are 75 of them. A
# model's process lives for minutes.


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnShare:
    """What the program took.

    Attributes:
        worked_s: CPU seconds since the last look, of all cores together.
        ram_bytes: Resident memory now; pages that processes share are counted for each.
    """

    worked_s: float
    ram_bytes: int


class OwnProcesses:
    """Looks at this process and its children again and again.

    Args:
        clock: Seconds that only grow; replaced in tests.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        import psutil  # type: ignore[import-untyped]  # it ships no types

        self._clock = clock
        self._program = psutil.Process()
        self._children: tuple[Any, ...] = ()
        self._walked_s: float | None = None
        self._worked_s: dict[Any, float] = {}
        self.look()

    def look(self) -> OwnShare:
        """Ask them; a child is found within 5 seconds, and counts from then on."""
        import psutil

        now_s = self._clock()
        if self._walked_s is None or now_s - self._walked_s >= _WALK_INTERVAL_S:
            self._walked_s = now_s
            self._children = tuple(self._program.children(recursive=True))
        before, self._worked_s = self._worked_s, {}
        worked_s, ram_bytes = 0.0, 0
        for process in (self._program, *self._children):
            try:
                with process.oneshot():
                    times, memory = process.cpu_times(), process.memory_info()
            except psutil.Error:
                continue  # it has ended
            self._worked_s[process] = times.user + times.system
            worked_s += self._worked_s[process] - before.get(process, self._worked_s[process])
            ram_bytes += memory.rss
        return OwnShare(worked_s=max(0.0, worked_s), ram_bytes=ram_bytes)
