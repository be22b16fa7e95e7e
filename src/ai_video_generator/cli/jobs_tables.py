"""The queue as a person reads it."""

import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ai_video_generator.jobs.events import EventLog
from ai_video_generator.jobs.job import EventKind, Job, JobState, Wanted
from ai_video_generator.media.timeline import clock_text

if TYPE_CHECKING:
    from rich.table import Table

_DAY_S = 24 * 3600.0


def jobs_table(jobs: Sequence[Job], events: EventLog) -> "Table":
    """Jobs for a person.

    Args:
        jobs: The jobs, in order.
        events: Where those that run tell how far they are.
    """
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.ROUNDED)
    table.add_column("job", justify="right")
    for title in ("video", "state", "where", "asked for"):
        table.add_column(title, overflow="fold")
    for job in jobs:
        cells = (
            str(job.id),
            Path(job.request.output).name,
            state_text(job, events),
            job.device,
            age_text(time.time() - job.created_s),
        )
        table.add_row(*map(Text, cells))
    return table


def state_text(job: Job, events: EventLog) -> str:
    """Where a job stands, in a few words."""
    if job.state is JobState.RUNNING:
        return _running_text(job, events)
    if job.state is JobState.FAILED and job.outcome is not None:
        return f"failed: {job.outcome.error}"
    if job.state is JobState.QUEUED and job.priority:
        return f"queued, priority {job.priority}"
    if job.state is JobState.DONE and job.outcome is not None:
        there = "already there" if job.outcome.was_there else clock_text(job.outcome.seconds)
        there += f", {job.outcome.spent_usd:.2f} $" if job.outcome.spent_usd else ""
        return f"done, {there}"
    return job.state.value


def _running_text(job: Job, events: EventLog) -> str:
    asked = {Wanted.PAUSE: "pausing, ", Wanted.CANCEL: "ending, "}.get(job.wanted, "")
    latest = events.latest(job.id, EventKind.PROGRESS)
    if latest is None:
        return f"{asked}running"
    values = latest.values
    if values["total"]:
        share = (values["done"] + values["part"]) / values["total"]
        left = values["time_left_s"]
        rest = f", {clock_text(left)} left" if left is not None else ""
        return f"{asked}{values['stage']} {share:.0%}{rest}"
    return f"{asked}{values['stage']}"


def counts_line(jobs: Sequence[Job]) -> str:
    """How many stand where: ``1 running, 4 queued``."""
    counts = Counter(job.state.value for job in jobs)
    return ", ".join(f"{count} {state}" for state, count in counts.items())


def age_text(seconds: float) -> str:
    """How long ago something was: ``3 min ago``."""
    for unit, length_s in (("day", _DAY_S), ("h", 3600.0), ("min", 60.0)):
        count = int(seconds // length_s)
        if count:
            plural = "s" if unit == "day" and count > 1 else ""
            return f"{count} {unit}{plural} ago"
    return "just now"
