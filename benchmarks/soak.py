"""Hundreds of jobs through a queue: does anything grow, get lost or stay behind?

`make reliability` runs it; a sample of so many jobs a part is only printed, and says nothing of
growth:

PYTHONPATH=tests python -m benchmarks.soak --sample 20

What workers hold is written down after every job, in build/soak, and stays there when the run is
interrupted; `--resume` goes on after the part that was finished.
"""

import argparse
import json
import logging
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from pydantic import TypeAdapter

from benchmarks import leak_check, long_day
from benchmarks.common import ROOT, publish, table
from benchmarks.growth import EARLY, LATE
from benchmarks.leak_check import LeakCheck
from benchmarks.long_day import LongDay
from benchmarks.real_day import SOUND_S, RealDay, real_day

_FOLDER = ROOT / "build" / "soak"

_LEAKS = TypeAdapter(LeakCheck)

_LEAST_SAMPLE = 3
# Of jobs that a line is drawn through.


@contextmanager
def _folder(sample: int | None, *, resume: bool) -> Iterator[Path]:
    """A folder; that of a whole run stays, and is emptied unless it is gone on with."""
    if sample is not None:
        with tempfile.TemporaryDirectory() as name:
            yield Path(name)
        return
    if not resume:
        shutil.rmtree(_FOLDER, ignore_errors=True)
    _FOLDER.mkdir(parents=True, exist_ok=True)
    yield _FOLDER


def _part(folder: Path, name: str) -> Path:
    part = folder / name
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir()
    return part


