"""Carries many cases through a few processes, and says how far it is."""

import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from queue import SimpleQueue
from typing import TypeVar

from corpus.worker import Worker

Case = TypeVar("Case")
Found = TypeVar("Found")

_LINE_EVERY_S = 15.0
# Where the progress is not a terminal's one line.


def spread(cases: Sequence[Case], count: int | None) -> list[Case]:
    """So many of the cases, evenly from the first to the last; None takes all."""
    count = len(cases) if count is None else min(count, len(cases))
    return [cases[index * len(cases) // count] for index in range(count)]


def all_found(
    title: str,
    cases: Sequence[Case],
    try_one: Callable[[Case, Worker], Found],
    *,
    folder: Path,
    worker_count: int,
    limit_s: float,
) -> list[Found]:
    """Try every case, several at a time.

    Args:
        title: What the progress line begins with.
        cases: What is tried.
        try_one: Tries one case with a worker that nobody else uses meanwhile.
        folder: For what the workers write besides.
        worker_count: Processes.
        limit_s: Processor seconds after which a case has hung.

    Returns:
        What was found, in the order of the cases.
    """
    with ExitStack() as stack:
        free: SimpleQueue[Worker] = SimpleQueue()
        for number in range(worker_count):
            free.put(stack.enter_context(Worker(folder / f"worker-{number}", limit_s=limit_s)))

        def with_a_worker(case: Case) -> Found:
            worker = free.get()
            try:
                return try_one(case, worker)
            finally:
                free.put(worker)

        pool = stack.enter_context(ThreadPoolExecutor(worker_count))
        stack.callback(pool.shutdown, cancel_futures=True)
        return list(shown(title, pool.map(with_a_worker, cases), len(cases)))


def shown(title: str, found: Iterable[Found], total: int) -> Iterator[Found]:
    """Pass results on, with a line of progress on stderr."""
    started_s = said_s = time.monotonic()
    alone = sys.stderr.isatty()
    for count, one in enumerate(found, 1):
        now_s = time.monotonic()
        if alone or count == total or now_s - said_s >= _LINE_EVERY_S:
            left_s = (now_s - started_s) / count * (total - count)
            line = f"{title}: {count} of {total}, about {left_s:.0f} s left"
            sys.stderr.write(f"\r{line:<70}" if alone else f"{line}\n")
            sys.stderr.flush()
            said_s = now_s
        yield one
    if alone:
        sys.stderr.write("\n")
