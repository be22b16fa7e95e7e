"""Which jobs are meant: by state, model, time and the names of their files."""

from dataclasses import dataclass
from pathlib import Path
from sqlite3 import Row

from ai_video_generator.jobs.database import Database
from ai_video_generator.jobs.job import ENDED, JobRequest, JobState

PLANNED = """
LEFT JOIN attempts AS tried ON tried.job_id = jobs.id AND tried.number = (
  SELECT MAX(number) FROM attempts WHERE job_id = jobs.id)
LEFT JOIN events AS planned ON planned.id = (
  SELECT MAX(id) FROM events WHERE job_id = jobs.id AND kind = 'plan')
"""
"""Joins the last attempt of each job, and the last plan that was told: attempts are written down
when a run ends."""

_CANDIDATES = f"""
SELECT jobs.id, jobs.state, jobs.request,
  COALESCE(tried.model, json_extract(planned.data, '$.model'), '') AS model
FROM jobs {PLANNED}
WHERE jobs.created_s >= :since AND jobs.created_s <= :until ORDER BY jobs.id DESC
"""  # noqa: S608 - nothing in it is from outside
# Plans are read of those alone that are shown: reading each takes a tenth of a millisecond.

_FIRST_S, _LAST_S = 0.0, 1e18
# No job was asked for before or after.


@dataclass(frozen=True, slots=True, kw_only=True)
class JobFilter:
    """Which jobs; the default is all of them.

    Attributes:
        states: In one of these states; empty takes all.
        model: Made by this model, or tried with it last.
        since_s: Asked for then or later, seconds since 1970.
        until_s: Asked for then or earlier.
        text: In the name of an input or of the video, whatever the case.
        limit: At most so many, the newest; None takes all.
    """

    states: frozenset[JobState] = frozenset()
    model: str = ""
    since_s: float = _FIRST_S
    until_s: float = _LAST_S
    text: str = ""
    limit: int | None = None


ALL_JOBS = JobFilter()


def job_numbers(database: Database, wanted: JobFilter = ALL_JOBS) -> list[int]:
    """Numbers of all jobs that are looked for, whatever the limit, the newest first."""
    values = {"since": wanted.since_s, "until": wanted.until_s}
    return [row["id"] for row in database.rows(_CANDIDATES, values) if _is_wanted(row, wanted)]


def ended_before(database: Database, time_s: float) -> list[int]:
    """Numbers of jobs that ended before a time, seconds since 1970, the newest first."""
    rows = database.rows(
        "SELECT id, state FROM jobs WHERE COALESCE(ended_s, created_s) < ? ORDER BY id DESC",
        (time_s,),
    )
    return [row["id"] for row in rows if row["state"] in ENDED]


def _is_wanted(row: Row, wanted: JobFilter) -> bool:
    if wanted.states and row["state"] not in wanted.states:
        return False
    if wanted.model and row["model"] != wanted.model:
        return False
    return not wanted.text or _is_named(row, wanted.text)


def _is_named(row: Row, text: str) -> bool:
    request = JobRequest.model_validate_json(row["request"])
    return any(text.casefold() in path.name.casefold() for path in paths_of(request))


def paths_of(request: JobRequest) -> list[Path]:
    """Inputs and outputs of a request: pictures, sound, video to reproduce, video."""
    others = [path for path in (request.sound, request.video) if path is not None]
    return [*request.pictures, *others, request.output]
