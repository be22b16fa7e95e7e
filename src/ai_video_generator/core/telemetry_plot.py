"""Writes what a machine did while a job ran: a picture, or a page that needs nothing else."""

from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path

from ai_video_generator.core.telemetry_chart import telemetry_chart
from ai_video_generator.errors import OutputPathError
from ai_video_generator.hardware.telemetry import DeviceTelemetry, Telemetry
from ai_video_generator.media.drawing import DrawingFormat
from ai_video_generator.media.files import appearing, check_output
from ai_video_generator.media.timeline import clock_text
from ai_video_generator.progress_tracker import StageTime

_PAGE = "html"
_GIB = 1024**3

_STYLE = """
body { margin: 2rem auto; max-width: 1600px; padding: 0 1rem; background: #fcfbf8; color: #26282c;
  font: 16px/1.5 Inter, Helvetica, Arial, sans-serif; }
svg { width: 100%; height: auto; }
section { display: flex; flex-wrap: wrap; gap: 3rem; }
table { border-collapse: collapse; }
caption { text-align: left; font-size: 1.1rem; padding: .5rem 0; }
th { text-align: left; font-weight: normal; color: #80858d; }
td { text-align: right; font-variant-numeric: tabular-nums; }
th, td { padding: .2rem 1.2rem .2rem 0; border-bottom: 1px solid #e9e7e1; }
"""


def check_plot(path: Path, *, overwrite: bool, inputs: tuple[Path, ...] = ()) -> None:
    """Refuse a path for `draw_telemetry` before any work is done.

    Raises:
        OutputPathError: When the name has another ending, or as `check_output` says.
    """
    if _ending(path) not in {_PAGE, *DrawingFormat}:
        raise OutputPathError(
            f"nothing is drawn as {path.suffix or path.name!r}",
            hint="let the name end in .png, .svg or .html",
        )
    check_output(path, overwrite=overwrite, inputs=inputs)


def draw_telemetry(
    telemetry: Telemetry,
    stages: Sequence[StageTime],
    path: Path,
    *,
    title: str = "What the machine did",
    overwrite: bool = False,
) -> None:
    """Draw what a machine did.

    Args:
        telemetry: What it did.
        stages: What the job did; their parts are counted from the telemetry's begin.
        path: A PNG, an SVG, or an HTML page that holds picture and numbers, by its ending.
        title: The line above it.
        overwrite: Whether it may replace a file.

    Raises:
        OutputPathError: When the name has another ending, or the file cannot be there.
        DiskFullError: When there is no room left.
    """
    check_plot(path, overwrite=overwrite)
    drawing = telemetry_chart(telemetry, stages, title=title)
    with appearing(path, overwrite=overwrite) as temporary:
        if _ending(path) == _PAGE:
            page = _page(drawing.svg(), telemetry, stages, title)
            temporary.write_text(page, encoding="utf-8")
        else:
            drawing.save(temporary, DrawingFormat(_ending(path)))


def _ending(path: Path) -> str:
    return path.suffix.removeprefix(".").lower()


def _page(svg: str, telemetry: Telemetry, stages: Sequence[StageTime], title: str) -> str:
    tables = [_table("Machine", _machine(telemetry))]
    tables += [_table(f"{one.device}: {one.name}", _device(one)) for one in telemetry.devices]
    took = [(one.stage, f"{one.seconds:.2f} s") for one in stages]
    tables += [_table("Stages", took)] if took else []
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        f"{svg}<section>\n{''.join(tables)}</section>\n</body>\n</html>\n"
    )


def _table(caption: str, rows: Sequence[tuple[str, str]] | Iterator[tuple[str, str]]) -> str:
    lines = "".join(
        f"<tr><th>{escape(name)}</th><td>{escape(value)}</td></tr>\n" for name, value in rows
    )
    return f"<table>\n<caption>{escape(caption)}</caption>\n{lines}</table>\n"


def _machine(telemetry: Telemetry) -> Iterator[tuple[str, str]]:
    yield "watched for", clock_text(telemetry.seconds)
    if telemetry.mean_cpu_load is not None:
        yield "processor, mean", f"{telemetry.mean_cpu_load:.0%}"
    yield "memory of this job, at most", f"{telemetry.peak_own_ram_bytes / _GIB:.2f} GiB"
    if telemetry.least_ram_free_bytes is not None:
        free, total = telemetry.least_ram_free_bytes / _GIB, telemetry.ram_total_bytes / _GIB
        yield "memory free, at least", f"{free:.1f} of {total:.1f} GiB"


def _device(one: DeviceTelemetry) -> Iterator[tuple[str, str]]:
    if one.mean_load is not None:
        yield "load, mean", f"{one.mean_load:.0%}"
    used, total = one.peak_used_bytes / _GIB, one.total_bytes / _GIB
    yield "memory in use, at most", f"{used:.1f} of {total:.1f} GiB"
    if one.peak_temperature_c is not None:
        yield "temperature, at most", f"{one.peak_temperature_c:.0f} °C"
    if one.mean_power_w is not None and one.peak_power_w is not None:
        yield "power, mean and at most", f"{one.mean_power_w:.0f} W, {one.peak_power_w:.0f} W"
    if one.throttle_reasons:
        why = " and ".join(one.throttle_reasons)
        yield f"slowed by {why}", f"{one.throttled_s:.0f} s"
