"""The list of jobs: the newest first, each in figures, only those looked for; forgotten."""

import pytest
from corpus.ended_jobs import BEGIN_S, CPU_PLAN, GPU_PLAN, SMALLER_PLAN, asked, ended_job, foretold

from ai_video_generator.core.result import Attempt
from ai_video_generator.errors import DeviceMemoryError, InputError
from ai_video_generator.jobs.database import Database
from ai_video_generator.jobs.events import EventLog
from ai_video_generator.jobs.forgetting import forget
from ai_video_generator.jobs.job import EventKind, JobState, Source
from ai_video_generator.jobs.job_filter import JobFilter, ended_before
from ai_video_generator.jobs.past_jobs import DOCUMENT_NAMES, JobSummary, past_jobs
from ai_video_generator.jobs.queue import JobQueue
from ai_video_generator.jobs.ratings import rate
from ai_video_generator.jobs.shift import Shift

_DAY_S = 86_400.0


def found(database: Database, **wanted: object) -> list[int]:
    return [one.job.id for one in past_jobs(database, JobFilter(**wanted))[0]]  # type: ignore[arg-type]  # any of them


def only(database: Database) -> JobSummary:
    ((summary,), _) = past_jobs(database)
    return summary


def test_a_job_is_told_in_figures(database: Database) -> None:
    plan = foretold(SMALLER_PLAN, 50.0)
    failed = Attempt(plan=GPU_PLAN, seconds=10.0, error=DeviceMemoryError("too little"))
    job = ended_job(database, [failed, Attempt(plan=plan, seconds=50.0)])
    rate(database, job.id, 4)
    summary = only(database)
    assert (summary.model, summary.device) == ("svd_xt", "cuda:0")
    assert summary.size == str(plan.output_size)
    assert summary.frame_count == plan.timeline.frame_count
    assert summary.video_s == 30.0
    assert (summary.seconds, summary.estimate_s, summary.speed) == (60.0, 50.0, 0.5)
    assert (summary.attempt_count, summary.stars) == (2, 4)
    assert tuple(summary.document) == DOCUMENT_NAMES


def test_a_job_that_runs_is_told_by_its_plan(database: Database) -> None:
    job = Shift(database, "0123").begin(asked(), Source.COMMAND)
    assert only(database).model == ""
    EventLog(database).tell(
        job.id,
        EventKind.PLAN,
        {
            "model": "camera",
            "device": "cpu",
            "size": "640x360",
            "frame_rate": "29.97",
            "frame_count": 2997,
            "seconds": 9.0,
        },
    )
    summary = only(database)
    assert (summary.model, summary.device, summary.size) == ("camera", "cpu", "640x360")
    assert summary.video_s == 100.0
    assert summary.speed is None


def test_a_video_that_was_there_has_no_speed(database: Database) -> None:
    ended_job(database, [], was_there=True, seconds=0.1)
    assert only(database).speed is None


def test_jobs_are_found_by_state_model_time_and_name(database: Database) -> None:
    old = ended_job(database, [Attempt(plan=CPU_PLAN, seconds=5.0)], asked_for=asked("Hafen"))
    error = DeviceMemoryError("too little")
    failed = ended_job(
        database, [Attempt(plan=GPU_PLAN, seconds=5.0, error=error)], begin_s=BEGIN_S + _DAY_S
    )
    waiting = JobQueue(database, clock=lambda: BEGIN_S + 2 * _DAY_S).add(asked("Über uns"))
    assert found(database) == [waiting.id, failed.id, old.id]
    assert found(database, states=frozenset({JobState.DONE, JobState.FAILED})) == [
        failed.id,
        old.id,
    ]
    assert found(database, model="svd_xt") == [failed.id]
    assert found(database, since_s=BEGIN_S + 1, until_s=BEGIN_S + _DAY_S) == [failed.id]
    assert found(database, text="hafen") == [old.id]
    assert found(database, text="über") == [waiting.id]
    assert found(database, text="WAVES.mp3") == [waiting.id, failed.id, old.id]
    assert found(database, text="sounds") == []


def test_beyond_the_limit_they_are_counted(database: Database) -> None:
    for _ in range(5):
        JobQueue(database).add(asked())
    shown, more = past_jobs(database, JobFilter(limit=2))
    assert ([one.job.id for one in shown], more) == ([5, 4], 3)


def test_a_forgotten_job_leaves_nothing(database: Database) -> None:
    job = ended_job(database, [Attempt(plan=CPU_PLAN, seconds=5.0)])
    other = ended_job(database, [Attempt(plan=CPU_PLAN, seconds=5.0)])
    rate(database, job.id, 1)
    forget(database, [job.id])
    assert found(database) == [other.id]
    for table in ("events", "attempts", "ratings"):
        query = f"SELECT * FROM {table} WHERE job_id = ?"  # noqa: S608 - names of this test
        assert database.rows(query, (job.id,)) == []


def test_what_has_not_ended_is_never_forgotten(database: Database) -> None:
    ended = ended_job(database, [Attempt(plan=CPU_PLAN, seconds=5.0)])
    waiting = JobQueue(database).add(asked())
    running = Shift(database, "0123").begin(asked(), Source.COMMAND)
    for job in (waiting, running):
        with pytest.raises(InputError, match=f"job {job.id} is"):
            forget(database, [ended.id, job.id])
    with pytest.raises(InputError, match="there is no job 99"):
        forget(database, [ended.id, 99])
    assert len(found(database)) == 3
    assert ended_before(database, BEGIN_S + 1e9) == [ended.id]
    assert ended_before(database, BEGIN_S) == []
