"""The program as a person runs it: a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

PROGRAM = (sys.executable, "-m", "ai_video_generator")


def aivg(
    *arguments: str | Path, folder: Path | None = None, **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run one command line to its end, in a folder, with additional environment variables."""
    return subprocess.run(
        [*PROGRAM, *map(str, arguments)],
        cwd=folder,
        env=os.environ | variables,
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=120,
    )
