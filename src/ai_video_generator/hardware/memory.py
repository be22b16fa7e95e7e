"""How much memory is free now, and a guard that ends a job before the system ends it."""

import time
from collections.abc import Callable

from ai_video_generator.errors import DeviceMemoryError
from ai_video_generator.hardware.accelerators import PROBES, Probe, found_accelerators
from ai_video_generator.hardware.cgroups import cgroup_limits
from ai_video_generator.hardware.facts import PROCESSOR
from ai_video_generator.hardware.processor import usable_ram
from ai_video_generator.registry import Registry

_LEAST_FREE_BYTES = 200 * 2**20
# Below this desktops stop answering and the kernel begins to end processes.
_LEAST_FREE_SHARE = 0.03
# Of a large machine's memory: it is filled faster, and more programs share what is left.

_READINGS_IN_A_ROW = 3
# One low reading may be a file being read or a program that starts; the page cache yields within a
# second.
_READ_INTERVAL_S = 0.5
# A reading takes a third of a millisecond; memory rarely fills by more than a few hundred MB
# meanwhile.


def free_device_bytes(device: str, *, probes: Registry[Probe] = PROBES) -> int | None:
    """Read what is free on a device now; None when it does not tell.

    Args:
        device: "cpu" for the RAM that this process may use, or as in `Accelerator.device`.
        probes: Where the vendors' probes are found.
    """
    if device == PROCESSOR:
        return _free_ram_bytes()
    found, _ = found_accelerators(probes)
    return next((one.free_bytes for one in found if one.device == device), None)


def _free_ram_bytes() -> int:
    import psutil  # type: ignore[import-untyped]  # it ships no types

    memory = psutil.virtual_memory()
    return usable_ram(memory.total, memory.available, cgroup_limits())[1]


class RamGuard:
    """Ends a job in good order when the RAM runs out; the system would end it without a word.

    Args:
        read_free: Returns the RAM in bytes that this process may still take.
        total_bytes: RAM that this process may use.
        clock: Seconds that only grow; replaced in tests.
    """

    def __init__(
        self,
        read_free: Callable[[], int],
        total_bytes: int,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._read_free, self._clock = read_free, clock
        self._least_bytes = max(_LEAST_FREE_BYTES, round(total_bytes * _LEAST_FREE_SHARE))
        self._read_s = clock() - _READ_INTERVAL_S
        self._low_count = 0

    def check(self) -> None:
        """Look at the RAM, twice a second at most; cheap enough to be called for every frame.

        Raises:
            DeviceMemoryError: When too little was free three times in a row.
        """
        now_s = self._clock()
        if now_s - self._read_s < _READ_INTERVAL_S:
            return
        self._read_s = now_s
        free_bytes = self._read_free()
        self._low_count = self._low_count + 1 if free_bytes < self._least_bytes else 0
        if self._low_count >= _READINGS_IN_A_ROW:
            raise DeviceMemoryError(
                f"this computer has {free_bytes / 1e6:.0f} MB of memory left, and needs "
                f"{self._least_bytes / 1e6:.0f} MB to go on safely",
                hint="close other programs, or choose a smaller --size",
                free_bytes=free_bytes,
            )
