"""Plans as a person reads them: the choice with its reasons, what was left aside, what follows."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ai_video_generator.hardware.facts import HardwareFacts
from ai_video_generator.hardware.tiers import machine_tier
from ai_video_generator.media.timeline import clock_text, rate_text
from ai_video_generator.planning.fallback import changed
from ai_video_generator.planning.plan import Ladder, Plan

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text


def machine_line(facts: HardwareFacts) -> str:
    """Say in a line what a machine has."""
    gpus = ", ".join(accelerator.name for accelerator in facts.accelerators) or "no GPU"
    return (
        f"{facts.cpu_name}, {facts.cpu_cores:g} cores, "
        f"{facts.ram_free_bytes / 1e9:.1f} GB of memory free, {gpus}"
    )


def cost_line(plan: Plan) -> str:
    """Say in a line what is made, and what it costs."""
    line, estimate = plan.timeline, plan.estimate
    device = f"{estimate.device_bytes / 1e9:.1f} GB on {plan.device}, "
    device = device if estimate.device_bytes else ""
    money = f", {estimate.cost_usd:.2f} $" if estimate.cost_usd else ""
    return (
        f"{line.frame_count} frames of {plan.output_size}, {rate_text(line.frame_rate)} a second, "
        f"{clock_text(float(line.duration_s))} long: {time_text(plan)}, "
        f"{device}{estimate.ram_bytes / 1e6:.0f} MB of memory, "
        f"{estimate.disk_bytes / 1e6:.1f} MB of disk{money}."
    )


def time_text(plan: Plan) -> str:
    """A plan's time with its range and what it rests on."""
    estimate = plan.estimate
    low, high = clock_text(estimate.seconds_low), clock_text(estimate.seconds_high)
    return f"about {clock_text(estimate.seconds)} ({low} to {high}, {estimate.basis})"


def reasons_table(plan: Plan) -> "Table":
    """Each decision, and why it fell so."""
    table = _table("what", "choice", "because")
    for reason in plan.reasons:
        table.add_row(*map(_text, (reason.topic, reason.choice, reason.because)))
    return table


def rejections_table(ladder: Ladder) -> "Table":
    """What would have been better or other, and why it is not."""
    table = _table("left aside", "because")
    for rejection in ladder.rejections:
        table.add_row(_text(rejection.subject), _text(rejection.because))
    return table


def ladder_table(ladder: Ladder) -> "Table":
    """What follows when the plan fails: each rung by what it does otherwise than the one before."""
    table = _table("if that fails", "time", "GPU", "memory")
    for before, plan in zip(ladder.plans, ladder.plans[1:], strict=False):
        estimate = plan.estimate
        table.add_row(
            _text(changed(before, plan)),
            clock_text(estimate.seconds),
            f"{estimate.device_bytes / 1e9:.1f} GB" if estimate.device_bytes else "",
            f"{estimate.ram_bytes / 1e6:.0f} MB",
        )
    return table


def comparison_table(plans: Mapping[str, tuple[HardwareFacts, Plan]]) -> "Table":
    """The same job on several machines."""
    table = _table("machine", "tier", "model", "video", "time", "frames made")
    for name, (facts, plan) in plans.items():
        gpu = facts.accelerators[0].name if facts.accelerators else "no GPU"
        table.add_row(
            _text(f"{name}\n{gpu}"),
            machine_tier(facts).value,
            _text(f"{plan.model}\non {plan.device}"),
            f"{plan.output_size}\nat {rate_text(plan.timeline.frame_rate)}",
            f"{clock_text(plan.estimate.seconds)}\n"
            f"{clock_text(plan.estimate.seconds_low)} to {clock_text(plan.estimate.seconds_high)}",
            f"{plan.render_size}\nat {rate_text(plan.render_rate)}",
        )
    return table


def _table(*titles: str) -> "Table":
    from rich import box
    from rich.table import Table

    return Table(*titles, box=box.ROUNDED)


def _text(content: str) -> "Text":
    """Text as it is: a name in brackets is no markup."""
    from rich.text import Text

    return Text(content)
