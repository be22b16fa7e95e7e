"""Looks after a job while its frames flow: stop requests, time, memory, temperature."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from ai_video_generator.errors import TimeLimitError
from ai_video_generator.hardware.memory import RamGuard
from ai_video_generator.hardware.thermal import ThermalGuard
from ai_video_generator.media.timeline import clock_text
from ai_video_generator.models.base_model import StepReport
from ai_video_generator.progress_tracker import ProgressTracker

_JUDGED_AFTER_S, _JUDGED_AFTER_FRAMES = 5.0, 30
# Before that the first frames, which are slower, would decide.
_LATE = 1.25
# A job that will be a quarter late is late; a tenth is noise.


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """When a job should be done.

    Attributes:
        started_s: When the job began, on `time.monotonic`.
        limit_s: Seconds that it may take.
    """

    started_s: float
    limit_s: float


class Watch:
    """Called for every frame of an attempt.

    Args:
        progress: Where progress is reported, and a stop comes from.
        ram: Looks at the RAM.
        thermal: Pauses for a hot GPU; None never does.
        deadline: When the job should be done; None when it may take its time.
        tell: Takes a sentence for the person.
        clock: Seconds that only grow; replaced in tests.
    """

    def __init__(
        self,
        progress: ProgressTracker,
        *,
        ram: RamGuard,
        thermal: ThermalGuard | None,
        deadline: Deadline | None,
        tell: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._progress, self._ram, self._thermal = progress, ram, thermal
        self._deadline, self._tell, self._clock = deadline, tell, clock
        self._began_s, self._done, self._total = clock(), 0, 0
        self._ahead = 0.0
        self._pass_frames = 0

    @property
    def progress(self) -> ProgressTracker:
        """Where progress is reported."""
        return self._progress

    def begin(self, frame_count: int) -> None:
        """The first frame is about to be made."""
        self._began_s, self._done, self._total = self._clock(), 0, frame_count
        self._ahead = 0.0
        self._progress.start("rendering", total=frame_count, unit="frames")

    def check(self) -> None:
        """Look round while nothing comes.

        Raises:
            CancelledError: When a stop was asked for.
            DeviceMemoryError: When the RAM runs out.
        """
        self._progress.check()
        self._ram.check()

    def pass_begun(self, frame_count: int) -> None:
        """A model is about to make what becomes so many frames of the video."""
        self._pass_frames = frame_count

    def step_done(self, report: StepReport) -> None:
        """A model has done a step of a pass.

        Raises:
            CancelledError: When a stop was asked for.
            DeviceMemoryError: When the RAM runs out.
        """
        self._ram.check()
        self._ahead = self._pass_frames * report.done / report.total
        self._progress.under_way(
            self._ahead, f"step {report.done} of {report.total}", report.preview
        )

    def frame_done(self) -> None:
        """A frame was written.

        Raises:
            CancelledError: When a stop was asked for.
            DeviceMemoryError: When the RAM runs out.
            TimeLimitError: When the job will not be done in time.
        """
        self._done += 1
        self._ahead = max(0.0, self._ahead - 1)
        self._progress.under_way(self._ahead)
        self._progress.advance()
        self._ram.check()
        if self._thermal is not None:
            self._thermal.wait(self.check, self._tell)
        if self._deadline is not None:
            self._judge_time(self._deadline)

    def _judge_time(self, deadline: Deadline) -> None:
        now_s = self._clock()
        taken_s = now_s - self._began_s
        if taken_s < _JUDGED_AFTER_S or self._done < min(_JUDGED_AFTER_FRAMES, self._total):
            return
        left_s = taken_s / self._done * (self._total - self._done)
        needed_s = now_s - deadline.started_s + left_s
        if needed_s > _LATE * deadline.limit_s:
            raise TimeLimitError(
                f"the job would take {clock_text(needed_s)}, "
                f"{clock_text(deadline.limit_s)} are allowed",
                hint="allow more with --time-limit, or ask for less with --quality or --size",
            )
