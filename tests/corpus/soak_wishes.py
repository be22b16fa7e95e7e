"""People at a queue: they cancel, pause, resume, move and retry jobs while these are made."""

import time
from enum import StrEnum
from random import Random

from corpus.soak_jobs import Kind

from ai_video_generator.errors import InputError
from ai_video_generator.jobs.job import ENDED, Job, JobState
from ai_video_generator.jobs.queue import JobQueue

_PAUSE_S = 3.0
# Long enough for others to be made meanwhile.
_LATEST_S = 1.5
# After its begin, of a job that takes five seconds.


class Wish(StrEnum):
    """What happens to a job besides being made."""

    NOTHING = "nothing"
    CANCEL = "cancelled while running"
    CANCEL_WAITING = "cancelled while waiting"
    PAUSE = "paused while running, resumed later"
    PAUSE_WAITING = "paused while waiting, resumed later"
    STAY_PAUSED = "paused for good"
    RETRY = "cancelled while running, tried again"
    MOVE = "moved, and given another priority"
    BAD_INPUT = "unreadable input"

    @property
    def kind(self) -> Kind:
        """The kind of job that this can happen to."""
        if self in (Wish.CANCEL, Wish.PAUSE, Wish.RETRY):
            return Kind.CANCELLED  # slow enough to be met while it runs
        return Kind.BAD_INPUT if self is Wish.BAD_INPUT else Kind.NETWORK


_WEIGHTS = {
    Wish.NOTHING: 55,
    Wish.CANCEL: 6,
    Wish.CANCEL_WAITING: 6,
    Wish.PAUSE: 7,
    Wish.PAUSE_WAITING: 6,
    Wish.STAY_PAUSED: 3,
    Wish.RETRY: 5,
    Wish.MOVE: 6,
    Wish.BAD_INPUT: 6,
}
_IN_TURN = 9
# The first jobs meet each wish once, so that a sample has them all.

_HEEDED_S = 3.0
# A worker looks twice a second what is wanted, and stops at the next frame.

_OF_WAITING = (Wish.CANCEL_WAITING, Wish.PAUSE_WAITING, Wish.STAY_PAUSED, Wish.MOVE)

_WANTED = {
    Wish.CANCEL: JobState.CANCELLED,
    Wish.CANCEL_WAITING: JobState.CANCELLED,
    Wish.STAY_PAUSED: JobState.PAUSED,
    Wish.BAD_INPUT: JobState.FAILED,
}


class Meddler:
    """Sees to it that each job meets what was wished for it.

    Args:
        queue: The jobs.
        chance: Chooses wishes and instants.

    Attributes:
        wishes: What each job meets.
        too_late: Jobs that were done before anybody could ask, or just when somebody did.
        faults: Wishes that the queue refused, or that nobody heeded.
    """

    def __init__(self, queue: JobQueue, chance: Random) -> None:
        self._queue, self._chance = queue, chance
        self.wishes: dict[int, Wish] = {}
        self.too_late: set[int] = set()
        self.faults: list[str] = []
        self._pending: set[int] = set()
        self._paused_s: dict[int, float] = {}
        self._delay_s: dict[int, float] = {}
        self._asked_s: dict[int, float] = {}

    def wish_for(self, number: int) -> Wish:
        """What the job of a number shall meet."""
        if number < _IN_TURN:
            return list(Wish)[number]
        (wish,) = self._chance.choices(list(_WEIGHTS), list(_WEIGHTS.values()))
        return wish

    def priority_for(self, wish: Wish) -> int:
        """A priority; what is to be met while it waits comes late."""
        return -3 if wish in _OF_WAITING else self._chance.randint(-2, 2)

    def watch(self, job_id: int, wish: Wish) -> None:
        """Let a job of the queue meet a wish."""
        self.wishes[job_id] = wish
        self._delay_s[job_id] = self._chance.uniform(0.0, _LATEST_S)
        if wish not in (Wish.NOTHING, Wish.BAD_INPUT):
            self._pending.add(job_id)

    def wanted(self, job_id: int) -> JobState:
        """How a job must end."""
        if job_id in self.too_late:
            return JobState.DONE
        return _WANTED.get(self.wishes[job_id], JobState.DONE)

    def is_settled(self, job: Job) -> bool:
        """Whether a job has met its wish and come to an end, or rests."""
        met = job.id not in self._pending and job.id not in self._paused_s
        rests = job.state is JobState.PAUSED and self.wishes[job.id] is Wish.STAY_PAUSED
        return met and (job.state in ENDED or rests)

    def is_pending(self, job: Job) -> bool:
        """Whether a job has still to meet its wish; nobody should kill it before."""
        return job.id in self._pending

    def look(self) -> list[Job]:
        """Do what is to be done now, and return all jobs as they were before."""
        jobs = self._queue.jobs(list(JobState))
        for job in jobs:
            self._see_what_came_too_late(job)
            try:
                self._meddle(job)
            except InputError as error:
                if self._queue.job(job.id).state is job.state:
                    self.faults.append(f"job {job.id}, {self.wishes[job.id]}: {error}")
                    self._pending.discard(job.id)
                # Else it has just changed, and the next look decides anew.
        return jobs

    def _see_what_came_too_late(self, job: Job) -> None:
        """A job that is done cannot be stopped; it must not have been asked long before."""
        wish = self.wishes[job.id]
        is_open = job.id in self._pending or job.id in self._paused_s or wish is Wish.CANCEL
        if job.state is not JobState.DONE or job.id in self.too_late or not is_open:
            return
        self.too_late.add(job.id)
        self._pending.discard(job.id)
        self._paused_s.pop(job.id, None)
        asked_s = self._asked_s.get(job.id)
        if asked_s is not None and (job.ended_s or 0.0) - asked_s > _HEEDED_S:
            self.faults.append(f"job {job.id} is done, although it was {wish} long before")

    def _meddle(self, job: Job) -> None:
        if job.id in self._paused_s:
            self._resume(job)
            return
        if job.id not in self._pending:
            return
        wish = self.wishes[job.id]
        if wish is Wish.RETRY and job.state is JobState.CANCELLED:
            self._queue.retry(job.id)
        elif wish in _OF_WAITING and job.state is JobState.QUEUED:
            self._meet_waiting(job, wish)
        elif wish not in _OF_WAITING and self._runs_long_enough(job):
            self._asked_s[job.id] = time.time()
            if wish is Wish.PAUSE:
                self._queue.pause(job.id)
                self._paused_s[job.id] = time.monotonic() + _PAUSE_S
            else:
                self._queue.cancel(job.id)
            if wish is Wish.RETRY:
                return  # once more when it is cancelled
        else:
            return
        self._pending.discard(job.id)

    def _meet_waiting(self, job: Job, wish: Wish) -> None:
        match wish:
            case Wish.CANCEL_WAITING:
                self._queue.cancel(job.id)
            case Wish.MOVE:
                self._queue.prioritise(job.id, self._chance.randint(-2, 2))
                self._queue.move(job.id, before=None)
            case _:
                self._queue.pause(job.id)
                if wish is Wish.PAUSE_WAITING:
                    self._paused_s[job.id] = time.monotonic() + _PAUSE_S

    def _resume(self, job: Job) -> None:
        if job.state is JobState.PAUSED and time.monotonic() >= self._paused_s[job.id]:
            self._queue.resume(job.id)
            del self._paused_s[job.id]

    def _runs_long_enough(self, job: Job) -> bool:
        return (
            job.state is JobState.RUNNING
            and not job.wanted
            and job.begun_s is not None
            and time.time() >= job.begun_s + self._delay_s[job.id]
        )
