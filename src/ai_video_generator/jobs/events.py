"""What happens to jobs, kept so that it can be followed from any process, then and later."""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from sqlite3 import Connection, Row
from typing import Any

from ai_video_generator.jobs.database import Database
from ai_video_generator.jobs.job import Event, EventKind

_FOLLOW_S = 0.25
# Looks live to a person, and costs some microseconds each time.

_PASSING = (EventKind.PROGRESS, EventKind.PREVIEW)
# Only the newest of these is kept: the next one says all that it said.


class EventLog:
    """Events of all jobs.

    Args:
        database: Where they are kept.
        clock: Seconds since 1970; replaced in tests.
    """

    def __init__(self, database: Database, *, clock: Callable[[], float] = time.time) -> None:
        self._database, self._clock = database, clock

    def tell(
        self, job_id: int, kind: EventKind, values: Mapping[str, Any], blob: bytes = b""
    ) -> None:
        """Keep an event; of progress and previews only the newest."""
        with self._database.writing() as connection:
            insert(connection, job_id, kind, values, blob, time_s=self._clock())

    def of(self, job_id: int, *, after: int = 0) -> list[Event]:
        """Events of a job, in order.

        Args:
            job_id: The job.
            after: Only those with a higher number.
        """
        rows = self._database.rows(
            "SELECT * FROM events WHERE job_id = ? AND id > ? ORDER BY id", (job_id, after)
        )
        return [_event(row) for row in rows]

    def latest(self, job_id: int, kind: EventKind) -> Event | None:
        """The newest event of a kind."""
        rows = self._database.rows(
            "SELECT * FROM events WHERE job_id = ? AND kind = ? ORDER BY id DESC LIMIT 1",
            (job_id, kind.value),
        )
        return _event(rows[0]) if rows else None

    def last_id(self) -> int:
        """Number of the newest event; 0 before the first."""
        rows = self._database.rows("SELECT MAX(id) FROM events")
        return int(rows[0][0] or 0)

    def since(self, after: int) -> list[Event]:
        """Events of all jobs with a higher number, in order."""
        rows = self._database.rows("SELECT * FROM events WHERE id > ? ORDER BY id", (after,))
        return [_event(row) for row in rows]

    def followed(
        self,
        after: int,
        *,
        wait: Callable[[float], None] = time.sleep,
    ) -> Iterator[list[Event]]:
        """Events of all jobs as they happen, for ever; an empty list each time nothing did.

        Args:
            after: Only those with a higher number.
            wait: Waits so many seconds.
        """
        mark = None
        while True:
            now = self._database.change_mark
            found = self.since(after) if now != mark else []
            mark = now
            after = found[-1].id if found else after
            yield found
            wait(_FOLLOW_S)


def insert(
    connection: Connection,
    job_id: int,
    kind: EventKind,
    values: Mapping[str, Any],
    blob: bytes = b"",
    *,
    time_s: float,
) -> None:
    """Keep an event, as a part of what is being written."""
    if kind in _PASSING:
        connection.execute("DELETE FROM events WHERE job_id = ? AND kind = ?", (job_id, kind.value))
    connection.execute(
        "INSERT INTO events (job_id, time_s, kind, data, blob) VALUES (?, ?, ?, ?, ?)",
        (job_id, time_s, kind.value, json.dumps(values, default=str), blob or None),
    )


def _event(row: Row) -> Event:
    return Event(
        id=row["id"],
        job_id=row["job_id"],
        time_s=row["time_s"],
        kind=EventKind(row["kind"]),
        values=json.loads(row["data"]),
        blob=row["blob"] or b"",
    )
