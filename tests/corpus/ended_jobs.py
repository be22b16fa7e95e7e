"""Jobs that have ended, written down as commands do, without a video being made."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from corpus.machines import equipped, machine
from corpus.requests import SVD, model, request

from ai_video_generator.core.result import Attempt
from ai_video_generator.errors import AIVideoError
from ai_video_generator.jobs.database import Database
from ai_video_generator.jobs.events import EventLog
from ai_video_generator.jobs.history import keep_attempts
from ai_video_generator.jobs.job import EventKind, Job, JobRequest, JobState, Outcome, Source
from ai_video_generator.jobs.queue import JobQueue
from ai_video_generator.jobs.shift import Shift
from ai_video_generator.planning.plan import Plan
from ai_video_generator.planning.planner import candidates

BEGIN_S = 1_700_000_000.0
"""When jobs begin that are not told when, seconds since 1970."""

_LADDER = candidates(
    request(sound_duration_s=Fraction(30)), equipped(machine("desktop_rtx4070")), [SVD, model()]
).plans

GPU_PLAN = _LADDER[0]
"""Half a minute, by a network on "cuda:0"."""

SMALLER_PLAN = _LADDER[1]
"""The same in smaller frames."""

CPU_PLAN = next(plan for plan in _LADDER if plan.device == "cpu")
"""Half a minute, by the camera."""


def asked(name: str = "video", **options: str) -> JobRequest:
    """A picture and a sound of one name for a video of another."""
    return JobRequest(
        pictures=(Path("/pictures/beach.jpg"),),
        sound=Path("/sounds/waves.mp3"),
        output=Path(f"/videos/{name}.mp4"),
        options=options,
    )


def foretold(plan: Plan, seconds: float) -> Plan:
    """A plan that was to take so many seconds."""
    return replace(plan, estimate=replace(plan.estimate, seconds=seconds))


def ended_job(
    database: Database,
    attempts: Sequence[Attempt],
    *,
    asked_for: JobRequest | None = None,
    begin_s: float = BEGIN_S,
    seconds: float | None = None,
    was_there: bool = False,
) -> Job:
    """A job of a command; it failed if its last attempt did.

    Args:
        database: Where it is kept.
        attempts: What was tried.
        asked_for: What was asked for.
        begin_s: When it began.
        seconds: Its wall time; None takes that of its attempts.
        was_there: Whether its video was there already.
    """
    asked_for = asked_for or asked()
    took_s = sum(one.seconds for one in attempts) if seconds is None else seconds
    job = Shift(database, "0123", clock=lambda: begin_s).begin(asked_for, Source.COMMAND)
    log = EventLog(database, clock=lambda: begin_s + 1)
    for attempt in attempts:
        plan = attempt.plan
        told = {
            "model": plan.model,
            "device": plan.device,
            "precision": plan.precision.value,
            "size": str(plan.output_size),
            "frame_rate": "30",
            "frame_count": plan.timeline.frame_count,
            "seconds": plan.estimate.seconds,
        }
        log.tell(job.id, EventKind.PLAN, told)
    keep_attempts(database, job, attempts)
    error: AIVideoError | None = attempts[-1].error if attempts else None
    if error is not None:
        outcome = Outcome(
            error=str(error), hint=error.hint, error_kind=type(error).__name__, seconds=took_s
        )
    else:
        outcome = Outcome(path=asked_for.output, seconds=took_s, was_there=was_there)
    state = JobState.FAILED if error is not None else JobState.DONE
    Shift(database, "0123", clock=lambda: begin_s + took_s).finish(job.id, state, outcome)
    return JobQueue(database).job(job.id)
