"""How many small faults in planning its tests find.

    make mutation                          # installs mutmut, writes mutation.json and mutation.md

Mutmut changes one operator, number, text or argument at a time and runs the tests of planning that
reach it; a change that no test notices has survived. Decorated functions (properties, what is
cached) and constants of modules are not changed. It works on a copy in ``build/mutation``, without
the property tests: those would find more, but take a second each time.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.common import ROOT, publish, table, verdict

_COPY = ROOT / "build" / "mutation" / "copy"
_COPIED = ("src", "tests/conftest.py", "tests/planning", "tests/corpus", "tests/machines")
_SLOW = ("tests/planning/test_properties.py", "tests/planning/test_coverage.py")
_SETTINGS = """\
[tool.mutmut]
source_paths = ["src"]
only_mutate = ["src/ai_video_generator/planning/*.py"]
pytest_add_cli_args_test_selection = ["tests/planning"]
pytest_add_cli_args = ["-p", "no:cacheprovider", "-p", "no:hypothesispytest"]
process_isolation = "forkserver"
track_dependencies = false
use_git_change_detection = false

[tool.pytest.ini_options]
pythonpath = ["tests"]
addopts = ["--import-mode=importlib"]
filterwarnings = ["error"]
"""
# A server that forks keeps what one run leaves in a cache out of the next.
_SURVIVED, _UNTESTED, _UNTRIED = 0, (5, 33), None
# Mutmut's exit codes; all others are faults that were found, by a test or by its time running out.
_LEAST_SHARE = 0.85


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """What became of the faults of one file.

    Attributes:
        name: The file.
        fault_count: Faults that were tried.
        survivors: Those that no test found, as the lines that they change.
    """

    name: str
    fault_count: int
    survivors: tuple[str, ...]

    @property
    def share(self) -> float:
        """Share of the faults that were found, 0..1."""
        return 1 - len(self.survivors) / self.fault_count


def copied() -> None:
    """Copy the sources and the tests of planning."""
    shutil.rmtree(_COPY, ignore_errors=True)
    for name in _COPIED:
        source, target = ROOT / name, _COPY / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target)
    for name in _SLOW:
        (_COPY / name).unlink()
    (_COPY / "pyproject.toml").write_text(_SETTINGS, encoding="utf-8")


def tried(jobs: int) -> None:
    """Try all faults; what survives is no failure of the run."""
    command = [sys.executable, "-m", "mutmut", "run", "--max-children", str(jobs)]
    subprocess.run(command, cwd=_COPY, check=True, stdout=sys.stderr)


def files() -> Iterator[File]:
    """Read what became of the faults, file by file."""
    for path in sorted((_COPY / "mutants").rglob("planning/*.meta")):
        ends: dict[str, int | None] = json.loads(path.read_text("utf-8"))["exit_code_by_key"]
        if _UNTRIED in ends.values():
            raise RuntimeError(f"{path.stem}: {Counter(ends.values())[_UNTRIED]} were not tried")
        left = [name for name, end in ends.items() if end in (_SURVIVED, *_UNTESTED)]
        if ends:
            yield File(
                name=path.stem, fault_count=len(ends), survivors=tuple(map(changed_lines, left))
            )


def changed_lines(name: str) -> str:
    """The lines that a fault takes out and puts in."""
    answer = subprocess.run(
        [sys.executable, "-m", "mutmut", "show", name],
        cwd=_COPY,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    marked = [line for line in answer.stdout.splitlines() if line[:2] in ("- ", "+ ")]
    function = name.rpartition(".")[2].partition("__mutmut")[0].removeprefix("x_")
    return f"{function}: " + " ".join(f"{line[0]} {line[1:].strip()}" for line in marked)


def main() -> None:
    """Try all faults and publish what became of them."""
    parser = argparse.ArgumentParser(description="how many faults in planning the tests find")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="tried at once")
    parser.add_argument("--again", action="store_true", help="publish the last run")
    asked = parser.parse_args()
    if not asked.again:
        copied()
        tried(asked.jobs)
    found = list(files())
    whole = File(
        name="all",
        fault_count=sum(one.fault_count for one in found),
        survivors=tuple(text for one in found for text in one.survivors),
    )
    rows = [
        (one.name, one.fault_count, one.fault_count - len(one.survivors), f"{one.share:.1%}")
        for one in (*found, whole)
    ]
    survivors = [
        f"- `{Path(one.name).stem}` {text.replace('`', chr(39))}"
        for one in found
        for text in one.survivors
    ]
    met = verdict(_LEAST_SHARE, whole.share)
    text = "\n\n".join(
        (
            table(("file", "faults", "found", "share"), rows),
            f"At least {_LEAST_SHARE:.0%} are to be found: {met}.",
            "## Faults that no test finds",
            "\n".join(survivors),
        )
    )
    publish(
        "mutation",
        title="How many faults in planning the tests find",
        settings={"jobs": asked.jobs},
        results=found,
        text=text,
    )
    if whole.share < _LEAST_SHARE:
        sys.exit(f"only {whole.share:.1%} of the faults were found")


if __name__ == "__main__":
    main()
