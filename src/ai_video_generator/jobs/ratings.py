"""What people think of what was made: one to five stars, and a few words."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ai_video_generator.config.settings import Settings
from ai_video_generator.errors import InputError
from ai_video_generator.jobs.database import DATABASE_NAME, Database, data_folder
from ai_video_generator.jobs.job import Job, JobState
from ai_video_generator.jobs.job_table import as_job, job_row
from ai_video_generator.planning.ratings import Rating, Ratings

LEAST_STARS, MOST_STARS = 1, 5

_BY_MODEL = """
SELECT made.model AS model, AVG(ratings.stars) AS mean, COUNT(*) AS count
FROM ratings JOIN attempts AS made ON made.job_id = ratings.job_id AND made.number = (
  SELECT MAX(number) FROM attempts WHERE job_id = ratings.job_id AND error_kind = '')
GROUP BY made.model ORDER BY made.model
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRating:
    """What somebody thinks of a video.

    Attributes:
        stars: From 1 to 5, both included.
        note: Why; empty where nothing was said.
        rated_s: When, seconds since 1970.
    """

    stars: int
    note: str
    rated_s: float


def rate(
    database: Database,
    job_id: int,
    stars: int,
    note: str = "",
    *,
    clock: Callable[[], float] = time.time,
) -> JobRating:
    """Rate what a job has made; a rating that is there is replaced.

    Args:
        database: Where it is kept.
        job_id: The job, which is done.
        stars: From 1 to 5, both included.
        note: Why.
        clock: Seconds since 1970; replaced in tests.

    Raises:
        InputError: When there is no such job, it is not done, or the stars are too few or many.
    """
    if not LEAST_STARS <= stars <= MOST_STARS:
        raise InputError(
            f"{stars} is no rating", hint=f"give {LEAST_STARS} to {MOST_STARS} stars, 5 is best"
        )
    rating = JobRating(stars=stars, note=note, rated_s=clock())
    with database.writing() as connection:
        job = job_row(database, job_id)
        if job.state is not JobState.DONE:
            raise InputError(f"job {job_id} is {job.state}", hint="only what was made can be rated")
        connection.execute(
            "INSERT OR REPLACE INTO ratings (job_id, stars, note, rated_s) VALUES (?, ?, ?, ?)",
            (job_id, rating.stars, rating.note, rating.rated_s),
        )
    return rating


def rating_of(database: Database, job_id: int) -> JobRating | None:
    """The rating of a job; None when it has none."""
    rows = database.rows("SELECT * FROM ratings WHERE job_id = ?", (job_id,))
    if not rows:
        return None
    (row,) = rows
    return JobRating(stars=row["stars"], note=row["note"], rated_s=row["rated_s"])


def remove_rating(database: Database, job_id: int) -> bool:
    """Take the rating of a job away; whether there was one."""
    with database.writing() as connection:
        cursor = connection.execute("DELETE FROM ratings WHERE job_id = ?", (job_id,))
    return cursor.rowcount > 0


def ratings_by_model(database: Database) -> dict[str, Rating]:
    """The mean of the stars of each model's videos, and how many were rated."""
    return {
        row["model"]: Rating(mean=row["mean"], count=row["count"])
        for row in database.rows(_BY_MODEL)
    }


def kept_ratings(settings: Settings) -> Ratings:
    """Ratings of the models, as the planner reads them; none where nothing was kept yet.

    Args:
        settings: They name the data folder.

    Raises:
        EnvironmentProblemError: When the database cannot be used.
    """
    folder = data_folder(settings.data_folder)
    if not (folder / DATABASE_NAME).exists():
        return {}
    with Database(folder) as database:
        return ratings_by_model(database)


def job_that_made(database: Database, video: Path) -> Job | None:
    """The newest job that has made the file of this path; None when no job here did.

    One that only found the file already there is taken where no other is known.
    """
    wanted = str(video.absolute())
    rows = database.rows(
        "SELECT * FROM jobs WHERE state = 'done' AND json_extract(outcome, '$.path') = ? "
        "ORDER BY json_extract(outcome, '$.was_there'), id DESC LIMIT 1",
        (wanted,),
    )
    return as_job(rows[0]) if rows else None
