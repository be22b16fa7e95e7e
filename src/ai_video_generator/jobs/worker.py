"""A worker: one process that carries out jobs of the queue on one device, one after another."""

import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

from ai_video_generator.core.video_generator import VideoGenerator
from ai_video_generator.errors import AIVideoError, CancelledError, EnvironmentProblemError
from ai_video_generator.hardware.facts import PROCESSOR
from ai_video_generator.hardware.recorder import Recorder
from ai_video_generator.jobs.carrying_out import carried_out
from ai_video_generator.jobs.database import Database
from ai_video_generator.jobs.holder import device_taken, holding
from ai_video_generator.jobs.job import Job, JobState, Wanted
from ai_video_generator.jobs.recording import Recording, failure_of, outcome_of
from ai_video_generator.jobs.shift import Shift, recover
from ai_video_generator.planning.plan import Plan
from ai_video_generator.progress_tracker import ProgressReport, ProgressTracker

_log = logging.getLogger(__name__)

_LOOK_S = 0.5
# How soon a job that was added begins, and one that was cancelled ends; a look costs microseconds.

GeneratorFactory = Callable[[ProgressTracker, Callable[[Plan], None]], VideoGenerator]
"""Makes a `VideoGenerator` of a progress tracker and what is to be called with each plan."""


class Worker:
    """Carries out jobs on one device.

    Args:
        database: Where the jobs are.
        device: What it computes on, as in `Accelerator.device`, or "cpu".
        make_generator: Makes what makes the videos.
        stay: Whether it waits for jobs; otherwise it ends when none is left.
    """

    def __init__(
        self, database: Database, device: str, make_generator: GeneratorFactory, *, stay: bool
    ) -> None:
        self._database, self._device, self._stay = database, device, stay
        self._tracker = ProgressTracker(self._heard)
        self._generator = make_generator(self._tracker, self._planned)
        self._recording: Recording | None = None
        self._ending = threading.Event()

    def stop(self) -> None:
        """End soon: the job at hand stops at its next unit and waits for another worker."""
        self._ending.set()
        self._tracker.stop()

    def run(self) -> None:
        """Work until there is nothing to do, or `stop` is called.

        Raises:
            EnvironmentProblemError: When the database can no longer be used.
        """
        folder = self._database.folder
        try:
            with (
                device_taken(
                    folder, self._device, on_wait=self._tell_waiting, check=self._check_waiting
                ),
                holding(folder) as holder,
                self._generator,
            ):
                self._work(Shift(self._database, holder))
        except CancelledError:
            return

    def _tell_waiting(self) -> None:
        _log.info("another program works on %s; waiting until it ends", self._device)

    def _check_waiting(self) -> None:
        if self._ending.is_set():
            raise CancelledError("stopped while another worker had the device")

    def _work(self, shift: Shift) -> None:
        while not self._ending.is_set():
            recover(self._database)
            job = shift.claim(self._device)
            if job is not None:
                self._do(shift, job)
            elif self._stay:
                self._ending.wait(_LOOK_S)
            else:
                return

    def _do(self, shift: Shift, job: Job) -> None:
        """Carry out one job, whatever comes of it."""
        started_s = time.monotonic()
        self._tracker.renew()
        if self._ending.is_set():
            self._tracker.stop()
        recording = self._recording = Recording(self._database, job)
        machine = Recorder()
        options: dict[str, Any] = {}
        if self._device != PROCESSOR:
            options["gpu"] = self._device
        try:
            with (
                machine,
                recording.logging(),
                self._heeding(shift, job),
                self._reading_ahead(shift),
            ):
                result = carried_out(self._generator, job.request, options)
        except CancelledError:
            state = shift.give_back(job.id)
            _log.info("job %d is %s", job.id, state)
        except Exception as error:  # noqa: BLE001 - one job must not end the queue
            _log.info("job %d failed", job.id, exc_info=error)
            if isinstance(error, AIVideoError):
                recording.ran(error, machine.telemetry())
            outcome = failure_of(error, time.monotonic() - started_s)
            shift.finish(job.id, JobState.FAILED, outcome)
        else:
            recording.ran(result, machine.telemetry())
            shift.finish(job.id, JobState.DONE, outcome_of(result))
        finally:
            self._recording = None

    def _reading_ahead(self, shift: Shift) -> AbstractContextManager[None]:
        """Read what the next job needs while this one is made."""
        following = shift.following(self._device)
        request = following.request if following else None
        if request is None or request.sound is None:
            return nullcontext()
        return self._generator.reading_ahead(request.pictures, request.sound)

    @contextmanager
    def _heeding(self, shift: Shift, job: Job) -> Iterator[None]:
        """Stop the job at hand as soon as that is wanted."""
        ended = threading.Event()

        def look() -> None:
            while not ended.wait(_LOOK_S):
                try:
                    wanted = shift.wanted(job.id)
                except EnvironmentProblemError:
                    continue  # the next look, or the end of the job, will tell
                if wanted is not Wanted.NOTHING:
                    self._tracker.stop()
                    return

        thread = threading.Thread(target=look, name=f"job {job.id}", daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()

    def _heard(self, report: ProgressReport) -> None:
        if self._recording is not None:
            self._recording(report)

    def _planned(self, plan: Plan) -> None:
        if self._recording is not None:
            self._recording.planned(plan)


def run_under_crew(worker: Worker) -> None:
    """Let a worker work in a process of its own, until its crew closes its standard input.

    Raises:
        EnvironmentProblemError: When the database can no longer be used.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the crew's to heed
    signal.signal(signal.SIGTERM, lambda *_: worker.stop())

    def wait_for_the_end() -> None:
        while os.read(sys.stdin.fileno(), 1):
            pass
        worker.stop()

    threading.Thread(target=wait_for_the_end, name="input", daemon=True).start()
    worker.run()
