"""Does any failure of a model cost the video? Every fault at every stage of a job.

`make reliability` runs it; a sample of so many cases is only printed:

PYTHONPATH=tests python -m benchmarks.faults --sample 10
"""

import argparse
import logging
import multiprocessing
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

from corpus import fault_cases
from corpus.fault_cases import Ending, FaultCase, FaultMet
from corpus.faults import Fault, Stage

from benchmarks.campaign import shown, spread
from benchmarks.common import publish, table

_WORKERS = 2


def met(cases: Sequence[FaultCase], folder: Path) -> Iterator[FaultMet]:
    """Meet all cases, a few at a time, each process one after another."""
    fresh = multiprocessing.get_context("spawn")  # a job's process must not be a fork of another's
    with ProcessPoolExecutor(
        min(_WORKERS, len(cases)),
        mp_context=fresh,
        initializer=logging.disable,  # of hundreds of faults that are meant
        initargs=(logging.WARNING,),
    ) as pool:
        yield from pool.map(partial(_in_own_folder, folder), range(len(cases)), cases)


def _in_own_folder(folder: Path, number: int, case: FaultCase) -> FaultMet:
    own = folder / f"case-{number}"
    own.mkdir()
    return fault_cases.meet_fault(case, own)


def report(found: Sequence[FaultMet]) -> str:
    """The tables for people."""
    counts = Counter(one.ending for one in found)
    summary = (
        f"{len(found)} jobs by cameras that pass for networks on a GPU, or work on the processor, "
        "each with one fault as libraries, drivers and disks raise it. "
        f"**{counts[Ending.ELSE]} faulty.** {counts[Ending.FALLBACK]} ended in a correct video by "
        f"another plan, {counts[Ending.UNTOUCHED]} in one by the first plan, as the model failed "
        f"after its last frame; {counts[Ending.REFUSED]} in one clear error, where the disk is "
        "full and no plan helps. Every video has its frames, its sound and the truth about what "
        "failed; no process, thread or unfinished file was left. A hang or a crash is met where "
        "the model has a process of its own, which on the processor cameras have not."
    )
    by_stage = Counter((one.case.fault, one.case.stage) for one in found if not one.faults)
    tried = Counter((one.case.fault, one.case.stage) for one in found)
    rows = [
        [fault, *(_share(by_stage[fault, stage], tried[fault, stage]) for stage in Stage)]
        for fault in Fault
    ]
    parts = [summary, table(["fault: ended as they must, of jobs", *Stage], rows)]
    if faulty := [one for one in found if one.faults]:
        lines = "\n".join(f"- {one.case.name}: {list(one.faults)}" for one in faulty)
        parts += ["Faults:", lines]
    return "\n\n".join(parts)


def _share(good: int, tried: int) -> str:
    return f"{good} of {tried}" if tried else "–"  # noqa: RUF001  a dash in a table


def main() -> int:
    """Run the campaign; the exit code says whether every job ended as it must."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--sample", type=int, help="only so many cases, and publish nothing")
    sample = parser.parse_args().sample
    cases = spread(fault_cases.all_fault_cases(), sample)
    with tempfile.TemporaryDirectory() as name:
        found = list(shown("faults", met(cases, Path(name)), len(cases)))
    text = report(found)
    if sample is None:
        publish(
            "faults",
            title="Every fault at every stage",
            settings={"cameras": fault_cases.CAMERAS, "workers": _WORKERS},
            results=found,
            text=text,
        )
    else:
        print(text)
    return int(any(one.faults for one in found))


if __name__ == "__main__":
    sys.exit(main())
