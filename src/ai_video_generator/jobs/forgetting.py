"""Jobs that nobody wants to remember: what is known of them goes, what they made stays."""

from collections.abc import Collection

from ai_video_generator.errors import InputError
from ai_video_generator.jobs.database import Database
from ai_video_generator.jobs.job import ENDED
from ai_video_generator.jobs.job_table import job_row


def check_forgettable(database: Database, job_ids: Collection[int]) -> None:
    """Refuse jobs that have not ended.

    Raises:
        InputError: When there is no such job, or it waits or runs.
    """
    for job_id in job_ids:
        job = job_row(database, job_id)
        if job.state not in ENDED:
            raise InputError(
                f"job {job_id} is {job.state} and has not ended",
                hint=f"aivg jobs cancel {job_id} ends it",
            )


def forget(database: Database, job_ids: Collection[int]) -> None:
    """Remove jobs with their events, attempts, measurements and ratings; their videos stay.

    Raises:
        InputError: When there is no such job, or it waits or runs; then none is removed.
    """
    with database.writing() as connection:
        check_forgettable(database, job_ids)
        connection.executemany("DELETE FROM jobs WHERE id = ?", [(job_id,) for job_id in job_ids])
