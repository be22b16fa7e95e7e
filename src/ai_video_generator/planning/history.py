"""What earlier jobs of this machine teach: a straight line through their times, robustly fitted."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import combinations
from statistics import median

_LINE_RECORDS = 4
# A line through fewer jobs follows each of them.
_LINE_SPAN = 3.0
# Jobs that differ less in size say nothing about what a job costs before its first frame.
_DEFAULT_SPREAD = 0.25
# Two runs of one job differ by up to a tenth here; another picture or a busy machine does the rest.
_LEAST_SPREAD = 0.1
_SPREAD_SCALE = 2.0
# Twice the median deviation holds about four jobs of five (1.35 x the standard deviation of a
# normal distribution).


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRecord:
    """One finished job.

    Attributes:
        megapixels: Millions of pixels of the frames that the model made, above 0.
        seconds: Wall time, as all of the machine's cores would have needed, above 0.
    """

    megapixels: float
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Speed:
    """How long jobs of one kind take here: ``start_s + seconds_per_megapixel * megapixels``.

    Attributes:
        start_s: Seconds before the first frame, and after the last.
        seconds_per_megapixel: Seconds for a million pixels of frames.
        spread: How far a job may be off, as a share of its time: most are within.
        record_count: Jobs that it was learned from.
    """

    start_s: float
    seconds_per_megapixel: float
    spread: float
    record_count: int

    def seconds(self, megapixels: float) -> float:
        """Wall time of a job of this size."""
        return self.start_s + self.seconds_per_megapixel * megapixels


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """Finished jobs of this machine.

    Attributes:
        speeds: What they teach, by `estimate.speed_key`.
    """

    speeds: Mapping[str, Speed] = field(default_factory=dict)


def learned(records: Mapping[str, list[JobRecord]]) -> History:
    """Fit a line to the jobs of each kind."""
    return History(speeds={key: fitted(jobs) for key, jobs in records.items() if jobs})


def fitted(records: list[JobRecord]) -> Speed:
    """The line of Theil and Sen through jobs (H. Theil, 1950; P. K. Sen, 1968): medians of slopes.

    One job in four may be as wrong as it likes, as when a game ran beside it. Where there are too
    few jobs, or all are of about one size, the line goes through zero.
    """
    sizes = [job.megapixels for job in records]
    slope, start = median(job.seconds / job.megapixels for job in records), 0.0
    if len(records) >= _LINE_RECORDS and max(sizes) >= _LINE_SPAN * min(sizes):
        steep = median(
            (other.seconds - job.seconds) / (other.megapixels - job.megapixels)
            for job, other in combinations(records, 2)
            if other.megapixels != job.megapixels
        )
        rest = median(job.seconds - steep * job.megapixels for job in records)
        if steep > 0 and rest > 0:
            slope, start = steep, rest
    line = Speed(start_s=start, seconds_per_megapixel=slope, spread=0.0, record_count=len(records))
    off = [abs(job.seconds / line.seconds(job.megapixels) - 1) for job in records]
    spread = _SPREAD_SCALE * median(off) if len(records) >= _LINE_RECORDS else _DEFAULT_SPREAD
    return Speed(
        start_s=start,
        seconds_per_megapixel=slope,
        spread=max(_LEAST_SPREAD, spread),
        record_count=len(records),
    )
