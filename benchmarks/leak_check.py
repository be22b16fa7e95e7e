"""Does a worker that makes hundreds of jobs grow? Two of them, looked at after every job."""

import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random

from corpus import soak_jobs
from corpus.soak_backends import passes_path, write_soak_backends
from corpus.soak_jobs import Asked, Kind
from corpus.soak_worker import Sample, samples_path

from ai_video_generator.errors import InputError
from ai_video_generator.jobs.database import Database
from ai_video_generator.jobs.job import JobState
from ai_video_generator.jobs.queue import JobQueue
from benchmarks.campaign import shown
from benchmarks.common import ROOT
from benchmarks.growth import Bound, Growth, growth

MIXED, CALM = "cuda:0", "cuda:1"
"""Devices of the worker that meets everything, and of the one whose model stays loaded: its jobs
are all of one size, as a job that is unlike those before may be planned otherwise."""

JOBS, CALM_JOBS = 500, 250

_CALM_FIRST = 100_000
# Numbers of its jobs, so that no two jobs are the same.

_PER_TWENTY = {2: Kind.BAD_INPUT, 7: Kind.CANCELLED, 12: Kind.OUT_OF_MEMORY}
_CAMERAS = frozenset({0, 4, 5, 9, 14, 18})
# Of twenty jobs; all others are by the network.

_LOOK_S = 0.05
_PATIENCE_S = 120.0
# Without a job's end; the slowest takes seconds.

_ALLOCATORS = (
    "allocators alone were seen to move by 10 MiB (tests/core/test_ladder.py); 40 KiB a job, so "
    "that ten thousand jobs would take 400 MiB"
)
_OPENED_LATE = "what is opened once, late, is no leak; one each job would be 300"

