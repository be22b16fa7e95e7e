"""``aivg batch``: many videos from lists and folders."""

import time
from collections.abc import Sequence
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import CycloptsError, Parameter

from ai_video_generator.cli import console
from ai_video_generator.cli.flags import JobFlags, RunFlags, settings_from

if TYPE_CHECKING:
    from ai_video_generator.cli.batch_tables import BatchRow
    from ai_video_generator.config.settings import Settings
    from ai_video_generator.core.batch_list import BatchJob
    from ai_video_generator.jobs.recorded import Recorder
    from ai_video_generator.planning.plan import Plan

_Switch = Annotated[bool, Parameter(negative="")]


def batch(
    *sources: Path,
    output: Annotated[Path | None, Parameter(name=["--output", "-o"])] = None,
    picture: Path | None = None,
    name: str | None = None,
    report: Path | None = None,
    dry_run: _Switch = False,
    queue: _Switch = False,
    json: _Switch = False,
    flags: JobFlags = None,
    run: RunFlags = None,
) -> int:
    """Make many videos, from folders of pictures and sounds or from lists.

    aivg batch album/ -o videos/

    aivg batch songs.csv --size 1080p --report made.csv

    In a folder song.mp3 is shown with song.jpg, else with cover.jpg or folder.jpg. A list is CSV,
    JSON or JSON Lines with the columns picture, sound, output, and any option by its name. What is
    made already is not made again, so that a batch that was stopped goes on where it was.

    Args:
        sources: Folders and lists.
        output: The folder of the videos, made if it is missing. Otherwise they go beside the list,
            or into the folder.
        picture: The picture of every sound of a folder, and of rows that name none.
        name: Pattern of the videos' names, such as {number}-{stem}.mp4; it may hold {stem} and
            {folder} of the sound, {picture}, {number}.
        report: Write what became of each into this file, .csv or .json.
        dry_run: Say what would be made, how long it would take and how large it would be; make
            nothing.
        queue: Put them into the queue, which aivg jobs work makes, and make nothing now.
        json: Print one JSON document instead of the table.
        flags: Options of all jobs.
        run: What is told at the end, and while it works.
    """
    if not sources:
        raise CycloptsError(msg="give at least one folder or list.")
    settings = settings_from(flags, run)

    from ai_video_generator.cli.batch_tables import check_report
    from ai_video_generator.cli.spending import agreed
    from ai_video_generator.core.batch_list import read_batch
    from ai_video_generator.media.files import check_output

    asked = read_batch(sources, settings, folder=output, picture=picture, name=name)
    if report is not None:
        check_report(report)
        check_output(report, overwrite=settings.overwrite, inputs=sources)
    if asked.unused:
        names = ", ".join(path.name for path in asked.unused)
        console.note(f"without a sound: {names}")
    if queue:
        return _queue(asked.jobs, settings, json=json)
    if not dry_run:
        settings = agreed(
            settings, [(job.pictures, job.sound, job.output, job.options) for job in asked.jobs]
        )
    return _run(asked.jobs, settings, report=report, dry_run=dry_run, json=json)


def _run(
    jobs: "Sequence[BatchJob]",
    settings: "Settings",
    *,
    report: Path | None,
    dry_run: bool,
    json: bool,
) -> int:
    """Make or plan the jobs, and tell what became of them, however it ends."""
    from ai_video_generator.cli.afterwards import announced
    from ai_video_generator.cli.at_work import AtWork
    from ai_video_generator.cli.batch_announcement import batch_announcement
    from ai_video_generator.cli.batch_display import BatchDisplay
    from ai_video_generator.cli.batch_tables import batch_rows, exit_code, write_report
    from ai_video_generator.cli.generator import rated_generator
    from ai_video_generator.cli.job import what_is_made
    from ai_video_generator.core.batch import Batch
    from ai_video_generator.errors import CancelledError
    from ai_video_generator.jobs.recorded import recorder

    stopped: CancelledError | None = None
    started_s = time.monotonic()
    display = console.ProgressDisplay()
    with (
        nullcontext(None) if dry_run else announced(settings, "the batch") as tell,
        recorder(settings, writes=not dry_run) as record,
        AtWork(settings, display, record) as beside,
    ):

        def plan(chosen: "Plan") -> None:
            console.note(f"making {what_is_made(chosen)}")
            record.planned(chosen)

        begin = partial(_begin, record, settings)
        beside.listener = watcher = BatchDisplay(display, jobs, begin=begin, end=beside.ended)
        generator = rated_generator(settings, beside.tracker, plan)
        work = Batch(generator, jobs, watcher, check=beside.tracker.check)
        try:
            if dry_run:
                work.survey(closely=True)
            else:
                _make_folders(jobs)
                work.run()
        except CancelledError as error:
            stopped = error
            record.failed(error)
    if not dry_run:
        beside.tell_peaks()
    rows = batch_rows(work, dry_run=dry_run)
    if tell is not None:
        seconds = time.monotonic() - started_s
        tell(batch_announcement(rows, seconds=seconds, is_stopped=stopped is not None))
    _answer(rows, json=json)
    if report is not None:
        write_report(report, rows, overwrite=settings.overwrite)
    if stopped is not None:
        raise stopped
    return exit_code(rows)


def _begin(record: "Recorder", settings: "Settings", job: "BatchJob") -> None:
    """Write down that a job of a batch begins."""
    from ai_video_generator.config.settings import changed_settings
    from ai_video_generator.jobs.job import Kind, Source, requested

    own = changed_settings(settings, job.options)
    request = requested(Kind.MAKE, job.pictures, job.sound, job.output, own)
    record.begin(request, Source.BATCH)


def _queue(jobs: "Sequence[BatchJob]", settings: "Settings", *, json: bool) -> int:
    """Put the jobs into the queue, and tell their numbers."""
    from ai_video_generator.cli.batch_queue import queued

    _make_folders(jobs)
    added = queued(jobs, settings)
    if json:
        console.answer_json([job.document for job in added])
    else:
        for job in added:
            console.answer(f"{job.id} {job.request.output}")
        console.note(f"{len(added)} added; aivg jobs work makes them")
    return 0


def _answer(rows: "Sequence[BatchRow]", *, json: bool) -> None:
    from ai_video_generator.cli.batch_tables import document, summary_line, summary_table

    if json:
        console.answer_json(document(rows))
    else:
        console.answer(summary_table(rows))
        console.answer(summary_line(rows))


def _make_folders(jobs: "Sequence[BatchJob]") -> None:
    """Make the folders of the videos.

    Raises:
        OutputPathError: When one cannot be made.
    """
    from ai_video_generator.errors import OutputPathError

    for folder in dict.fromkeys(job.output.parent for job in jobs):
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise OutputPathError(
                f"the folder {str(folder)!r} cannot be made: {reason}",
                hint="choose another folder with -o",
            ) from error


COMMAND = batch
