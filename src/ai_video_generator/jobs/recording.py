"""How one job goes, written down while it goes: whoever wants to can follow it, then and later."""

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ai_video_generator.core.result import Result
from ai_video_generator.errors import AIVideoError, EnvironmentProblemError
from ai_video_generator.hardware.telemetry import Telemetry, telemetry_to_json
from ai_video_generator.jobs.database import Database
from ai_video_generator.jobs.events import EventLog
from ai_video_generator.jobs.history import keep_attempts
from ai_video_generator.jobs.job import EventKind, Job, Outcome
from ai_video_generator.jobs.measurements import keep_measurement
from ai_video_generator.media.timeline import rate_text
from ai_video_generator.planning.plan import Plan
from ai_video_generator.progress_tracker import ProgressReport

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_log = logging.getLogger(__name__)
_PACKAGE = logging.getLogger("ai_video_generator")

_PROGRESS_S = 0.5
# A person sees it move; a write costs less than a thousandth of that.
_PREVIEW_S = 2.0
# A pass's frames are some hundred kilobytes as PNG.


class Recording:
    """Writes down how a job goes; what cannot be written never harms the job.

    It is a listener of a `ProgressTracker`.

    Args:
        database: Where it is written.
        job: The job, which this process holds.
        clock: Seconds that only grow; replaced in tests.
    """

    def __init__(
        self, database: Database, job: Job, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._database, self._job, self._clock = database, job, clock
        self._events = EventLog(database)
        self._stage = ""
        self._progress_s = self._preview_s = clock() - _PREVIEW_S
        self._works = True

    def __call__(self, report: ProgressReport) -> None:
        """Write down where the job stands: each stage, and twice a second in between."""
        now_s = self._clock()
        if report.preview is not None and now_s - self._preview_s >= _PREVIEW_S:
            self._preview_s = now_s
            self._tell(EventKind.PREVIEW, {}, _as_png(report.preview))
        if report.stage == self._stage and now_s - self._progress_s < _PROGRESS_S:
            return
        self._stage, self._progress_s = report.stage, now_s
        self._tell(
            EventKind.PROGRESS,
            {
                "stage": report.stage,
                "done": report.done,
                "total": report.total,
                "unit": report.unit,
                "elapsed_s": report.elapsed_s,
                "units_per_s": report.units_per_s,
                "time_left_s": report.time_left_s,
                "part": report.part,
                "note": report.note,
            },
        )

    def planned(self, plan: Plan) -> None:
        """Write down that an attempt begins."""
        self._tell(
            EventKind.PLAN,
            {
                "model": plan.model,
                "device": plan.device,
                "precision": plan.precision.value,
                "size": str(plan.output_size),
                "frame_rate": rate_text(plan.timeline.frame_rate),
                "frame_count": plan.timeline.frame_count,
                "seconds": plan.estimate.seconds,
            },
        )

    def ran(self, ended: Result | AIVideoError, telemetry: Telemetry) -> None:
        """Write down a run that has ended: its attempts, what took how long, what the machine did.

        Args:
            ended: What it gave, or why it failed.
            telemetry: What the machine did meanwhile.
        """
        with self._harmless():
            keep_attempts(self._database, self._job, ended.attempts)
        with self._harmless():
            document = telemetry_to_json(telemetry) if telemetry.times_s else None
            run = self._job.run_count
            keep_measurement(self._database, self._job.id, run, ended.stages, document)

    @contextmanager
    def logging(self) -> Iterator[None]:
        """Write down warnings of this program while the block runs."""
        handler = _Warnings(lambda values: self._tell(EventKind.LOG, values))
        _PACKAGE.addHandler(handler)
        try:
            yield
        finally:
            _PACKAGE.removeHandler(handler)

    def _tell(self, kind: EventKind, values: Mapping[str, Any], blob: bytes = b"") -> None:
        if not self._works:
            return  # each try may wait for seconds
        with self._harmless():
            self._events.tell(self._job.id, kind, values, blob)

    @contextmanager
    def _harmless(self) -> Iterator[None]:
        try:
            yield
        except EnvironmentProblemError as error:
            if self._works:
                self._works = False  # before it is logged: that would be written down, too
                _log.warning(
                    "what happens to job %d cannot be written down: %s", self._job.id, error
                )


class _Warnings(logging.Handler):
    """Takes warnings and errors of this program."""

    def __init__(self, tell: Callable[[dict[str, Any]], None]) -> None:
        super().__init__(logging.WARNING)
        self._tell = tell

    def emit(self, record: logging.LogRecord) -> None:
        """Take one."""
        self._tell({"level": record.levelname.lower(), "message": record.getMessage()})


def outcome_of(result: Result) -> Outcome:
    """What became of a job that ended well."""
    path = result.path.absolute() if result.path else None
    return Outcome(
        path=path,
        seconds=result.seconds,
        was_there=result.was_there,
        spent_usd=result.spent_usd,
    )


def failure_of(error: BaseException, seconds: float) -> Outcome:
    """What became of a job that failed."""
    return Outcome(
        seconds=seconds,
        error=str(error) or type(error).__name__,
        hint=getattr(error, "hint", ""),
        error_kind=type(error).__name__,
        exit_code=error.exit_code if isinstance(error, AIVideoError) else 1,
        spent_usd=sum(attempt.spent_usd for attempt in getattr(error, "attempts", ())),
    )


def _as_png(frames: "NDArray[np.uint8]") -> bytes:
    """The frame in the middle of a preview ``(frame_count, height, width, 3)``, as a file."""
    import cv2
    import numpy as np

    middle = frames[len(frames) // 2]
    return bytes(cv2.imencode(".png", np.ascontiguousarray(middle[..., ::-1]))[1])
