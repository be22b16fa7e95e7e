"""What a job gave back: the file, and the truth about how it came to be."""

from dataclasses import dataclass
from pathlib import Path

from ai_video_generator.core.recipe import Recipe
from ai_video_generator.errors import AIVideoError
from ai_video_generator.media.sound import SoundInfo
from ai_video_generator.planning.plan import Plan
from ai_video_generator.progress_tracker import StageTime


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One plan that was tried.

    Attributes:
        plan: What was tried.
        seconds: How long it took.
        error: Why it failed; None for the attempt that made the file.
        spent_usd: What clouds have charged, dollars.
    """

    plan: Plan
    seconds: float
    error: AIVideoError | None = None
    spent_usd: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One job's outcome.

    Attributes:
        path: The finished file; None when the job failed.
        attempts: Plans tried, in order; the last made the file.
        seconds: Wall time of the whole job.
        sound: Facts of the sound; None when it could not be read.
        sound_track: One sentence: how the sound went into the file.
        recipe: What the file was made from; None when the job failed.
        error: Why the job failed; None when it did not.
        was_there: Whether the file was there already, the same that would have been made.
        stages: What took how long, in the order in which it came first.
    """

    path: Path | None
    attempts: tuple[Attempt, ...] = ()
    seconds: float = 0.0
    sound: SoundInfo | None = None
    sound_track: str = ""
    recipe: Recipe | None = None
    error: AIVideoError | None = None
    was_there: bool = False
    stages: tuple[StageTime, ...] = ()

    @property
    def spent_usd(self) -> float:
        """What clouds have charged for all attempts, dollars."""
        return sum(attempt.spent_usd for attempt in self.attempts)

    @property
    def plan(self) -> Plan | None:
        """The plan that made the file; None when the job failed."""
        if self.was_there and self.recipe is not None:
            return self.recipe.plan
        return self.attempts[-1].plan if self.path and self.attempts else None
