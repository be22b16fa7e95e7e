"""What a model does on a device of this machine: how often it succeeds, how fast it is."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from sqlite3 import Row
from statistics import median

from ai_video_generator.jobs.database import Database
from ai_video_generator.jobs.job_filter import ALL_JOBS, JobFilter, job_numbers

_ATTEMPTS = """
SELECT attempts.job_id, attempts.model, attempts.device, attempts.run, attempts.error_kind,
  json_extract(attempts.plan, '$.timeline.frame_count') AS frame_count,
  json_extract(attempts.plan, '$.timeline.frame_rate') AS frame_rate,
  json_extract(attempts.plan, '$.estimate.seconds') AS estimate_s,
  json_extract(jobs.outcome, '$.seconds') AS job_s,
  jobs.ended_s, jobs.state, jobs.run_count, ratings.stars,
  (SELECT COALESCE(SUM(seconds), 0) FROM attempts AS lost
   WHERE lost.job_id = jobs.id AND lost.run = attempts.run AND lost.error_kind != '') AS lost_s
FROM attempts JOIN jobs ON jobs.id = attempts.job_id
LEFT JOIN ratings ON ratings.job_id = attempts.job_id
ORDER BY attempts.job_id, attempts.number
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeVideo:
    """One video that was made in one run.

    Attributes:
        job_id: The job.
        model: What made its frames.
        device: Where.
        ended_s: When it was done, seconds since 1970.
        video_s: Its length, seconds.
        seconds: Wall time of the job, without attempts that failed.
        estimate_s: What the plan was to take.
    """

    job_id: int
    model: str
    device: str
    ended_s: float
    video_s: float
    seconds: float
    estimate_s: float

    @property
    def speed(self) -> float:
        """Seconds of video made in a second."""
        return self.video_s / self.seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelStatistics:
    """A model on a device.

    Attributes:
        model: Its name.
        device: Where it computed.
        made_count: Attempts that made a video.
        failed_count: Attempts that failed.
        speed: Median of seconds of video made in a second; None when nothing was made in one run.
        estimate_ratio: Median of the time that it took by the time that was told before: 1.2 took a
            fifth longer; None as for ``speed``.
        mean_stars: Mean rating of its videos, 1..5; None when none was rated.
        rated_count: How many were.
    """

    model: str
    device: str
    made_count: int
    failed_count: int
    speed: float | None
    estimate_ratio: float | None
    mean_stars: float | None
    rated_count: int


def model_statistics(database: Database, wanted: JobFilter = ALL_JOBS) -> list[ModelStatistics]:
    """What each model did on each device, those with most attempts first."""
    groups: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in _attempts(database, wanted):
        groups[row["model"], row["device"]].append(row)
    found = [_statistics(model, device, rows) for (model, device), rows in groups.items()]
    return sorted(found, key=lambda one: -(one.made_count + one.failed_count))


def made_videos(database: Database, wanted: JobFilter = ALL_JOBS) -> list[MadeVideo]:
    """Videos that were made in one run, the oldest first.

    A job that was begun again went on with what was finished, and says nothing of speed.
    """
    return [_made(row) for row in _attempts(database, wanted) if _tells_speed(row)]


def _attempts(database: Database, wanted: JobFilter) -> Iterator[Row]:
    ids = set(job_numbers(database, wanted))
    return (row for row in database.rows(_ATTEMPTS) if row["job_id"] in ids)


def _statistics(model: str, device: str, rows: list[Row]) -> ModelStatistics:
    made = [row for row in rows if not row["error_kind"]]
    videos = [_made(row) for row in rows if _tells_speed(row)]
    stars = [row["stars"] for row in made if row["stars"]]
    told = [video for video in videos if video.estimate_s > 0]
    return ModelStatistics(
        model=model,
        device=device,
        made_count=len(made),
        failed_count=len(rows) - len(made),
        speed=median(video.speed for video in videos) if videos else None,
        estimate_ratio=median(one.seconds / one.estimate_s for one in told) if told else None,
        mean_stars=sum(stars) / len(stars) if stars else None,
        rated_count=len(stars),
    )


def _tells_speed(row: Row) -> bool:
    was_done = row["state"] == "done" and not row["error_kind"]
    return bool(was_done and row["run_count"] == 1 and (row["job_s"] or 0) > row["lost_s"])


def _made(row: Row) -> MadeVideo:
    return MadeVideo(
        job_id=row["job_id"],
        model=row["model"],
        device=row["device"],
        ended_s=row["ended_s"],
        video_s=float(row["frame_count"] / Fraction(row["frame_rate"])),
        seconds=row["job_s"] - row["lost_s"],
        estimate_s=row["estimate_s"],
    )
