"""``aivg jobs work``: the crew in front of a person."""

import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from ai_video_generator.cli import console
from ai_video_generator.cli.afterwards import announced
from ai_video_generator.cli.batch_tables import SOME_FAILED_EXIT_CODE
from ai_video_generator.cli.generator import rated_generator
from ai_video_generator.cli.jobs_display import JobsDisplay
from ai_video_generator.cli.signals import stopping_on_signals
from ai_video_generator.config.options import JobOptions
from ai_video_generator.config.settings import Settings, changed_settings
from ai_video_generator.core.announcement import Announcement, WorkState
from ai_video_generator.errors import InputError
from ai_video_generator.hardware.facts import PROCESSOR
from ai_video_generator.hardware.hardware_detector import HardwareDetector
from ai_video_generator.hardware.recorder import Recorder
from ai_video_generator.jobs.crew import Crew
from ai_video_generator.jobs.database import Database, data_folder
from ai_video_generator.jobs.events import EventLog
from ai_video_generator.jobs.holder import has_worker
from ai_video_generator.jobs.job import Job, JobState
from ai_video_generator.jobs.queue import JobQueue
from ai_video_generator.jobs.shift import recover
from ai_video_generator.jobs.worker import Worker
from ai_video_generator.progress_tracker import ProgressTracker

if TYPE_CHECKING:
    from ai_video_generator.core.metrics import Metrics


def work_on(settings: Settings, *, devices: Sequence[str], stay: bool) -> int:
    """Let workers make the videos of the queue, and show it.

    Args:
        settings: Of this run.
        devices: What to work on; none takes the GPUs of this machine, or its processor.
        stay: Whether to wait for jobs when the queue is empty.

    Returns:
        0, or the exit code for some that failed.

    Raises:
        CancelledError: When the person stopped it.
    """
    with Database(data_folder(settings.data_folder)) as database:
        recover(database)
        waiting = JobQueue(database).jobs([JobState.QUEUED])
        if not waiting and not stay:
            console.note("nothing waits: aivg jobs add photo.jpg song.mp3 -o video.mp4")
            return 0
        places = list(dict.fromkeys(devices)) or worker_devices()
        console.note(f"{len(waiting)} to make, on {', '.join(places)}")
        for place in places:
            if has_worker(database.folder, place):
                console.note(f"another program works on {place}; this one takes its turn after it")
        tracker = ProgressTracker()
        after = EventLog(database).last_id()
        crew = Crew(database, places, _command(stay=stay))
        started_s = time.monotonic()
        with (
            announced(settings, "the queue") as tell,
            _measured(settings) as metrics,
            JobsDisplay(database, after=after, metrics=metrics) as display,
            stopping_on_signals(tracker),
        ):
            crew.run(check=tracker.check, on_look=display.look)
            display.look()
        _tell_left(database)
    ended = announcement_of(list(display.ended.values()), seconds=time.monotonic() - started_s)
    tell(ended)
    console.answer(ended.what)
    return SOME_FAILED_EXIT_CODE if ended.state is WorkState.FAILED else 0


def announcement_of(ended: Sequence[Job], *, seconds: float) -> Announcement:
    """How the work on a queue ended.

    Args:
        ended: Jobs that ended meanwhile.
        seconds: Wall time of the work.
    """
    counts = Counter(job.state.value for job in ended)
    outcomes = [job.outcome for job in ended if job.outcome is not None]
    failed = counts[JobState.FAILED.value]
    return Announcement(
        state=WorkState.FAILED if failed else WorkState.DONE,
        what=f"{counts[JobState.DONE.value]} done, {failed} failed",
        paths=tuple(outcome.path for outcome in outcomes if outcome.path is not None),
        seconds=seconds,
        counts=counts,
        error=next((outcome.error for outcome in outcomes if outcome.error), ""),
        hint=next((outcome.hint for outcome in outcomes if outcome.hint), ""),
    )


@contextmanager
def _measured(settings: Settings) -> "Iterator[Metrics | None]":
    """Serve measurements where that was asked for, and watch the machine for them."""
    if not settings.metrics_port:
        yield None
        return
    from ai_video_generator.core.metrics import Metrics

    metrics = Metrics()
    with metrics.served(settings.metrics_port) as port, Recorder(listener=metrics.see):
        console.note(f"measurements: http://127.0.0.1:{port}/metrics")
        yield metrics


def worker_devices() -> list[str]:
    """The devices of this machine that work on jobs: its GPUs, or the processor without any."""
    facts = HardwareDetector().detect()
    usable = facts.torch.devices if facts.torch else ()
    found = [one.device for one in facts.accelerators if one.device in usable]
    return found or [PROCESSOR]


def worker_of(database: Database, device: str, settings: Settings, *, stay: bool) -> Worker:
    """A worker of a device; options of jobs are those of the jobs, and not of this process.

    Args:
        database: Where the jobs are.
        device: What is computed on.
        settings: Of this process.
        stay: Whether it waits for jobs.

    Raises:
        InputError: When the device is none of this machine.
    """
    if device != PROCESSOR and device not in worker_devices():
        raise InputError(f"{device!r} is no device of this machine", hint="aivg hardware")
    neutral = {name: field.default for name, field in JobOptions.model_fields.items()}
    base = changed_settings(settings, neutral)

    return Worker(database, device, partial(rated_generator, base), stay=stay)


def _command(*, stay: bool) -> Callable[[str], list[str]]:
    words = ["--stay"] if stay else []
    program = [sys.executable, "-m", "ai_video_generator", "--quiet", "jobs", "worker"]
    return lambda device: [*program, device, *words]


def _tell_left(database: Database) -> None:
    """Say which jobs still wait, as for a device that has no worker here."""
    for job in JobQueue(database).jobs([JobState.QUEUED]):
        device = job.request.options.get("gpu")
        if device:
            console.note(f"job {job.id} waits for {device}, which nobody works on here")
