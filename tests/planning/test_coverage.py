"""Every line and branch of planning is reached by its own tests."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[2]
_HERE = Path(__file__).parent
_OTHERS = ("test_coverage.py", "test_properties.py")
# What chance reaches does not count.


@pytest.mark.slow
def test_each_branch_of_planning_is_tested(tmp_path: Path) -> None:
    python = (sys.executable, "-m")
    environment = {**os.environ, "COVERAGE_FILE": str(tmp_path / "coverage")}
    ignored = [f"--ignore={_HERE / name}" for name in _OTHERS]
    run = [*python, "coverage", "run", "--branch", "--source=ai_video_generator.planning"]
    tests = ["-m", "pytest", "-q", "-p", "no:cacheprovider", *ignored, str(_HERE)]

    ran = subprocess.run(
        [*run, *tests], cwd=_ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout

    told = subprocess.run(
        [*python, "coverage", "report", "--show-missing", "--skip-covered", "--fail-under=100"],
        cwd=_ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stdout
