"""``aivg hardware``: what this machine is, and what that means."""

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from ai_video_generator.cli import console

if TYPE_CHECKING:
    from rich.table import Table

    from ai_video_generator.hardware.facts import Accelerator, HardwareFacts

_GIB = 1024**3


def hardware(*, json: Annotated[bool, Parameter(negative="")] = False) -> None:
    """Show what this machine has, and what the program will make on it.

    Args:
        json: Print the facts as one JSON document.
    """
    from ai_video_generator.config.video_codecs import ENCODERS
    from ai_video_generator.hardware.hardware_detector import HardwareDetector
    from ai_video_generator.hardware.video_encoders import working_video_encoders

    encoders = working_video_encoders([encoder.name for encoder in ENCODERS])
    facts = replace(HardwareDetector().detect(), video_encoders=encoders)
    if json:
        console.answer_json(facts)
        return
    console.answer(_table(facts))
    for sentence in facts.notes:
        console.answer(sentence)


def _table(facts: "HardwareFacts") -> "Table":
    from rich import box
    from rich.table import Table
    from rich.text import Text

    from ai_video_generator.config.hardware_config import FLOORS
    from ai_video_generator.config.video_codecs import ENCODERS
    from ai_video_generator.hardware.tiers import machine_tier

    tier = machine_tier(facts)
    chips = {encoder.name for encoder in ENCODERS if encoder.hardware}
    table = Table(box=box.ROUNDED, show_header=False, title="This machine", title_justify="left")
    table.add_column(style="bold")
    table.add_column()
    table.add_row(
        "processor",
        Text(
            f"{facts.cpu_name}, {facts.cpu_architecture}, "
            f"{facts.cpu_cores:g} of {facts.cpu_cores_total} cores usable"
        ),
    )
    table.add_row("memory", _free_of(facts.ram_free_bytes, facts.ram_total_bytes))
    table.add_row("disk", f"{facts.disk_free_bytes / _GIB:.1f} GiB free here")
    for accelerator in facts.accelerators:
        table.add_row("GPU", Text(_accelerator(accelerator)))
    if not facts.accelerators:
        table.add_row("GPU", "none that models could use")
    for title, wanted in (("hardware encoders", True), ("software encoders", False)):
        names = [name for name in facts.video_encoders if (name in chips) is wanted]
        table.add_row(title, ", ".join(names) or "none")
    table.add_row("tier", f"{tier.value}: at least {FLOORS[tier]}, more where time allows")
    return table


def _accelerator(accelerator: "Accelerator") -> str:
    parts = [accelerator.name, _free_of(accelerator.free_bytes, accelerator.total_bytes)]
    parts.append("computes in " + ", ".join(accelerator.precisions))
    if accelerator.temperature_c is not None:
        parts.append(f"{accelerator.temperature_c} °C")
    if accelerator.driver:
        parts.append(f"driver {accelerator.driver}")
    return "; ".join(parts)


def _free_of(free_bytes: int, total_bytes: int) -> str:
    return f"{free_bytes / _GIB:.1f} of {total_bytes / _GIB:.1f} GiB free"


COMMAND = hardware
