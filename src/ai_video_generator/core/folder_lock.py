"""One process at a time: a lock on a file, given back when its process ends, however it ends."""

import logging
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

_log = logging.getLogger(__name__)

_STEP_S = 0.1
# Soon enough for a person, seldom enough to cost nothing.


@contextmanager
def locked(path: Path, *, on_wait: Callable[[], None], check: Callable[[], None]) -> Iterator[None]:
    """Hold the lock while the block runs; wait for it as long as another process has it.

    Args:
        path: The file; made, and left there.
        on_wait: Called once when another process has it.
        check: Called while waiting; may raise, which ends the waiting.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+b") as file:
        waited = False
        while not _taken(file):
            if not waited:
                on_wait()
                waited = True
            check()
            time.sleep(_STEP_S)
        try:
            yield
        finally:
            _given_back(file)


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Hold a lock that no other process asks for but by `is_held`.

    Args:
        path: A file that no other process has made; removed at the end.
    """
    try:
        with path.open("a+b") as file:
            _taken(file)
            try:
                yield
            finally:
                _given_back(file)
    finally:
        with suppress(OSError):  # Windows removes no file that `is_held` has open just now
            path.unlink()


def is_held(path: Path) -> bool:
    """Whether a process that lives holds the lock on a file that is there."""
    with path.open("a+b") as file:
        if not _taken(file):
            return True
        _given_back(file)
        return False


if sys.platform == "win32":
    import msvcrt

    def _taken(file: IO[bytes]) -> bool:
        try:
            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _given_back(file: IO[bytes]) -> None:
        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _taken(file: IO[bytes]) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError as error:
            # Some network file systems have no locks; what is written is verified all the same.
            _log.warning("no lock can be had on %s: %s", file.name, error)
        return True

    def _given_back(file: IO[bytes]) -> None:
        with suppress(OSError):
            fcntl.flock(file, fcntl.LOCK_UN)
