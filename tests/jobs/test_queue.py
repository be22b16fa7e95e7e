"""The queue: whose turn it is, what people may do to a job, what becomes of lost ones."""

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from ai_video_generator.config.settings import Settings, load_settings
from ai_video_generator.errors import InputError
from ai_video_generator.jobs.database import Database
from ai_video_generator.jobs.events import EventLog
from ai_video_generator.jobs.holder import holding, lives
from ai_video_generator.jobs.job import (
    ENDED,
    WAITING,
    EventKind,
    Job,
    JobRequest,
    JobState,
    Outcome,
    Source,
    Wanted,
    options_of,
)
from ai_video_generator.jobs.queue import JobQueue
from ai_video_generator.jobs.shift import MOST_CRASHES, Shift, recover


@pytest.fixture
def queue(database: Database) -> JobQueue:
    return JobQueue(database)


@pytest.fixture
def shift(database: Database) -> Shift:
    """One of a process that does not live."""
    return Shift(database, "0123")


def asked(name: str = "video", **options: str) -> JobRequest:
    return JobRequest(
        pictures=(Path("/photo.jpg"),),
        sound=Path("/song.mp3"),
        output=Path(f"/{name}.mp4"),
        options=options,
    )


def claimed(shift: Shift, device: str = "cpu") -> Job:
    job = shift.claim(device)
    assert job is not None
    return job


def test_jobs_are_taken_in_their_order(queue: JobQueue, shift: Shift) -> None:
    first, second = queue.add(asked("a")), queue.add(asked("b"))
    urgent = queue.add(asked("c"), priority=5)
    assert [claimed(shift).id for _ in range(3)] == [urgent.id, first.id, second.id]
    assert shift.claim("cpu") is None


def test_a_job_keeps_what_was_asked(queue: JobQueue) -> None:
    request = asked("a", size="1280x720", prompt="waves; 'and' \"light\" é")
    assert queue.job(queue.add(request).id).request == request


def test_a_claimed_job_says_where_and_since_when_it_runs(
    database: Database, queue: JobQueue
) -> None:
    queue.add(asked())
    job = claimed(Shift(database, "0123", clock=lambda: 5000.0), "cuda:1")
    assert (job.state, job.device, job.begun_s, job.run_count) == (
        JobState.RUNNING,
        "cuda:1",
        5000.0,
        1,
    )


def test_a_job_for_one_gpu_is_left_to_its_worker(queue: JobQueue, shift: Shift) -> None:
    own, other = queue.add(asked("a", gpu="cuda:1")), queue.add(asked("b"))
    assert claimed(shift, "cuda:0").id == other.id
    assert shift.claim("cuda:0") is None
    assert claimed(shift, "cuda:1").id == own.id


def test_a_waiting_job_is_paused_resumed_and_cancelled(queue: JobQueue, shift: Shift) -> None:
    job = queue.add(asked())
    assert queue.pause(job.id).state is JobState.PAUSED
    assert shift.claim("cpu") is None
    assert queue.resume(job.id).state is JobState.QUEUED
    assert queue.cancel(job.id).state is JobState.CANCELLED
    assert shift.claim("cpu") is None


@pytest.mark.parametrize(
    ("wanted", "ends"), [("pause", JobState.PAUSED), ("cancel", JobState.CANCELLED)]
)
def test_a_running_job_is_asked_and_goes_where_it_was_asked_to(
    queue: JobQueue, shift: Shift, wanted: str, ends: JobState
) -> None:
    job = queue.add(asked())
    claimed(shift)
    assert shift.wanted(job.id) is Wanted.NOTHING
    assert getattr(queue, wanted)(job.id).state is JobState.RUNNING
    assert shift.wanted(job.id) is Wanted(wanted)
    assert shift.give_back(job.id) is ends
    assert queue.job(job.id).wanted is Wanted.NOTHING


def test_a_running_job_that_was_to_pause_may_go_on(queue: JobQueue, shift: Shift) -> None:
    job = queue.add(asked())
    claimed(shift)
    queue.pause(job.id)
    assert queue.resume(job.id).wanted is Wanted.NOTHING


def test_a_job_given_back_keeps_its_turn(queue: JobQueue, shift: Shift) -> None:
    first, second = queue.add(asked("a")), queue.add(asked("b"))
    assert shift.give_back(claimed(shift).id) is JobState.QUEUED
    assert [claimed(shift).id, claimed(shift).id] == [first.id, second.id]


