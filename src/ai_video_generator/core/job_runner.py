"""Carries a job out, attempt by attempt, and learns how fast this machine is."""

import logging
import time
from collections.abc import Callable

from ai_video_generator.core.cache_book import CacheBook
from ai_video_generator.core.rendering import Job, check_room, is_hardware, render
from ai_video_generator.core.result import Attempt, Result
from ai_video_generator.errors import EncodingError
from ai_video_generator.hardware.processor import disk_free_bytes
from ai_video_generator.planning.estimate import speed_key
from ai_video_generator.planning.plan import Plan
from ai_video_generator.progress_tracker import ProgressTracker

_log = logging.getLogger(__name__)

_SHORTEST_MEASURE_S = 2.0
# A job shorter than this says more about start-up than about speed.


class JobRunner:
    """Runs jobs.

    Args:
        progress: Where progress is reported, and a stop comes from.
        book: Where speeds are kept.
        on_plan: Called with the plan of each attempt before its first frame is made.
    """

    def __init__(
        self,
        progress: ProgressTracker,
        book: CacheBook,
        on_plan: Callable[[Plan], None] | None = None,
    ) -> None:
        self._progress, self._book = progress, book
        self._on_plan = on_plan or (lambda _: None)

    def run(
        self,
        job: Job,
        *,
        started_s: float,
        cores: float,
        in_software: Callable[[Plan], Plan] | None = None,
    ) -> Result:
        """Carry out a job; when its hardware encoder fails, once more with the software one.

        Args:
            job: What to make.
            started_s: When the whole job began, on `time.monotonic`.
            cores: Cores that this process may use.
            in_software: Plans the same video without hardware encoders; None gives up instead.

        Raises:
            AIVideoError: When the last attempt failed too; nothing half-finished is left.
        """
        check_room(job.plan, job.output, disk_free_bytes(job.output))
        attempts: list[Attempt] = []
        while not attempts or attempts[-1].error is not None:
            self._on_plan(job.plan)
            attempt_started_s = time.monotonic()
            failure = None
            try:
                render(job, self._progress)
            except EncodingError as error:
                if in_software is None or not is_hardware(job.plan.encoder):
                    raise
                failure = error
            seconds = time.monotonic() - attempt_started_s
            attempts.append(Attempt(plan=job.plan, seconds=seconds, error=failure))
            if failure is not None and in_software is not None:
                job = job.with_plan(in_software(job.plan), because=str(failure))
                _log.warning("%s; trying %s instead", failure, job.plan.encoder.name)
        self._remember(attempts[-1], cores)
        track = job.recipe.sound_track
        return Result(
            path=job.output,
            attempts=tuple(attempts),
            seconds=time.monotonic() - started_s,
            sound=job.sound,
            sound_track=track.because if track else "the file type carries no sound",
            recipe=job.recipe,
        )

    def _remember(self, attempt: Attempt, cores: float) -> None:
        """Note the speed that all cores would have had, should the job have used only some."""
        if attempt.seconds >= _SHORTEST_MEASURE_S:
            plan = attempt.plan
            megapixels = plan.output_size.pixel_count * plan.timeline.frame_count / 1e6
            used = min(1.0, plan.encoder.threads / cores)
            name = speed_key(plan.model, plan.encoder)
            self._book.record_speed(name, attempt.seconds / megapixels * used)
