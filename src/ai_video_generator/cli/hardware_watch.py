"""The machine at work, once a second: a live view on a terminal, a line a second elsewhere."""

import json
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from ai_video_generator.cli import console
from ai_video_generator.cli.hardware_panel import memory_bar, share_bar, state
from ai_video_generator.hardware.monitor import Monitor, Sample

if TYPE_CHECKING:
    from rich.panel import Panel

_INTERVAL_S = 1.0
# GPU drivers average their load over up to a second.
_GIB = 1024**3


def watch(*, as_json: bool) -> None:
    """Show the machine until the person interrupts, which is how it is meant to end.

    Args:
        as_json: Print one JSON document a line.
    """
    try:
        if as_json or not sys.stdout.isatty():
            _print_lines(as_json=as_json)
        else:
            _show_live()
    except KeyboardInterrupt:
        return


def _print_lines(*, as_json: bool) -> None:
    with Monitor(output=Path()) as monitor:
        while True:
            time.sleep(_INTERVAL_S)
            sample = monitor.sample()
            console.answer(json.dumps(asdict(sample)) if as_json else _line(sample))
            sys.stdout.flush()


def _show_live() -> None:
    from rich.live import Live

    with (
        Monitor(output=Path()) as monitor,
        Live(_panel(monitor.sample()), auto_refresh=False) as live,
    ):
        while True:
            time.sleep(_INTERVAL_S)
            live.update(_panel(monitor.sample()), refresh=True)


def _line(sample: Sample) -> str:
    parts = [
        f"CPU {sample.cpu_load:.0%} busy",
        f"RAM {_free_of(sample.ram_free_bytes, sample.ram_total_bytes)}",
    ]
    if (speeds := _disk_speeds(sample)) is not None:
        parts.append(f"disk {speeds}")
    for gpu in sample.accelerators:
        words = (_free_of(gpu.free_bytes, gpu.total_bytes), *state(gpu))
        parts.append(f"{gpu.device} {', '.join(words)}")
    return "; ".join(parts)


def _free_of(free_bytes: int, total_bytes: int) -> str:
    return f"{free_bytes / _GIB:.1f} of {total_bytes / _GIB:.1f} GiB free"


def _disk_speeds(sample: Sample) -> str | None:
    """What all disks read and write now; None where that is not told."""
    read, written = sample.disk_read_bytes_per_s, sample.disk_written_bytes_per_s
    if read is None or written is None:
        return None
    room = sample.disk_free_bytes
    free = f", {room / _GIB:.1f} GiB free here" if room is not None else ""
    return f"{read / 1e6:.1f} MB/s read, {written / 1e6:.1f} MB/s written{free}"


def _panel(sample: Sample) -> "Panel":
    from rich import box
    from rich.panel import Panel
    from rich.table import Table
    from rich.text import Text

    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="bold", no_wrap=True)
    grid.add_column(ratio=1)
    grid.add_row("CPU", share_bar(sample.cpu_load, f"{sample.cpu_load:.0%} busy"))
    grid.add_row("RAM", memory_bar(sample.ram_free_bytes, sample.ram_total_bytes))
    if (speeds := _disk_speeds(sample)) is not None:
        grid.add_row("disk", Text(speeds))
    for gpu in sample.accelerators:
        grid.add_row(f"GPU {gpu.device}", Text(gpu.name))
        if gpu.load is not None:
            grid.add_row("", share_bar(gpu.load, f"{gpu.load:.0%} busy"))
        grid.add_row("", memory_bar(gpu.free_bytes, gpu.total_bytes))
        grid.add_row("", Text(" · ".join(state(gpu)), "dim"))
    return Panel(
        grid,
        title="[bold]This machine, now[/bold]",
        title_align="left",
        subtitle="Ctrl-C ends it",
        subtitle_align="right",
        box=box.ROUNDED,
        padding=(1, 2),
    )
