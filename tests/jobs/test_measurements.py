"""What was measured in a run, and the story that it belongs to."""

import json

from corpus.ended_jobs import CPU_PLAN, GPU_PLAN, SMALLER_PLAN, asked, ended_job

from ai_video_generator.core.result import Attempt
from ai_video_generator.errors import DeviceMemoryError
from ai_video_generator.jobs.database import Database
from ai_video_generator.jobs.measurements import keep_measurement, measurements_of
from ai_video_generator.jobs.queue import JobQueue
from ai_video_generator.jobs.story import story_of
from ai_video_generator.progress_tracker import StageTime

READING = StageTime(stage="reading", seconds=0.5, parts_s=((0.0, 0.5),))
FRAMES = StageTime(stage="frames", seconds=9.0, parts_s=((0.5, 4.5), (5.0, 10.0)))

_TELEMETRY = {
    "seconds": 12.0,
    "times_s": [0.0, 1.0],
    "peak_own_ram_bytes": 2e9,
    "devices": [
        {"name": "GPU", "load": [0.5, 1.0], "throttle_reasons": ["heat"], "total_bytes": 8}
    ],
}


def test_measurements_of_each_run_are_kept_whole(database: Database) -> None:
    job = ended_job(database, [Attempt(plan=CPU_PLAN, seconds=1.0)])
    assert measurements_of(database, job.id) == []
    keep_measurement(database, job.id, 1, [READING])
    keep_measurement(database, job.id, 1, [READING, FRAMES], _TELEMETRY)
    keep_measurement(database, job.id, 2, [])
    first, second = measurements_of(database, job.id)
    assert first.stages == (READING, FRAMES)
    assert first.telemetry == _TELEMETRY
    assert (second.stages, second.telemetry) == ((), {})


def test_peaks_are_what_is_no_column(database: Database) -> None:
    job = ended_job(database, [Attempt(plan=CPU_PLAN, seconds=1.0)])
    keep_measurement(database, job.id, 1, [], _TELEMETRY)
    (measured,) = measurements_of(database, job.id)
    assert measured.peaks == {
        "seconds": 12.0,
        "peak_own_ram_bytes": 2e9,
        "devices": [{"name": "GPU", "throttle_reasons": ["heat"], "total_bytes": 8}],
    }


def test_a_story_has_everything_and_is_json(database: Database) -> None:
    error = DeviceMemoryError("too little")
    attempts = [
        Attempt(plan=GPU_PLAN, seconds=10.0, error=error),
        Attempt(plan=SMALLER_PLAN, seconds=40.0),
    ]
    job = ended_job(database, attempts, seconds=52.0)
    keep_measurement(database, job.id, 1, [FRAMES], _TELEMETRY)
    story = story_of(database, job.id)
    assert (story.took_s, story.made_s) == (52.0, 42.0)
    document = json.loads(json.dumps(story.document))
    assert [one["kind"] for one in document["events"]] == ["state", "plan", "plan", "state"]
    assert [one["error_kind"] for one in document["attempts"]] == ["DeviceMemoryError", ""]
    assert document["attempts"][1]["plan"]["model"] == "svd_xt"
    assert document["measurements"][0]["stages"] == [{"stage": "frames", "seconds": 9.0}]
    assert document["rating"] is None


def test_a_job_that_waits_has_a_short_story(database: Database) -> None:
    job = JobQueue(database).add(asked())
    story = story_of(database, job.id)
    assert (story.took_s, story.made_s, story.attempts) == (None, None, ())
    assert story.document["outcome"] is None
