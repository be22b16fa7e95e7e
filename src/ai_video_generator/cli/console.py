"""What a person sees: answers on stdout; notes, progress and errors on stderr."""

import json
import os
import sys
import time
import traceback
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from ai_video_generator.errors import AIVideoError
from ai_video_generator.media.plain_text import harmless
from ai_video_generator.media.timeline import clock_text
from ai_video_generator.progress_tracker import ProgressReport

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from ai_video_generator.cli.job_bar import JobBar
    from ai_video_generator.cli.preview import Preview, PreviewChoice
    from ai_video_generator.hardware.monitor import Sample

_LINE_INTERVAL_S, _LINE_SHARE = 5.0, 0.1
# Where there is no terminal, a line every 5 seconds shows life and keeps a log of an hour readable;
_SHORTEST_INTERVAL_S = 1.0
# a line each tenth is added only where tenths take longer than a second.


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How much is said.

    Attributes:
        quiet: Say nothing but answers and errors.
        debug: Show the traceback of errors.
    """

    quiet: bool = False
    debug: bool = False


MANNER: ContextVar[Manner] = ContextVar("MANNER", default=Manner())  # noqa: B039  # it is frozen
"""How much is said by this run; set once, from the flags."""


def answer(value: object) -> None:
    """Print the answer on stdout: a text or a path as it is, anything else as rich renders it."""
    if isinstance(value, Path):
        sys.stdout.flush()
        sys.stdout.buffer.write(os.fsencode(value) + b"\n")  # the very bytes, whatever the encoding
    elif isinstance(value, str):
        sys.stdout.write(f"{value}\n")
    else:
        from rich.console import Console

        Console().print(value)


def answer_json(value: object) -> None:
    """Print the answer on stdout as one JSON document: dataclasses as objects, paths as text."""
    sys.stdout.write(json.dumps(value, default=_as_json, indent=2) + "\n")


def note(text: str) -> None:
    """Tell something on stderr, unless the person wants quiet."""
    if not MANNER.get().quiet:
        tell(text)


def tell(text: str) -> None:
    """Write lines on stderr, always."""
    sys.stderr.write(harmless(text, kept="\n") + "\n")


def error(problem: AIVideoError) -> None:
    """Tell on stderr what failed and what can be done about it; with ``--debug`` also where."""
    if MANNER.get().debug:
        traceback.print_exception(problem)
    tell(f"error: {problem}")
    if problem.hint:
        tell(f"hint: {problem.hint}")


def _as_json(value: object) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json")
    if isinstance(value, Mapping):
        return dict(value)
    return str(value)


class ProgressDisplay:
    """Shows the reports of a `ProgressTracker`: a bar on a terminal, lines elsewhere.

    Use it as a context manager, and as the tracker's listener.

    Args:
        preview: Where previews are shown; None shows none.
        clock: Seconds that only grow; replaced in tests.
    """

    def __init__(
        self,
        *,
        preview: "PreviewChoice | None" = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clock = clock
        self._choice = preview
        self._preview: Preview | None = None
        self._quiet = MANNER.get().quiet
        self._bar: JobBar | None = None
        self._task: TaskID | None = None
        self._whole: TaskID | None = None
        self._stage = ""
        self._line_share, self._line_time_s = 0.0, 0.0

    def __enter__(self) -> Self:
        if self._choice is not None:
            from ai_video_generator.cli.preview import Preview

            self._preview = Preview(self._choice, note)
        if sys.stderr.isatty() and not self._quiet:
            from rich.console import Console
            from rich.progress import BarColumn, TaskProgressColumn, TextColumn

            from ai_video_generator.cli.job_bar import JobBar

            columns = (
                TextColumn("{task.description}", markup=False),
                BarColumn(),
                TaskProgressColumn(),
                TextColumn("{task.fields[speed]}", markup=False),
            )
            console = Console(stderr=True)
            if self._preview is not None and self._preview.way is not None:
                from ai_video_generator.cli.picture_bar import PictureBar

                self._bar = PictureBar(*columns, preview=self._preview, console=console)
            else:
                self._bar = JobBar(*columns, console=console)
            self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def __call__(self, report: ProgressReport) -> None:
        """Show where the job stands."""
        if self._preview is not None:
            self._preview.hear(report)
        if self._bar is not None:
            self._move_bar(self._bar, report)
        elif not self._quiet:
            self._write_line(report)
        self._stage = report.stage

    def show_whole(self, what: str, *, share: float, left: str) -> None:
        """Show where all jobs together stand, above the bar of the one at hand; on terminals only.

        Args:
            what: What is being done ("4 of 12").
            share: How far it is, 0..1.
            left: What is left.
        """
        if self._bar is None:
            return
        if self._whole is None:
            self._whole = self._bar.add_task(what, total=1.0, speed=left)
        self._bar.update(self._whole, description=what, completed=share, speed=left)

    def show_machine(self, sample: "Sample") -> None:
        """Show what the machine does in a line below the bar; on terminals only."""
        if self._bar is not None:
            from ai_video_generator.cli.machine_line import machine_line

            self._bar.machine = machine_line(sample)

    def _move_bar(self, bar: "Progress", report: ProgressReport) -> None:
        if report.stage != self._stage or self._task is None:
            if self._task is not None:
                bar.remove_task(self._task)
            self._task = bar.add_task(report.stage, total=report.total or None, speed="")
        bar.update(self._task, completed=report.done + report.part, speed=speed_text(report))

    def _write_line(self, report: ProgressReport) -> None:
        now_s = self._clock()
        share = (report.done + report.part) / report.total if report.total else 0.0
        if report.stage != self._stage:
            self._line_share, self._line_time_s = 0.0, now_s
            return
        waited_s = now_s - self._line_time_s
        tenth = share - self._line_share >= _LINE_SHARE and waited_s >= _SHORTEST_INTERVAL_S
        if tenth or waited_s >= _LINE_INTERVAL_S:
            self._line_share, self._line_time_s = share, now_s
            percent = f" {share:.0%}" if report.total else f" {report.done} {report.unit}".rstrip()
            note(f"{report.stage}:{percent}{speed_text(report, before=', ')}")


def speed_text(report: ProgressReport, *, before: str = "") -> str:
    """Speed and time left, as far as they are known: ``48.1 frames/s, 0:12 left``."""
    parts = []
    if report.units_per_s is not None and report.unit == "bytes":
        parts.append(f"{report.units_per_s / 1e6:.1f} MB/s")
    elif report.units_per_s is not None and report.unit:
        parts.append(f"{report.units_per_s:.1f} {report.unit}/s")
    if report.time_left_s is not None:
        parts.append(f"{clock_text(report.time_left_s)} left")
    if report.note:
        parts.append(report.note)
    return before + ", ".join(parts) if parts else ""
