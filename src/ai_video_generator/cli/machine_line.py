"""What the machine does, in one line: now, and at most."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from ai_video_generator.hardware.facts import Accelerator
from ai_video_generator.hardware.monitor import Sample
from ai_video_generator.hardware.telemetry import DeviceTelemetry, Telemetry

if TYPE_CHECKING:
    from rich.text import Text

_GIB = 1024**3


def machine_line(sample: Sample) -> "Text":
    """What the machine does now, cut where the terminal ends; yellow where a GPU is slowed down."""
    from rich.text import Text

    is_slowed = any(one.throttle_reasons for one in sample.accelerators)
    style = "yellow" if is_slowed else "dim"
    return Text(machine_words(sample), style, no_wrap=True, overflow="ellipsis")


def machine_words(sample: Sample) -> str:
    """What the machine does now."""
    own, free = sample.own_ram_bytes / _GIB, sample.ram_free_bytes / _GIB
    parts = [f"CPU {sample.cpu_load:.0%}", f"RAM {own:.1f} GiB own, {free:.1f} free"]
    parts += (f"{one.device} {', '.join(_device_now(one))}" for one in sample.accelerators)
    return " · ".join(parts)


def _device_now(one: Accelerator) -> Iterator[str]:
    if one.load is not None:
        yield f"{one.load:.0%}"
    yield _used(one.total_bytes - one.free_bytes, one.total_bytes)
    yield from _heat(one.temperature_c, one.power_w)
    if one.throttle_reasons:
        yield _slowed(one.throttle_reasons)


def peak_words(telemetry: Telemetry) -> str:
    """What a job took at most; empty where nobody looked."""
    if not telemetry.times_s:
        return ""
    parts = [f"{telemetry.peak_own_ram_bytes / _GIB:.1f} GiB of RAM"]
    parts += (f"{one.device} {', '.join(_device_peaks(one))}" for one in _at_work(telemetry))
    return "at most " + " · ".join(parts)


def _at_work(telemetry: Telemetry) -> Iterator[DeviceTelemetry]:
    """Devices that did something, or of which that is not known."""
    return (one for one in telemetry.devices if one.mean_load is None or one.mean_load > 0)


def _device_peaks(one: DeviceTelemetry) -> Iterator[str]:
    yield _used(one.peak_used_bytes, one.total_bytes)
    yield from _heat(one.peak_temperature_c, one.peak_power_w)
    if one.throttle_reasons:
        yield f"{_slowed(one.throttle_reasons)} for {one.throttled_s:.0f} s"


def _heat(temperature_c: float | None, power_w: float | None) -> Iterator[str]:
    if temperature_c is not None:
        yield f"{temperature_c:.0f} °C"
    if power_w is not None:
        yield f"{power_w:.0f} W"


def _slowed(reasons: Iterable[str]) -> str:
    return "slowed by " + " and ".join(reasons)


def _used(used_bytes: int, total_bytes: int) -> str:
    return f"{used_bytes / _GIB:.1f} of {total_bytes / _GIB:.1f} GiB"
