"""The rows of a chart of what a machine did: what is told in words, what is drawn, and how high."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil, floor, log10

from ai_video_generator.hardware.telemetry import Column, DeviceTelemetry, Telemetry

_BLUE, _DEEP_BLUE, _GREEN, _ORANGE, _RED, _VIOLET, _SAND = (
    "#a9c8de", "#3f7cac", "#5b9e6f", "#e08e45", "#c8423d", "#6b5b95", "#d8cbb0",
)  # fmt: skip

_GIB, _MB = 1024**3, 1e6
_NICE = (1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)
_LEAST_C, _HOT_C = 20.0, 90.0
# A room, and where most GPUs begin to slow down.


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """A column to draw.

    Attributes:
        column: Its values.
        colour: ``#rrggbb``.
        is_filled: Whether all below it is filled, too.
    """

    column: Column
    colour: str
    is_filled: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row of the chart.

    Attributes:
        name: What it is called.
        told: What is told below that.
        bottom: Value at its lower edge.
        top: Value at its upper edge.
        top_text: The same in words, with its unit.
        curves: What is drawn, the later ones on top.
        warning: Above 0 at moments that are marked.
    """

    name: str
    told: str
    bottom: float = 0.0
    top: float
    top_text: str
    curves: tuple[Curve, ...]
    warning: Column = ()


def machine_rows(telemetry: Telemetry) -> Iterator[Row]:
    """Processor, memory and disk."""
    if not telemetry.times_s:
        return
    mean = telemetry.mean_cpu_load or 0.0
    yield Row(
        name="processor",
        told=f"{mean:.0%} on average; dark: this job",
        top=1.0,
        top_text="100%",
        curves=(
            Curve(column=telemetry.cpu_load, colour=_BLUE),
            Curve(column=telemetry.own_cpu_load, colour=_DEEP_BLUE),
        ),
    )
    peak = telemetry.peak_own_ram_bytes
    top = _nice(peak / _GIB)
    yield Row(
        name="memory of this job",
        told=f"at most {peak / _GIB:.2f} of {telemetry.ram_total_bytes / _GIB:.0f} GiB",
        top=top * _GIB,
        top_text=f"{top:g} GiB",
        curves=(Curve(column=telemetry.own_ram_bytes, colour=_GREEN),),
    )
    speeds = (telemetry.disk_read_bytes_per_s, telemetry.disk_written_bytes_per_s)
    fastest = max((v for column in speeds for v in column if v is not None), default=None)
    if fastest is not None:
        top = _nice(max(fastest / _MB, 1.0))
        yield Row(
            name="disk",
            told="read and, as a line, written",
            top=top * _MB,
            top_text=f"{top:g} MB/s",
            curves=(
                Curve(column=speeds[0], colour=_SAND),
                Curve(column=speeds[1], colour=_ORANGE, is_filled=False),
            ),
        )


def device_rows(one: DeviceTelemetry) -> Iterator[Row]:
    """What is known of load, memory, temperature and power of an accelerator."""
    if one.mean_load is not None:
        slowed = f", slowed for {one.throttled_s:.0f} s" if one.throttle_reasons else ""
        yield Row(
            name="load",
            told=f"{one.mean_load:.0%} on average{slowed}",
            top=1.0,
            top_text="100%",
            curves=(Curve(column=one.load, colour=_DEEP_BLUE),),
            warning=one.throttled,
        )
    if one.total_bytes:
        yield Row(
            name="memory",
            told=f"at most {one.peak_used_bytes / _GIB:.1f} GiB",
            top=float(one.total_bytes),
            top_text=f"{one.total_bytes / _GIB:.0f} GiB",
            curves=(Curve(column=one.used_bytes, colour=_GREEN),),
        )
    if one.peak_temperature_c is not None:
        top = max(_HOT_C, ceil(one.peak_temperature_c / 10) * 10.0)
        yield Row(
            name="temperature",
            told=f"at most {one.peak_temperature_c:.0f} °C",
            bottom=_LEAST_C,
            top=top,
            top_text=f"{top:.0f} °C",
            curves=(Curve(column=one.temperature_c, colour=_RED, is_filled=False),),
        )
    if one.peak_power_w is not None:
        top = max(one.power_limit_w or 0.0, _nice(one.peak_power_w))
        yield Row(
            name="power",
            told=f"at most {one.peak_power_w:.0f} W",
            top=top,
            top_text=f"{top:.0f} W",
            curves=(Curve(column=one.power_w, colour=_VIOLET),),
        )


def _nice(value: float) -> float:
    """A round number at or above a value."""
    if value <= 0:
        return 1.0
    power = 10.0 ** floor(log10(value))
    return next(step * power for step in _NICE if step * power >= value * 0.999)
