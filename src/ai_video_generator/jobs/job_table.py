"""Rows of the table of jobs: read into values, and changed within what is being written."""

from sqlite3 import Connection, Row

from ai_video_generator.errors import InputError
from ai_video_generator.jobs.database import Database
from ai_video_generator.jobs.events import insert
from ai_video_generator.jobs.job import (
    EventKind,
    Job,
    JobRequest,
    JobState,
    Outcome,
    Source,
    Wanted,
)

TURN = "priority DESC, position, id"
"""The order in which jobs are made."""


def job_row(database: Database, job_id: int) -> Job:
    """One job.

    Raises:
        InputError: When there is none of this number.
    """
    rows = database.rows("SELECT * FROM jobs WHERE id = ?", (job_id,))
    if not rows:
        raise InputError(f"there is no job {job_id}", hint="aivg jobs and aivg history list them")
    return as_job(rows[0])


def new_job(
    connection: Connection,
    request: JobRequest,
    source: Source,
    state: JobState,
    *,
    priority: int = 0,
    now_s: float,
) -> int:
    """Write down a job behind all others, and return its number."""
    cursor = connection.execute(
        "INSERT INTO jobs (state, source, request, priority, position, created_s) "
        "VALUES (?, ?, ?, ?, ?, ?)",
        (
            state.value,
            source.value,
            request.to_text(),
            priority,
            last_position(connection),
            now_s,
        ),
    )
    job_id = int(cursor.lastrowid or 0)
    change(connection, job_id, state, now_s=now_s)
    return job_id


def change(
    connection: Connection, job_id: int, state: JobState, *, now_s: float, **values: object
) -> None:
    """Give a job another state, and tell it."""
    connection.execute("UPDATE jobs SET state = ? WHERE id = ?", (state.value, job_id))
    insert(connection, job_id, EventKind.STATE, {"state": state.value, **values}, time_s=now_s)


def end(
    connection: Connection, job_id: int, state: JobState, outcome: Outcome, *, now_s: float
) -> None:
    """End a job."""
    connection.execute(
        "UPDATE jobs SET holder = '', wanted = '', ended_s = ?, outcome = ? WHERE id = ?",
        (now_s, outcome.to_text(), job_id),
    )
    told = outcome.model_dump(exclude_defaults=True)
    change(connection, job_id, state, now_s=now_s, **told)


def put_back(connection: Connection, job_id: int, wanted: Wanted, *, now_s: float) -> JobState:
    """Let a job go where it was asked to go, else to its old turn; returns its new state."""
    if wanted is Wanted.CANCEL:
        end(connection, job_id, JobState.CANCELLED, Outcome(), now_s=now_s)
        return JobState.CANCELLED
    state = JobState.PAUSED if wanted is Wanted.PAUSE else JobState.QUEUED
    connection.execute("UPDATE jobs SET holder = '', wanted = '' WHERE id = ?", (job_id,))
    change(connection, job_id, state, now_s=now_s)
    return state


def last_position(connection: Connection) -> float:
    """A position behind all jobs."""
    row = connection.execute("SELECT MAX(position) FROM jobs").fetchone()
    return 1.0 if row[0] is None else float(row[0]) + 1.0


def as_job(row: Row) -> Job:
    """A row as a value."""
    outcome = row["outcome"]
    return Job(
        id=row["id"],
        state=JobState(row["state"]),
        source=Source(row["source"]),
        request=JobRequest.from_text(row["request"]),
        priority=row["priority"],
        position=row["position"],
        wanted=Wanted(row["wanted"]),
        device=row["device"],
        created_s=row["created_s"],
        begun_s=row["begun_s"],
        ended_s=row["ended_s"],
        run_count=row["run_count"],
        crash_count=row["crash_count"],
        outcome=Outcome.from_text(outcome) if outcome else None,
    )
