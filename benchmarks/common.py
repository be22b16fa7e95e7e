"""What every benchmark needs: what it ran on, children of known cost, and files of results.

The benchmarks need Linux or macOS (`os.wait4`), and are started from the root of the repository.
"""

import json
import os
import platform
import statistics
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
PHOTO = ROOT / "assets" / "demo.jpg"

_PACKAGES = ("ai-video-generator", "numpy", "opencv-python-headless", "av", "pillow")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What one child process took.

    Attributes:
        user_s: CPU seconds in the program, all threads together.
        system_s: CPU seconds in the kernel.
        wall_s: Seconds by the clock.
        peak_bytes: Largest resident memory.
    """

    user_s: float
    system_s: float
    wall_s: float
    peak_bytes: int

    @property
    def cpu_s(self) -> float:
        """All CPU seconds."""
        return self.user_s + self.system_s


def cost_of(command: Sequence[str], *, environment: Mapping[str, str] | None = None) -> Cost:
    """Run a command and measure that one child, whatever else runs.

    The kernel counts the starter's own memory as the child's until the child has begun, so a
    benchmark that measures memory must stay small itself and make its material in children too.

    Raises:
        RuntimeError: When it fails, with the end of what it said.
    """
    started = datetime.now(UTC)
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, **(environment or {})},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    assert process.stderr is not None  # noqa: S101 - it was asked for above
    said = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    process.stderr.close()
    if process.returncode != 0:
        tail = said.decode(errors="replace")[-2000:]
        raise RuntimeError(f"{command} ended with {process.returncode}:\n{tail}")
    unit = 1 if sys.platform == "darwin" else 1024
    return Cost(
        user_s=usage.ru_utime,
        system_s=usage.ru_stime,
        wall_s=(datetime.now(UTC) - started).total_seconds(),
        peak_bytes=usage.ru_maxrss * unit,
    )


def median_cost(
    command: Sequence[str], *, repeats: int, environment: Mapping[str, str] | None = None
) -> Cost:
    """Run a command several times; the run of median CPU time speaks for all."""
    runs = [cost_of(command, environment=environment) for _ in range(repeats)]
    middle = statistics.median_low(run.cpu_s for run in runs)
    return next(run for run in runs if run.cpu_s == middle)


def our_program(*arguments: str | Path) -> list[str]:
    """The command line that starts this program."""
    return [sys.executable, "-m", "ai_video_generator", *map(str, arguments)]


def in_child(module: str, *arguments: str | Path) -> Any:
    """Run ``python -m benchmarks.<module>`` and return what it printed, as JSON."""
    command = [sys.executable, "-m", f"benchmarks.{module}", *map(str, arguments)]
    answer = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE)
    return json.loads(answer.stdout or "null")


def surroundings() -> dict[str, Any]:
    """Machine, versions and date."""
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": {
            "processor": _processor(),
            "cores": os.cpu_count(),
            "ram_bytes": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
            "load_before": round(os.getloadavg()[0], 2),
        },
        "versions": {
            "python": platform.python_version(),
            "system": platform.platform(),
            **{name: _version(name) for name in _PACKAGES},
        },
    }


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A Markdown table; numbers stand right."""
    lines = [
        "| " + " | ".join(header) + " |",
        "|" + "|".join("---" if index == 0 else "---:" for index in range(len(header))) + "|",
    ]
    lines += ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines)


def publish(name: str, *, title: str, settings: Mapping[str, Any], results: Any, text: str) -> None:
    """Write ``<name>.json`` and ``<name>.md`` beside the benchmarks, and show the table.

    Args:
        name: Name of the benchmark.
        title: Headline of the table.
        settings: What it was asked to do.
        results: What came out; dataclasses are turned into mappings.
        text: The Markdown below the headline.
    """
    around = surroundings()
    report = {"benchmark": name, **around, "settings": dict(settings), "results": results}
    (HERE / f"{name}.json").write_text(
        json.dumps(report, indent=2, default=_plain, ensure_ascii=False) + "\n", encoding="utf-8"
    )
    machine = around["machine"]
    made = (
        f"{around['date'][:10]}, {machine['cores']} x {machine['processor']}, "
        f"Python {around['versions']['python']}; made by `python -m benchmarks.{name}`."
    )
    (HERE / f"{name}.md").write_text(f"# {title}\n\n{text}\n\n{made}\n", encoding="utf-8")
    print(f"{title}\n\n{text}\n")


def _plain(value: Any) -> Any:
    if hasattr(value, "__dataclass_fields__"):
        return asdict(value)
    if isinstance(value, Path):
        return value.name
    return str(value)


def verdict(value: float, limit: float) -> str:
    """Whether a figure is at or below its limit."""
    return "yes" if value <= limit else "**no**"
