"""The jobs of lists and folders, put into the queue instead of made at once."""

from collections.abc import Sequence

from ai_video_generator.cli import console
from ai_video_generator.config.settings import Settings, changed_settings
from ai_video_generator.core.batch_list import BatchJob
from ai_video_generator.jobs.database import Database, data_folder
from ai_video_generator.jobs.job import WAITING, Job, JobState, Kind, requested
from ai_video_generator.jobs.queue import JobQueue


def queued(jobs: Sequence[BatchJob], settings: Settings, *, priority: int = 0) -> list[Job]:
    """Put jobs into the queue, but those whose video a job of the queue makes already.

    Args:
        jobs: The jobs.
        settings: Settings of all.
        priority: The higher goes first.

    Raises:
        EnvironmentProblemError: When the database cannot be used.
    """
    found = []
    with Database(data_folder(settings.data_folder)) as database:
        queue = JobQueue(database)
        there = {job.request.output: job.id for job in queue.jobs([*WAITING, JobState.RUNNING])}
        for job in jobs:
            own = changed_settings(settings, job.options)
            request = requested(Kind.MAKE, job.pictures, job.sound, job.output, own)
            if request.output in there:
                number = there[request.output]
                console.note(f"{job.output.name}: job {number} makes it already")
                continue
            found.append(queue.add(request, priority=priority))
    return found
