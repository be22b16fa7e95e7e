"""Bars for several jobs at once on a terminal, lines elsewhere."""

import sys
from dataclasses import replace
from typing import TYPE_CHECKING

from ai_video_generator.cli import console
from ai_video_generator.progress_tracker import ProgressReport

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID


class Bars:
    """A bar for each job that is under way."""

    def __init__(self) -> None:
        self._progress: Progress | None = None
        self._tasks: dict[int, TaskID] = {}
        self._lines: dict[int, console.ProgressDisplay] = {}

    def start(self) -> None:
        """Begin to show them."""
        if not sys.stderr.isatty() or console.MANNER.get().quiet:
            return
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

        self._progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=20),
            TaskProgressColumn(),
            TextColumn("{task.fields[speed]}", markup=False),
            console=Console(stderr=True),
            transient=True,
        )
        self._progress.start()

    def stop(self) -> None:
        """Take them away."""
        if self._progress is not None:
            self._progress.stop()
            self._progress = None

    def move(self, key: int, name: str, report: ProgressReport) -> None:
        """Show where a job stands.

        Args:
            key: Tells jobs apart.
            name: What the job is called.
            report: Where it stands.
        """
        stage = f"{name}: {report.stage}"
        if self._progress is None:
            lines = self._lines.setdefault(key, console.ProgressDisplay())
            lines(replace(report, stage=stage))
            return
        if key not in self._tasks:
            self._tasks[key] = self._progress.add_task(stage, speed="")
        self._progress.update(
            self._tasks[key],
            description=stage,
            total=report.total or None,
            completed=report.done + report.part,
            speed=console.speed_text(report),
        )

    def remove(self, key: int) -> None:
        """Take away the bar of a job that is under way no longer."""
        self._lines.pop(key, None)
        task = self._tasks.pop(key, None)
        if task is not None and self._progress is not None:
            self._progress.remove_task(task)
