"""A day of two GPUs, shortened to its work: a queue that is meddled with, and workers killed."""

import os
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

import psutil  # type: ignore[import-untyped]  # it ships no types
from corpus import soak_jobs
from corpus.queue_worker import command
from corpus.soak_backends import write_soak_backends
from corpus.soak_jobs import Asked
from corpus.soak_wishes import Meddler
from corpus.soak_worker import model_processes

from ai_video_generator.errors import CancelledError
from ai_video_generator.jobs.crew import Crew
from ai_video_generator.jobs.database import Database
from ai_video_generator.jobs.job import ENDED, Job, JobState
from ai_video_generator.jobs.queue import JobQueue
from benchmarks.campaign import shown
from benchmarks.leak_check import environment, passes_begun

DEVICES = ("cuda:0", "cuda:1")
JOBS = 220

_KILL_EVERY_JOBS = (1, 7)
# Counted in jobs that have ended, so that a busy machine, where workers take seconds to begin, gets
# on as well; 220 jobs are 50 kills.
_KILL_WITHIN_S = 3.0
# Then, at any instant of what two jobs take.
_CALM_SHARE = 0.9
# Of all jobs; after that nobody is killed, so that the last ones show that all goes on.

_LOOK_S = 0.1
_PATIENCE_S = 180.0
# Without any job changing; the slowest takes seconds.


@dataclass(frozen=True, slots=True, kw_only=True)
class LongDay:
    """What came of it.

    Attributes:
        seconds: How long it took.
        wishes: How many jobs met what.
        states: How many jobs ended how.
        kills: How many processes of which kind were killed.
        too_late_count: Jobs that were done before their wish could be met.
        lost_count: Runs of jobs that ended with their worker.
        pass_count: Passes that were made.
        again_count: Passes that were begun more than once, as they were under way at an end.
        faults: All that is wrong.
    """

    seconds: float
    wishes: dict[str, int]
    states: dict[str, int]
    kills: dict[str, int]
    too_late_count: int
    lost_count: int
    pass_count: int
    again_count: int
    faults: list[str]


def lived(folder: Path, count: int) -> LongDay:
    """Let a crew of two make so many jobs, and look at all that is left.

    Args:
        folder: Empty.
        count: Jobs.
    """
    soak_jobs.write_soak_inputs(folder)
    write_soak_backends(folder)
    chance = Random(1)  # noqa: S311  the same wishes every time, no secret
    started_s = time.monotonic()
    with _environment(environment(folder)), Database(folder / "data") as database:
        queue = JobQueue(database)
        meddler = Meddler(queue, chance)
        by_id: dict[int, Asked] = {}
        for number in range(count):
            wish = meddler.wish_for(number)
            one = soak_jobs.asked(folder, number, wish.kind, "", duration_s=soak_jobs.DAY_S)
            job = queue.add(one.request, priority=meddler.priority_for(wish))
            by_id[job.id] = one
            meddler.watch(job.id, wish)
        killer = _Killer(meddler, chance, calm_after=round(count * _CALM_SHARE))
        done = _worked(folder, database, meddler, killer)
        for _ in shown("soak", done, count):
            pass
        jobs = {job.id: job for job in queue.jobs(list(JobState))}
    wanted = {job_id: meddler.wanted(job_id) for job_id in by_id}
    faults = [*meddler.faults]
    for job_id, one in by_id.items():
        faults += soak_jobs.job_faults(one, jobs[job_id], wanted[job_id])
    videos = [by_id[i].request.output for i, state in wanted.items() if state is JobState.DONE]
    faults += soak_jobs.left_faults(folder, videos)
    passes = passes_begun(folder)
    return LongDay(
        seconds=time.monotonic() - started_s,
        wishes=dict(Counter(meddler.wishes.values())),
        states=dict(Counter(job.state for job in jobs.values())),
        kills=dict(killer.kills),
        too_late_count=len(meddler.too_late),
        lost_count=sum(job.crash_count for job in jobs.values()),
        pass_count=len(set(passes)),
        again_count=len(passes) - len(set(passes)),
        faults=faults,
    )


@contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    """What a crew's workers inherit, while the block runs."""
    before = dict(os.environ)
    os.environ.update(variables)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _worked(folder: Path, database: Database, meddler: Meddler, killer: "_Killer") -> Iterator[Job]:
    """Let the crew work until every job is where it should be; each job as it gets there."""
    enough = threading.Event()

    def check() -> None:
        if enough.is_set():
            raise CancelledError("all is done")

    def crew() -> None:
        workers = Crew(database, DEVICES, command(folder, "stay"))
        try:
            workers.run(check=check, on_look=lambda: None)
        except CancelledError:
            return

    told: set[int] = set()
    before, changed_s = "", time.monotonic()
    with ThreadPoolExecutor(1) as pool:
        working = pool.submit(crew)
        try:
            while not working.done():
                jobs = meddler.look()
                killer.look(jobs)
                ready = [job for job in jobs if meddler.is_settled(job) and job.id not in told]
                told |= {job.id for job in ready}
                yield from ready
                if len(told) == len(jobs):
                    break
                now = str([(job.state, job.run_count) for job in jobs])
                changed_s = changed_s if now == before else time.monotonic()
                before = now
                if time.monotonic() - changed_s > _PATIENCE_S:
                    meddler.faults.append(f"nothing changed for {_PATIENCE_S:.0f} s")
                    break
                time.sleep(_LOOK_S)
        finally:
            enough.set()
        working.result()


class _Killer:
    """Kills a worker or a model's process every few jobs."""

    def __init__(self, meddler: Meddler, chance: Random, *, calm_after: int) -> None:
        self._meddler, self._chance, self._calm_after = meddler, chance, calm_after
        self._next_s, self._next_count = 0.0, chance.randint(*_KILL_EVERY_JOBS)
        self.kills: Counter[str] = Counter()

    def look(self, jobs: list[Job]) -> None:
        """Kill a process if it is time, unless its job lost a worker, or is to meet a wish yet."""
        ended = sum(job.state in ENDED for job in jobs)
        if not self._next_count <= ended < self._calm_after:
            return
        if not self._next_s:
            self._next_s = time.monotonic() + self._chance.uniform(0.0, _KILL_WITHIN_S)
        if time.monotonic() < self._next_s:
            return
        running = [job for job in jobs if job.state is JobState.RUNNING]
        spared = {job.device for job in running if job.crash_count or self._meddler.is_pending(job)}
        devices = {job.device for job in running} - spared
        workers = [
            child
            for child in psutil.Process().children()
            if (words := _words(child)) and words[-2] in devices
        ]
        if not workers:
            return
        worker = self._chance.choice(workers)
        models = model_processes(worker)
        way = "model's process" if models and self._chance.random() < 1 / 3 else "worker"
        try:
            (models[0] if way != "worker" else worker).kill()
        except psutil.NoSuchProcess:
            return
        self.kills[way] += 1
        self._next_s = 0.0
        self._next_count = ended + self._chance.randint(*_KILL_EVERY_JOBS)


def _words(process: psutil.Process) -> list[str]:
    """The command line of a worker; of any other process nothing."""
    try:
        words = list(process.cmdline())
    except psutil.NoSuchProcess:
        return []
    return words if "corpus.queue_worker" in words else []
