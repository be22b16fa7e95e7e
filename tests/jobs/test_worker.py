"""One worker: every job ends in a state that is true, and no job ends the worker."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from corpus.oddities import write_picture, write_sound

from ai_video_generator import VideoGenerator
from ai_video_generator.config.settings import load_settings
from ai_video_generator.jobs.database import Database
from ai_video_generator.jobs.events import EventLog
from ai_video_generator.jobs.history import attempts_of
from ai_video_generator.jobs.holder import device_taken, has_worker
from ai_video_generator.jobs.job import EventKind, Job, JobRequest, JobState, Kind
from ai_video_generator.jobs.queue import JobQueue
from ai_video_generator.jobs.worker import Worker
from ai_video_generator.media.files import sha256
from ai_video_generator.media.video_file import video_info
from ai_video_generator.planning.plan import Plan
from ai_video_generator.progress_tracker import ProgressTracker

pytestmark = pytest.mark.slow

OPTIONS = {"size": "96x64", "fps": "24", "model": "ken_burns", "threads": "1"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_picture(tmp_path / "photo.png", 300, 200)
    write_sound(tmp_path / "song.wav", 0.5)
    return tmp_path


def request(folder: Path, name: str = "video.mp4", **changes: object) -> JobRequest:
    values = {
        "pictures": (folder / "photo.png",),
        "sound": folder / "song.wav",
        "output": folder / name,
        "options": OPTIONS,
        **changes,
    }
    return JobRequest.model_validate(values)


def worker(database: Database, *, on_plan: Callable[[Plan], None] | None = None) -> Worker:
    def generator(tracker: ProgressTracker, planned: Callable[[Plan], None]) -> VideoGenerator:
        def both(plan: Plan) -> None:
            planned(plan)
            if on_plan is not None:
                on_plan(plan)

        settings = load_settings({"cache_folder": database.folder / "cache"}).values
        return VideoGenerator(settings=settings, progress=tracker, on_plan=both)

    return Worker(database, "cpu", generator, stay=False)


def test_jobs_are_made_one_after_another(database: Database, folder: Path) -> None:
    queue = JobQueue(database)
    first = queue.add(request(folder, "first.mp4"))
    draft = queue.add(request(folder, "draft.mp4", kind=Kind.DRAFT))
    worker(database).run()
    done = [queue.job(job.id) for job in (first, draft)]
    assert [job.state for job in done] == [JobState.DONE, JobState.DONE]
    for job in done:
        assert job.outcome is not None
        assert job.outcome.path == job.request.output
        assert video_info(job.request.output).frame_count == 12
    (attempt,) = attempts_of(database, first.id)
    assert (attempt.run, attempt.plan.model, attempt.error) == (1, "ken_burns", "")
    assert attempt.seconds > 0


def test_a_made_video_is_made_again_by_a_job(database: Database, folder: Path) -> None:
    queue = JobQueue(database)
    # x264 compresses the same small noisy frames differently now and then.
    queue.add(request(folder, "video.mov", options={**OPTIONS, "codec": "prores"}))
    again = request(folder, "again.mov", kind=Kind.REPRODUCE, video=folder / "video.mov")
    queue.add(again.model_copy(update={"pictures": (), "sound": None, "options": {}}))
    worker(database).run()
    assert sha256(folder / "again.mov") == sha256(folder / "video.mov")


def test_a_job_that_fails_stops_no_other(database: Database, folder: Path) -> None:
    queue = JobQueue(database)
    (folder / "song.mp3").write_text("no sound")
    bad = queue.add(request(folder, "bad.mp4", sound=folder / "song.mp3"))
    good = queue.add(request(folder))
    worker(database).run()
    failed = queue.job(bad.id)
    assert failed.state is JobState.FAILED
    assert failed.outcome is not None
    assert failed.outcome.error_kind == "AudioUnreadableError"
    assert failed.outcome.exit_code == 3
    assert failed.outcome.hint
    assert queue.job(good.id).state is JobState.DONE


def test_what_was_made_before_a_crash_is_not_made_again(database: Database, folder: Path) -> None:
    queue = JobQueue(database)
    queue.add(request(folder))
    worker(database).run()
    before = (folder / "video.mp4").stat().st_mtime_ns
    again = queue.add(request(folder))
    worker(database).run()
    outcome = queue.job(again.id).outcome
    assert outcome is not None
    assert outcome.was_there
    assert (folder / "video.mp4").stat().st_mtime_ns == before


def test_how_it_went_can_be_read_afterwards(database: Database, folder: Path) -> None:
    job = JobQueue(database).add(request(folder))
    worker(database).run()
    told = EventLog(database).of(job.id)
    states = [event.values["state"] for event in told if event.kind is EventKind.STATE]
    assert states == ["queued", "running", "done"]
    (plan,) = [event.values for event in told if event.kind is EventKind.PLAN]
    assert (plan["model"], plan["size"], plan["frame_count"]) == ("ken_burns", "96x64", 12)
    assert [event for event in told if event.kind is EventKind.PROGRESS]


def test_warnings_of_the_program_are_written_down(database: Database, folder: Path) -> None:
    write_picture(folder / "photo.png", 300, 200)
    queue = JobQueue(database)
    job = queue.add(request(folder, options={**OPTIONS, "storyboard": str(folder / "none.json")}))
    (database.folder / "cache").write_text("in the way of the cache folder")
    queue.add(request(folder, "other.mp4"))
    worker(database).run()
    other = queue.jobs([JobState.DONE])[0]
    told = [event for event in EventLog(database).of(other.id) if event.kind is EventKind.LOG]
    assert any("cannot be" in event.values["message"] for event in told)
    assert {event.values["level"] for event in told} == {"warning"}
    assert queue.job(job.id).state is JobState.FAILED


def stopped_while_it_runs(
    database: Database, folder: Path, do: Callable[[Worker, Job], object]
) -> Job:
    """A job of a long sound with which something is done as soon as its plan is made."""
    write_sound(folder / "song.wav", 600.0)
    job = JobQueue(database).add(request(folder))
    done: list[threading.Thread] = []

    def begun(_: Plan) -> None:
        with Database(database.folder):
            done.append(threading.Thread(target=lambda: do(made, job)))
            done[0].start()

    made = worker(database, on_plan=begun)
    made.run()
    done[0].join()
    assert not (folder / "video.mp4").exists()
    return JobQueue(database).job(job.id)


@pytest.mark.parametrize(
    ("wanted", "state"), [("pause", JobState.PAUSED), ("cancel", JobState.CANCELLED)]
)
def test_a_running_job_obeys(
    database: Database, folder: Path, wanted: str, state: JobState
) -> None:
    def ask(_: Worker, job: Job) -> None:
        with Database(database.folder) as other:
            getattr(JobQueue(other), wanted)(job.id)

    assert stopped_while_it_runs(database, folder, ask).state is state


def test_a_worker_that_is_stopped_leaves_its_job_to_another(
    database: Database, folder: Path
) -> None:
    job = stopped_while_it_runs(database, folder, lambda made, _: made.stop())
    assert (job.state, job.crash_count) == (JobState.QUEUED, 0)
    write_sound(folder / "song.wav", 0.5)
    worker(database).run()
    assert JobQueue(database).job(job.id).state is JobState.DONE


def test_a_device_has_one_worker_at_a_time(database: Database, folder: Path) -> None:
    queue = JobQueue(database)
    job = queue.add(request(folder))
    second = worker(database)
    with device_taken(database.folder, "cpu", on_wait=lambda: None, check=lambda: None):
        thread = threading.Thread(target=second.run)
        thread.start()
        thread.join(1.0)
        assert thread.is_alive()
        assert has_worker(database.folder, "cpu")
        assert queue.job(job.id).state is JobState.QUEUED
        second.stop()
        thread.join()
    worker(database).run()
    assert queue.job(job.id).state is JobState.DONE
    assert not has_worker(database.folder, "cpu")
