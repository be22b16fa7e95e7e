"""Remembers within one run of the program what failed here, so that it does not fail twice."""

from ai_video_generator.errors import (
    AIVideoError,
    EnvironmentProblemError,
    Recovery,
    WeightsError,
)
from ai_video_generator.hardware.facts import PROCESSOR
from ai_video_generator.planning.fallback import Failure
from ai_video_generator.planning.plan import Plan

_FAILURES_TO_BELIEVE = 2
# A model that failed once may have met an odd picture; twice in a row it is the model.

_ABOUT_THE_JOB = (Recovery.NONE, Recovery.REDUCED_QUALITY)
# A time limit, and what no plan helps against, say nothing of the next job.

_ABOUT_THE_MACHINE = (Recovery.SMALLER, Recovery.OTHER_DEVICE, Recovery.OTHER_ENCODER)


class Breaker:
    """A circuit breaker for plans (M. Nygard, Release It!, 2007): opens at what fails again."""

    def __init__(self) -> None:
        self._failures: list[Failure] = []
        self._counts: dict[tuple[str, str, Recovery], int] = {}

    @property
    def failures(self) -> tuple[Failure, ...]:
        """What is known to fail on this machine."""
        return tuple(self._failures)

    def remember(self, plan: Plan, error: AIVideoError) -> None:
        """Note a failed attempt."""
        recovery = error.recovery
        if recovery in _ABOUT_THE_JOB:
            return
        if recovery is Recovery.SMALLER and plan.device == PROCESSOR:
            # Other programs fill its memory, too: it may be free again for the next job.
            return
        key = (plan.model, plan.device, recovery)
        self._counts[key] = self._counts.get(key, 0) + 1
        is_sure = recovery in _ABOUT_THE_MACHINE or isinstance(
            error, (EnvironmentProblemError, WeightsError)
        )
        if is_sure or self._counts[key] >= _FAILURES_TO_BELIEVE:
            self._failures.append(Failure(plan=plan, recovery=recovery, said=str(error)))

    def forgive(self, plan: Plan) -> None:
        """Note an attempt that succeeded: what it uses does work."""
        for key in [key for key in self._counts if key[:2] == (plan.model, plan.device)]:
            del self._counts[key]
