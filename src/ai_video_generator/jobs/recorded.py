"""A job that a command carries out itself, written down as those of the queue are."""

import logging
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from ai_video_generator.config.settings import Settings
from ai_video_generator.core.result import Result
from ai_video_generator.errors import AIVideoError, CancelledError, EnvironmentProblemError
from ai_video_generator.hardware.monitor import Sample
from ai_video_generator.hardware.recorder import Recorder as Telemeter
from ai_video_generator.jobs.database import Database, data_folder
from ai_video_generator.jobs.holder import holding
from ai_video_generator.jobs.job import Job, JobRequest, JobState, Outcome, Source
from ai_video_generator.jobs.recording import Recording, failure_of, outcome_of
from ai_video_generator.jobs.shift import Shift
from ai_video_generator.planning.plan import Plan
from ai_video_generator.progress_tracker import ProgressReport

_log = logging.getLogger(__name__)


class Recorder:
    """Writes down the jobs of one command, one after another.

    Args:
        database: Where; None writes nothing down.
        shift: What this process does with jobs; None where there is no database.
    """

    def __init__(self, database: Database | None, shift: Shift | None) -> None:
        self._database, self._shift = database, shift
        self._job: Job | None = None
        self._recording: Recording | None = None
        self._log_stack = ExitStack()
        self._started_s = 0.0
        self._machine = Telemeter()

    def __call__(self, report: ProgressReport) -> None:
        """Write down where the job at hand stands; a listener of a `ProgressTracker`."""
        if self._recording is not None:
            self._recording(report)

    def planned(self, plan: Plan) -> None:
        """Write down that an attempt of the job at hand begins."""
        if self._recording is not None:
            self._recording.planned(plan)

    @contextmanager
    def job(self, request: JobRequest, source: Source) -> Iterator[None]:
        """Write down a job while the block runs; how the block ends is how the job ends.

        A block that ends well tells its result by `ended`.
        """
        self.begin(request, source)
        try:
            yield
        except BaseException as error:
            self.failed(error)
            raise

    def see(self, sample: Sample) -> None:
        """Note what the machine does meanwhile."""
        self._machine.add(sample)

    def begin(self, request: JobRequest, source: Source) -> None:
        """Write down that a job begins."""
        self._started_s, self._job, self._recording = time.monotonic(), None, None
        self._machine = Telemeter()
        if self._shift is None or self._database is None:
            return
        try:
            self._job = self._shift.begin(request, source)
        except EnvironmentProblemError as error:
            _log.warning("this job will not be in the history: %s", error)
            return
        self._recording = Recording(self._database, self._job)
        self._log_stack.enter_context(self._recording.logging())

    def ended(self, result: Result) -> None:
        """Write down that the job at hand was made, or failed within a batch."""
        if result.error is not None:
            self.failed(result.error)
            return
        if self._recording is not None:
            self._recording.ran(result, self._machine.telemetry())
        self._finish(JobState.DONE, outcome_of(result))

    def failed(self, error: BaseException) -> None:
        """Write down why the job at hand was not made."""
        seconds = time.monotonic() - self._started_s
        if self._recording is not None and isinstance(error, AIVideoError):
            self._recording.ran(error, self._machine.telemetry())
        if isinstance(error, (CancelledError, KeyboardInterrupt)):
            self._finish(JobState.CANCELLED, Outcome(seconds=seconds))
        else:
            self._finish(JobState.FAILED, failure_of(error, seconds))

    def _finish(self, state: JobState, outcome: Outcome) -> None:
        self._log_stack.close()
        job, self._job, self._recording = self._job, None, None
        if job is None or self._shift is None:
            return
        try:
            self._shift.finish(job.id, state, outcome)
        except EnvironmentProblemError as error:
            _log.warning("how this job ended will not be in the history: %s", error)


@contextmanager
def recorder(settings: Settings, *, writes: bool = True) -> Iterator[Recorder]:
    """What writes down the jobs of one command; where the database cannot be used, nothing does.

    Args:
        settings: Of the command.
        writes: Whether anything is made that is worth it.
    """
    if not writes:
        yield Recorder(None, None)
        return
    with ExitStack() as stack:
        try:
            database = stack.enter_context(Database(data_folder(settings.data_folder)))
            mark = stack.enter_context(holding(database.folder))
            found = Recorder(database, Shift(database, mark))
        except (OSError, EnvironmentProblemError) as error:
            _log.warning("no history is kept: %s", error)
            found = Recorder(None, None)
        yield found
