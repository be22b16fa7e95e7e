"""Watches the machine while a job runs, on a thread of its own; never harms the job."""

import logging
import threading
import time
from collections.abc import Callable
from typing import Any, Self

from ai_video_generator.hardware.bounded_columns import BoundedColumns
from ai_video_generator.hardware.facts import Accelerator
from ai_video_generator.hardware.monitor import Monitor, Sample
from ai_video_generator.hardware.telemetry import Column, DeviceTelemetry, Telemetry

_log = logging.getLogger(__name__)

_INTERVAL_S = 1.0
# GPU drivers average their load over up to a second.
_FIRST_LOOK_S = 0.25
# Soon, so that short jobs are seen as well; long enough for a load to mean something.
_MOST_MOMENTS = 3600
# An hour at full rate; half a megabyte with one GPU.
_PATIENCE_S = 2.0
# A driver that hangs does not hold up the end of a job.

_LARGEST = ("_bytes", "temperature_c")
# Of what stands for several looks, the highest is what matters; of all else it is the mean.


class Recorder:
    """Looks at the machine once a second, from the begin of a context to its end.

    Args:
        monitor: Looks; None makes one.
        listener: Called with each `Sample`, on the thread that looks.
        limit: Most moments that are kept; a longer job's are put together, two by two.
        clock: Seconds that only grow; replaced in tests.
    """

    def __init__(
        self,
        monitor: Monitor | None = None,
        *,
        listener: Callable[[Sample], None] | None = None,
        limit: int = _MOST_MOMENTS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._monitor, self._listener, self._clock = monitor, listener, clock
        self._columns = BoundedColumns(limit, _LARGEST)
        self._peaks: dict[str, float] = {}
        self._devices: dict[str, Accelerator] = {}
        self._throttled_s: dict[str, float] = {}
        self._reasons: dict[str, dict[str, None]] = {}
        self._end = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._has_told = False
        self.started_s = self._looked_s = clock()
        self._ended_s: float | None = None
        self._ram_total_bytes = 0

    def __enter__(self) -> Self:
        self.started_s = self._looked_s = self._clock()
        # A daemon: one that hangs in a driver must not keep the program from ending.
        self._thread = threading.Thread(target=self._watch, name="recorder", daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._ended_s = self._clock()
        if self._thread is not None:
            self._thread.join(_PATIENCE_S)

    def add(self, sample: Sample) -> None:
        """Note one look; the thread does so by itself."""
        now_s = self._clock()
        row: dict[str, float | None] = {
            "times_s": now_s - self.started_s,
            "cpu_load": sample.cpu_load,
            "own_cpu_load": sample.own_cpu_load,
            "own_ram_bytes": sample.own_ram_bytes,
            "ram_used_bytes": sample.ram_total_bytes - sample.ram_free_bytes,
            "disk_read_bytes_per_s": sample.disk_read_bytes_per_s,
            "disk_written_bytes_per_s": sample.disk_written_bytes_per_s,
        }
        for one in sample.accelerators:
            row |= {f"{one.device} {name}": value for name, value in _numbers(one).items()}
        with self._lock:
            self._ram_total_bytes = sample.ram_total_bytes
            passed_s, self._looked_s = now_s - self._looked_s, now_s
            for one in sample.accelerators:
                self._devices[one.device] = one
                if one.throttle_reasons:
                    slow_s = self._throttled_s.get(one.device, 0.0) + passed_s
                    self._throttled_s[one.device] = slow_s
                    self._reasons.setdefault(one.device, {}).update(
                        dict.fromkeys(one.throttle_reasons)
                    )
            for name, value in row.items():
                if value is not None:
                    self._peaks[name] = max(value, self._peaks.get(name, value))
            self._columns.add(row)

    def telemetry(self) -> Telemetry:
        """What was seen until now; any thread may ask."""
        with self._lock:
            columns, peaks = self._columns.columns(), dict(self._peaks)
            devices = [self._device(one, columns) for one in self._devices.values()]
        own: dict[str, Any] = {n: column for n, column in columns.items() if " " not in n}
        times_s = tuple(float(value or 0.0) for value in own.pop("times_s", ()))
        total = self._ram_total_bytes
        used = peaks.get("ram_used_bytes")
        return Telemetry(
            seconds=(self._ended_s or self._clock()) - self.started_s,
            ram_total_bytes=total,
            peak_own_ram_bytes=round(peaks.get("own_ram_bytes", 0)),
            least_ram_free_bytes=None if used is None else round(total - used),
            mean_cpu_load=_mean(own.get("cpu_load", ())),
            times_s=times_s,
            devices=tuple(devices),
            **own,
        )

    def _device(self, one: Accelerator, columns: dict[str, Column]) -> DeviceTelemetry:
        start = f"{one.device} "
        own: dict[str, Any] = {
            n.removeprefix(start): c for n, c in columns.items() if n.startswith(start)
        }
        return DeviceTelemetry(
            device=one.device,
            name=one.name,
            total_bytes=one.total_bytes,
            power_limit_w=one.power_limit_w,
            peak_used_bytes=round(self._peaks[f"{start}used_bytes"]),
            peak_temperature_c=self._peaks.get(f"{start}temperature_c"),
            peak_power_w=self._peaks.get(f"{start}power_w"),
            mean_load=_mean(own["load"]),
            mean_power_w=_mean(own["power_w"]),
            throttled_s=self._throttled_s.get(one.device, 0.0),
            throttle_reasons=tuple(self._reasons.get(one.device, ())),
            **own,
        )

    def _watch(self) -> None:
        """Look until the end, and once more then."""
        try:
            monitor: Any = self._monitor or Monitor()
            with monitor:
                wait_s = _FIRST_LOOK_S
                while not self._end.wait(wait_s):
                    self._look(monitor)
                    wait_s = _INTERVAL_S
                if not self._columns or self._clock() - self._looked_s >= _FIRST_LOOK_S:
                    self._look(monitor)
        except Exception as error:  # noqa: BLE001 - whatever it is, the job goes on
            self._tell(error)

    def _look(self, monitor: Monitor) -> None:
        try:
            sample = monitor.sample()
            self.add(sample)
            if self._listener is not None:
                self._listener(sample)
        except Exception as error:  # noqa: BLE001 - whatever it is, the job goes on
            self._tell(error)

    def _tell(self, error: Exception) -> None:
        if not self._has_told:
            self._has_told = True
            _log.info("the machine could not be watched: %s", error, exc_info=error)


def _numbers(one: Accelerator) -> dict[str, float | None]:
    return {
        "load": one.load,
        "used_bytes": one.total_bytes - one.free_bytes,
        "temperature_c": one.temperature_c,
        "power_w": one.power_w,
        "clock_mhz": one.clock_now_mhz,
        "throttled": float(bool(one.throttle_reasons)),
    }


def _mean(column: Column) -> float | None:
    known = [value for value in column if value is not None]
    return sum(known) / len(known) if known else None
