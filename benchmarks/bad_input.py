"""What becomes of damaged files, odd names and places, and jobs that are stopped midway.

`make reliability` runs it; a sample of so many damaged files is only printed:

PYTHONPATH=tests python -m benchmarks.bad_input --sample 100
"""

import argparse
import sys
import tempfile
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from corpus import damage, odd_places, oddities, stops
from corpus.damage import Bench, Case, Tried
from corpus.worker import HANG_S, Kind, Worker

from benchmarks.campaign import all_found, shown, spread
from benchmarks.common import ROOT, publish, table

_DAMAGED = 4_000
_FROM_OUTSIDE = 60
_WORKERS = 2

_KEPT = ROOT / "build" / "bad_input"
# Files that broke something, to look at; each can also be made again from its name.


_ELSE = "anything else"


@dataclass(frozen=True, slots=True, kw_only=True)
class Met:
    """How an oddity ended; ``faults`` is empty when it ended as it must."""

    name: str
    ending: str
    faults: list[str]


def damaged(count: int, folder: Path) -> list[Tried]:
    """Damage to every format, and every format where the other kind is expected."""
    bench = _bench(folder)
    cases = [*map(bench.case, range(count)), *bench.exchanged()]

    def try_one(case: Case, worker: Worker) -> Tried:
        return damage.tried(case, folder, worker, _KEPT)

    return all_found(
        "damaged files",
        cases,
        try_one,
        folder=folder,
        worker_count=_WORKERS,
        limit_s=HANG_S,
    )


def from_outside(count: int, folder: Path) -> list[Tried]:
    """Damaged files given to the command, of other seeds than the rest."""
    bench = _bench(folder)
    # A step without a common divisor with the number of originals reaches all of them.
    cases = [bench.case(_DAMAGED + 7 * number) for number in range(count)]
    tried = (damage.tried_from_outside(case, folder) for case in cases)
    return list(shown("damaged files, by the command", tried, len(cases)))


def _bench(folder: Path) -> Bench:
    originals = folder / "originals"
    originals.mkdir()
    return Bench.made(originals)


def met(folder: Path, sample: int | None) -> list[Met]:
    """Odd names, places, files and devices, then the jobs that are stopped."""
    listed = spread(odd_places.all_oddities(), sample)
    found = list(shown("oddities", _met(listed, folder), len(listed)))
    halts = stops.all_stops()
    return found + list(shown("stopped jobs", _stopped(halts, folder), len(halts)))


def _met(listed: Sequence[oddities.Oddity], folder: Path) -> Iterator[Met]:
    for number, oddity in enumerate(listed):
        own = folder / f"oddity-{number}"
        own.mkdir()
        try:
            code, faults = oddities.meet(oddity, own)
        except Exception:  # noqa: BLE001  whatever it is, the others are still to be tried
            code, faults = -1, [traceback.format_exc()]
        yield Met(name=oddity.name, ending="video" if not code else f"exit {code}", faults=faults)


def _stopped(halts: dict[str, Callable[[Path], list[str]]], folder: Path) -> Iterator[Met]:
    for number, (name, halt) in enumerate(halts.items()):
        own = folder / f"stop-{number}" / "work"
        own.mkdir(parents=True)
        try:
            faults = halt(own)
        except Exception:  # noqa: BLE001  the same
            faults = [traceback.format_exc()]
        yield Met(name=name, ending="as promised" if not faults else "otherwise", faults=faults)


def report(tried: Sequence[Tried], outside: Sequence[Tried], places: Sequence[Met]) -> str:
    """The tables for people."""
    faulty = [one for one in (*tried, *outside) if one.faults]
    odd = [one for one in places if one.faults]
    seconds = max((one.outcome.seconds for one in tried), default=0.0)
    summary = (
        f"{len(tried)} damaged or exchanged files in worker processes and {len(outside)} by the "
        f"command: **{len(faulty)}** ended in anything but a checked video or an error of the "
        "program's own (a crash, a hang, a partial file, a touched input). "
        f"The slowest took {seconds:.1f} s. {len(places)} odd names, places, files and stops: "
        f"**{len(odd)}** ended otherwise than they should."
    )
    parts = [
        summary,
        _by_format(tried),
        _by_ending(outside),
        table(["odd input", "ended"], [[_safe(one.name), one.ending] for one in places]),
    ]
    faults = [f"- {one.case.name}: {one.faults}" for one in faulty]
    faults += [f"- {one.name}: {one.faults}" for one in odd]
    if faults:
        parts += ["## Otherwise", "\n".join(faults)]
    return "\n\n".join(parts)


def _by_format(tried: Sequence[Tried]) -> str:
    """Counts of how damaged files ended, a line a format and use."""
    kinds = sorted({one.outcome.what for one in tried if one.outcome.kind is Kind.REFUSED})
    counts = Counter((_use(one.case), _column(one)) for one in tried)
    columns = ["video", *kinds, _ELSE]
    rows = {
        use: [counts[use, column] for column in columns]
        for use in sorted({_use(one.case) for one in tried})
    }
    rows["all"] = [sum(cells) for cells in zip(*rows.values(), strict=True)]
    listed = [[use, sum(cells), *cells] for use, cells in rows.items()]
    return table(["format", "files", *columns], listed)


def _use(case: Case) -> str:
    exchanged = "" if case.seed is not None else ", exchanged"
    return f"{case.file_format} as {'picture' if case.is_picture else 'sound'}{exchanged}"


def _column(one: Tried) -> str:
    return _ELSE if one.faults else one.outcome.what


def _by_ending(outside: Sequence[Tried]) -> str:
    endings = Counter(one.outcome.what for one in outside)
    return table(["by the command", "files"], sorted(endings.items()))


def _safe(name: str) -> str:
    return name.replace("|", "\\|")


def main() -> int:
    """Run the campaign; the exit code says whether all ended as it must."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--sample", type=int, help="only so many files, and publish nothing")
    sample = parser.parse_args().sample
    with tempfile.TemporaryDirectory() as name:
        folders = [Path(name, part) for part in ("damaged", "outside", "places")]
        for folder in folders:
            folder.mkdir()
        tried = damaged(sample or _DAMAGED, folders[0])
        outside = from_outside(min(sample or _FROM_OUTSIDE, _FROM_OUTSIDE), folders[1])
        places = met(folders[2], sample)
    text = report(tried, outside, places)
    if sample is None:
        publish(
            "bad_input",
            title="Bad input",
            settings={"damaged": len(tried), "by_the_command": len(outside), "hang_s": HANG_S},
            results={
                "damaged": _counted(tried),
                "by_the_command": _counted(outside),
                "odd": places,
                "faults": {one.case.name: one.faults for one in (*tried, *outside) if one.faults},
            },
            text=text,
        )
    else:
        print(text)
    endings = (*(one.faults for one in (*tried, *outside)), *(one.faults for one in places))
    return int(any(endings))


def _counted(tried: Sequence[Tried]) -> dict[str, dict[str, int]]:
    counts: dict[str, dict[str, int]] = {}
    for one in tried:
        of_format = counts.setdefault(_use(one.case), {})
        of_format[_column(one)] = of_format.get(_column(one), 0) + 1
    return dict(sorted(counts.items()))


if __name__ == "__main__":
    sys.exit(main())
