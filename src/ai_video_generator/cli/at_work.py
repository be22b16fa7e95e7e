"""What goes on beside the work of one run: progress shown, signals heard, the machine watched."""

import logging
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from ai_video_generator.cli import console
from ai_video_generator.cli.machine_line import peak_words
from ai_video_generator.cli.signals import stopping_on_signals
from ai_video_generator.config.settings import Settings
from ai_video_generator.core.result import Result
from ai_video_generator.errors import AIVideoError
from ai_video_generator.hardware.monitor import Sample
from ai_video_generator.hardware.recorder import Recorder
from ai_video_generator.jobs import recorded as jobs_recorder
from ai_video_generator.progress_tracker import ProgressReport, ProgressTracker

if TYPE_CHECKING:
    from ai_video_generator.core.metrics import Metrics

_log = logging.getLogger(__name__)


class AtWork:
    """A run in front of a person, as a context; everything ends with it.

    Args:
        settings: Settings of this run.
        display: Shows progress; entered and left with this context.
        record: Writes down the jobs of the run.
        plot: What the machine did is drawn into this file at the end, however the run ends; None
            draws nothing.

    Attributes:
        listener: Is told of progress; the display, unless something else is put here.
        tracker: Carries progress up, and a stop down.
        recorder: Watches the machine.

    Raises:
        EnvironmentProblemError: When measurements were asked for and cannot be served.
    """

    def __init__(
        self,
        settings: Settings,
        display: console.ProgressDisplay,
        record: jobs_recorder.Recorder,
        *,
        plot: Path | None = None,
    ) -> None:
        self._settings, self._display, self._plot = settings, display, plot
        self._record = record
        self._metrics = _metrics() if settings.metrics_port else None
        self.listener: Callable[[ProgressReport], None] = display
        self.tracker = ProgressTracker(self._hear)
        self.recorder = Recorder(listener=self._see)
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            if self._metrics is not None:
                port = stack.enter_context(self._metrics.served(self._settings.metrics_port))
                console.note(f"measurements: http://127.0.0.1:{port}/metrics")
            stack.enter_context(self._display)
            stack.enter_context(self.recorder)
            stack.enter_context(stopping_on_signals(self.tracker))
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if isinstance(problem, AIVideoError):
            self.ended(Result(path=None, error=problem, attempts=problem.attempts))
        self._stack.__exit__(kind, problem, trace)
        if self._plot is not None:
            try:
                self._draw(self._plot)
            except Exception as error:
                if problem is None:
                    raise
                _log.warning("what the machine did could not be drawn: %s", error)

    def ended(self, result: Result) -> None:
        """Write down and count a job that has ended."""
        self._record.ended(result)
        if self._metrics is not None:
            self._metrics.count(result)

    def tell_peaks(self) -> None:
        """Say what the run took at most."""
        if said := peak_words(self.recorder.telemetry()):
            console.note(said)

    def _draw(self, path: Path) -> None:
        from ai_video_generator.core.telemetry_plot import draw_telemetry

        stages = self.tracker.stage_times(since_s=self.recorder.started_s)
        overwrite = self._settings.overwrite
        draw_telemetry(self.recorder.telemetry(), stages, path, overwrite=overwrite)
        console.note(f"what the machine did: {path}")

    def _hear(self, report: ProgressReport) -> None:
        self.listener(report)
        self._record(report)
        if self._metrics is not None:
            self._metrics.hear(report)

    def _see(self, sample: Sample) -> None:
        self._display.show_machine(sample)
        self._record.see(sample)
        if self._metrics is not None:
            self._metrics.see(sample)


def _metrics() -> "Metrics":
    from ai_video_generator.core.metrics import Metrics

    return Metrics()
