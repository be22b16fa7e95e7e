"""The database of jobs as commands open it, and jobs as people name them."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from ai_video_generator.errors import InputError

if TYPE_CHECKING:
    from ai_video_generator.jobs.database import Database
    from ai_video_generator.jobs.job import Job


@contextmanager
def opened_jobs() -> Iterator["Database"]:
    """Open the database that the settings name; jobs whose process has ended run no more.

    Raises:
        SettingsError: When the settings are wrong.
        EnvironmentProblemError: When the database cannot be used.
    """
    from ai_video_generator.config.settings import load_settings
    from ai_video_generator.jobs.database import Database, data_folder
    from ai_video_generator.jobs.shift import recover

    with Database(data_folder(load_settings().values.data_folder)) as database:
        recover(database)
        yield database


def job_number(text: str) -> int | None:
    """The number of a job; None where the text is something else, such as the name of a file."""
    is_number = text.isascii() and text.isdigit() and not Path(text).exists()
    return int(text) if is_number else None


def job_named(database: "Database", text: str) -> "Job":
    """The job of a number, or the one that has made the video of a path.

    Raises:
        InputError: When there is none.
    """
    from ai_video_generator.jobs.job_table import job_row
    from ai_video_generator.jobs.ratings import job_that_made

    number = job_number(text)
    if number is not None:
        return job_row(database, number)
    found = job_that_made(database, Path(text))
    if found is None:
        raise InputError(
            f"no job of this machine has made {text!r}", hint="aivg history lists the jobs"
        )
    return found
