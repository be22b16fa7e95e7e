"""``aivg jobs``: a queue of videos that outlives the terminal, and its workers."""

import json as json_text
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, CycloptsError, Parameter

from ai_video_generator.cli import console
from ai_video_generator.cli.files import told_apart
from ai_video_generator.cli.flags import JobFlags, RunFlags, settings_from
from ai_video_generator.cli.job_database import opened_jobs

if TYPE_CHECKING:
    from ai_video_generator.jobs.job import Job
    from ai_video_generator.jobs.queue import JobQueue

COMMAND = App(name="jobs", help_format="plaintext", group_parameters="Options")

_Switch = Annotated[bool, Parameter(negative="")]

_ENDED_SHOWN = 5
# Of the jobs that have ended lately; `aivg history` has all.


@COMMAND.default
@COMMAND.command(name="list")
def jobs(*, json: _Switch = False) -> None:
    """Show the queue: what runs, what waits, what has ended lately.

    aivg jobs add photo.jpg song.mp3 -o video.mp4

    aivg jobs work

    Args:
        json: Print one JSON document.
    """
    from ai_video_generator.cli.jobs_tables import counts_line, jobs_table
    from ai_video_generator.jobs.events import EventLog
    from ai_video_generator.jobs.job import ENDED, WAITING, JobState
    from ai_video_generator.jobs.queue import JobQueue

    with opened_jobs() as database:
        queue = JobQueue(database)
        alive = queue.jobs([JobState.RUNNING, *WAITING])
        shown = [*alive, *queue.jobs(ENDED)[-_ENDED_SHOWN:]]
        if json:
            console.answer_json([job.document for job in shown])
        elif not shown:
            console.answer("no job yet: aivg jobs add photo.jpg song.mp3 -o video.mp4")
        else:
            console.answer(jobs_table(shown, EventLog(database)))
            console.answer(counts_line(alive) or "nothing runs or waits")


@COMMAND.command
def add(
    *files: Path,
    output: Annotated[Path | None, Parameter(name=["--output", "-o"])] = None,
    priority: int = 0,
    json: _Switch = False,
    flags: JobFlags = None,
) -> None:
    """Put a video into the queue, as aivg make would make it.

    Prints the job's number. aivg jobs work makes it, now or later.

    Args:
        files: One picture or more, and one sound.
        output: The video; its ending says the file type. Otherwise the sound's name, here.
        priority: The higher goes first.
        json: Print the job as one JSON document.
        flags: Options of the job.
    """
    pictures, sound = told_apart(files)
    settings = settings_from(flags)

    from ai_video_generator.config.containers import container_of, ending_for
    from ai_video_generator.jobs.checking import check_request
    from ai_video_generator.jobs.job import Kind, requested
    from ai_video_generator.jobs.queue import JobQueue

    target = output or Path(sound.stem + ending_for(settings.codec))
    container_of(target)
    request = requested(Kind.MAKE, pictures, sound, target, settings)
    with opened_jobs() as database:
        queue = JobQueue(database)
        check_request(request, queue, overwrite=settings.overwrite)
        job = queue.add(request, priority=priority)
    if json:
        console.answer_json(job.document)
    else:
        console.answer(str(job.id))


@COMMAND.command
def work(
    *,
    device: Annotated[list[str] | None, Parameter(negative="")] = None,
    stay: _Switch = False,
    run: RunFlags = None,
) -> int:
    """Make the videos of the queue: one worker process for each GPU, or one for the processor.

    Ends when the queue is empty. Ctrl-C ends it at once; what was under way goes on next time.

    Args:
        device: Work only on this one, such as cuda:0 or cpu; may be given several times.
        stay: Wait for more jobs when the queue is empty.
        run: What is told at the end, and while it works.
    """
    settings = settings_from(None, run)

    from ai_video_generator.cli.jobs_work import work_on

    return work_on(settings, devices=device or [], stay=stay)


