"""What is left on the disk as a person reads it, and as a program does."""

import time
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ai_video_generator.core.checks.check import one_line, size_text
from ai_video_generator.core.cleanup import Cleaned, Kind, Leftover

if TYPE_CHECKING:
    from rich.table import Table

_SHOWN = 20
# Of a kind, in full: what a person reads; --json tells all.
_UNITS_S = ((7 * 24 * 3600.0, "week"), (24 * 3600.0, "day"), (3600.0, "hour"), (60.0, "minute"))
_KILOBYTES_BELOW = 10**6


def kinds_table(found: Sequence[Leftover], going: Collection[Leftover], now_s: float) -> "Table":
    """A row for each kind that is there: how many, how large, how old, and what would go."""
    from rich import box
    from rich.table import Table

    table = Table("--kind", "what", "items", "size", "oldest use", "would go", box=box.ROUNDED)
    for kind in Kind:
        own = [one for one in found if one.kind is kind]
        if not own:
            continue
        out = [one for one in going if one.kind is kind]
        table.add_row(
            kind.value if kind.may_go else "",
            kind.heading,
            str(len(own)) if kind.may_go or kind is Kind.FOREIGN else "",
            bytes_text(total_bytes(own)),
            age_text(now_s - min(one.used_s for one in own)) if kind.may_go else "",
            _going_text(kind, own, out),
        )
    return table


def _going_text(kind: Kind, own: Collection[Leftover], out: Collection[Leftover]) -> str:
    if kind is Kind.INSTALLED:
        return "never; see aivg models"
    if not kind.may_go:
        return "never"
    words = f"{len(out)}, {bytes_text(total_bytes(out))}" if out else "-"
    used = sum(one.in_use for one in own)
    return f"{words} ({used} in use)" if used else words


def item_lines(going: Iterable[Leftover], now_s: float) -> list[str]:
    """A line for each thing that would go, the largest first; of many of a kind the first ones."""
    lines: list[str] = []
    all_going = list(going)
    for kind in Kind:
        own = sorted(
            (one for one in all_going if one.kind is kind), key=lambda one: -one.size_bytes
        )
        for one in own[:_SHOWN]:
            size, age = bytes_text(one.size_bytes), age_text(now_s - one.used_s)
            lines.append(one_line(f"{kind.value}: {one.what}; {size}, {age}; {one.path}"))
        if len(own) > _SHOWN:
            rest = own[_SHOWN:]
            lines.append(
                f"{kind.value}: and {len(rest)} smaller ones, {bytes_text(total_bytes(rest))}; "
                "--json tells all"
            )
    return lines


def foreign_lines(found: Iterable[Leftover]) -> list[str]:
    """A line for each thing that is not the program's own, and for how many more there are."""
    foreign = [one for one in found if one.kind is Kind.FOREIGN]
    lines = [one_line(f"left alone: {one.path}: {one.what}") for one in foreign[:_SHOWN]]
    rest = len(foreign) - len(lines)
    return [*lines, f"left alone: and {rest} more; --json tells all"] if rest else lines


def document(
    found: Sequence[Leftover],
    going: Collection[Leftover],
    folders: dict[str, Path],
    cleaned: Cleaned | None,
) -> dict[str, Any]:
    """All of it for a program."""
    out = {(one.kind, one.path) for one in going}
    told: dict[str, Any] = {
        "folders": folders,
        "leftovers": [
            {
                "kind": one.kind.value,
                "path": one.path,
                "size_bytes": one.size_bytes,
                "used_s": one.used_s,
                "what": one.what,
                "in_use": one.in_use,
                "goes": (one.kind, one.path) in out,
            }
            for one in found
        ],
        "going_bytes": total_bytes(going),
    }
    if cleaned is not None:
        told |= {
            "freed_bytes": cleaned.freed_bytes,
            "removed": [one.path for one in cleaned.removed],
            "spared": [one.path for one in cleaned.spared],
            "failed": [{"path": one.path, "reason": reason} for one, reason in cleaned.failed],
        }
    return told


def total_bytes(found: Iterable[Leftover]) -> int:
    """What they take together."""
    return sum(one.size_bytes for one in found)


def bytes_text(size_bytes: int) -> str:
    """Bytes as a person reads them: ``12.3 GB``; below a megabyte in kilobytes."""
    if 0 < size_bytes < _KILOBYTES_BELOW:
        return f"{max(1, round(size_bytes / 1e3))} kB"
    return size_text(size_bytes)


def age_text(seconds: float) -> str:
    """How long ago something was: ``3 days ago``."""
    for unit_s, name in _UNITS_S:
        count = int(seconds // unit_s)
        if count:
            return f"{count} {name}{'s' if count > 1 else ''} ago"
    return "just now"


def now() -> float:
    """The time, seconds since the epoch."""
    return time.time()