WORKER_BOUNDS = {
    "rss_bytes": Bound(figure="worker: memory", unit="MiB", most=12.0, reason=_ALLOCATORS),
    "descriptor_count": Bound(figure="worker: open files", unit="", most=1.0, reason=_OPENED_LATE),
    "thread_count": Bound(figure="worker: threads", unit="", most=1.0, reason=_OPENED_LATE),
    "file_count": Bound(
        figure="files in cache, data and temporary folders",
        unit="",
        most=2.0,
        reason="the other worker's lock and unfinished file come and go",
    ),
    "file_bytes": Bound(
        figure="their size",
        unit="MiB",
        most=0.5,
        reason="books of earlier jobs and inputs are bounded, at 30 and 500 lines",
    ),
    "database_bytes": Bound(
        figure="database",
        unit="MiB",
        most=5.0,
        reason="the history grows by design: events, plans and previews, 16 KiB a job at most",
    ),
}
MODEL_BOUNDS = {
    "model_rss_bytes": Bound(figure="model: memory", unit="MiB", most=12.0, reason=_ALLOCATORS),
    "model_descriptor_count": Bound(
        figure="model: open files", unit="", most=1.0, reason=_OPENED_LATE
    ),
    "model_thread_count": Bound(figure="model: threads", unit="", most=1.0, reason=_OPENED_LATE),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LeakCheck:
    """What came of it.

    Attributes:
        job_counts: How many jobs of which kind the mixed worker had.
        calm_count: How many the calm one had.
        seconds: How long both took.
        pass_count: Passes that were made by all networks that write them down.
        growths: The figures of both.
        model_processes: How many processes the calm worker's model had.
        kept_bytes: What finished passes take at the end, by design.
        faults: All that is wrong beside what grows.
    """

    job_counts: dict[str, int]
    calm_count: int
    seconds: float
    pass_count: int
    growths: list[Growth]
    model_processes: int
    kept_bytes: int
    faults: list[str]


def environment(folder: Path) -> dict[str, str]:
    """What worker processes need to find their backends, and to leave temporary files here."""
    places = os.pathsep.join([str(ROOT / "tests"), str(folder), os.environ.get("PYTHONPATH", "")])
    return {
        "PYTHONPATH": places.rstrip(os.pathsep),
        "TMPDIR": str(folder / "temporary"),
        "OMP_NUM_THREADS": "1",
    }


def kind_of(number: int) -> Kind:
    """What is special about a job of the mixed worker."""
    place = number % 20
    return _PER_TWENTY.get(place, Kind.CAMERA if place in _CAMERAS else Kind.NETWORK)


def checked(folder: Path, jobs: int, calm_jobs: int) -> LeakCheck:
    """Let both workers make their jobs, and judge what they held meanwhile.

    Args:
        folder: Empty.
        jobs: Of the mixed worker.
        calm_jobs: Of the calm one.
    """
    kinds = [kind_of(number) for number in range(jobs)]
    soak_jobs.write_soak_inputs(folder)
    write_soak_backends(
        folder, short=[n for n, kind in enumerate(kinds) if kind is Kind.OUT_OF_MEMORY]
    )
    wanted = [soak_jobs.asked(folder, number, kind, MIXED) for number, kind in enumerate(kinds)]
    wanted += [
        soak_jobs.asked(
            folder, _CALM_FIRST + number, Kind.NETWORK, CALM, duration_s=soak_jobs.STEADY_S
        )
        for number in range(calm_jobs)
    ]
    started_s = time.monotonic()
    with Database(folder / "data") as database:
        queue = JobQueue(database)
        by_id = {queue.add(one.request).id: one for one in wanted}
        samples = list(shown("leaks", _worked(folder, queue, by_id), len(wanted)))
        seconds = time.monotonic() - started_s
        ended = {job.id: job for job in queue.jobs(list(JobState))}
    faults = [
        fault
        for job_id, one in by_id.items()
        for fault in soak_jobs.job_faults(one, ended[job_id], one.wanted)
    ]
    videos = [one.request.output for one in wanted if one.wanted is JobState.DONE]
    faults += soak_jobs.left_faults(folder, videos)
    calm = samples_of(folder, CALM)
    return LeakCheck(
        job_counts=dict(Counter(kinds)),
        calm_count=calm_jobs,
        seconds=seconds,
        pass_count=len(passes_begun(folder)),
        growths=_growths(samples_of(folder, MIXED), WORKER_BOUNDS) + _growths(calm, MODEL_BOUNDS),
        model_processes=len({sample.model_pid for sample in calm}),
        kept_bytes=samples[-1].kept_bytes,
        faults=faults,
    )


def _growths(samples: Sequence[Sample], bounds: Mapping[str, Bound]) -> list[Growth]:
    found = []
    for name, bound in bounds.items():
        unit = 2**20 if name.endswith("_bytes") else 1
        found.append(growth([getattr(sample, name) / unit for sample in samples], bound))
    return found


def _worked(folder: Path, queue: JobQueue, by_id: Mapping[int, Asked]) -> Iterator[Sample]:
    """Let both workers work, cancel what is to be cancelled; each sample as it comes."""
    chance = Random(0)  # noqa: S311  the same instants every time, no secret
    to_cancel = {
        job_id: chance.uniform(0.0, 1.5)
        for job_id, one in by_id.items()
        if one.kind is Kind.CANCELLED
    }
    seen = {MIXED: 0, CALM: 0}
    with ExitStack() as stack:
        workers = [_begun(folder, device, stack) for device in seen]
        last_s = time.monotonic()
        while True:
            running = any(worker.poll() is None for worker in workers)
            _cancel(queue, to_cancel)
            for device, count in seen.items():
                new = samples_of(folder, device)[count:]
                seen[device] += len(new)
                yield from new
                last_s = time.monotonic() if new else last_s
            if not running or time.monotonic() - last_s > _PATIENCE_S:
                return
            time.sleep(_LOOK_S)


def _begun(folder: Path, device: str, stack: ExitStack) -> "subprocess.Popen[bytes]":
    said = stack.enter_context((folder / f"{device.replace(':', '-')}.log").open("wb"))
    process = subprocess.Popen(
        [sys.executable, "-m", "corpus.soak_worker", str(folder), device],
        env=os.environ | environment(folder),
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=said,
    )
    stack.enter_context(process)
    stack.callback(process.terminate)  # where it has not ended by itself
    return process


def _cancel(queue: JobQueue, to_cancel: dict[int, float]) -> None:
    """Cancel each job that is to be, so many seconds after it was begun."""
    for job in queue.jobs([JobState.RUNNING]):
        after_s = to_cancel.get(job.id)
        if after_s is not None and job.begun_s is not None and time.time() > job.begun_s + after_s:
            with suppress(InputError):  # it has just ended; its state will tell
                queue.cancel(job.id)
            del to_cancel[job.id]


def samples_of(folder: Path, device: str) -> list[Sample]:
    """The samples of a worker up to now."""
    path = samples_path(folder, device)
    lines = path.read_text().splitlines(keepends=True) if path.exists() else []
    return [Sample(**json.loads(line)) for line in lines if line.endswith("\n")]


def passes_begun(folder: Path) -> list[str]:
    """A line for each pass that was begun."""
    path = passes_path(folder)
    return path.read_text().splitlines() if path.exists() else []
