"""What became of a batch, as a person reads it, as a program does, and as a file."""

import csv
import io
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING

from ai_video_generator.core.batch import Batch
from ai_video_generator.errors import InputError
from ai_video_generator.hardware.disks import disk_free_bytes
from ai_video_generator.media.files import appearing
from ai_video_generator.media.timeline import clock_text

if TYPE_CHECKING:
    from rich.table import Table

SOME_FAILED_EXIT_CODE = 9
"""When some jobs of a batch failed, or all did, but not alike."""

MADE, THERE, FAILED, NOT_BEGUN, PLANNED = (
    *("made", "already there", "failed", "not begun", "to make"),
)
REPORT_SUFFIXES = (".csv", ".json")
"""Endings of reports."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchRow:
    """What became of one job, or will.

    Attributes:
        number: Its place in what was given, from 1.
        pictures: The pictures.
        sound: The sound.
        output: The video.
        outcome: "made", "already there", "failed", "not begun" or "to make".
        length_s: Length of the sound, as far as it is known.
        size: Of the video.
        model: What made the frames, or will.
        seconds: How long it took, or will take.
        disk_bytes: Size of the file, estimated; None where it is not to be made.
        error: Why it failed.
        hint: What can be done about it.
        exit_code: Of the failure.
    """

    number: int
    pictures: tuple[str, ...]
    sound: str
    output: str
    outcome: str
    length_s: float | None = None
    size: str = ""
    model: str = ""
    seconds: float | None = None
    disk_bytes: int | None = None
    error: str = ""
    hint: str = ""
    exit_code: int = 0


def batch_rows(batch: Batch, *, dry_run: bool = False) -> list[BatchRow]:
    """A row for each job, in the order given; of those not made, what is planned."""
    return [_row(batch, index, dry_run=dry_run) for index in range(len(batch.jobs))]


def _row(batch: Batch, index: int, *, dry_run: bool) -> BatchRow:
    job, result, plan = batch.jobs[index], batch.results.get(index), batch.plans.get(index)
    outcome = PLANNED if dry_run else NOT_BEGUN
    seconds = plan.estimate.seconds if plan and dry_run else None
    disk_bytes = plan.estimate.disk_bytes if plan and dry_run else None
    error = None
    if result is not None:
        error = result.error
        outcome = FAILED if error else THERE if result.was_there else MADE
        plan = result.plan or plan
        seconds = None if result.was_there else result.seconds
    length_s = float(plan.timeline.duration_s) if plan else None
    if result is not None and result.sound is not None:
        length_s = float(result.sound.duration_s)
    return BatchRow(
        number=index + 1,
        pictures=tuple(map(str, job.pictures)),
        sound=str(job.sound),
        output=str(job.output),
        outcome=outcome,
        length_s=length_s,
        size=str(plan.output_size) if plan else "",
        model=plan.model if plan and not error else "",
        seconds=seconds,
        disk_bytes=disk_bytes,
        error=str(error) if error else "",
        hint=error.hint if error else "",
        exit_code=error.exit_code if error else 0,
    )


def exit_code(rows: Sequence[BatchRow]) -> int:
    """0 where none failed; the failure's own where all failed alike; else the code for some."""
    codes = {row.exit_code for row in rows}
    return codes.pop() if len(codes) == 1 else SOME_FAILED_EXIT_CODE


def summary_table(rows: Sequence[BatchRow]) -> "Table":
    """The rows for a person."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.ROUNDED)
    for title in ("", "input", "output", "length", "size", "model", "time", "what happened"):
        table.add_column(title, overflow="fold", justify="right" if not title else "left")
    for row in rows:
        told = f"{row.outcome}: {row.error}" if row.error else row.outcome
        cells = (
            str(row.number),
            Path(row.sound).name,
            Path(row.output).name,
            _clock(row.length_s),
            row.size,
            row.model,
            _clock(row.seconds),
            told,
        )
        table.add_row(*map(Text, cells))
    return table


def summary_line(rows: Sequence[BatchRow]) -> str:
    """How many came out how, and how long it took or will take: ``9 made, 3 already there``."""
    counts = Counter(row.outcome for row in rows)
    seconds = sum(row.seconds or 0.0 for row in rows)
    line = f"{', '.join(f'{count} {outcome}' for outcome, count in counts.items())}; "
    if counts[PLANNED]:
        disk_bytes = sum(row.disk_bytes or 0 for row in rows)
        free_bytes = disk_free_bytes(Path(rows[0].output))
        room = f"{disk_bytes / 1e6:.1f} MB of {free_bytes / 1e6:.0f} MB that are free"
        return f"{line}about {clock_text(seconds)} and {room}"
    return line + clock_text(seconds)


def document(rows: Sequence[BatchRow]) -> dict[str, object]:
    """The rows for a program."""
    counts = Counter(row.outcome for row in rows)
    return {
        "jobs": rows,
        "counts": {name: counts[name] for name in (MADE, THERE, FAILED, NOT_BEGUN, PLANNED)},
        "seconds": sum(row.seconds or 0.0 for row in rows),
        "disk_bytes": sum(row.disk_bytes or 0 for row in rows),
        "exit_code": exit_code(rows),
    }


def check_report(path: Path) -> None:
    """Refuse a report of another file type.

    Raises:
        InputError: When its ending is none of `REPORT_SUFFIXES`.
    """
    if path.suffix.lower() not in REPORT_SUFFIXES:
        raise InputError(
            f"no report is written as {path.name!r}",
            hint=f"end its name in one of: {', '.join(REPORT_SUFFIXES)}",
        )


def write_report(path: Path, rows: Sequence[BatchRow], *, overwrite: bool) -> None:
    """Write the rows into a file that appears only when it is whole.

    A CSV begins with a byte order mark, without which spreadsheets take it for no UTF-8.

    Raises:
        OutputPathError: When it cannot be written, or is there and may not be replaced.
        DiskFullError: When there is no room left.
    """
    if path.suffix.lower() == ".json":
        told = {**document(rows), "jobs": [asdict(row) for row in rows]}
        data = json.dumps(told, indent=2).encode()
    else:
        text = io.StringIO(newline="")
        writer = csv.writer(text)
        writer.writerow([field.name for field in fields(BatchRow)])
        for row in rows:
            values = asdict(row) | {"pictures": "; ".join(row.pictures)}
            writer.writerow(["" if value is None else value for value in values.values()])
        data = text.getvalue().encode("utf-8-sig", errors="backslashreplace")
    with appearing(path, overwrite=overwrite) as temporary:
        temporary.write_bytes(data)


def _clock(seconds: float | None) -> str:
    return "" if seconds is None else clock_text(seconds)
