"""Does a job of many minutes take more memory than a short one? By a toy network, whole jobs.

PYTHONPATH=tests python -m benchmarks.long_jobs --minutes 3
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from corpus.long_job import NAME, TELL_PEAK

from benchmarks.common import publish, table

_SHORT_S = 10.0
_SCRIPT = Path(__file__).resolve().parent.parent / "tests" / "corpus" / "long_job.py"
_MB = 1e6
_PLACES = {
    "job": "in the job's process",
    "rendering": "in it while frames flow",
    "model": "in the model's process",
}
# The job's own peak is that of looking at the picture, before the first frame.


def written(folder: Path) -> None:
    """Write the toys, which needs PyTorch in this process alone."""
    from corpus.toy_weights import ToyWeights
    from corpus.toys import Toys

    Toys(folder, ToyWeights(folder / "weights")).write(NAME, frames=14, before=TELL_PEAK)


def measured(folder: Path, seconds: float) -> dict[str, Any]:
    """One job in a process of its own."""
    done = subprocess.run(
        [sys.executable, _SCRIPT, folder, str(seconds)],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def main() -> None:
    """Measure, and write the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=3.0)
    minutes = parser.parse_args().minutes
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sys.path.insert(0, name)
        written(folder)
        found = [measured(folder, seconds) for seconds in (_SHORT_S, minutes * 60)]
    publish(
        "long_jobs",
        title="Memory of long jobs",
        settings={"minutes": minutes, "size": "96x64", "frames_per_s": 24, "steps": 1},
        results=found,
        text=text_of(found),
    )


def text_of(found: Sequence[Mapping[str, Any]]) -> str:
    """The table, and what it says."""
    rows = [
        (
            f"{one['seconds']:g}",
            one["frame_count"],
            one["pass_count"],
            f"{one['taken_s']:.0f}",
            *(f"{one[f'{who}_bytes'] / _MB:.1f}" for who in _PLACES),
        )
        for one in found
    ]
    short, long = found[0], found[-1]
    grown = ", ".join(
        f"{100 * (long[f'{who}_bytes'] / short[f'{who}_bytes'] - 1):+.2f} % {where}"
        for who, where in _PLACES.items()
    )
    header = ("s of video", "frames", "passes", "s taken", "job, MB", "rendering, MB", "model, MB")
    return (
        "Peak resident memory of a job by a toy of Stable Video Diffusion (real classes, a few "
        "channels), in two processes, each started for the one job: the job's, which directs, "
        "joins, retimes, resizes and encodes, and the model's, which has PyTorch.\n\n"
        f"{table(header, rows)}\n\n"
        f"The longest against the shortest: {grown}. Whether cuts are where the storyboard has "
        "them is tested in tests/core/test_long_jobs.py; whether colours stay those of the still "
        "in tests/post/test_colour_anchor.py."
    )


if __name__ == "__main__":
    main()
