"""Worker processes: one for each device, begun anew when one is lost, dismissed without a loss."""

import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil  # type: ignore[import-untyped]  # it ships no types
import pytest
from corpus.faults import Fault, Stage, write_faulty_backend
from corpus.oddities import write_picture, write_sound
from corpus.queue_worker import PACKAGE, command, write_backends

from ai_video_generator.errors import CancelledError, RenderError
from ai_video_generator.jobs.crew import Crew
from ai_video_generator.jobs.database import Database
from ai_video_generator.jobs.events import EventLog
from ai_video_generator.jobs.history import attempts_of
from ai_video_generator.jobs.job import EventKind, JobRequest, JobState
from ai_video_generator.jobs.queue import JobQueue
from ai_video_generator.media.video_file import video_info

pytestmark = pytest.mark.slow

_PATIENCE_S = 120.0
# On a busy machine a process takes seconds to begin.


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    paths = [str(Path(__file__).parents[1]), str(tmp_path)]
    monkeypatch.setenv("PYTHONPATH", ":".join(paths))
    write_picture(tmp_path / "photo.png", 300, 200)
    write_sound(tmp_path / "song.wav", 1.0)
    return tmp_path


def request(folder: Path, name: str, **options: str) -> JobRequest:
    return JobRequest(
        pictures=(folder / "photo.png",),
        sound=folder / "song.wav",
        output=folder / name,
        options=options,
    )


def work(crew: Crew, until: Callable[[], bool] = lambda: False) -> None:
    """Let a crew work to its end, or until something is so."""
    give_up_s = time.monotonic() + _PATIENCE_S

    def check() -> None:
        assert time.monotonic() < give_up_s, "it takes too long"
        if until():
            raise CancelledError("enough")

    with suppress(CancelledError):
        crew.run(check=check, on_look=lambda: None)
    assert psutil.Process().children(recursive=True) == []


def states(database: Database) -> dict[str, JobState]:
    return {job.request.output.name: job.state for job in JobQueue(database).jobs(list(JobState))}


def test_unequal_cards_share_the_jobs_and_each_gets_a_plan_that_fits(
    database: Database, folder: Path
) -> None:
    write_backends(folder, gib=12.0, frame_s=0.02)
    queue = JobQueue(database)
    ids = [queue.add(request(folder, f"{number}.mp4")).id for number in range(6)]
    work(Crew(database, ["cuda:0", "cuda:1"], command(folder)))
    assert set(states(database).values()) == {JobState.DONE}
    plans = {}
    for job_id in ids:
        (attempt,) = attempts_of(database, job_id)
        assert attempt.plan.device == queue.job(job_id).device
        plans[attempt.plan.device] = attempt.plan
        assert video_info(queue.job(job_id).request.output).frame_count == 24
    assert set(plans) == {"cuda:0", "cuda:1"}
    small, large = (plans[device].estimate.device_bytes for device in ("cuda:0", "cuda:1"))
    assert small < large
    assert small < 11 * 2**30


def test_a_worker_that_is_lost_costs_one_try(database: Database, folder: Path) -> None:
    write_backends(folder)
    _crashing(folder, times=1)
    queue = JobQueue(database)
    job = queue.add(request(folder, "first.mp4", model="crashing", cpu="true"))
    queue.add(request(folder, "second.mp4", model="ken_burns", cpu="true"))
    work(Crew(database, ["cuda:0"], command(folder)))
    assert set(states(database).values()) == {JobState.DONE}
    assert (queue.job(job.id).crash_count, queue.job(job.id).run_count) == (1, 2)
    told = EventLog(database).of(job.id)
    (lost,) = [event for event in told if event.kind is EventKind.ATTEMPT]
    assert "process ended" in lost.values["error"]
    assert not list(folder.glob(".aivg-*"))


def test_a_job_that_kills_its_workers_is_left_alone_at_last(
    database: Database, folder: Path
) -> None:
    write_backends(folder)
    _crashing(folder, times=None)
    queue = JobQueue(database)
    queue.add(request(folder, "bad.mp4", model="crashing", cpu="true"))
    queue.add(request(folder, "good.mp4", model="ken_burns", cpu="true"))
    work(Crew(database, ["cuda:0"], command(folder)))
    assert states(database) == {"bad.mp4": JobState.FAILED, "good.mp4": JobState.DONE}
    assert not (folder / "bad.mp4").exists()


def test_a_dismissed_crew_loses_no_finished_pass(database: Database, folder: Path) -> None:
    write_backends(folder, gib=4.0, frame_s=0.03)
    write_sound(folder / "song.wav", 4.0)
    queue = JobQueue(database)
    job = queue.add(request(folder, "video.mp4"))
    passes = folder / "cache" / "work" / "chunks"
    work(
        Crew(database, ["cuda:0"], command(folder)),
        until=lambda: passes.is_dir() and len(list(passes.glob("[!.]*"))) >= 3,
    )
    waiting = queue.job(job.id)
    assert (waiting.state, waiting.crash_count) == (JobState.QUEUED, 0)
    work(Crew(database, ["cuda:1"], command(folder)))
    assert queue.job(job.id).state is JobState.DONE
    assert video_info(folder / "video.mp4").frame_count == 96
    told = [event.values for event in EventLog(database).of(job.id) if event.kind is EventKind.LOG]
    assert any("passes are already made" in values["message"] for values in told)


def test_workers_that_wait_begin_a_job_that_is_added(database: Database, folder: Path) -> None:
    write_backends(folder)
    added: list[int] = []

    def until() -> bool:
        if not added:
            added.append(JobQueue(database).add(request(folder, "late.mp4")).id)
        return JobQueue(database).job(added[0]).state is JobState.DONE

    work(Crew(database, ["cuda:0"], command(folder, "stay")), until)
    assert video_info(folder / "late.mp4").frame_count == 24


def test_workers_that_cannot_begin_are_an_error_and_not_begun_for_ever(database: Database) -> None:
    crew = Crew(database, ["cuda:0"], lambda _: [sys.executable, "-c", "import nobodys_package"])
    with pytest.raises(RenderError, match=r"cuda:0 cannot begin: .*nobodys_package"):
        crew.run(check=lambda: None, on_look=lambda: None)


def _crashing(folder: Path, *, times: int | None) -> None:
    """A camera that takes its process with it, in the package of the workers."""
    registry = write_faulty_backend(
        folder, "ken_burns", Fault.CRASH, Stage.MIDDLE, times=times, name="crashing"
    )
    written = folder / registry.package / "crashing.py"
    written.rename(folder / PACKAGE / "crashing.py")
