"""A pause for a GPU that is too hot, before it slows down or switches itself off."""

import time
from collections.abc import Callable

from ai_video_generator.hardware.accelerators import PROBES, Probe, found_accelerators
from ai_video_generator.registry import Registry

_COOLED_BY_C = 5
# Degrees below the limit at which work goes on: with fewer it would pause again within seconds.

_READ_INTERVAL_S = 2.0
# A cooler answers in seconds; reading a sensor more often costs time and tells nothing new.

_CHECK_INTERVAL_S = 0.2
# A person who stops the job waits no longer for an answer.


def temperature_c(device: str, *, probes: Registry[Probe] = PROBES) -> int | None:
    """Degrees Celsius of a GPU now; None when it does not tell.

    Args:
        device: As in `Accelerator.device`.
        probes: Where the vendors' probes are found.
    """
    found, _ = found_accelerators(probes)
    return next((one.temperature_c for one in found if one.device == device), None)


class ThermalGuard:
    """Lets a hot GPU cool down between two pieces of work.

    Args:
        read_temperature: Returns degrees Celsius; None when the sensor does not tell, which never
            pauses.
        limit_c: Above this work pauses.
        clock: Seconds that only grow; replaced in tests.
        sleep: Waits so many seconds; replaced in tests.
    """

    def __init__(
        self,
        read_temperature: Callable[[], int | None],
        limit_c: int,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._read_temperature, self._limit_c = read_temperature, limit_c
        self._clock, self._sleep = clock, sleep
        self._read_s = clock() - _READ_INTERVAL_S

    def wait(self, check: Callable[[], None], tell: Callable[[str], None]) -> None:
        """Return at once as a rule, and when the GPU has cooled down where it is too hot.

        Args:
            check: Called five times a second while it waits; may raise to end it.
            tell: Takes one sentence when the pause begins, and one when it ends.
        """
        if self._clock() - self._read_s < _READ_INTERVAL_S:
            return
        temperature_c = self._read()
        if temperature_c is None or temperature_c <= self._limit_c:
            return
        began_s = self._clock()
        tell(
            f"the GPU has {temperature_c} °C, more than {self._limit_c} °C; "
            f"pausing until it has {self._limit_c - _COOLED_BY_C} °C"
        )
        while temperature_c is not None and temperature_c > self._limit_c - _COOLED_BY_C:
            self._wait_for_reading(check)
            temperature_c = self._read()
        told = (
            "no longer tells its temperature"
            if temperature_c is None
            else f"has {temperature_c} °C"
        )
        tell(f"the GPU {told}; going on after {self._clock() - began_s:.0f} s")

    def _read(self) -> int | None:
        self._read_s = self._clock()
        return self._read_temperature()

    def _wait_for_reading(self, check: Callable[[], None]) -> None:
        while (left_s := self._read_s + _READ_INTERVAL_S - self._clock()) > 0:
            check()
            self._sleep(min(_CHECK_INTERVAL_S, left_s))
