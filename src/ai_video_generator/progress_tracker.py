"""Progress of one job: reports go up to whoever listens, a stop comes down to whoever works."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ai_video_generator.errors import CancelledError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_REPORT_INTERVAL_S = 0.1
# Ten reports a second look continuous to a person and cost nothing beside a frame (tens of
# milliseconds).


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgressReport:
    """Where a job stands.

    Attributes:
        stage: What is being done, in plain words ("rendering").
        done: Units finished, 0..total.
        total: Units in this stage; 0 when it is not known.
        unit: What is counted ("frames").
        elapsed_s: Seconds since the stage began.
        units_per_s: Mean speed of the stage so far; None before the first unit.
        time_left_s: Estimated seconds to the end of the stage; None when unknown.
        part: Units that are under way, as far as they are done: 2.5 of 5 that are made at once.
        note: What is under way in them ("step 12 of 25"); empty where nothing is told.
        preview: Roughly what is being made, ``(frame_count, height, width, 3)``, uint8; None where
            nothing can be shown.
    """

    stage: str
    done: int
    total: int
    unit: str
    elapsed_s: float
    units_per_s: float | None
    time_left_s: float | None
    part: float = 0.0
    note: str = ""
    preview: "NDArray[np.uint8] | None" = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StageTime:
    """How long a stage of a job took, all its parts together.

    Attributes:
        stage: As in `ProgressReport`.
        seconds: All its parts together.
        parts_s: Begin and end of each, seconds since the job began; what follows at once counts as
            one part.
    """

    stage: str
    seconds: float
    parts_s: tuple[tuple[float, float], ...]


class ProgressTracker:
    """Carries reports up and a stop request down; safe to share between threads.

    Args:
        listener: Called with each `ProgressReport`, on the thread that works.
        clock: Seconds that only grow; replaced in tests.
    """

    def __init__(
        self,
        listener: Callable[[ProgressReport], None] | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._listener = listener
        self._clock = clock
        self._stopped = threading.Event()
        self._stage, self._unit = "", ""
        self._done, self._total = 0, 0
        self._part, self._note = 0.0, ""
        self._started_s = self._reported_s = self._begun_s = clock()
        self._parts: list[tuple[str, float]] = []

    def begin_job(self) -> None:
        """Forget the stages of an earlier job."""
        self._begun_s, self._parts = self._clock(), []

    def stage_times(self, *, since_s: float | None = None) -> tuple[StageTime, ...]:
        """How long the stages of the job took until now, in the order in which they came first.

        Args:
            since_s: What ``parts_s`` are counted from, on the tracker's clock; None counts from the
                begin of the job.
        """
        parts, zero_s = list(self._parts), self._begun_s if since_s is None else since_s
        ends_s = [*(begin_s for _, begin_s in parts), self._clock()][1:]
        found: dict[str, list[tuple[float, float]]] = {}
        for (stage, begin_s), end_s in zip(parts, ends_s, strict=True):
            found.setdefault(stage, []).append((begin_s - zero_s, end_s - zero_s))
        return tuple(
            StageTime(
                stage=stage, seconds=sum(end - begin for begin, end in all_), parts_s=(*all_,)
            )
            for stage, all_ in found.items()
        )

    def start(self, stage: str, *, total: int = 0, unit: str = "") -> None:
        """Begin a stage and report it.

        Raises:
            CancelledError: When a stop was asked for.
        """
        self.check()
        self._stage, self._total, self._unit, self._done = stage, total, unit, 0
        self._part, self._note = 0.0, ""
        self._started_s = self._clock()
        if not self._parts or self._parts[-1][0] != stage:
            self._parts.append((stage, self._started_s))
        self._send()

    def advance(self, count: int = 1) -> None:
        """Count finished units; report at most ten times a second, and at the last unit.

        Raises:
            CancelledError: When a stop was asked for.
        """
        self.check()
        self._done += count
        if self._done == self._total or self._clock() - self._reported_s >= _REPORT_INTERVAL_S:
            self._send()

    def under_way(
        self, part: float, note: str = "", preview: "NDArray[np.uint8] | None" = None
    ) -> None:
        """Tell how far units are that are not finished yet.

        Args:
            part: How many units' worth of work is done in them, at least 0.
            note: What is being done in them.
            preview: Roughly what is being made, as in `ProgressReport`.

        Raises:
            CancelledError: When a stop was asked for.
        """
        self.check()
        self._part, self._note = part, note
        if preview is not None or self._clock() - self._reported_s >= _REPORT_INTERVAL_S:
            self._send(preview)

    def stop(self) -> None:
        """Ask the worker to stop at its next unit; any thread or signal handler may call this."""
        self._stopped.set()

    def renew(self) -> None:
        """Forget an earlier request to stop: the next job may begin."""
        self._stopped.clear()

    def check(self) -> None:
        """Give the worker a place to stop.

        Raises:
            CancelledError: When a stop was asked for.
        """
        if self._stopped.is_set():
            raise CancelledError("stopped on request")

    def _send(self, preview: "NDArray[np.uint8] | None" = None) -> None:
        now_s = self._clock()
        self._reported_s = now_s
        if self._listener is None:
            return
        elapsed_s = now_s - self._started_s
        worked = self._done + self._part
        speed = worked / elapsed_s if worked and elapsed_s > 0 else None
        left = max(0.0, self._total - worked) / speed if speed and self._total else None
        self._listener(
            ProgressReport(
                stage=self._stage,
                done=self._done,
                total=self._total,
                unit=self._unit,
                elapsed_s=elapsed_s,
                units_per_s=speed,
                time_left_s=left,
                part=self._part,
                note=self._note,
                preview=preview,
            )
        )
