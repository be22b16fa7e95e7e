"""A database of jobs in a folder of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ai_video_generator.jobs.database import Database


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with Database(tmp_path / "data") as opened:
        yield opened
