"""The queue as people see it: jobs in their order, paused, moved, cancelled, tried again."""

import time
from collections.abc import Callable, Collection

from ai_video_generator.errors import InputError
from ai_video_generator.jobs.database import Database
from ai_video_generator.jobs.job import (
    ENDED,
    WAITING,
    Job,
    JobRequest,
    JobState,
    Outcome,
    Source,
    Wanted,
)
from ai_video_generator.jobs.job_table import (
    TURN,
    as_job,
    change,
    end,
    job_row,
    last_position,
    new_job,
)

_BY_TURN = "SELECT * FROM jobs ORDER BY state != 'running', ended_s, " + TURN  # noqa: S608
# Nothing in it is from outside.


class JobQueue:
    """All jobs of a database.

    Args:
        database: Where they are kept.
        clock: Seconds since 1970; replaced in tests.
    """

    def __init__(self, database: Database, *, clock: Callable[[], float] = time.time) -> None:
        self._database, self._clock = database, clock

    def add(self, request: JobRequest, *, priority: int = 0) -> Job:
        """Put a job at the end of those of its priority."""
        with self._database.writing() as connection:
            job_id = new_job(
                connection,
                request,
                Source.QUEUE,
                JobState.QUEUED,
                priority=priority,
                now_s=self._clock(),
            )
        return self.job(job_id)

    def job(self, job_id: int) -> Job:
        """One job.

        Raises:
            InputError: When there is none of this number.
        """
        return job_row(self._database, job_id)

    def jobs(self, states: Collection[JobState]) -> list[Job]:
        """Jobs in some states: first those that run, then those that wait, by their turn."""
        rows = self._database.rows(_BY_TURN)
        return [as_job(row) for row in rows if row["state"] in states]

    def pause(self, job_id: int) -> Job:
        """Let a job wait until it is resumed; one that runs stops, and keeps finished passes.

        Raises:
            InputError: When there is no such job, or it has ended.
        """
        return self._ask(job_id, JobState.PAUSED, Wanted.PAUSE)

    def cancel(self, job_id: int) -> Job:
        """End a job; what it has finished is kept for the case that it is retried.

        Raises:
            InputError: When there is no such job, or it has ended.
        """
        return self._ask(job_id, JobState.CANCELLED, Wanted.CANCEL)

    def resume(self, job_id: int) -> Job:
        """Let a paused job go on when its turn comes.

        Raises:
            InputError: When there is no such job, or it is not paused.
        """
        with self._database.writing() as connection:
            job = self.job(job_id)
            if job.state is JobState.RUNNING and job.wanted is Wanted.PAUSE:
                connection.execute("UPDATE jobs SET wanted = '' WHERE id = ?", (job_id,))
            elif job.state is JobState.PAUSED:
                change(connection, job_id, JobState.QUEUED, now_s=self._clock())
            else:
                raise InputError(f"job {job_id} is {job.state}, not paused")
        return self.job(job_id)

    def retry(self, job_id: int) -> Job:
        """Queue a job again that has ended; finished passes are gone on with.

        Raises:
            InputError: When there is no such job, or it has not ended.
        """
        with self._database.writing() as connection:
            job = self.job(job_id)
            if job.state not in ENDED:
                raise InputError(f"job {job_id} is {job.state} and has not ended")
            connection.execute(
                "UPDATE jobs SET crash_count = 0, outcome = NULL, ended_s = NULL, source = ?, "
                "position = ? WHERE id = ?",
                (Source.QUEUE.value, last_position(connection), job_id),
            )
            change(connection, job_id, JobState.QUEUED, now_s=self._clock())
        return self.job(job_id)

    def move(self, job_id: int, *, before: int | None) -> Job:
        """Give a waiting job another turn.

        Args:
            job_id: The job.
            before: The job that is to come next after it, whose priority it takes; None puts it at
                the end of those of its own.

        Raises:
            InputError: When one of them does not wait, or both are the same.
        """
        with self._database.writing() as connection:
            job = self._waiting(job_id)
            if before == job_id:
                raise InputError(f"job {job_id} cannot come before itself")
            if before is None:
                priority, position = job.priority, last_position(connection)
            else:
                other = self._waiting(before)
                row = connection.execute(
                    "SELECT MAX(position) FROM jobs WHERE position < ? AND id != ?",
                    (other.position, job_id),
                ).fetchone()
                below = other.position - 1 if row[0] is None else row[0]
                priority, position = other.priority, (below + other.position) / 2
            connection.execute(
                "UPDATE jobs SET priority = ?, position = ? WHERE id = ?",
                (priority, position, job_id),
            )
        return self.job(job_id)

    def prioritise(self, job_id: int, priority: int) -> Job:
        """Give a waiting job another priority.

        Raises:
            InputError: When it does not wait.
        """
        with self._database.writing() as connection:
            self._waiting(job_id)
            connection.execute("UPDATE jobs SET priority = ? WHERE id = ?", (priority, job_id))
        return self.job(job_id)

    def remove(self, job_id: int) -> None:
        """Forget a job with all that is known of it; its video stays.

        Raises:
            InputError: When there is no such job, or it runs.
        """
        with self._database.writing() as connection:
            if self.job(job_id).state is JobState.RUNNING:
                raise InputError(f"job {job_id} runs", hint=f"aivg jobs cancel {job_id}")
            connection.execute("DELETE FROM jobs WHERE id = ?", (job_id,))

    def _ask(self, job_id: int, state: JobState, wanted: Wanted) -> Job:
        """Change a job that waits; ask one that runs."""
        with self._database.writing() as connection:
            job = self.job(job_id)
            if job.state is JobState.RUNNING:
                connection.execute(
                    "UPDATE jobs SET wanted = ? WHERE id = ?", (wanted.value, job_id)
                )
            elif job.state not in WAITING:
                raise InputError(f"job {job_id} is {job.state} already")
            elif state is JobState.CANCELLED:
                end(connection, job_id, state, Outcome(), now_s=self._clock())
            else:
                change(connection, job_id, state, now_s=self._clock())
        return self.job(job_id)

    def _waiting(self, job_id: int) -> Job:
        job = self.job(job_id)
        if job.state not in WAITING:
            raise InputError(f"job {job_id} is {job.state} and does not wait")
        return job
