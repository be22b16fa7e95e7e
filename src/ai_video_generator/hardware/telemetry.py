"""What a machine did while a job ran: numbers over time, the highest of them, and their means."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

Column = tuple[float | None, ...]
"""A number at each moment; None where it is unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceTelemetry:
    """What one accelerator did.

    Attributes:
        device: As plans name it ("cuda:0").
        name: What the driver calls it.
        total_bytes: All of its memory.
        power_limit_w: Watts it may draw; None when not told.
        peak_used_bytes: The most of its memory that all programs together used.
        peak_temperature_c: Highest temperature, degrees Celsius; None when not told.
        peak_power_w: Highest power, watts; None when not told.
        mean_load: Mean of ``load``; None when not told.
        mean_power_w: Mean of ``power_w``; None when not told.
        throttled_s: Seconds in which it ran slower than it could.
        throttle_reasons: Why, as in `Accelerator`, in the order in which they came up.
        load: Share of the time in which it worked, 0..1, at each moment.
        used_bytes: Its memory in use by all programs.
        temperature_c: Degrees Celsius.
        power_w: Watts.
        clock_mhz: Its clock.
        throttled: Share of the time in which it ran slower than it could, 0..1.
    """

    device: str
    name: str
    total_bytes: int
    power_limit_w: float | None = None
    peak_used_bytes: int = 0
    peak_temperature_c: float | None = None
    peak_power_w: float | None = None
    mean_load: float | None = None
    mean_power_w: float | None = None
    throttled_s: float = 0.0
    throttle_reasons: tuple[str, ...] = ()
    load: Column = ()
    used_bytes: Column = ()
    temperature_c: Column = ()
    power_w: Column = ()
    clock_mhz: Column = ()
    throttled: Column = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Telemetry:
    """What the machine did, from the begin of a job to its end.

    All columns have a number for each of ``times_s``. A long job's moments stand for several looks:
    for memory and temperature they hold the highest of these, for all else the mean.

    Attributes:
        seconds: How long it was watched.
        ram_total_bytes: RAM that this program may use.
        peak_own_ram_bytes: The most RAM that the program and its child processes used.
        least_ram_free_bytes: The least RAM that was free; None when nobody looked.
        mean_cpu_load: Mean of ``cpu_load``; None when nobody looked.
        times_s: Seconds since the begin.
        cpu_load: Share of the processor's cores at work, 0..1.
        own_cpu_load: The program's part of it.
        own_ram_bytes: RAM of the program and its child processes.
        ram_used_bytes: RAM in use by all programs.
        disk_read_bytes_per_s: Read from all disks.
        disk_written_bytes_per_s: Written to all disks.
        devices: Accelerators, the best first.
    """

    seconds: float
    ram_total_bytes: int = 0
    peak_own_ram_bytes: int = 0
    least_ram_free_bytes: int | None = None
    mean_cpu_load: float | None = None
    times_s: tuple[float, ...] = ()
    cpu_load: Column = ()
    own_cpu_load: Column = ()
    own_ram_bytes: Column = ()
    ram_used_bytes: Column = ()
    disk_read_bytes_per_s: Column = ()
    disk_written_bytes_per_s: Column = ()
    devices: tuple[DeviceTelemetry, ...] = field(default=())

    @property
    def summary(self) -> dict[str, Any]:
        """Everything but the columns: what was highest, and what the means are."""
        numbers = _without_columns(asdict(self))
        return numbers | {"devices": [_without_columns(asdict(one)) for one in self.devices]}


_DIGITS = {
    "times_s": 2,
    "load": 3,
    "cpu_load": 3,
    "own_cpu_load": 3,
    "temperature_c": 1,
    "power_w": 1,
    "throttled": 2,
}
# More would be noise, and is most of a stored file's size.


def telemetry_to_json(telemetry: Telemetry) -> dict[str, Any]:
    """Plain lists and numbers, which JSON can hold; columns are rounded to what they are good for.

    Bytes and clocks become whole numbers.
    """
    numbers = _rounded(asdict(telemetry))
    return numbers | {"devices": [_rounded(asdict(one)) for one in telemetry.devices]}


def telemetry_from_json(document: Mapping[str, Any]) -> Telemetry:
    """What `telemetry_to_json` made, once more; names that are not known are left out.

    Raises:
        KeyError: When the document is something else.
        TypeError: When the document is something else.
    """
    devices = tuple(DeviceTelemetry(**_known(DeviceTelemetry, one)) for one in document["devices"])
    return Telemetry(**_known(Telemetry, document) | {"devices": devices})


def _known(kind: type, document: Mapping[str, Any]) -> dict[str, Any]:
    names = {one.name for one in fields(kind)}
    return {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in document.items()
        if name in names
    }


def _rounded(values: dict[str, Any]) -> dict[str, Any]:
    return {
        name: _rounded_column(value, _DIGITS.get(name, 0)) if _is_column(name, value) else value
        for name, value in values.items()
    }


def _rounded_column(column: Iterable[float | None], digits: int) -> list[float | None]:
    return [None if v is None else round(v, digits or None) for v in column]


def _without_columns(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if not _is_column(name, value)}


def _is_column(name: str, value: object) -> bool:
    return isinstance(value, tuple) and name not in {"devices", "throttle_reasons"}
