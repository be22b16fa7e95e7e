"""The whole story of a job: what was asked, what was tried, what happened, what became of it."""

from dataclasses import asdict, dataclass
from typing import Any

from ai_video_generator.jobs.database import Database
from ai_video_generator.jobs.events import EventLog
from ai_video_generator.jobs.history import PLAN, KeptAttempt, attempts_of
from ai_video_generator.jobs.job import Event, EventKind, Job
from ai_video_generator.jobs.job_table import job_row
from ai_video_generator.jobs.measurements import Measurement, measurements_of
from ai_video_generator.jobs.ratings import JobRating, rating_of


@dataclass(frozen=True, slots=True, kw_only=True)
class JobStory:
    """All that is known of a job.

    Attributes:
        job: What was asked, and where it stands.
        events: What happened, in order.
        attempts: Plans that were tried, in order; written down when a run ends.
        measurements: What was measured in each run; of some runs nothing is.
        rating: What somebody thinks of it.
    """

    job: Job
    events: tuple[Event, ...]
    attempts: tuple[KeptAttempt, ...]
    measurements: tuple[Measurement, ...]
    rating: JobRating | None

    @property
    def took_s(self) -> float | None:
        """Wall time of the run that ended it; None when it has not ended or none was told."""
        return (self.job.outcome.seconds or None) if self.job.outcome else None

    @property
    def made_s(self) -> float | None:
        """The same without attempts that failed, which no estimate counts; None if none made it."""
        if self.took_s is None or not self.attempts or self.attempts[-1].error_kind:
            return None
        run = self.attempts[-1].run
        lost = [one.seconds for one in self.attempts[:-1] if one.run == run]
        return self.took_s - sum(lost)

    @property
    def document(self) -> dict[str, Any]:
        """All of it as JSON has it; previews are told by their size."""
        job = self.job.document
        return {
            "job": job.pop("id"),
            **job,
            "events": [_event(event) for event in self.events],
            "attempts": [_attempt(attempt) for attempt in self.attempts],
            "measurements": [_measurement(one) for one in self.measurements],
            "rating": asdict(self.rating) if self.rating else None,
        }


def story_of(database: Database, job_id: int) -> JobStory:
    """All that is known of a job.

    Raises:
        InputError: When there is none of this number.
    """
    return JobStory(
        job=job_row(database, job_id),
        events=tuple(EventLog(database).of(job_id)),
        attempts=tuple(attempts_of(database, job_id)),
        measurements=tuple(measurements_of(database, job_id)),
        rating=rating_of(database, job_id),
    )


def _event(event: Event) -> dict[str, Any]:
    told = {"time_s": event.time_s, "kind": event.kind.value, **event.values}
    return told | ({"bytes": len(event.blob)} if event.kind is EventKind.PREVIEW else {})


def _attempt(attempt: KeptAttempt) -> dict[str, Any]:
    return {
        "number": attempt.number,
        "run": attempt.run,
        "seconds": attempt.seconds,
        "error": attempt.error,
        "error_kind": attempt.error_kind,
        "plan": PLAN.dump_python(attempt.plan, mode="json"),
    }


def _measurement(one: Measurement) -> dict[str, Any]:
    stages = [{"stage": stage.stage, "seconds": stage.seconds} for stage in one.stages]
    return {"run": one.run, "stages": stages, "telemetry": dict(one.telemetry)}
