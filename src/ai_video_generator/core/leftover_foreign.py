"""What lies in the program's folders and was not made by it: told, and left alone."""

import stat
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext, suppress
from pathlib import Path
from re import Pattern

from ai_video_generator.core.leftover_names import ALONE, CACHE_NAMES, KEPT, LOG, is_named
from ai_video_generator.core.leftovers import Kind, Leftover, entries


class ForeignSource:
    """Finds what has none of the program's names, and links in their place.

    Args:
        cache: The cache folder.
        logs: The log folder.
        data: Folders of what is kept, which may be the same or lie in these.
    """

    def __init__(self, cache: Path, logs: Path, data: tuple[Path, ...]) -> None:
        self._cache, self._data = cache, data
        names = {cache.joinpath(*parts): own for parts, own in CACHE_NAMES.items()}
        names[logs] = (*names.get(logs, ()), LOG)
        for folder in {*data} & {*names}:
            names[folder] = (*names[folder], KEPT)
        self._names: dict[Path, tuple[Pattern[str], ...]] = names

    def alone(self) -> AbstractContextManager[None]:
        """Nothing of it ever goes."""
        return nullcontext()

    def found(self, now_s: float) -> Iterator[Leftover]:
        """Files and links, and folders, which are not looked into."""
        for folder, names in self._names.items():
            if any(above.is_symlink() for above in self._below_cache(folder)):
                continue
            for entry in entries(folder):
                with suppress(OSError):  # gone meanwhile
                    state = entry.stat(follow_symlinks=False)
                    what = self._foreign(Path(entry.path), state.st_mode, names)
                    if what:
                        yield Leftover(
                            kind=Kind.FOREIGN,
                            path=Path(entry.path),
                            size_bytes=0 if stat.S_ISDIR(state.st_mode) else state.st_size,
                            used_s=state.st_mtime,
                            what=what,
                            in_use=True,
                        )

    def drop(self, leftover: Leftover) -> int:
        """Nothing goes."""
        return 0

    def _below_cache(self, folder: Path) -> list[Path]:
        """The folders on the way from the cache folder to one in it; none to another."""
        return [one for one in (folder, *folder.parents) if self._cache in one.parents]

    def _foreign(self, path: Path, mode: int, names: tuple[Pattern[str], ...]) -> str:
        """What something is that is not ours; empty where it is."""
        if stat.S_ISDIR(mode):
            is_alone = path.parent == self._cache / "work" and ALONE.fullmatch(path.name)
            ours = path in self._names or path in self._data or is_alone
            return "" if ours else "a folder, not looked into"
        if stat.S_ISLNK(mode):
            return "a link, not followed"
        return "" if is_named(path.name, names) else "a file"
