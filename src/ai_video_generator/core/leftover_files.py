"""Small files that the program keeps by name, logs, and temporary files whose process is gone."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext, suppress
from pathlib import Path

from ai_video_generator.core.folder_lock import is_held
from ai_video_generator.core.leftover_names import (
    ALONE,
    APPEARING,
    CACHE_NAMES,
    LOG,
    TEMPORARY,
    TRIAL,
    is_named,
)
from ai_video_generator.core.leftovers import (
    DAY_S,
    Kind,
    Leftover,
    drop_files,
    entries,
    plain_files,
    tree_files,
)

BOOKS = {
    "jobs.json": (Kind.SPEEDS, "how long jobs of this machine took; estimates are vague without"),
    "inputs.json": (Kind.NOTES, "where inputs lay, by which `aivg reproduce` finds them"),
    "torch.json": (Kind.NOTES, "what PyTorch answered; it is asked again in seconds"),
}
"""Files of the cache folder."""

_ROTATIONS = 3
# As many as the program keeps of its log.


class FileSource:
    """Finds what needs no lock: each is written at once, and made again when it is missing.

    Args:
        cache: The cache folder.
        logs: The log folder.
        data: Folders of notes and books that are no cache.
        system: The system's folder for temporary files; None where it has none.
    """

    def __init__(
        self, cache: Path, logs: Path, data: tuple[Path, ...], system: Path | None
    ) -> None:
        self._cache, self._logs, self._data, self._system = cache, logs, data, system

    def alone(self) -> AbstractContextManager[None]:
        """Nothing need be held."""
        return nullcontext()

    def found(self, now_s: float) -> Iterator[Leftover]:
        """Books, logs, files that did not appear, and temporary folders."""
        for path, state in plain_files(self._cache):
            if path.name in BOOKS:
                kind, what = BOOKS[path.name]
                yield _one(kind, path, state, what)
        yield from self._found_logs()
        for folder in dict.fromkeys((self._cache, self._cache / "prompts", *self._data)):
            for path, state in plain_files(folder):
                if APPEARING.fullmatch(path.name):
                    # It takes seconds to be written, and tells nobody who writes it.
                    old = now_s - state.st_mtime > DAY_S
                    what = "a file that was not written to its end"
                    yield _one(Kind.TEMPORARY, path, state, what, in_use=not old, is_worthless=old)
        if self._system is not None:
            yield from _temporary_folders(self._system, now_s)

    def drop(self, leftover: Leftover) -> int:
        """Remove one."""
        return drop_files(leftover)

    def _found_logs(self) -> Iterator[Leftover]:
        for path, state in plain_files(self._logs):
            match = LOG.fullmatch(path.name)
            if match is None:
                continue
            number = int(match[1] or 0)
            beyond = number > _ROTATIONS
            what = "a log that is no longer rotated" if beyond else "an earlier log"
            if not number:
                what = "the log that every run writes to"
            yield _one(Kind.LOGS, path, state, what, in_use=not number, is_worthless=beyond)


def system_temporary_folder() -> Path | None:
    """Where the system keeps temporary files; None where there is no such folder."""
    try:
        return Path(tempfile.gettempdir())
    except FileNotFoundError:
        return None


def _one(
    kind: Kind,
    path: Path,
    state: os.stat_result,
    what: str,
    *,
    in_use: bool = False,
    is_worthless: bool = False,
) -> Leftover:
    return Leftover(
        kind=kind,
        path=path,
        size_bytes=state.st_size,
        used_s=state.st_mtime,
        what=what,
        in_use=in_use,
        is_worthless=is_worthless,
    )


def _temporary_folders(system: Path, now_s: float) -> Iterator[Leftover]:
    """Folders of processes that were killed: our name, our account, our files, long untouched."""
    for entry in entries(system):
        folder = Path(entry.path)
        with suppress(OSError):
            state = entry.stat(follow_symlinks=False)
            is_ours = not hasattr(os, "getuid") or state.st_uid == os.getuid()
            if not (TEMPORARY.fullmatch(entry.name) and entry.is_dir(follow_symlinks=False)):
                continue
            if not is_ours or not _holds_only_ours(folder):
                continue
            states = [state, *(one for _, one in tree_files(folder))]
            used_s = max(one.st_mtime for one in states)
            lives = any(map(is_held, folder.glob("work/running/*.lock")))
            in_use = lives or now_s - used_s < DAY_S
            yield Leftover(
                kind=Kind.TEMPORARY,
                path=folder,
                size_bytes=sum(one.st_size for one in states[1:]),
                used_s=used_s,
                what="a temporary folder of a run that was killed",
                in_use=in_use,
                is_worthless=not in_use,
            )


def _holds_only_ours(folder: Path) -> bool:
    """Whether all in a temporary folder is what this program puts there; links are not."""
    found = [path.relative_to(folder) for path, _ in tree_files(folder)]
    if any((folder / path).is_symlink() for path in found):
        return False
    if len(found) <= 1 and all(TRIAL.fullmatch(str(path)) for path in found):
        return not any(entry.is_dir() for entry in entries(folder))
    for path in found:
        *above, name = path.parts
        if len(above) == 2 and ALONE.fullmatch(above[1]):  # noqa: PLR2004 - work and its own
            above[1] = "chunks"
        if not is_named(name, CACHE_NAMES.get(tuple(above), ())):
            return False
    return True
