"""The database of jobs: opened, brought up to date, and written by one at a time."""

import logging
import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from ai_video_generator.errors import EnvironmentProblemError
from ai_video_generator.jobs.migrations import MIGRATIONS

_log = logging.getLogger(__name__)

DATABASE_NAME = "jobs.sqlite"

_WAIT_S = 10.0
# For another program's write: each takes milliseconds, a disk that sleeps wakes in seconds.


def data_folder(chosen: Path | None) -> Path:
    """The folder of the database; None takes the system's own."""
    if chosen is not None:
        return chosen
    import platformdirs

    return Path(platformdirs.user_data_dir("aivg", appauthor=False))


class Database:
    """A connection to the database of jobs; safe to share between threads, not between processes.

    Args:
        folder: The data folder; made if it is missing.

    Attributes:
        folder: As given.

    Raises:
        EnvironmentProblemError: When the file cannot be opened, is damaged, or was written by a
            newer version of this program.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.RLock()
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite3.connect(
                folder / DATABASE_NAME,
                timeout=_WAIT_S,
                isolation_level=None,
                check_same_thread=False,
            )
        except (OSError, sqlite3.Error) as error:
            raise _unusable(folder, error) from error
        try:
            self._set_up()
        except sqlite3.Error as error:
            self._connection.close()
            raise _unusable(folder, error) from error
        except EnvironmentProblemError:
            self._connection.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the connection; the file is whole at any time."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Let nobody else write while the block runs; undo all of it where it raises.

        Raises:
            EnvironmentProblemError: When the database cannot be written.
        """
        with self._lock:
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                try:
                    yield self._connection
                except BaseException:
                    self._connection.execute("ROLLBACK")
                    raise
                self._connection.execute("COMMIT")
            except sqlite3.Error as error:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise _unusable(self.folder, error) from error

    def rows(self, query: str, values: Sequence[Any] | Mapping[str, Any] = ()) -> list[sqlite3.Row]:
        """All rows of a query.

        Raises:
            EnvironmentProblemError: When the database cannot be read.
        """
        with self._lock:
            try:
                return self._connection.execute(query, values).fetchall()
            except sqlite3.Error as error:
                raise _unusable(self.folder, error) from error

    @property
    def change_mark(self) -> int:
        """A number that changes when another connection has written; costs microseconds."""
        return int(self.rows("PRAGMA data_version")[0][0])

    def _set_up(self) -> None:
        connection = self._connection
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA foreign_keys = ON")
        if connection.execute("PRAGMA journal_mode = WAL").fetchone()[0] != "wal":
            # Network file systems have no shared memory; the plain journal is as safe, and slower.
            _log.info("%s keeps no write-ahead log", self.folder)
        # A job that was told to be added is there after a power loss; NORMAL might forget it.
        connection.execute("PRAGMA synchronous = FULL")
        version = _version(connection)
        if version > len(MIGRATIONS):
            raise EnvironmentProblemError(
                f"the database of jobs in {str(self.folder)!r} has version {version}, this program "
                f"knows {len(MIGRATIONS)}",
                hint="use a newer version of this program, or another AIVG_DATA_FOLDER",
            )
        if version < len(MIGRATIONS):
            self._migrate()

    def _migrate(self) -> None:
        """Run the scripts that are missing, all or none; another program may come first."""
        connection = self._connection
        connection.execute("BEGIN IMMEDIATE")
        try:
            for number in range(_version(connection), len(MIGRATIONS)):
                for statement in MIGRATIONS[number].split(";"):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {number + 1}")
            connection.execute("COMMIT")
        except BaseException:
            connection.execute("ROLLBACK")
            raise


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _unusable(folder: Path, error: Exception) -> EnvironmentProblemError:
    return EnvironmentProblemError(
        f"the database of jobs in {str(folder)!r} cannot be used: {str(error).lower()}",
        hint="see that the folder can be written and the disk has room, or set AIVG_DATA_FOLDER",
    )
