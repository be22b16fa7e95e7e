"""The machine as a person reads it: a panel of what it has and what that is good for."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ai_video_generator.config.hardware_config import FLOORS
from ai_video_generator.config.video_codecs import ENCODERS
from ai_video_generator.hardware.facts import Accelerator, Disk, HardwareFacts, TorchBuild
from ai_video_generator.hardware.tiers import machine_tier
from ai_video_generator.hardware.torch_advice import torch_fix

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.panel import Panel
    from rich.table import Table

_GIB = 1024**3
_BAR_WIDTH = 24
# A twelfth of a terminal of normal width to each third: enough to tell full from half full.
_NEARLY_FULL, _RATHER_FULL = 0.9, 0.75
# Where a bar turns red and yellow.


def machine_panel(facts: HardwareFacts) -> "Panel":
    """Show a machine: what it is, what is free, and which tier that makes."""
    from rich import box
    from rich.panel import Panel
    from rich.table import Table

    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="bold", no_wrap=True)
    grid.add_column(ratio=1)
    for title, content in _rows(facts):
        grid.add_row(title, content)
    return Panel(
        grid,
        title="[bold]This machine[/bold]",
        title_align="left",
        subtitle=facts.system,
        subtitle_align="right",
        box=box.ROUNDED,
        padding=(1, 2),
    )


def _rows(facts: HardwareFacts) -> Iterator[tuple[str, "RenderableType"]]:
    """Titles and what stands beside them; a title is empty where it would repeat itself."""
    from rich.text import Text

    yield "processor", Text(facts.cpu_name)
    yield "", Text(_processor(facts), "dim")
    yield "memory", memory_bar(facts.ram_free_bytes, facts.ram_total_bytes)
    for title, disk in zip(("disks", "", ""), facts.disks, strict=False):
        yield title, Text(_disk(disk))
    for accelerator in facts.accelerators:
        yield from _accelerator(accelerator)
    if not facts.accelerators:
        yield "GPU", Text("none that models could use")
    chips = {encoder.name for encoder in ENCODERS if encoder.hardware}
    for title, wanted in (("hardware encoders", True), ("software encoders", False)):
        names = [name for name in facts.video_encoders if (name in chips) is wanted]
        yield title, Text(", ".join(names) or "none")
    yield "PyTorch", Text(_torch(facts.torch))
    fix = torch_fix(facts) if facts.accelerators else ""
    if fix:
        yield "", Text(f"for local models: {fix}", "dim")
    tier = machine_tier(facts)
    yield "tier", Text(f"{tier.value}: at least {FLOORS[tier]}, more where time allows", "bold")


def _processor(facts: HardwareFacts) -> str:
    cores = f"{facts.cpu_cores:g} of {facts.cpu_cores_total} cores usable"
    if facts.cpu_cores_physical is not None and facts.cpu_cores_physical != facts.cpu_cores_total:
        cores += f" ({facts.cpu_cores_physical} physical)"
    clock = f"up to {facts.cpu_clock_mhz / 1000:.1f} GHz" if facts.cpu_clock_mhz else ""
    place = "runs in: " + ", ".join(facts.environment) if facts.environment else ""
    known = (facts.cpu_architecture, cores, clock, " ".join(facts.cpu_features), place)
    return " · ".join(filter(None, known))


def _disk(disk: Disk) -> str:
    kind = f" ({disk.file_system})" if disk.file_system else ""
    return f"{disk.free_bytes / _GIB:,.1f} GiB free for {disk.purpose}{kind}"


def _accelerator(accelerator: Accelerator) -> Iterator[tuple[str, "RenderableType"]]:
    from rich.text import Text

    sharing = ", shares the RAM" if accelerator.shares_ram else ""
    sharing += ", a slice" if accelerator.is_slice else ""
    yield f"GPU {accelerator.device}", Text(accelerator.name + sharing)
    yield "", memory_bar(accelerator.free_bytes, accelerator.total_bytes)
    speed = f"up to {accelerator.teraflops:.1f} teraflops" if accelerator.teraflops else ""
    formats = "computes in " + ", ".join(accelerator.precisions)
    driver = f"driver {accelerator.driver}" if accelerator.driver else ""
    yield "", Text(" · ".join(filter(None, (formats, speed, driver, *state(accelerator)))), "dim")


def state(accelerator: Accelerator) -> Iterator[str]:
    """What a GPU does now, in a few words each."""
    if accelerator.load is not None:
        yield f"{accelerator.load:.0%} busy"
    if accelerator.temperature_c is not None:
        yield f"{accelerator.temperature_c} °C"
    if accelerator.power_w is not None:
        limit = accelerator.power_limit_w
        yield f"{accelerator.power_w:.0f}" + (f" of {limit:.0f} W" if limit else " W")
    if accelerator.clock_now_mhz is not None:
        yield f"{accelerator.clock_now_mhz} MHz"
    if accelerator.throttle_reasons:
        yield "slowed by " + " and ".join(accelerator.throttle_reasons)


def _torch(torch: TorchBuild | None) -> str:
    if torch is None:
        return "not installed"
    if torch.problem:
        return torch.problem
    found = ", ".join(torch.devices) or "the processor"
    return f"{torch.version}, built for {torch.runtime}, uses {found}"


def memory_bar(free_bytes: int, total_bytes: int) -> "Table":
    """How full a memory is: a bar, and the numbers beside it."""
    used = 1 - free_bytes / total_bytes if total_bytes else 0.0
    numbers = f"{free_bytes / _GIB:.1f} of {total_bytes / _GIB:.1f} GiB free"
    return share_bar(used, numbers)


def share_bar(share: float, words: str) -> "Table":
    """A bar that is filled to a share of 0..1, and words beside it."""
    from rich.progress_bar import ProgressBar
    from rich.table import Table
    from rich.text import Text

    colour = "red" if share > _NEARLY_FULL else "yellow" if share > _RATHER_FULL else "green"
    bar = ProgressBar(
        total=1.0,
        completed=share,
        width=_BAR_WIDTH,
        complete_style=colour,
        finished_style=colour,
    )
    line = Table.grid(padding=(0, 1))
    line.add_row(bar, Text(words))
    return line
