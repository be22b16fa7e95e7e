"""Does a figure grow from job to job? Judged by medians, and by a line of least squares."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import linear_regression, median

EARLY, LATE = (0.2, 0.4), (0.8, 1.0)
"""Which shares of the jobs are compared, jobs 100 to 200 of 500 with 400 to 500: before, caches
fill and libraries are loaded at their first use."""

_LEAST_JOBS = 50
# Fewer say nothing: a window would hold less than ten.


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """How much a figure may rise between the two windows.

    Attributes:
        figure: What is measured.
        unit: Of the figure, for people.
        most: What it may rise by, in that unit.
        reason: Why so much.
    """

    figure: str
    unit: str
    most: float
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """How a figure went.

    Attributes:
        bound: What it was held against.
        job_count: Jobs after which it was measured.
        early: Median of the first window.
        late: Median of the last one.
        per_job: Slope of the line of least squares from the first window on.
        fitted_rise: What that line rises by from the middle of one window to that of the other.
        is_judged: Whether there were jobs enough.
    """

    bound: Bound
    job_count: int
    early: float
    late: float
    per_job: float
    fitted_rise: float
    is_judged: bool

    @property
    def grows(self) -> bool:
        """Whether it rises by more than it may; a line also sees what starts between windows."""
        return self.is_judged and max(self.late - self.early, self.fitted_rise) > self.bound.most


def growth(curve: Sequence[float], bound: Bound) -> Growth:
    """Judge a figure that was measured after each of at least four jobs.

    Args:
        curve: The measurements, in order.
        bound: What it may rise by.
    """
    count = len(curve)
    first, early_end, late_start = (round(count * share) for share in (*EARLY, LATE[0]))
    jobs = range(first, count)
    per_job = float(linear_regression(jobs, curve[first:]).slope)
    middles = [(window[0] + window[1]) / 2 * count for window in (EARLY, LATE)]
    return Growth(
        bound=bound,
        job_count=count,
        early=median(curve[first : max(early_end, first + 1)]),
        late=median(curve[min(late_start, count - 1) :]),
        per_job=per_job,
        fitted_rise=per_job * (middles[1] - middles[0]),
        is_judged=count >= _LEAST_JOBS,
    )
