"""What is left on the disk, as values, and the one way in which any of it goes.

Each kind of thing is found by a `Source`; whoever keeps something else on the disk writes another
one and passes it to `cleanup.leftovers` and `cleanup.remove`.
"""

import os
import shutil
import stat
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

DAY_S = 24 * 3600.0
"""How long a file that nobody finishes may lie before it counts as forgotten: longer than any
download or job sleeps through a night."""


class Kind(StrEnum):
    """What something is."""

    PASSES = "passes"
    TEMPORARY = "temporary"
    DOWNLOADS = "downloads"
    WEIGHTS = "weights"
    PROMPTS = "prompts"
    SPEEDS = "speeds"
    NOTES = "notes"
    LOGS = "logs"
    INSTALLED = "installed"
    FOREIGN = "foreign"

    @property
    def heading(self) -> str:
        """What a person calls it."""
        return _HEADINGS[self]

    @property
    def may_go(self) -> bool:
        """Whether a clean-up ever removes things of this kind."""
        return self not in {Kind.INSTALLED, Kind.FOREIGN}


_HEADINGS = {
    Kind.PASSES: "finished passes of jobs",
    Kind.TEMPORARY: "temporary files",
    Kind.DOWNLOADS: "partial downloads",
    Kind.WEIGHTS: "weights nobody needs",
    Kind.PROMPTS: "prompts as models read them",
    Kind.SPEEDS: "learned speeds",
    Kind.NOTES: "small notes",
    Kind.LOGS: "logs",
    Kind.INSTALLED: "installed weights",
    Kind.FOREIGN: "not made by this program",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Leftover:
    """One thing on the disk.

    Attributes:
        kind: What it is.
        path: Where it is; names it among its kind.
        size_bytes: What it takes.
        used_s: When it was last used, seconds since the epoch.
        what: One sentence.
        in_use: Whether something that runs may need it, so that it stays.
        is_worthless: Whether it goes without being asked for: nothing will ever use it again.
        files: What goes with it, files and folders, in this order; ``path`` alone where empty.
    """

    kind: Kind
    path: Path
    size_bytes: int
    used_s: float
    what: str
    in_use: bool = False
    is_worthless: bool = False
    files: tuple[Path, ...] = ()


class BusyError(Exception):
    """Something else holds what must be held while things go; never leaves `cleanup.remove`."""


class Source(Protocol):
    """Finds things of one sort, and removes them."""

    def alone(self) -> AbstractContextManager[None]:
        """Hold what keeps others from beginning to use them.

        Raises:
            BusyError: When it is not to be had now.
            AIVideoError: When it can never be had here, as in a folder that cannot be written.
            OSError: As well.
        """

    def found(self, now_s: float) -> Iterable[Leftover]:
        """All that are there; changes nothing.

        Args:
            now_s: The time, seconds since the epoch.
        """

    def drop(self, leftover: Leftover) -> int:
        """Remove one that was just found, and return the bytes that are free again.

        Raises:
            OSError: When it cannot be removed.
        """


def entries(folder: Path) -> Iterator[os.DirEntry[str]]:
    """What is in a folder, by name; nothing where it is none, or cannot be read."""
    with suppress(OSError), os.scandir(folder) as found:
        yield from sorted(found, key=lambda entry: entry.name)


def plain_files(folder: Path) -> Iterator[tuple[Path, os.stat_result]]:
    """Regular files of a folder that is no link, with their states; links are left out."""
    if folder.is_symlink():
        return
    for entry in entries(folder):
        with suppress(OSError):  # gone meanwhile
            if entry.is_file(follow_symlinks=False):
                yield Path(entry.path), entry.stat(follow_symlinks=False)


def tree_files(folder: Path) -> Iterator[tuple[Path, os.stat_result]]:
    """All that is no folder below a folder, with their states; links are not followed."""
    for above, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                yield Path(above, name), Path(above, name).lstat()


def size_bytes(path: Path) -> int:
    """What a file, or all in a folder, takes; 0 where there is none."""
    try:
        state = path.lstat()
    except OSError:
        return 0
    if stat.S_ISDIR(state.st_mode):
        return sum(one.st_size for _, one in tree_files(path))
    return state.st_size


def drop_files(leftover: Leftover) -> int:
    """Remove what goes with something; of a link the link, never what it leads to.

    Returns:
        Bytes that are free again.

    Raises:
        OSError: When something cannot be removed; the rest of it stays as well.
    """
    freed_bytes = 0
    for path in leftover.files or (leftover.path,):
        taken_bytes = size_bytes(path)
        try:
            if stat.S_ISDIR(path.lstat().st_mode):
                shutil.rmtree(path)
            else:
                path.unlink()
        except FileNotFoundError:
            continue
        freed_bytes += taken_bytes
    return freed_bytes
