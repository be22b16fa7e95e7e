"""Jobs as they are kept: what was asked, where it stands, what became of it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field

from ai_video_generator.config.option_field import value_text
from ai_video_generator.config.options import JobOptions
from ai_video_generator.config.settings import Settings


class JobState(StrEnum):
    """Where a job stands."""

    QUEUED = "queued"
    PAUSED = "paused"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"


WAITING = frozenset({JobState.QUEUED, JobState.PAUSED})
"""States of jobs that were not begun, or are to be gone on with."""

ENDED = frozenset({JobState.DONE, JobState.FAILED, JobState.CANCELLED, JobState.INTERRUPTED})
"""States of jobs with which nothing happens unless somebody asks for it."""


class Kind(StrEnum):
    """What is done."""

    MAKE = "make"
    DRAFT = "draft"
    REPRODUCE = "reproduce"


class Source(StrEnum):
    """Who asked for a job."""

    QUEUE = "queue"
    COMMAND = "command"
    BATCH = "batch"


class Wanted(StrEnum):
    """What a running job was asked to do."""

    NOTHING = ""
    PAUSE = "pause"
    CANCEL = "cancel"


class _Kept(BaseModel):
    """A value that is kept as JSON, whose paths may hold bytes that are no text."""

    def to_text(self) -> str:
        """Write it in ASCII, bytes that are no text as escapes."""
        return json.dumps(self.model_dump(), default=str)

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Read what `to_text` has written."""
        return cls.model_validate(json.loads(text))


class JobRequest(_Kept):
    """What was asked for.

    Attributes:
        kind: What is to be done.
        pictures: The pictures, in order, absolute; of a reproduction those that were named.
        sound: The sound, absolute; None for a reproduction whose sound was not named.
        output: The file to make, absolute.
        video: The video to reproduce; None elsewhere.
        options: Options that differ from their defaults, as text.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Kind = Kind.MAKE
    pictures: tuple[Path, ...] = ()
    sound: Path | None = None
    output: Path
    video: Path | None = None
    options: dict[str, str] = Field(default_factory=dict)


class Outcome(_Kept):
    """What became of a job.

    Attributes:
        path: The finished file; None when there is none.
        seconds: Wall time of the run that ended it.
        was_there: Whether the file was there already, the same that would have been made.
        error: Why it failed; empty when it did not.
        hint: What can be done about it.
        error_kind: Class of the error.
        exit_code: What `aivg make` would have answered.
        spent_usd: What clouds have charged, dollars.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    path: Path | None = None
    seconds: float = 0.0
    was_there: bool = False
    error: str = ""
    hint: str = ""
    error_kind: str = ""
    exit_code: int = 0
    spent_usd: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One job as it is kept.

    Attributes:
        id: Its number, from 1; never given twice.
        state: Where it stands.
        source: Who asked for it.
        request: What was asked for.
        priority: The higher goes first; 0 as a rule.
        position: Among jobs of the same priority the lower goes first.
        wanted: What it was asked to do while it runs.
        device: Where it runs or ran last ("cuda:0", "cpu"); empty when it was not begun.
        created_s: When it was asked for, seconds since 1970.
        begun_s: When it was last begun; None when it was not.
        ended_s: When it ended; None when it has not.
        run_count: How often it was begun.
        crash_count: How many of those ended with their process.
        outcome: What became of it; None when it has not ended.
    """

    id: int
    state: JobState
    source: Source
    request: JobRequest
    priority: int
    position: float
    wanted: Wanted
    device: str
    created_s: float
    begun_s: float | None
    ended_s: float | None
    run_count: int
    crash_count: int
    outcome: Outcome | None

    @property
    def document(self) -> dict[str, Any]:
        """All of it as JSON has it, but its position; times in seconds since 1970."""
        return {
            "id": self.id,
            "state": self.state.value,
            "source": self.source.value,
            "request": self.request.model_dump(mode="json"),
            "priority": self.priority,
            "wanted": self.wanted.value,
            "device": self.device,
            "created_s": self.created_s,
            "begun_s": self.begun_s,
            "ended_s": self.ended_s,
            "run_count": self.run_count,
            "crash_count": self.crash_count,
            "outcome": self.outcome.model_dump(mode="json") if self.outcome else None,
        }


class EventKind(StrEnum):
    """What an event tells."""

    STATE = "state"
    PLAN = "plan"
    PROGRESS = "progress"
    PREVIEW = "preview"
    ATTEMPT = "attempt"
    LOG = "log"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened to a job.

    Attributes:
        id: Its number; later events have higher ones.
        job_id: The job.
        time_s: When, seconds since 1970.
        kind: What it tells.
        values: Its figures and texts, as JSON has them.
        blob: A preview as PNG; empty elsewhere.
    """

    id: int
    job_id: int
    time_s: float
    kind: EventKind
    values: Mapping[str, Any]
    blob: bytes = b""


def requested(
    kind: Kind, pictures: Sequence[Path], sound: Path, output: Path, settings: Settings
) -> JobRequest:
    """A request as it is kept: with absolute paths, which mean the same in every process.

    Args:
        kind: What is to be done.
        pictures: The pictures, in order.
        sound: The sound.
        output: The file to make.
        settings: Settings of the job.
    """
    return JobRequest(
        kind=kind,
        pictures=tuple(path.absolute() for path in pictures),
        sound=sound.absolute(),
        output=output.absolute(),
        options=options_of(settings),
    )


def options_of(settings: Settings) -> dict[str, str]:
    """Options of a job that differ from their defaults, as text that `changed_settings` reads."""
    found = {}
    for name, field in JobOptions.model_fields.items():
        value = getattr(settings, name)
        if value != field.default:
            found[name] = value_text(value.absolute() if isinstance(value, Path) else value)
    return found
