"""``aivg history``: the jobs of this machine, what they took, and what came of them."""

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import CycloptsError, Parameter

from ai_video_generator.cli import console
from ai_video_generator.jobs.job import JobState

if TYPE_CHECKING:
    from ai_video_generator.jobs.database import Database
    from ai_video_generator.jobs.job_filter import JobFilter
    from ai_video_generator.jobs.past_jobs import JobSummary

_Switch = Annotated[bool, Parameter(negative="")]
_Numbers = Annotated[tuple[int, ...] | None, Parameter(consume_multiple=True, negative="")]
_States = Annotated[tuple[JobState, ...] | None, Parameter(consume_multiple=True, negative="")]

_SHOWN = 20
# Two lines each: about a screen.


def history(
    *,
    state: _States = None,
    model: str | None = None,
    last: str | None = None,
    since: str | None = None,
    until: str | None = None,
    text: str | None = None,
    limit: int = _SHOWN,
    stats: _Switch = False,
    output: Annotated[Path | None, Parameter(name=["--output", "-o"])] = None,
    overwrite: _Switch = False,
    json: _Switch = False,
    csv: _Switch = False,
    forget: _Numbers = None,
    older: str | None = None,
    yes: Annotated[bool, Parameter(name=["--yes", "-y"], negative="")] = False,
) -> None:
    """Show the jobs of this machine: when, with which model, how fast, what came of them.

    aivg show JOB tells all of one.

    Args:
        state: Only jobs in these states.
        model: Only jobs of this model.
        last: Only jobs of the last 12h, 30d, 2w.
        since: Only jobs since a day, 2026-01-31, or a time, 2026-01-31T17:30.
        until: Only jobs until a day, which counts, or a time.
        text: Only jobs with this in the name of an input or of the video.
        limit: At most so many, the newest; 0 shows all. Statistics and drawings take all.
        stats: Show what each model did: how often, how fast, how well its time was foretold.
        output: Draw speeds over time into this file, .png or .svg.
        overwrite: Replace the drawing if it is there.
        json: Print one JSON document.
        csv: Print a table with commas.
        forget: Remove these jobs from the history; their videos stay.
        older: Remove jobs that ended longer ago than 90d, 12w; their videos stay.
        yes: Do not ask before removing.
    """
    from ai_video_generator.cli.job_database import opened_jobs
    from ai_video_generator.jobs.job_filter import JobFilter

    if limit < 0:
        raise CycloptsError(msg="--limit takes 0 or more.")
    with opened_jobs() as database:
        if forget or older is not None:
            _remove(database, forget or (), older, yes=yes)
            return
        begin_s, end_s = _span(last, since, until)
        wanted = JobFilter(
            states=frozenset(state or ()),
            model=model or "",
            since_s=begin_s,
            until_s=end_s,
            text=text or "",
        )
        if output is not None:
            _draw(database, wanted, output, overwrite=overwrite)
        if stats:
            _show_statistics(database, wanted, json=json)
        elif output is None or json or csv:
            _show_jobs(database, wanted, limit or None, json=json, csv=csv)


def _span(last: str | None, since: str | None, until: str | None) -> tuple[float, float]:
    """From when to when, seconds since 1970."""
    from ai_video_generator.cli.job_times import moment_s
    from ai_video_generator.config.amounts import age_s
    from ai_video_generator.jobs.job_filter import ALL_JOBS

    begin_s = ALL_JOBS.since_s
    if last:
        begin_s = time.time() - age_s(last)
    if since:
        begin_s = max(begin_s, moment_s(since))
    return begin_s, moment_s(until, is_end=True) if until else ALL_JOBS.until_s


def _show_jobs(
    database: "Database", wanted: "JobFilter", limit: int | None, *, json: bool, csv: bool
) -> None:
    from dataclasses import replace

    from ai_video_generator.jobs.past_jobs import past_jobs

    summaries, more = past_jobs(database, replace(wanted, limit=limit))
    if json:
        console.answer_json([summary.document for summary in summaries])
    elif csv:
        _write_csv(summaries)
    elif not summaries:
        _tell_none(database)
    else:
        from rich.console import Console

        from ai_video_generator.cli.history_tables import history_lines

        screen = Console(highlight=False)
        screen.print(history_lines(summaries, screen.width), soft_wrap=True)
        if more:
            console.note(f"and {more} more: --limit 0 shows all")


def _tell_none(database: "Database") -> None:
    from ai_video_generator.jobs.past_jobs import past_jobs

    if past_jobs(database)[0]:
        console.answer("No job is like that.")
    else:
        console.answer("No job yet. The first: aivg make photo.jpg song.mp3 -o video.mp4")


def _write_csv(summaries: "list[JobSummary]") -> None:
    from csv import writer

    from ai_video_generator.jobs.past_jobs import DOCUMENT_NAMES

    table = writer(sys.stdout, lineterminator="\n")
    table.writerow(DOCUMENT_NAMES)
    for summary in summaries:
        table.writerow(summary.document.values())


def _show_statistics(database: "Database", wanted: "JobFilter", *, json: bool) -> None:
    from ai_video_generator.cli.history_tables import statistics_table
    from ai_video_generator.jobs.statistics import model_statistics

    found = model_statistics(database, wanted)
    if json:
        console.answer_json(found)
    elif not found:
        _tell_none(database)
    else:
        console.answer(statistics_table(found))
        console.note(
            "speed: seconds of video made in a second; took/said: time taken by time foretold; "
            "both are medians"
        )


def _draw(database: "Database", wanted: "JobFilter", output: Path, *, overwrite: bool) -> None:
    from ai_video_generator.jobs.speed_plot import speed_plot
    from ai_video_generator.jobs.statistics import made_videos
    from ai_video_generator.media.drawing import drawing_format
    from ai_video_generator.media.files import appearing, check_output

    kind = drawing_format(output)
    check_output(output, overwrite=overwrite)
    videos = made_videos(database, wanted)
    if not videos:
        console.note("nothing is drawn: no video like that was made yet")
        return
    drawing = speed_plot(videos)
    with appearing(output, overwrite=overwrite) as temporary:
        drawing.save(temporary, kind)
    console.note(f"drawn into {output}")


def _remove(
    database: "Database", numbers: tuple[int, ...], older: str | None, *, yes: bool
) -> None:
    """Show what is forgotten, ask, and forget it."""
    from ai_video_generator.cli.asking import check_confirmed
    from ai_video_generator.config.amounts import age_s
    from ai_video_generator.jobs.forgetting import check_forgettable, forget
    from ai_video_generator.jobs.job_filter import ended_before
    from ai_video_generator.jobs.past_jobs import summaries_of

    chosen = set(numbers)
    check_forgettable(database, chosen)
    if older is not None:
        chosen |= set(ended_before(database, time.time() - age_s(older)))
    if not chosen:
        console.note("no job is that old; nothing is forgotten")
        return
    from rich.console import Console

    from ai_video_generator.cli.history_tables import history_lines

    found = summaries_of(database, chosen)
    screen = Console(highlight=False, stderr=True)
    if not console.MANNER.get().quiet:
        screen.print(history_lines(found[:_SHOWN], screen.width), soft_wrap=True)
        if len(found) > _SHOWN:
            console.note(f"and {len(found) - _SHOWN} more")
    what = f"{len(found)} job{'s' if len(found) != 1 else ''}"
    check_confirmed(f"forget {what}, while the videos stay?", yes=yes, flag="--yes")
    forget(database, chosen)
    console.note(f"forgot {what}")


COMMAND = history