def test_an_ended_job_is_queued_again_behind_the_others(queue: JobQueue, shift: Shift) -> None:
    job = queue.add(asked("a"))
    claimed(shift)
    shift.finish(job.id, JobState.FAILED, Outcome(error="no", exit_code=6))
    other = queue.add(asked("b"))
    again = queue.retry(job.id)
    assert (again.state, again.outcome, again.ended_s) == (JobState.QUEUED, None, None)
    assert [claimed(shift).id, claimed(shift).id] == [other.id, job.id]
    assert queue.job(job.id).run_count == 2


def test_a_job_is_moved_before_another_or_to_the_end(queue: JobQueue) -> None:
    a, b, c = (queue.add(asked(name)).id for name in "abc")
    urgent = queue.add(asked("d"), priority=1).id

    def order() -> list[int]:
        return [job.id for job in queue.jobs([JobState.QUEUED])]

    queue.move(c, before=a)
    assert order() == [urgent, c, a, b]
    queue.move(b, before=a)
    assert order() == [urgent, c, b, a]
    queue.move(a, before=urgent)
    assert order() == [a, urgent, c, b]
    queue.move(c, before=None)
    assert order() == [a, urgent, b, c]
    queue.prioritise(c, 9)
    assert order()[0] == c


def test_a_removed_job_leaves_nothing(database: Database, queue: JobQueue) -> None:
    job = queue.add(asked())
    queue.remove(job.id)
    assert database.rows("SELECT * FROM events") == []
    with pytest.raises(InputError, match=f"there is no job {job.id}"):
        queue.job(job.id)
    assert queue.add(asked()).id != job.id


@pytest.mark.parametrize("name", ["pause", "cancel", "resume", "retry", "remove", "prioritise"])
def test_what_cannot_be_done_to_a_job_is_an_error(queue: JobQueue, shift: Shift, name: str) -> None:
    def do(job_id: int) -> None:
        getattr(queue, name)(job_id, *([3] if name == "prioritise" else []))

    with pytest.raises(InputError, match="there is no job 7"):
        do(7)
    job = queue.add(asked())
    claimed(shift)
    if name in ("resume", "retry", "remove", "prioritise"):
        with pytest.raises(InputError, match=f"job {job.id} "):
            do(job.id)
    shift.finish(job.id, JobState.DONE, Outcome())
    if name in ("pause", "cancel", "resume", "prioritise"):
        with pytest.raises(InputError, match=f"job {job.id} is done"):
            do(job.id)


def test_a_job_cannot_come_before_itself_or_before_one_that_does_not_wait(
    queue: JobQueue, shift: Shift
) -> None:
    running, job = queue.add(asked()), queue.add(asked())
    claimed(shift)
    for before in (job.id, running.id, 99):
        with pytest.raises(InputError):
            queue.move(job.id, before=before)


def test_each_change_is_an_event(database: Database, queue: JobQueue, shift: Shift) -> None:
    job = queue.add(asked())
    queue.pause(job.id)
    queue.resume(job.id)
    claimed(shift, "cuda:0")
    shift.finish(job.id, JobState.DONE, Outcome(path=Path("/video.mp4"), seconds=3.0))
    told = EventLog(database).of(job.id)
    assert [event.values["state"] for event in told] == [
        "queued",
        "paused",
        "queued",
        "running",
        "done",
    ]
    assert told[3].values["device"] == "cuda:0"
    assert told[4].values["path"] == str(Path("/video.mp4"))


def test_only_the_newest_progress_and_preview_are_kept(database: Database, queue: JobQueue) -> None:
    job, log = queue.add(asked()), EventLog(database)
    for done in range(5):
        log.tell(job.id, EventKind.PROGRESS, {"done": done})
        log.tell(job.id, EventKind.PREVIEW, {}, bytes([done]))
        log.tell(job.id, EventKind.LOG, {"message": str(done)})
    kinds = Counter(event.kind for event in log.of(job.id))
    assert kinds == {"state": 1, "progress": 1, "preview": 1, "log": 5}
    latest = log.latest(job.id, EventKind.PREVIEW)
    assert latest is not None
    assert latest.blob == b"\x04"


def test_events_are_followed_as_another_program_writes_them(
    database: Database, queue: JobQueue
) -> None:
    job = queue.add(asked())
    with Database(database.folder) as own:
        seen = EventLog(own).followed(EventLog(own).last_id(), wait=lambda _: None)
        assert next(seen) == []
        assert next(seen) == []
        queue.pause(job.id)
        assert [event.values["state"] for event in next(seen)] == ["paused"]
        assert next(seen) == []


