"""Jobs of the queue in front of a person: a bar for each that runs, a line for what happens."""

from base64 import b64encode
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from ai_video_generator.cli import console
from ai_video_generator.cli.bars import Bars
from ai_video_generator.jobs.database import Database
from ai_video_generator.jobs.events import EventLog
from ai_video_generator.jobs.job import ENDED, Event, EventKind, Job, JobState
from ai_video_generator.jobs.queue import JobQueue
from ai_video_generator.media.timeline import clock_text
from ai_video_generator.progress_tracker import ProgressReport

if TYPE_CHECKING:
    from ai_video_generator.core.metrics import Metrics


class JobsDisplay:
    """Shows what happens to jobs; use it as a context manager.

    Args:
        database: Where the jobs are.
        after: The event after which `look` begins.
        metrics: Is told where jobs stand and how they end; None tells nobody.

    Attributes:
        ended: Jobs that have ended meanwhile, by their number.
    """

    def __init__(
        self,
        database: Database,
        *,
        after: int = 0,
        metrics: "Metrics | None" = None,
    ) -> None:
        self._queue, self._events = JobQueue(database), EventLog(database)
        self._after = after
        self._database = database
        self._bars = Bars()
        self._metrics = metrics
        self._names: dict[int, str] = {}
        self._mark: int | None = None
        self.ended: dict[int, Job] = {}

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bars.stop()

    def look(self) -> None:
        """Show what has happened since the last look."""
        mark = self._database.change_mark
        if mark == self._mark:
            return
        self._mark = mark
        for event in self._events.since(self._after):
            self._after = event.id
            self.show(event)

    def show(self, event: Event) -> None:
        """Show something that has happened."""
        name = self._name(event.job_id)
        match event.kind:
            case EventKind.STATE:
                self._show_state(event, name)
            case EventKind.PROGRESS:
                report = ProgressReport(**event.values)
                self._bars.move(event.job_id, name, report)
                if self._metrics is not None:
                    self._metrics.hear(report, str(event.job_id))
            case EventKind.PLAN:
                values = event.values
                made = f"{values['size']} at {values['frame_rate']} frames/s by {values['model']}"
                console.note(f"{name}: {made}, about {clock_text(values['seconds'])}")
            case EventKind.ATTEMPT:
                console.note(f"{name}: {event.values['error']}")
            case EventKind.LOG:
                console.note(f"{name}: {event.values['message']}")
            case EventKind.PREVIEW:
                pass

    def _show_state(self, event: Event, name: str) -> None:
        values, state = event.values, JobState(event.values["state"])
        if state in ENDED:
            self.ended[event.job_id] = self._queue.job(event.job_id)
            if self._metrics is not None:
                outcome = _outcome(state, was_there=bool(values.get("was_there")))
                self._metrics.count_outcome(outcome, job=str(event.job_id))
        if state is not JobState.RUNNING:
            self._bars.remove(event.job_id)
        told = {
            JobState.RUNNING: f"begun on {values.get('device', '')}",
            JobState.DONE: "already there"
            if values.get("was_there")
            else f"done in {clock_text(values.get('seconds', 0.0))}",
            JobState.FAILED: f"failed: {values.get('error', '')}",
        }.get(state, state.value)
        console.note(f"{name}: {told}")
        if values.get("hint"):
            console.note(f"hint: {values['hint']}")

    def _name(self, job_id: int) -> str:
        if job_id not in self._names:
            output = Path(self._queue.job(job_id).request.output).name
            self._names[job_id] = f"job {job_id} ({output})"
        return self._names[job_id]


def _outcome(state: JobState, *, was_there: bool) -> str:
    """How a job has ended, as `Metrics` counts it."""
    if state is JobState.DONE:
        return "already there" if was_there else "made"
    return "failed" if state is JobState.FAILED else "stopped"


def follow_jobs(
    database: Database, numbers: Sequence[int], *, shown: bool
) -> Iterator[dict[str, Any]]:
    """Give events of jobs as they happen, from their beginning on, and show them if wanted.

    Ends when all of the jobs have ended; without any, never.

    Args:
        database: Where the jobs are.
        numbers: The jobs; none takes all, from now on.
        shown: Whether they are shown on the terminal.
    """
    events, queue = EventLog(database), JobQueue(database)
    after = 0 if numbers else events.last_id()
    wanted = set(numbers)
    with JobsDisplay(database) if shown else nullcontext() as display:
        for found in events.followed(after):
            for event in found:
                if wanted and event.job_id not in wanted:
                    continue
                if display is not None:
                    display.show(event)
                yield _document(event)
            if wanted and all(queue.job(number).state in ENDED for number in wanted):
                return


def _document(event: Event) -> dict[str, Any]:
    return {
        "id": event.id,
        "job": event.job_id,
        "time_s": event.time_s,
        "kind": event.kind.value,
        **({"png": b64encode(event.blob).decode()} if event.blob else {}),
        "values": dict(event.values),
    }
