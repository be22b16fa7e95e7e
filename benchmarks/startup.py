"""What it costs to begin: the import, the help, and looking at the machine.

    python -m benchmarks.startup           # writes startup.json and startup.md

Each is the median of several fresh processes, less a bare Python where the limit says so. CPU time,
not time by the clock, so that a busy machine does not change it much.
"""

import argparse
import statistics
import sys
from dataclasses import dataclass

from benchmarks.common import cost_of, our_program, publish, table, verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """One thing that is begun.

    Attributes:
        name: What it is.
        cpu_s: CPU seconds, median.
        wall_s: Seconds by the clock, median.
        limit_s: What it may cost.
    """

    name: str
    cpu_s: float
    wall_s: float
    limit_s: float


_DETECT = (
    "from ai_video_generator.hardware.hardware_detector import HardwareDetector;"
    "HardwareDetector().detect()"
)


def median(command: list[str], repeats: int) -> tuple[float, float]:
    """CPU seconds and seconds by the clock."""
    cost_of(command)
    # The first run fills caches of files and of compiled modules.
    runs = [cost_of(command) for _ in range(repeats)]
    return (
        statistics.median(run.cpu_s for run in runs),
        statistics.median(run.wall_s for run in runs),
    )


def beginnings(repeats: int) -> list[Beginning]:
    """Measure all."""
    bare = median([sys.executable, "-c", "pass"], repeats)
    tasks = (
        ("import, above bare Python", [sys.executable, "-c", "import ai_video_generator"], 0.06),
        ("detection, above bare Python", [sys.executable, "-c", _DETECT], 0.5),
        ("help, whole process", our_program("--help"), 0.4),
    )
    result = []
    for name, command, limit_s in tasks:
        cpu_s, wall_s = median(command, repeats)
        off_cpu_s, off_wall_s = bare if "bare" in name else (0.0, 0.0)
        result.append(
            Beginning(
                name=name, cpu_s=cpu_s - off_cpu_s, wall_s=wall_s - off_wall_s, limit_s=limit_s
            )
        )
    return result


def main() -> None:
    """Measure and publish."""
    parser = argparse.ArgumentParser(description="what it costs to begin")
    parser.add_argument("--repeats", type=int, default=9, help="processes of each kind")
    asked = parser.parse_args()
    results = beginnings(asked.repeats)
    rows = [
        (
            one.name,
            f"{1000 * one.cpu_s:.0f}",
            f"{1000 * one.wall_s:.0f}",
            f"{1000 * one.limit_s:.0f}",
            verdict(one.cpu_s, one.limit_s),
        )
        for one in results
    ]
    publish(
        "startup",
        title="What it costs to begin",
        settings=vars(asked),
        results=results,
        text=table(("what", "CPU ms", "clock ms", "limit ms", "met"), rows),
    )


if __name__ == "__main__":
    main()
