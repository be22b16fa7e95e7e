"""The part of the log that was written while a job went."""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

_TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} ")
_AROUND_S = 10.0
# The command begins before its job, and ends after it.
_MOST_LINES = 20_000
# Some megabytes; a job that wrote more repeats itself.


def log_part(
    log: Path, spans_s: Sequence[tuple[float, float]], cleaned: Callable[[Any], Any]
) -> str:
    """Lines of a rotated log of some spans of time, the oldest first.

    Args:
        log: The newest file; the older ones are beside it with ``.1``, ``.2`` … added.
        spans_s: Begin and end of each, seconds since 1970.
        cleaned: Takes what is private out of a text or a JSON value.
    """
    lines: list[str] = []
    inside = False
    for line in _lines(log):
        time_s = _time_s(line)
        if time_s is not None:
            inside = any(
                begin_s - _AROUND_S <= time_s <= end_s + _AROUND_S for begin_s, end_s in spans_s
            )
        if inside:
            lines.append(_cleaned(line, cleaned))
    return "".join(f"{line}\n" for line in lines[-_MOST_LINES:])


def _lines(log: Path) -> Iterator[str]:
    older = sorted(
        (path for path in log.parent.glob(f"{log.name}.*") if path.suffix[1:].isdigit()),
        key=lambda path: -int(path.suffix[1:]),
    )
    for path in (*older, log):
        try:
            text = path.read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue  # it may be rotated away at this very moment
        yield from text.splitlines()


def _time_s(line: str) -> float | None:
    """When a line was written; None for one that goes on with another."""
    try:
        if line.startswith("{"):
            return datetime.fromisoformat(json.loads(line)["time"]).timestamp()
        if _TIME.match(line):
            return datetime.fromisoformat(line[:23].replace(",", ".")).astimezone().timestamp()
    except (ValueError, KeyError, TypeError):
        return None
    return None


def _cleaned(line: str, cleaned: Callable[[Any], Any]) -> str:
    if line.startswith("{"):
        try:
            return json.dumps(cleaned(json.loads(line)))
        except ValueError:
            pass  # half a line, where the disk was full
    return str(cleaned(line))
