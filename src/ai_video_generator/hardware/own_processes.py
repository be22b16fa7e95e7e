"""What this program takes for itself: CPU time and RAM, its child processes counted."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

_SHORTEST_INTERVAL_S, _LONGEST_INTERVAL_S = 0.9, 5.0
_WALK_SHARE = 0.0025
# To find the children, the system's processes are listed: 1 ms where there are 75 of them, 10 ms
# on a busy desktop. A quarter of a percent of one core may go into it.


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
        self._walk_due_s = clock()
        self._worked_s: dict[Any, float] = {}
        self.look()  # what was done before does not count

    def look(self) -> OwnShare:
        """Ask them; a child is found within 5 seconds, one that ends before that is not."""
        import psutil

        now_s = self._clock()
        if now_s >= self._walk_due_s:
            started_s = time.thread_time()
            self._children = tuple(self._program.children(recursive=True))
            pause_s = (time.thread_time() - started_s) / _WALK_SHARE
            self._walk_due_s = now_s + min(_LONGEST_INTERVAL_S, max(_SHORTEST_INTERVAL_S, pause_s))
        before, self._worked_s = self._worked_s, {}
        worked_s, ram_bytes = 0.0, 0
        for process in (self._program, *self._children):
            try:
                with process.oneshot():
                    times, memory = process.cpu_times(), process.memory_info()
            except psutil.Error:
                continue  # it has ended
            self._worked_s[process] = times.user + times.system
            worked_s += self._worked_s[process] - before.get(process, 0.0)  # a new one's is all new
            ram_bytes += memory.rss
        return OwnShare(worked_s=max(0.0, worked_s), ram_bytes=ram_bytes)
