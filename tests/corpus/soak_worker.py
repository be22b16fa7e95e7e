"""A worker that writes down after every job what it holds: memory, files, threads.

``python -m corpus.soak_worker FOLDER DEVICE`` works as `corpus.queue_worker` does.
"""

import json
import sys
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil  # type: ignore[import-untyped]  # it ships no types
from corpus import queue_worker

from ai_video_generator.jobs.database import DATABASE_NAME
from ai_video_generator.jobs.job import Job
from ai_video_generator.jobs.shift import Shift
from ai_video_generator.jobs.worker import Worker

_KEPT = ("chunks", "jobs")
# Finished passes and what they belong to stay by design, for a week and up to a bound.

_MODEL = "ai_video_generator.core.backend_process"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """What a worker holds between two jobs.

    Attributes:
        job: The job that has just ended.
        rss_bytes: Resident memory of the worker.
        descriptor_count: Its open files, sockets and pipes.
        thread_count: Its threads.
        model_pid: The process of the model that stays loaded; 0 where none does.
        model_rss_bytes: Resident memory of that one.
        model_descriptor_count: Its open files, sockets and pipes.
        model_thread_count: Its threads.
        file_count: Files in the cache, data and temporary folders, beside what `kept_count` counts.
        file_bytes: Their size, without the database.
        kept_count: Files of finished passes.
        kept_bytes: Their size.
        database_bytes: Size of the database with its log.
    """

    job: int
    rss_bytes: int
    descriptor_count: int
    thread_count: int
    model_pid: int
    model_rss_bytes: int
    model_descriptor_count: int
    model_thread_count: int
    file_count: int
    file_bytes: int
    kept_count: int
    kept_bytes: int
    database_bytes: int


def samples_path(folder: Path, device: str) -> Path:
    """Where the samples of a worker are, a line of JSON each."""
    return folder / f"samples-{device.replace(':', '-')}.jsonl"


def model_processes(worker: psutil.Process) -> list[psutil.Process]:
    """The processes of a worker's models; none where it has just ended."""
    found = []
    with suppress(psutil.NoSuchProcess):
        for child in worker.children():
            with suppress(psutil.NoSuchProcess):
                found += [child] if _MODEL in child.cmdline() else []
    return found


class SampledWorker(Worker):
    """Looks at itself after every job."""

    def _do(self, shift: Shift, job: Job) -> None:
        super()._do(shift, job)
        folder = self._database.folder.parent
        line = json.dumps(asdict(_sample(folder, job.id)))
        with samples_path(folder, self._device).open("a") as file:
            file.write(line + "\n")


def _sample(folder: Path, job_id: int) -> Sample:
    us = psutil.Process()
    model = _model_of(us)
    kept_count, kept_bytes = _measured([folder / "cache" / "work" / name for name in _KEPT])
    around = [folder / "cache", folder / "data", Path(tempfile.gettempdir())]
    all_count, all_bytes = _measured(around)
    _, database_bytes = _measured((folder / "data").glob(f"{DATABASE_NAME}*"))
    return Sample(
        job=job_id,
        rss_bytes=us.memory_info().rss,
        descriptor_count=us.num_fds(),
        thread_count=us.num_threads(),
        model_pid=model.pid if model else 0,
        model_rss_bytes=model.memory_info().rss if model else 0,
        model_descriptor_count=model.num_fds() if model else 0,
        model_thread_count=model.num_threads() if model else 0,
        file_count=all_count - kept_count,
        file_bytes=all_bytes - kept_bytes - database_bytes,
        kept_count=kept_count,
        kept_bytes=kept_bytes,
        database_bytes=database_bytes,
    )


def _model_of(us: psutil.Process) -> psutil.Process | None:
    return next(iter(model_processes(us)), None)


def _measured(places: Iterable[Path]) -> tuple[int, int]:
    """Number and size of the files at some places, as far down as they go."""
    count = size_bytes = 0
    pending = list(places)
    while pending:
        place = pending.pop()
        with suppress(FileNotFoundError):  # another worker shares the folders
            if place.is_dir():
                pending += place.iterdir()
            else:
                size_bytes += place.stat().st_size
                count += 1
    return count, size_bytes


if __name__ == "__main__":
    queue_worker.main(Path(sys.argv[1]), sys.argv[2], stay=False, kind=SampledWorker)