def test_a_job_of_a_process_that_lives_is_not_lost(database: Database, queue: JobQueue) -> None:
    queue.add(asked())
    with holding(database.folder) as mark:
        claimed(Shift(database, mark))
        assert lives(database.folder, mark)
        assert recover(database) == []
    assert not lives(database.folder, mark)
    assert [job.state for job in recover(database)] == [JobState.QUEUED]


def test_a_job_under_which_processes_end_is_left_alone_at_last(
    database: Database, queue: JobQueue, shift: Shift
) -> None:
    job, other = queue.add(asked("a")), queue.add(asked("b"))
    for count in range(1, MOST_CRASHES):
        assert claimed(shift).id == job.id
        (lost,) = recover(database)
        assert (lost.state, lost.crash_count) == (JobState.QUEUED, count)
    claimed(shift)
    (lost,) = recover(database)
    assert lost.state is JobState.FAILED
    assert lost.outcome is not None
    assert "3 workers ended" in lost.outcome.error
    assert claimed(shift).id == other.id
    assert recover(database)[0].id == other.id
    assert queue.retry(job.id).crash_count == 0


def test_a_restart_of_the_machine_is_no_fault_of_the_job(
    database: Database, queue: JobQueue
) -> None:
    queue.add(asked())
    claimed(Shift(database, "0123", clock=lambda: 1000.0))
    (lost,) = recover(database, machine_started_s=2000.0)
    assert (lost.state, lost.crash_count) == (JobState.QUEUED, 0)


def test_a_lost_job_goes_where_it_was_asked_to(
    database: Database, queue: JobQueue, shift: Shift
) -> None:
    queue.add(asked())
    queue.cancel(claimed(shift).id)
    assert recover(database)[0].state is JobState.CANCELLED


def test_a_job_of_a_command_that_was_killed_is_interrupted(database: Database) -> None:
    job = Shift(database, "0123").begin(asked(), Source.COMMAND)
    assert job.state is JobState.RUNNING
    (lost,) = recover(database)
    assert lost.state is JobState.INTERRUPTED
    assert JobQueue(database).retry(job.id).source is Source.QUEUE


def test_a_process_that_lost_its_job_changes_it_no_more(
    database: Database, queue: JobQueue, shift: Shift
) -> None:
    job = queue.add(asked())
    claimed(shift)
    recover(database)
    claimed(Shift(database, "4567"))
    shift.finish(job.id, JobState.FAILED, Outcome(error="late"))
    assert shift.give_back(job.id) is JobState.RUNNING
    assert queue.job(job.id).state is JobState.RUNNING


def test_states_are_waiting_running_or_ended() -> None:
    assert {*WAITING, *ENDED, JobState.RUNNING} == set(JobState)


def test_options_that_differ_from_their_defaults_are_kept_and_read_again(tmp_path: Path) -> None:
    given = {"size": "720p", "seed": "7", "fallback": "false", "storyboard": "story.json"}
    kept = options_of(load_settings(given, environment={}, file=_empty(tmp_path)).values)
    board = str(Path("story.json").absolute())
    assert kept == {"size": "1280x720", "seed": "7", "fallback": "false", "storyboard": board}
    assert options_of(Settings()) == {}


def _empty(folder: Path) -> Path:
    path = folder / "settings.toml"
    path.write_text("")
    return path


_CLAIMS = """
import sys
from pathlib import Path
from ai_video_generator.jobs.database import Database
from ai_video_generator.jobs.holder import holding
from ai_video_generator.jobs.job import JobState, Outcome
from ai_video_generator.jobs.shift import Shift
with Database(Path(sys.argv[1])) as database, holding(database.folder) as mark:
    shift = Shift(database, mark)
    sys.stdin.read(1)
    while (job := shift.claim("cpu")) is not None:
        print(job.id)
        shift.finish(job.id, JobState.DONE, Outcome())
"""


@pytest.mark.slow
def test_two_programs_never_take_the_same_job(database: Database, queue: JobQueue) -> None:
    ids = {queue.add(asked(str(number))).id for number in range(40)}
    programs = [
        subprocess.Popen(
            [sys.executable, "-c", _CLAIMS, str(database.folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        for _ in range(3)
    ]
    taken: list[int] = []
    for program in programs:
        assert program.stdin is not None
        program.stdin.write(b"x")
        program.stdin.flush()
    for program in programs:
        answer, _ = program.communicate(timeout=60)
        taken += map(int, answer.split())
    assert sorted(taken) == sorted(ids)
