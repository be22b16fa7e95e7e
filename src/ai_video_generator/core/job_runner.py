"""Carries a job out, attempt by attempt, down the ladder; and learns how fast this machine is."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from ai_video_generator.core.breaker import Breaker
from ai_video_generator.core.cache_book import CacheBook
from ai_video_generator.core.job_folder import JobFolder, job_folder
from ai_video_generator.core.loaded_models import LoadedModels
from ai_video_generator.core.released import forget_frames, free_before_attempt, released
from ai_video_generator.core.rendering import Job, Studio, render
from ai_video_generator.core.result import Attempt, Result
from ai_video_generator.core.room import check_room
from ai_video_generator.core.watch import Deadline, Watch
from ai_video_generator.errors import AIVideoError, CancelledError, NumericalError, Recovery
from ai_video_generator.hardware.disks import disk_free_bytes
from ai_video_generator.hardware.facts import CLOUD, PROCESSOR
from ai_video_generator.hardware.memory import RamGuard, free_device_bytes
from ai_video_generator.hardware.thermal import ThermalGuard, temperature_c
from ai_video_generator.models.base_model import BaseModel, CloudTerms, Purse
from ai_video_generator.planning.estimate import job_done
from ai_video_generator.planning.fallback import (
    Failure,
    changed,
    explained,
    next_plan,
    unblocked,
)
from ai_video_generator.planning.plan import Ladder, Plan
from ai_video_generator.progress_tracker import ProgressTracker
from ai_video_generator.registry import Registry

_log = logging.getLogger(__name__)

_SHORTEST_MEASURE_S = 2.0
# A job shorter than this says more about start-up than about speed.


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """Under which a job is carried out.

    Attributes:
        started_s: When the whole job began, on `time.monotonic`.
        cores: Cores that this process may use.
        ram_total_bytes: RAM that this process may use.
        fallback: Whether another plan is tried where one fails.
        time_limit_s: Longest time that was asked for; None where none was.
        max_temperature_c: A GPU hotter than this makes a pause; None never does.
        silence_limit_s: How long a model in a process of its own may give no sign of life; None
            follows the plan.
        resume: Whether finished passes are taken from earlier runs, and left to later ones.
        spend_limit_usd: The most that clouds may charge.
        cloud_requests: Requests that a cloud works on at the same time.
        cloud_url: Address to use instead of a cloud's own; empty takes its own.
    """

    started_s: float
    cores: float
    ram_total_bytes: int
    fallback: bool
    time_limit_s: float | None
    max_temperature_c: int | None
    silence_limit_s: float | None
    resume: bool = True
    spend_limit_usd: float = 0.0
    cloud_requests: int = 1
    cloud_url: str = ""


class JobRunner:
    """Runs jobs.

    Args:
        progress: Where progress is reported, and a stop comes from.
        book: Where speeds are kept.
        backends: Where models are found.
        on_plan: Called with the plan of each attempt before its first frame is made.

    Attributes:
        models: Keeps models loaded from job to job, where it is entered as a context.
    """

    def __init__(
        self,
        progress: ProgressTracker,
        book: CacheBook,
        backends: Registry[type[BaseModel]],
        on_plan: Callable[[Plan], None] | None = None,
    ) -> None:
        self._progress, self._book, self._backends = progress, book, backends
        self._on_plan = on_plan or (lambda _: None)
        self._breaker = Breaker()
        self.models = LoadedModels(backends)

    def first_plan(self, ladder: Ladder) -> Plan:
        """The plan to begin with: the best that has not failed in an earlier job of this run."""
        plan = unblocked(ladder, self._breaker.failures)
        if plan != ladder.best:
            _log.warning("%s: %s", plan.reasons[-1].because, plan.reasons[-1].choice)
        return plan

    def run(self, job: Job, ladder: Ladder | None, conditions: Conditions) -> Result:
        """Carry out a job; where an attempt fails, go on with the next plan that may succeed.

        Args:
            job: What to make.
            ladder: All plans of the job; None allows no other than the job's own.
            conditions: Under which.

        Raises:
            AIVideoError: When the last attempt failed too; nothing half-finished is left. Its
                ``attempts`` has all of them, its ``stages`` what took how long.
        """
        check_room(job.plan, job.output, disk_free_bytes(job.output))
        attempts: list[Attempt] = []
        failures = list(self._breaker.failures) if ladder else []
        with job_folder(self._book.folder, job.output, resume=conditions.resume) as work:
            purse = Purse(conditions.spend_limit_usd)
            studio = self._studio(conditions, work, purse, job)
            while True:
                self._on_plan(job.plan)
                before_usd = purse.spent_usd
                error, seconds = self._attempt(job, studio, conditions, ladder, failures)
                attempts.append(
                    Attempt(
                        plan=job.plan,
                        seconds=seconds,
                        error=error,
                        spent_usd=purse.spent_usd - before_usd,
                    )
                )
                if error is None:
                    break
                self._breaker.remember(job.plan, error)
                failures.append(Failure(plan=job.plan, recovery=error.recovery, said=str(error)))
                following = None
                if ladder is not None and conditions.fallback:
                    following = _following(job, ladder, failures)
                if following is None:
                    error.attempts = tuple(attempts)
                    error.stages = self._progress.stage_times()
                    raise error
                _log.warning("%s; trying: %s", error, changed(job.plan, following.plan))
                job = following
        seconds = time.monotonic() - conditions.started_s
        lost_s = sum(attempt.seconds for attempt in attempts[:-1])
        if not work.made_count:
            # A job that went on where an earlier one stopped says nothing about speed.
            self._remember(job.plan, seconds - lost_s, conditions.cores)
        self._breaker.forgive(job.plan)
        track = job.recipe.sound_track
        return Result(
            path=job.output,
            attempts=tuple(attempts),
            seconds=seconds,
            sound=job.sound,
            sound_track=track.because if track else "the file type carries no sound",
            recipe=job.recipe,
            stages=self._progress.stage_times(),
        )

    def _studio(self, conditions: Conditions, work: JobFolder, purse: Purse, job: Job) -> Studio:
        """What the attempts of one job share."""
        return Studio(
            backends=self._backends,
            models=self.models,
            work=work,
            silence_limit_s=conditions.silence_limit_s,
            cache_folder=work.cache_folder,
            cloud=CloudTerms(
                folder=work.cloud_folder,
                purse=purse,
                url=conditions.cloud_url,
                requests=conditions.cloud_requests,
                sound=job.sound.path,
            ),
        )

    def _attempt(
        self,
        job: Job,
        studio: Studio,
        conditions: Conditions,
        ladder: Ladder | None,
        failures: list[Failure],
    ) -> tuple[AIVideoError | None, float]:
        """Try a plan once; what it raised, and the seconds it took."""
        started_s = time.monotonic()
        free_before = free_before_attempt(job.plan.device)
        try:
            render(job, studio, self._watch(job.plan, conditions, ladder, failures))
        except CancelledError:
            spent_usd = studio.cloud.purse.spent_usd if studio.cloud else 0.0
            if spent_usd:
                _log.warning("%.2f $ were spent; what is finished is not paid again", spent_usd)
            raise
        except AIVideoError as error:
            _log.info("an attempt failed", exc_info=error)
            if isinstance(error, NumericalError):
                studio.work.disown()
            forget_frames(error)
            released(job.plan.device, free_before)
            return error, time.monotonic() - started_s
        return None, time.monotonic() - started_s

    def _watch(
        self,
        plan: Plan,
        conditions: Conditions,
        ladder: Ladder | None,
        failures: list[Failure],
    ) -> Watch:
        limit_s, deadline = conditions.time_limit_s, None
        if limit_s is not None and conditions.fallback and ladder is not None:
            late = Failure(plan=plan, recovery=Recovery.REDUCED_QUALITY, said="")
            # The last plan may take its time: a late video is better than none.
            if next_plan(ladder, [*failures, late]) is not None:
                deadline = Deadline(started_s=conditions.started_s, limit_s=limit_s)
        thermal = None
        if conditions.max_temperature_c is not None and plan.device not in (PROCESSOR, CLOUD):
            thermal = ThermalGuard(lambda: temperature_c(plan.device), conditions.max_temperature_c)
        return Watch(
            self._progress,
            ram=RamGuard(lambda: free_device_bytes(PROCESSOR) or 0, conditions.ram_total_bytes),
            thermal=thermal,
            deadline=deadline,
            tell=_log.warning,
        )

    def _remember(self, plan: Plan, seconds: float, cores: float) -> None:
        """Note how long the job took, from the first look at its inputs on."""
        if seconds >= _SHORTEST_MEASURE_S:
            taught = job_done(plan, seconds, cores=cores)
            if taught is not None:
                self._book.record_job(*taught)


def _following(job: Job, ladder: Ladder, failures: list[Failure]) -> Job | None:
    """The job as it is tried next; None when nothing is left to try."""
    last = failures[-1]
    if last.recovery is Recovery.ENCODE_SOUND:
        return job.with_encoded_sound(because=last.said)
    plan = next_plan(ladder, failures)
    if plan is None:
        return None
    earlier = [reason for reason in job.plan.reasons if reason.topic == "fallback"]
    told = explained(plan, last)
    reasons = (*plan.reasons, *earlier, told.reasons[-1])
    return job.with_plan(replace(told, reasons=reasons))
