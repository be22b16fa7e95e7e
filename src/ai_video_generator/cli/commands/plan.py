"""``aivg plan``: what would be made, what it would cost, and why."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from ai_video_generator.cli import console
from ai_video_generator.cli.files import told_apart
from ai_video_generator.cli.flags import JobFlags, settings_from

if TYPE_CHECKING:
    from rich.table import Table

    from ai_video_generator.hardware.facts import HardwareFacts
    from ai_video_generator.planning.plan import Plan


def plan(
    *files: Path,
    output: Annotated[Path | None, Parameter(name=["--output", "-o"])] = None,
    json: Annotated[bool, Parameter(negative="")] = False,
    flags: JobFlags = None,
) -> None:
    """Show what would be made from these files, what it would cost, and why; make nothing.

    aivg plan photo.jpg song.mp3

    Args:
        files: One picture or more, and one sound.
        output: The video; only its ending matters, which says the file type.
        json: Print the plan as one JSON document.
        flags: Options of the job.
    """
    pictures, sound = told_apart(files)
    settings = settings_from(flags)

    from ai_video_generator.core.video_generator import VideoGenerator

    generator = VideoGenerator(settings=settings)
    made = generator.plan(pictures, sound, output)
    if json:
        console.answer_json(made)
        return
    console.answer(_machine(generator.facts))
    console.answer(_reasons(made))
    console.answer(_cost(made))


def _machine(facts: "HardwareFacts") -> str:
    gpus = ", ".join(accelerator.name for accelerator in facts.accelerators) or "no GPU"
    return (
        f"On this machine ({facts.cpu_name}, {facts.cpu_cores:g} cores, "
        f"{facts.ram_free_bytes / 1e9:.1f} GB of memory free, {gpus}):"
    )


def _reasons(plan: "Plan") -> "Table":
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table("what", "choice", "because", box=box.ROUNDED)
    for reason in plan.reasons:
        table.add_row(reason.topic, Text(reason.choice, "bold"), Text(reason.because))
    return table


def _cost(plan: "Plan") -> str:
    from ai_video_generator.media.timeline import clock_text, rate_text

    line, estimate = plan.timeline, plan.estimate
    return (
        f"{line.frame_count} frames of {plan.output_size}, {rate_text(line.frame_rate)} a second, "
        f"{clock_text(float(line.duration_s))} long: about {clock_text(estimate.seconds)} of time, "
        f"{estimate.ram_bytes / 1e6:.0f} MB of memory, {estimate.disk_bytes / 1e6:.1f} MB of disk."
    )


COMMAND = plan
