"""A batch in front of a person: how many are made, and how long the rest will take."""

import time
from collections.abc import Callable, Sequence

from ai_video_generator.cli import console
from ai_video_generator.core.batch import Batch, BatchWatcher
from ai_video_generator.core.batch_list import BatchJob
from ai_video_generator.core.result import Result
from ai_video_generator.media.timeline import clock_text
from ai_video_generator.progress_tracker import ProgressReport


class Pace:
    """How long the rest takes: what the plans say, corrected by the jobs that are done.

    Args:
        planned_s: Seconds that each job to make should take, by its place.
        clock: Seconds that only grow; replaced in tests.
    """

    def __init__(
        self, planned_s: dict[int, float], *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._left, self._clock = dict(planned_s), clock
        self._total_s = sum(planned_s.values())
        self._planned_s, self._taken_s = 0.0, 0.0
        self._current_s, self._started_s = 0.0, clock()

    def begins(self, index: int) -> None:
        """A job begins."""
        self._current_s, self._started_s = self._left.pop(index), self._clock()

    def ended(self, *, was_made: bool) -> None:
        """The job at hand has ended; a failure says nothing of speed."""
        if was_made:
            self._planned_s += self._current_s
            self._taken_s += self._clock() - self._started_s
        self._current_s = 0.0

    @property
    def time_left_s(self) -> float:
        """Seconds until all are done."""
        stretch = self._taken_s / self._planned_s if self._planned_s else 1.0
        current_s = 0.0
        if self._current_s:
            elapsed_s = self._clock() - self._started_s
            current_s = max(0.0, self._current_s * stretch - elapsed_s)
        return current_s + sum(self._left.values()) * stretch

    @property
    def share(self) -> float:
        """How much of the planned work is done, 0..1; a job counts when it has ended."""
        left_s = sum(self._left.values()) + self._current_s
        return 1.0 - left_s / self._total_s if self._total_s else 1.0


class BatchDisplay(BatchWatcher):
    """Tells how a batch goes, and listens to the progress of the job at hand.

    Args:
        display: Where bars and lines are shown.
        jobs: The jobs of the batch.
        begin: Called with each job before it is made, and before one is told as failed that was
            not begun.
        end: Called with the result of each job.
    """

    def __init__(
        self,
        display: console.ProgressDisplay,
        jobs: Sequence[BatchJob],
        *,
        begin: Callable[[BatchJob], None] = lambda _: None,
        end: Callable[[Result], None] = lambda _: None,
    ) -> None:
        self._display, self._jobs = display, jobs
        self._begin, self._end = begin, end
        self._count_to_make = 0
        self._pace = Pace({})
        self._number = 0

    def __call__(self, report: ProgressReport) -> None:
        """Show where the job at hand and the whole stand."""
        if self._number:
            self._display.show_whole(self._place, share=self._pace.share, left=self._left)
        self._display(report)

    def surveyed(self, batch: Batch) -> None:
        """Say what need not be made, and how long the rest will take."""
        count, self._count_to_make = len(self._jobs), len(batch.plans)
        self._pace = Pace({index: plan.estimate.seconds for index, plan in batch.plans.items()})
        there = sum(result.was_there for result in batch.results.values())
        if there:
            console.note(f"{there} of {count} {'is' if there == 1 else 'are'} already made")
        if batch.plans:
            left = clock_text(self._pace.time_left_s)
            console.note(f"{len(batch.plans)} of {count} to make, about {left}")

    def begins(self, index: int) -> None:
        """Say which job begins."""
        self._pace.begins(index)
        self._number += 1
        self._begin(self._jobs[index])
        console.note(f"{self._place}: {self._jobs[index].output.name}, about {self._left}")

    def ended(self, index: int, result: Result) -> None:
        """Say what became of a job."""
        if self._number:
            self._pace.ended(was_made=result.error is None)
        elif not result.was_there:
            self._begin(self._jobs[index])  # it failed before any was begun
        self._end(result)
        if result.error is not None:
            console.tell(f"{self._jobs[index].output.name} was not made:")
            console.error(result.error)
        elif result.plan is not None and not result.was_there:
            console.note(f"made in {clock_text(result.seconds)} by {result.plan.model}")

    @property
    def _place(self) -> str:
        return f"{self._number} of {self._count_to_make}"

    @property
    def _left(self) -> str:
        return f"{clock_text(self._pace.time_left_s)} left"
