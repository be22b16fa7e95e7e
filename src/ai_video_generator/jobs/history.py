"""Every attempt that was made, with its plan, and what can be asked of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import TypeAdapter

from ai_video_generator.core.result import Attempt
from ai_video_generator.jobs.database import Database
from ai_video_generator.jobs.job import Job
from ai_video_generator.planning.plan import Plan

PLAN: TypeAdapter[Plan] = TypeAdapter(Plan)
"""Writes and reads plans as JSON."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptAttempt:
    """One plan that was tried.

    Attributes:
        number: Its place among all attempts of its job, from 1.
        run: The run of the job that it belongs to, from 1.
        plan: What was tried.
        seconds: How long it took.
        error: Why it failed; empty for one that made the file.
        error_kind: Class of the error.
    """

    number: int
    run: int
    plan: Plan
    seconds: float
    error: str
    error_kind: str


def keep_attempts(database: Database, job: Job, attempts: Sequence[Attempt]) -> None:
    """Write down the attempts of a job's present run.

    Raises:
        EnvironmentProblemError: When the database cannot be written.
    """
    with database.writing() as connection:
        row = connection.execute(
            "SELECT COALESCE(MAX(number), 0) FROM attempts WHERE job_id = ?", (job.id,)
        ).fetchone()
        connection.executemany(
            "INSERT INTO attempts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    job.id,
                    number,
                    job.run_count,
                    attempt.seconds,
                    attempt.plan.model,
                    attempt.plan.device,
                    PLAN.dump_json(attempt.plan).decode(),
                    str(attempt.error or ""),
                    type(attempt.error).__name__ if attempt.error else "",
                )
                for number, attempt in enumerate(attempts, start=int(row[0]) + 1)
            ],
        )


def attempts_of(database: Database, job_id: int) -> list[KeptAttempt]:
    """All attempts of a job, in order."""
    rows = database.rows("SELECT * FROM attempts WHERE job_id = ? ORDER BY number", (job_id,))
    return [
        KeptAttempt(
            number=row["number"],
            run=row["run"],
            plan=PLAN.validate_json(row["plan"]),
            seconds=row["seconds"],
            error=row["error"],
            error_kind=row["error_kind"],
        )
        for row in rows
    ]