def _leaks(folder: Path, sample: int | None) -> LeakCheck:
    """The first part, or what an interrupted run has found of it."""
    kept = folder / "leaks.json"
    if kept.exists():
        return _LEAKS.validate_json(kept.read_bytes())
    found = leak_check.checked(
        _part(folder, "leaks"),
        leak_check.JOBS if sample is None else max(_LEAST_SAMPLE, sample),
        leak_check.CALM_JOBS if sample is None else max(_LEAST_SAMPLE, sample // 2),
    )
    kept.write_bytes(_LEAKS.dump_json(found, indent=2))
    return found


def faults(leaks: LeakCheck, day: LongDay) -> list[str]:
    """All that is wrong."""
    grown = [
        f"{one.bound.figure} grows: {one.early:.1f} to {one.late:.1f} {one.bound.unit}, "
        f"{one.per_job:.4f} a job"
        for one in leaks.growths
        if one.grows
    ]
    return [*grown, *leaks.faults, *day.faults]


def report(leaks: LeakCheck, day: LongDay, real: RealDay) -> str:
    """The tables for people."""
    found = faults(leaks, day)
    hours = real.hours(day.pass_count)
    parts = [
        f"**{len(found)} faulty.** Toy models did the work of {hours:.0f} hours of two GPUs, and "
        "nothing was lost, left behind or grew."
        * (not found)
        or f"**{len(found)} faulty.**",
        "## Leaks",
        _of_leaks(leaks),
        "## A day of two GPUs",
        _of_day(day, real, hours),
    ]
    if found:
        parts += ["## Faults", "\n".join(f"- {fault}" for fault in found)]
    return "\n\n".join(parts)


def _of_leaks(leaks: LeakCheck) -> str:
    count = sum(leaks.job_counts.values())
    kinds = ", ".join(f"{number} {kind}" for kind, number in sorted(leaks.job_counts.items()))
    shares = [round(share * count) for share in (*EARLY, *LATE)]
    said = (
        f"{count} jobs through one worker of varied lengths, sizes, rates, file types and numbers "
        f"of pictures: {kinds}. Beside it {leaks.calm_count} jobs through a second worker, whose "
        f"model stayed loaded from the first to the last ({leaks.model_processes} process). What "
        f"both hold was read after every job. Compared are the medians of jobs {shares[0]} to "
        f"{shares[1]} and {shares[2]} to {shares[3]} (of the model the same shares), and a line of "
        "least squares through all from the first window on; neither may rise by more than the "
        f"bound. Finished passes stay by design ({leaks.kept_bytes / 1e6:.1f} MB, at most 10 GB, "
        "for a week) and are not counted."
    )
    rows = [
        [
            f"{one.bound.figure}{f', {one.bound.unit}' if one.bound.unit else ''}",
            f"{one.early:.2f}",
            f"{one.late:.2f}",
            f"{one.per_job:+.4f}",
            f"{one.bound.most:g}",
            ("**yes**" if one.grows else "no") if one.is_judged else "too few jobs",
        ]
        for one in leaks.growths
    ]
    why = "\n".join(f"- {one.bound.figure}: {one.bound.reason}." for one in leaks.growths)
    header = ["after a job", "median before", "after", "a job, fitted", "may rise by", "grows"]
    return f"{said}\n\n{table(header, rows)}\n\nWhy so much:\n\n{why}"


def _of_day(day: LongDay, real: RealDay, hours: float) -> str:
    jobs = sum(day.states.values())
    cards = "; ".join(
        f"{card.name} {card.seconds:.0f} s, so {card.job_count:.0f} jobs in 24 hours"
        for card in real.cards
    )
    arithmetic = (
        f"The arithmetic: for a sound of {SOUND_S} s the planner expects of Stable Video Diffusion "
        f"{real.pass_count} passes a job, on {cards}. A day of both is {real.job_count:.0f} jobs, "
        f"or {real.day_pass_count:.0f} passes. The toys made {day.pass_count} passes in {jobs} "
        f"jobs, in {day.seconds:.0f} s: the work of {hours:.1f} hours. The same program queued, "
        "planned, kept, joined, encoded and checked it all; only the frames came quicker."
    )
    kills = ", ".join(f"{count} of a {way}" for way, count in sorted(day.kills.items()))
    end = (
        f"Killed at random instants: {kills or 'none'}. {day.lost_count} runs of jobs ended with "
        f"their worker, {day.again_count} passes were made again, which were under way at an end. "
        f"{day.too_late_count} wishes came too late, to jobs that were done. "
        "Looked at in the end: the state of every job, the length of every video, each frame and "
        "sample decoded, processes that live on, unfinished files, and whether SQLite finds the "
        f"database whole. {len(day.faults)} faulty."
    )
    met = table(["what a job met", "jobs"], sorted(day.wishes.items()))
    ended = table(["ended", "jobs"], sorted(day.states.items()))
    return f"{arithmetic}\n\n{end}\n\n{met}\n\n{ended}"


def main() -> int:
    """Run both parts; the exit code says whether nothing grew and nothing was lost."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--sample", type=int, help="so many jobs a part, and publish nothing")
    parser.add_argument("--resume", action="store_true", help="go on with an interrupted run")
    chosen = parser.parse_args()
    sample = chosen.sample
    logging.disable(logging.WARNING)  # of workers that are killed on purpose
    with _folder(sample, resume=chosen.resume) as folder:
        leaks = _leaks(folder, sample)
        day = long_day.lived(_part(folder, "day"), long_day.JOBS if sample is None else sample)
        (folder / "day.json").write_text(json.dumps(asdict(day), indent=2))
        real = real_day(_part(folder, "real"))
    text = report(leaks, day, real)
    if sample is None:
        publish(
            "soak",
            title="Hundreds of jobs, and a day of two GPUs",
            settings={
                "jobs": leak_check.JOBS,
                "jobs of the calm worker": leak_check.CALM_JOBS,
                "jobs of the day": long_day.JOBS,
            },
            results={
                "leaks": leaks,
                "growths": [{**asdict(one), "grows": one.grows} for one in leaks.growths],
                "day": day,
                "real": real,
                "hours": real.hours(day.pass_count),
                "faults": faults(leaks, day),
            },
            text=text,
        )
    else:
        print(text)
    return int(bool(faults(leaks, day)))


if __name__ == "__main__":
    sys.exit(main())
