"""Jobs as a list to look through, each in a few figures."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from fractions import Fraction
from sqlite3 import Row
from typing import Any

from ai_video_generator.jobs.database import Database
from ai_video_generator.jobs.job import Job, JobState, Outcome
from ai_video_generator.jobs.job_filter import ALL_JOBS, PLANNED, JobFilter, job_numbers
from ai_video_generator.jobs.job_table import as_job

_SUMMARIES = f"""
SELECT jobs.*, ratings.stars AS stars,
  COALESCE(tried.model, json_extract(planned.data, '$.model'), '') AS model,
  COALESCE(tried.device, json_extract(planned.data, '$.device'), jobs.device) AS used_device,
  COALESCE(
    json_extract(tried.plan, '$.output_size.width_px') || 'x' ||
    json_extract(tried.plan, '$.output_size.height_px'),
    json_extract(planned.data, '$.size'), '') AS size,
  COALESCE(json_extract(tried.plan, '$.timeline.frame_count'),
    json_extract(planned.data, '$.frame_count')) AS frame_count,
  COALESCE(json_extract(tried.plan, '$.timeline.frame_rate'),
    json_extract(planned.data, '$.frame_rate')) AS frame_rate,
  COALESCE(json_extract(tried.plan, '$.estimate.seconds'),
    json_extract(planned.data, '$.seconds')) AS estimate_s,
  (SELECT COUNT(*) FROM attempts WHERE job_id = jobs.id) AS attempt_count
FROM jobs {PLANNED} LEFT JOIN ratings ON ratings.job_id = jobs.id
WHERE jobs.id IN (SELECT value FROM json_each(?)) ORDER BY jobs.id DESC
"""  # noqa: S608 - nothing in it is from outside

DOCUMENT_NAMES = (
    "job",
    "state",
    "source",
    "kind",
    "output",
    "created_s",
    "begun_s",
    "ended_s",
    "model",
    "device",
    "size",
    "frame_count",
    "video_s",
    "seconds",
    "estimate_s",
    "speed",
    "attempt_count",
    "was_there",
    "error",
    "stars",
)
"""Names of what `JobSummary.document` holds, in its order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobSummary:
    """One job in a few figures.

    Attributes:
        job: The job itself.
        model: What made the frames, or was tried last; empty when it was not planned.
        device: Where ("cuda:0", "cpu"); empty when it was not begun.
        size: Of the video ("1920x1080"); empty when it was not planned.
        frame_count: Frames of the video; None when it was not planned.
        video_s: Length of the video, seconds; None when it was not planned.
        seconds: Wall time of the run that ended it; None when it has not ended or none was told.
        estimate_s: What its last plan was to take.
        attempt_count: Plans that were tried.
        stars: Its rating, 1..5; None when it has none.
    """

    job: Job
    model: str
    device: str
    size: str
    frame_count: int | None
    video_s: float | None
    seconds: float | None
    estimate_s: float | None
    attempt_count: int
    stars: int | None

    @property
    def outcome(self) -> Outcome:
        """What became of it; an empty one while it has not ended."""
        return self.job.outcome or Outcome()

    @property
    def speed(self) -> float | None:
        """Seconds of video made in a second; None where nothing was made."""
        made = self.job.state is JobState.DONE and not self.outcome.was_there
        return self.video_s / self.seconds if made and self.video_s and self.seconds else None

    @property
    def document(self) -> dict[str, Any]:
        """All of it as plain values, for JSON and tables."""
        job = self.job
        values = (
            job.id,
            job.state.value,
            job.source.value,
            job.request.kind.value,
            str(job.request.output),
            job.created_s,
            job.begun_s,
            job.ended_s,
            self.model,
            self.device,
            self.size,
            self.frame_count,
            self.video_s,
            self.seconds,
            self.estimate_s,
            self.speed,
            self.attempt_count,
            self.outcome.was_there,
            self.outcome.error,
            self.stars,
        )
        return dict(zip(DOCUMENT_NAMES, values, strict=True))


def past_jobs(database: Database, wanted: JobFilter = ALL_JOBS) -> tuple[list[JobSummary], int]:
    """Jobs, the newest first, and how many more there are beyond the limit."""
    found = job_numbers(database, wanted)
    shown = found if wanted.limit is None else found[: wanted.limit]
    return summaries_of(database, shown), len(found) - len(shown)


def summaries_of(database: Database, job_ids: Collection[int]) -> list[JobSummary]:
    """Jobs of these numbers, the newest first."""
    rows = database.rows(_SUMMARIES, (json.dumps([*job_ids]),))
    return [_summary(row) for row in rows]


def _summary(row: Row) -> JobSummary:
    job = as_job(row)
    count, rate = row["frame_count"], row["frame_rate"]
    return JobSummary(
        job=job,
        model=row["model"],
        device=row["used_device"],
        size=row["size"],
        frame_count=count,
        video_s=float(count / Fraction(rate)) if count and rate else None,
        seconds=(job.outcome.seconds or None) if job.outcome else None,
        estimate_s=row["estimate_s"],
        attempt_count=row["attempt_count"],
        stars=row["stars"],
    )
