"""The reliability campaign in one table: what was tried, how often, and how much went wrong.

python -m benchmarks.reliability          # collects what the parts have published

A part that has published nothing is said to be missing.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.common import HERE, publish, table


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """One line of the table.

    Attributes:
        part: Name of the part's files.
        what: What was tried.
        cases: How many; None where the part has published nothing.
        faulty: How many of them ended otherwise than they must.
        date: When the part was run, as 2026-01-31.
    """

    part: str
    what: str
    cases: int | None = None
    faulty: int | None = None
    date: str = ""


Counts = tuple[int, int]
"""Cases, and how many of them are faulty."""


def _lengths(results: Any) -> Counts:
    return len(results), sum(bool(one["faults"]) for one in results)


def _bad_input(results: Any) -> Counts:
    tried = [*results["damaged"].values(), *results["by_the_command"].values()]
    files = sum(sum(endings.values()) for endings in tried)
    odd = sum(bool(one["faults"]) for one in results["odd"])
    return files + len(results["odd"]), len(results["faults"]) + odd


def _kills(results: Any) -> Counts:
    kills = faulty = 0
    for chain in results["chains"]:
        met = sum(run["code"] != 0 for run in chain["runs"])
        again = chain["again_count"] > met
        kills += met
        faulty += again or any(run["faults"] for run in chain["runs"])
    return kills, faulty


def _faults(results: Any) -> Counts:
    return len(results), sum(bool(one["faults"]) for one in results)


def _leaks(results: Any) -> Counts:
    leaks = results["leaks"]
    grown = sum(one["grows"] for one in results["growths"])
    jobs = sum(leaks["job_counts"].values()) + leaks["calm_count"]
    return jobs, grown + len(leaks["faults"])


def _day(results: Any) -> Counts:
    return sum(results["day"]["states"].values()), len(results["day"]["faults"])


_LINES: tuple[tuple[str, str, Callable[[Any], Counts]], ...] = (
    ("lengths", "videos of odd sounds, exactly on length", _lengths),
    ("bad_input", "damaged files, odd names and places, stopped jobs", _bad_input),
    ("kills", "kills at random instants; the jobs end with the undisturbed video", _kills),
    ("faults", "faults of models, at every stage: a correct video or a clear error", _faults),
    ("soak", "jobs through two workers that may not grow", _leaks),
    ("soak", "jobs of a day of two GPUs, meddled with, workers killed", _day),
)


def headlines(folder: Path) -> list[Headline]:
    """The figures of all parts.

    Args:
        folder: Has what the parts have published.
    """
    return [_headline(folder, part, what, count) for part, what, count in _LINES]


def _headline(folder: Path, part: str, what: str, count: Callable[[Any], Counts]) -> Headline:
    path = folder / f"{part}.json"
    if not path.exists():
        return Headline(part=part, what=what)
    published: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    cases, faulty = count(published["results"])
    return Headline(
        part=part,
        what=what,
        cases=cases,
        faulty=faulty,
        date=published["date"][: len("2026-01-31")],
    )


def report(found: list[Headline]) -> str:
    """The table for people."""
    there = [one for one in found if one.cases is not None]
    missing = sorted({one.part for one in found if one.cases is None})
    faulty = sum(one.faulty or 0 for one in there)
    cases = sum(one.cases or 0 for one in there)
    said = f"{cases} cases, **{faulty} faulty.**"
    if missing:
        said += f" Missing, as not run yet: {', '.join(missing)}."
    rows = [
        [
            one.what,
            "missing" if one.cases is None else one.cases,
            "missing" if one.faulty is None else one.faulty,
            one.date or "–",  # noqa: RUF001  a dash in a table
            "–" if one.cases is None else f"[{one.part}]({one.part}.md)",  # noqa: RUF001  the same
        ]
        for one in found
    ]
    return f"{said}\n\n{table(['what', 'cases', 'faulty', 'run on', 'all of it'], rows)}"


def main() -> None:
    """Publish the table of all that is there."""
    found = headlines(HERE)
    publish(
        "reliability",
        title="Reliability",
        settings={"parts": sorted({one.part for one in found})},
        results=found,
        text=report(found),
    )


if __name__ == "__main__":
    main()
