"""Is every video exactly as long as its sound? Odd sounds at every rate in every container.

`make reliability` runs it; a sample of so many cases is only printed:

PYTHONPATH=tests python -m benchmarks.lengths --sample 20
"""

import argparse
import shutil
import sys
import tempfile
from collections import Counter
from itertools import groupby
from pathlib import Path
from typing import Any

from corpus import lengths
from corpus.lengths import CONTAINERS, RATES, Measured
from corpus.sounds import OddSound, Trait

from benchmarks.campaign import all_found, spread
from benchmarks.common import publish, table

_WORKERS = 2


def measured(sample: int | None, ffprobe: str, *, short: bool = False) -> list[Measured]:
    """Make and measure all videos, those of short sounds, or an even sample of them."""
    every = [case for case in lengths.all_cases() if not (short and case.odd.long)]
    cases = spread(every, sample)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        return all_found(
            "lengths",
            # The long ones first, so that none is left over for one process alone at the end.
            sorted(cases, key=lambda case: not case.odd.long),
            lambda case, worker: lengths.measured(case, folder, worker, ffprobe),
            folder=folder,
            worker_count=_WORKERS,
            limit_s=lengths.PATIENCE_S,
        )


def row(found: Measured) -> dict[str, Any]:
    """One case as JSON."""
    case = found.case
    return {
        "sound": case.odd.name,
        "seconds": float(case.odd.duration_s),
        "rate": case.rate,
        "container": case.container,
        "sound_mode": case.sound_mode,
        "sound_track": _how(found),
        "frames": found.frame_count,
        "samples": found.sample_count,
        "surplus_frames": round(float(found.surplus_frames), 6),
        "took_s": round(found.outcome.seconds, 2),
        "faults": list(found.faults),
    }


def _how(found: Measured) -> str:
    if not found.frame_count:
        return "none" if found.faults else "refused"
    return "copied" if found.outcome.copied else "encoded"


def report(results: list[Measured]) -> str:
    """The table for people."""
    faulty = [found for found in results if found.faults]
    made = [found for found in results if found.frame_count]
    most = max((found.surplus_frames for found in made), default=0)
    least = min((found.surplus_frames for found in made), default=0)
    ways = Counter(_how(found) for found in results)
    summary = (
        f"{len(results)} videos of {len({found.case.odd.name for found in results})} odd sounds, "
        "each read back with PyAV and with ffprobe, every frame and sample decoded. "
        f"**{len(faulty)} faulty.** The picture is longer than the sound by {float(least):.3f} to "
        f"{float(most):.3f} frames (0 up to below 1 is exact). Sound: {ways['copied']} copied, bit "
        f"for bit; {ways['encoded']} encoded, no sample cut or added, laid beside the source "
        f"without a sample of delay; {ways['refused']} copies that were asked for and refused, "
        "because they would not be exact."
    )
    parts = [
        summary,
        _by_rate(results),
        _by_sound(results),
    ]
    if faulty:
        parts += ["Faults:", "\n".join(f"- {_case(found)}: {found.faults}" for found in faulty)]
    return "\n\n".join(parts)


def _by_rate(results: list[Measured]) -> str:
    counts = Counter((found.case.rate, found.case.container) for found in results)
    rows = [[rate, *(counts[rate, container] for container in CONTAINERS)] for rate in RATES]
    return table(["videos at frames/s", *CONTAINERS], rows)


def _by_sound(results: list[Measured]) -> str:
    rows = []
    in_order = sorted(results, key=lambda found: found.case.odd.name)
    for _, group in groupby(in_order, key=lambda found: found.case.odd.name):
        of_one = list(group)
        surplus = " ".join(f"{float(found.surplus_frames):.2f}" for found in of_one)
        videos = ", ".join(
            f"{found.case.rate} {found.case.container} {_how(found)}" for found in of_one
        )
        right = all(not found.faults for found in of_one)
        odd = of_one[0].case.odd
        rows.append([_title(odd), f"{float(odd.duration_s):g}", videos, surplus])
        rows[-1].append("yes" if right else "**no**")
    return table(["sound", "s", "videos", "surplus in frames", "exact"], rows)


def _title(odd: OddSound) -> str:
    bits = f" {odd.bit_rate // 1000} kb/s" if odd.bit_rate else ""
    trait = "" if odd.trait is Trait.PLAIN else f", {odd.trait}"
    return f"{odd.suffix} {odd.codec} {odd.sample_rate_hz / 1000:g} kHz {odd.layout}{bits}{trait}"


def _case(found: Measured) -> str:
    return f"{_title(found.case.odd)}, {found.case.rate} {found.case.container}"


def main() -> int:
    """Run the campaign; the exit code says whether every video is exact."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--sample", type=int, help="only so many cases, and publish nothing")
    parser.add_argument("--short", action="store_true", help="leave out the sounds of hours")
    chosen = parser.parse_args()
    sample = chosen.sample
    ffprobe = shutil.which("ffprobe")
    if ffprobe is None:
        sys.exit("ffprobe is missing; it is the second reader of the finished files")
    results = measured(sample, ffprobe, short=chosen.short)
    text = report(results)
    if sample is None:
        publish(
            "lengths",
            title="Exactly on length",
            settings={
                "size": lengths.SIZE,
                "rates": RATES,
                "containers": CONTAINERS,
                "sounds of hours": not chosen.short,
            },
            results=[row(found) for found in results],
            text=text,
        )
    else:
        print(text)
    return int(any(found.faults for found in results))


if __name__ == "__main__":
    sys.exit(main())