@COMMAND.command(show=False)
def worker(device: str, *, stay: _Switch = False) -> None:
    """Work on one device until standard input ends; `work` starts this.

    Args:
        device: What is computed on.
        stay: Wait for more jobs when the queue is empty.
    """
    from ai_video_generator.cli.jobs_work import worker_of
    from ai_video_generator.jobs.worker import run_under_crew

    with opened_jobs() as database:
        run_under_crew(worker_of(database, device, settings_from(None), stay=stay))


@COMMAND.command
def follow(*jobs: int, json: _Switch = False) -> None:
    """Show what happens to jobs while it happens.

    Ends when the jobs have ended; without any named, at Ctrl-C.

    Args:
        jobs: Their numbers; all otherwise.
        json: Print each event as one JSON document a line.
    """
    from ai_video_generator.cli.jobs_display import follow_jobs
    from ai_video_generator.jobs.queue import JobQueue

    with opened_jobs() as database:
        for number in jobs:
            JobQueue(database).job(number)
        try:
            for event in follow_jobs(database, jobs, shown=not json):
                if json:
                    console.answer(json_text.dumps(event))
                    sys.stdout.flush()
        except KeyboardInterrupt:
            return


@COMMAND.command
def pause(*jobs: int) -> None:
    """Let jobs wait until they are resumed; one that runs stops, and keeps what it has finished.

    Args:
        jobs: Their numbers.
    """
    _each(jobs, lambda queue, number: queue.pause(number))


@COMMAND.command
def resume(*jobs: int) -> None:
    """Let paused jobs go on when their turn comes.

    Args:
        jobs: Their numbers.
    """
    _each(jobs, lambda queue, number: queue.resume(number))


@COMMAND.command
def cancel(*jobs: int) -> None:
    """End jobs; what they have finished is kept for a while, for the case of a retry.

    Args:
        jobs: Their numbers.
    """
    _each(jobs, lambda queue, number: queue.cancel(number))


@COMMAND.command
def retry(*jobs: int) -> None:
    """Queue jobs again that failed, were cancelled or interrupted, or are done.

    Args:
        jobs: Their numbers.
    """
    _each(jobs, lambda queue, number: queue.retry(number))


@COMMAND.command
def move(
    job: int,
    /,
    *,
    before: int | None = None,
    last: _Switch = False,
    priority: int | None = None,
) -> None:
    """Give a waiting job another turn.

    Args:
        job: Its number.
        before: The job that is to come after it.
        last: Put it at the end of those of its priority.
        priority: The higher goes first.
    """
    if sum((before is not None, last, priority is not None)) != 1:
        raise CycloptsError(msg="give one of --before, --last and --priority.")
    if priority is not None:
        _each([job], lambda queue, number: queue.prioritise(number, priority))
    else:
        _each([job], lambda queue, number: queue.move(number, before=before))


@COMMAND.command
def remove(*jobs: int) -> None:
    """Forget jobs that do not run, with their history; their videos stay.

    Args:
        jobs: Their numbers.
    """

    def forget(queue: "JobQueue", number: int) -> "Job":
        job = queue.job(number)
        queue.remove(number)
        return job

    _each(jobs, forget, told="removed")


def _each(
    numbers: Sequence[int], do: Callable[["JobQueue", int], "Job"], *, told: str = ""
) -> None:
    """Do something with each of some jobs, and tell where it stands then."""
    if not numbers:
        raise CycloptsError(msg="give the number of a job; aivg jobs lists them.")

    from ai_video_generator.cli.jobs_tables import state_text
    from ai_video_generator.jobs.events import EventLog
    from ai_video_generator.jobs.queue import JobQueue

    with opened_jobs() as database:
        queue, events = JobQueue(database), EventLog(database)
        for number in numbers:
            job = do(queue, number)
            console.answer(f"job {number}: {told or state_text(job, events)}")
