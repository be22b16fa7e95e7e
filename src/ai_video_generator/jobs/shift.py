"""What those who carry jobs out do with them: take, finish, give back, and find the lost ones."""

import time
from collections.abc import Callable
from sqlite3 import Connection

from ai_video_generator.jobs.database import Database
from ai_video_generator.jobs.events import insert
from ai_video_generator.jobs.holder import lives
from ai_video_generator.jobs.job import (
    EventKind,
    Job,
    JobRequest,
    JobState,
    Outcome,
    Source,
    Wanted,
)
from ai_video_generator.jobs.job_table import TURN, change, end, job_row, new_job, put_back

MOST_CRASHES = 3
"""So many processes may end under a job before it is left alone: the first may have been another
program's fault, the third was not."""

_ASKS_FOR_IT = "COALESCE(json_extract(request, '$.options.gpu'), :device) = :device"
_TURN_OF_A_DEVICE = f"SELECT id FROM jobs WHERE state = 'queued' AND {_ASKS_FOR_IT} ORDER BY {TURN}"  # noqa: S608
# Nothing in it is from outside.


class Shift:
    """The jobs of a database, as one process that carries them out sees them.

    Args:
        database: Where they are kept.
        holder: The mark of this process, from `holding`.
        clock: Seconds since 1970; replaced in tests.
    """

    def __init__(
        self, database: Database, holder: str, *, clock: Callable[[], float] = time.time
    ) -> None:
        self._database, self._holder, self._clock = database, holder, clock

    def begin(self, request: JobRequest, source: Source) -> Job:
        """Write down a job that its own command carries out, and no worker."""
        now_s = self._clock()
        with self._database.writing() as connection:
            job_id = new_job(connection, request, source, JobState.RUNNING, now_s=now_s)
            connection.execute(
                "UPDATE jobs SET holder = ?, begun_s = ?, run_count = 1 WHERE id = ?",
                (self._holder, now_s, job_id),
            )
        return job_row(self._database, job_id)

    def following(self, device: str) -> Job | None:
        """The job whose turn is next, without taking it; None when none waits."""
        rows = self._database.rows(_TURN_OF_A_DEVICE, {"device": device})
        return job_row(self._database, rows[0]["id"]) if rows else None

    def claim(self, device: str) -> Job | None:
        """Take the job whose turn it is; None when none waits that this device may do.

        Args:
            device: What is computed on, as in `Accelerator.device`, or "cpu".
        """
        values = {"device": device}
        if not self._database.rows(_TURN_OF_A_DEVICE, values):
            return None  # nobody is kept from writing while nothing is to be done
        now_s = self._clock()
        with self._database.writing() as connection:
            row = connection.execute(_TURN_OF_A_DEVICE, values).fetchone()
            if row is None:
                return None
            connection.execute(
                "UPDATE jobs SET holder = ?, device = ?, begun_s = ?, ended_s = NULL, "
                "outcome = NULL, wanted = '', run_count = run_count + 1 WHERE id = ?",
                (self._holder, device, now_s, row["id"]),
            )
            change(connection, row["id"], JobState.RUNNING, device=device, now_s=now_s)
        return job_row(self._database, row["id"])

    def finish(self, job_id: int, state: JobState, outcome: Outcome) -> None:
        """Write down how a job ended; nothing if it is no longer this process's."""
        with self._database.writing() as connection:
            if _is_held(connection, job_id, self._holder):
                end(connection, job_id, state, outcome, now_s=self._clock())

    def give_back(self, job_id: int) -> JobState:
        """Stop holding a job that was stopped in between; it goes where it was asked to go.

        Returns:
            PAUSED or CANCELLED where that was wanted, else QUEUED, with its old turn.
        """
        with self._database.writing() as connection:
            if not _is_held(connection, job_id, self._holder):
                return job_row(self._database, job_id).state
            return put_back(connection, job_id, self.wanted(job_id), now_s=self._clock())

    def wanted(self, job_id: int) -> Wanted:
        """What a running job was asked to do; to end, where it is no longer known."""
        rows = self._database.rows("SELECT wanted FROM jobs WHERE id = ?", (job_id,))
        return Wanted(rows[0]["wanted"]) if rows else Wanted.CANCEL


def recover(
    database: Database,
    *,
    machine_started_s: float | None = None,
    clock: Callable[[], float] = time.time,
) -> list[Job]:
    """Find running jobs whose process has ended, and queue or end them.

    A job of the queue waits for another worker, until too many processes have ended under it; one
    of a command is interrupted.

    Args:
        database: Where the jobs are kept.
        machine_started_s: When the machine was started, seconds since 1970; a job that was begun
            before it is not to blame for the end of its process. None asks the system.
        clock: Seconds since 1970; replaced in tests.
    """
    rows = database.rows("SELECT id, holder FROM jobs WHERE state = 'running'")
    dead = [row for row in rows if not lives(database.folder, row["holder"])]
    if dead and machine_started_s is None:
        machine_started_s = _machine_started_s()
    found = []
    for row in dead:
        with database.writing() as connection:
            if not _is_held(connection, row["id"], row["holder"]):
                continue  # another program found it first
            _lose(connection, job_row(database, row["id"]), machine_started_s or 0.0, clock())
        found.append(job_row(database, row["id"]))
    return found


def _lose(connection: Connection, job: Job, machine_started_s: float, now_s: float) -> None:
    """Queue or end a job whose process has ended."""
    if job.source is not Source.QUEUE:
        outcome = Outcome(
            error="its process ended without a word",
            hint=f"aivg jobs retry {job.id} goes on with what was finished",
        )
        end(connection, job.id, JobState.INTERRUPTED, outcome, now_s=now_s)
        return
    is_guilty = (job.begun_s or 0.0) >= machine_started_s
    crashes = job.crash_count + is_guilty
    connection.execute("UPDATE jobs SET crash_count = ? WHERE id = ?", (crashes, job.id))
    said = "the worker's process ended" if is_guilty else "the machine was started anew"
    insert(connection, job.id, EventKind.ATTEMPT, {"error": said}, time_s=now_s)
    if crashes >= MOST_CRASHES:
        outcome = Outcome(
            error=f"{crashes} workers ended without a word while they made it",
            hint="the log may say more; aivg jobs retry tries once more",
            exit_code=1,
        )
        end(connection, job.id, JobState.FAILED, outcome, now_s=now_s)
    else:
        put_back(connection, job.id, job.wanted, now_s=now_s)


def _machine_started_s() -> float:
    import psutil  # type: ignore[import-untyped]  # it ships no types

    return float(psutil.boot_time())


def _is_held(connection: Connection, job_id: int, holder: str) -> bool:
    row = connection.execute(
        "SELECT 1 FROM jobs WHERE id = ? AND state = 'running' AND holder = ?", (job_id, holder)
    ).fetchone()
    return row is not None
