"""The file: opened by many at once, brought up to date from every version, refused when foreign."""

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from ai_video_generator.errors import EnvironmentProblemError
from ai_video_generator.jobs.database import DATABASE_NAME, Database, data_folder
from ai_video_generator.jobs.job import JobState
from ai_video_generator.jobs.migrations import MIGRATIONS
from ai_video_generator.jobs.queue import JobQueue

_JOB = (
    "INSERT INTO jobs (state, source, request, position, created_s) VALUES "
    "('paused', 'queue', '{\"output\": \"/videos/old.mp4\"}', 1.0, 1000.0)"
)
_EVENT = "INSERT INTO events (job_id, time_s, kind, data) VALUES (1, 1000.0, 'state', '{}')"


def of_version(folder: Path, version: int) -> None:
    """A database as a program of an earlier version left it, with a job."""
    folder.mkdir(parents=True)
    connection = sqlite3.connect(folder / DATABASE_NAME)
    for script in MIGRATIONS[:version]:
        connection.executescript(script)
    connection.execute(f"PRAGMA user_version = {version}")
    connection.execute(_JOB)
    connection.execute(_EVENT)
    connection.commit()
    connection.close()


def layout(folder: Path) -> list[tuple[str, ...]]:
    connection = sqlite3.connect(folder / DATABASE_NAME)
    found = connection.execute("SELECT type, name, sql FROM sqlite_master ORDER BY name").fetchall()
    connection.close()
    return found


@pytest.mark.parametrize("version", range(1, len(MIGRATIONS) + 1))
def test_a_database_of_every_version_is_brought_up_to_date(tmp_path: Path, version: int) -> None:
    of_version(tmp_path / "old", version)
    with Database(tmp_path / "old") as database:
        job = JobQueue(database).job(1)
        assert job.request.output == Path("/videos/old.mp4")
        assert job.state is JobState.PAUSED
        assert database.rows("PRAGMA user_version")[0][0] == len(MIGRATIONS)
        assert database.rows("SELECT COUNT(*) FROM events")[0][0] == 1
    with Database(tmp_path / "new"):
        pass
    assert layout(tmp_path / "old") == layout(tmp_path / "new")


def test_a_database_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    of_version(folder, len(MIGRATIONS))
    connection = sqlite3.connect(folder / DATABASE_NAME)
    connection.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    connection.close()
    with pytest.raises(EnvironmentProblemError, match="this program knows") as caught:
        Database(folder)
    assert "newer version" in caught.value.hint
    connection = sqlite3.connect(folder / DATABASE_NAME)
    assert connection.execute("SELECT COUNT(*) FROM jobs").fetchone() == (1,)
    connection.close()


def test_a_migration_that_fails_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    of_version(tmp_path / "data", 1)
    before = layout(tmp_path / "data")
    scripts = (*MIGRATIONS, "CREATE TABLE more (id INTEGER); CREATE TABLE jobs (id INTEGER)")
    monkeypatch.setattr("ai_video_generator.jobs.database.MIGRATIONS", scripts)
    with pytest.raises(EnvironmentProblemError, match="already exists"):
        Database(tmp_path / "data")
    assert layout(tmp_path / "data") == before


def test_what_is_no_database_is_refused_and_kept(tmp_path: Path) -> None:
    path = tmp_path / DATABASE_NAME
    path.write_text("notes of mine\n" * 100)
    with pytest.raises(EnvironmentProblemError, match="not a database"):
        Database(tmp_path)
    assert path.read_text() == "notes of mine\n" * 100


def test_a_folder_that_cannot_be_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(EnvironmentProblemError, match="cannot be used") as caught:
        Database(tmp_path / "file" / "data")
    assert "AIVG_DATA_FOLDER" in caught.value.hint


def test_what_raises_in_the_middle_is_undone(database: Database) -> None:
    def fail() -> None:
        with database.writing() as connection:
            connection.execute(_JOB)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert database.rows("SELECT * FROM jobs") == []
    with database.writing() as connection:
        connection.execute(_JOB)
    assert len(database.rows("SELECT * FROM jobs")) == 1


_ADDS = """
import sys
from pathlib import Path
from ai_video_generator.jobs.database import Database
from ai_video_generator.jobs.job import JobRequest
from ai_video_generator.jobs.queue import JobQueue
sys.stdin.read(1)
with Database(Path(sys.argv[1])) as database:
    for number in range(10):
        JobQueue(database).add(JobRequest(output=Path(f"/{sys.argv[2]}-{number}.mp4")))
"""


@pytest.mark.slow
def test_many_programs_open_a_new_database_at_once_and_add_jobs(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    programs = [
        subprocess.Popen(
            [sys.executable, "-c", _ADDS, str(folder), str(number)], stdin=subprocess.PIPE
        )
        for number in range(6)
    ]
    for program in programs:
        program.communicate(b"x", timeout=60)
        assert program.returncode == 0
    with Database(folder) as database:
        jobs = JobQueue(database).jobs([JobState.QUEUED])
    assert len({job.id for job in jobs}) == len({job.request.output for job in jobs}) == 60


def test_the_data_folder_is_the_chosen_one_or_the_systems(tmp_path: Path) -> None:
    assert data_folder(tmp_path) == tmp_path
    assert data_folder(None).name == "aivg"
