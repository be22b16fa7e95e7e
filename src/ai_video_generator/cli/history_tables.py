"""Jobs as a person looks through them: two lines each, and what models did in a line each."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ai_video_generator.cli.job_times import minute_text
from ai_video_generator.media.plain_text import harmless
from ai_video_generator.media.timeline import clock_text

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

    from ai_video_generator.jobs.past_jobs import JobSummary
    from ai_video_generator.jobs.statistics import ModelStatistics
    from ai_video_generator.planning.ratings import Ratings

STATE_COLOURS = {
    "done": "green",
    "failed": "red",
    "interrupted": "yellow",
    "running": "cyan",
}
"""Colours of states on a terminal; the others have none."""

_ALL_STARS = 5
_PLAYED_S = 10.0
# Below it a clock of whole seconds says little.


def history_lines(summaries: "Sequence[JobSummary]", width: int) -> "Text":
    """Jobs, the newest first, in two lines each.

    Args:
        summaries: The jobs.
        width: Columns of the terminal; longer lines are cut.
    """
    from rich.text import Text

    digits = max((len(str(summary.job.id)) for summary in summaries), default=0)
    lines = []
    for summary in summaries:
        job = summary.job
        first = Text(f"{job.id:>{digits}}  ", "bold")
        first.append(f"{minute_text(job.created_s)}  ", "not bold")
        first.append(f"{job.state.value:<11}  ", f"not bold {_colour(job.state.value)}")
        stars = stars_text(summary.stars) if summary.stars else ""
        room = width - len(first) - (len(stars) + 2 if stars else 0)
        name = Text(harmless(job.request.output.name), "bold")
        name.truncate(max(room, 1), overflow="ellipsis")
        first.append_text(name)
        if stars:
            first.append(f"  {stars}", "not bold yellow")
        second = Text(" " * (digits + 2) + harmless(", ".join(_details(summary))), "dim")
        second.truncate(width, overflow="ellipsis")
        lines += [first, second]
    return Text("\n").join(lines)


def statistics_table(found: "Sequence[ModelStatistics]") -> "Table":
    """What each model did on each device."""
    from rich import box
    from rich.table import Table

    from ai_video_generator.jobs.speed_plot import speed_text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1))
    table.add_column("model", overflow="fold")
    table.add_column("on", no_wrap=True)
    for title in ("made", "failed", "speed", "took/said", "rated"):
        table.add_column(title, justify="right", no_wrap=True)
    for one in found:
        table.add_row(
            one.model,
            one.device,
            str(one.made_count),
            str(one.failed_count),
            speed_text(one.speed) if one.speed else "",
            f"{one.estimate_ratio:.2f}" if one.estimate_ratio else "",
            f"{one.mean_stars:.1f} ({one.rated_count})" if one.mean_stars else "",
        )
    return table


def ratings_table(found: "Ratings") -> "Table":
    """The mean rating of each model."""
    from rich import box
    from rich.table import Table

    table = Table("model", "mean", "videos", box=box.SIMPLE_HEAD, pad_edge=False)
    for model, rating in sorted(found.items(), key=lambda pair: -pair[1].mean):
        mean = f"{rating.mean:.1f} {stars_text(round(rating.mean))}"
        table.add_row(model, mean, str(rating.count))
    return table


def stars_text(stars: int) -> str:
    """Stars as they are drawn, or ``4/5`` for a terminal that has none."""
    drawn = "★" * stars + "☆" * (_ALL_STARS - stars)
    try:
        drawn.encode(sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return f"{stars}/{_ALL_STARS}"
    return drawn


def seconds_text(seconds: float) -> str:
    """Seconds as a clock, and short ones with a digit more: ``0.8 s``, ``3:25``."""
    return f"{seconds:.1f} s" if seconds < _PLAYED_S else clock_text(seconds)


def _details(summary: "JobSummary") -> list[str]:
    """How a job was made, in a few words each."""
    from ai_video_generator.jobs.speed_plot import speed_text

    found = []
    if summary.job.request.kind.value != "make":
        found.append(summary.job.request.kind.value)
    if summary.model:
        found.append(f"{summary.model} on {summary.device}")
    if summary.size:
        found.append(summary.size)
    length = seconds_text(summary.video_s) if summary.video_s else ""
    if summary.outcome.was_there:
        found.append("it was there already")
    elif summary.speed and summary.seconds:
        took = f"{seconds_text(summary.seconds)} ({speed_text(summary.speed)})"
        found.append(f"{length} in {took}")
    elif length:
        found.append(length)
    if summary.attempt_count > 1:
        found.append(f"{summary.attempt_count} attempts")
    if summary.outcome.error:
        found.append(summary.outcome.error)
    return found or ["nothing was planned yet"]


def _colour(state: str) -> str:
    return STATE_COLOURS.get(state, "")
