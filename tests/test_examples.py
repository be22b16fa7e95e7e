"""The examples run as they are, from anywhere."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parent.parent / "examples"
MADE = {
    "basic_usage": ["basic_usage.mp4"],
    "batch_processing": ["both.mp4", "tall.mp4", "wide.mp4"],
    "custom_prompts": ["cinema.mp4", "cover.mp4", "story.mp4"],
}


def test_every_example_is_tried() -> None:
    assert {path.stem for path in EXAMPLES.glob("*.py")} == set(MADE)


@pytest.mark.slow
@pytest.mark.parametrize("name", MADE)
def test_an_example_makes_what_it_says(name: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, EXAMPLES / f"{name}.py", tmp_path],
        check=False,
        capture_output=True,
        text=True,
        cwd=tmp_path,
        # What an example leaves open is chosen small, so that it takes seconds.
        env=os.environ | {"AIVG_SIZE": "320x180", "AIVG_FPS": "10"},
    )
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in tmp_path.glob("*.mp4")) == MADE[name]
