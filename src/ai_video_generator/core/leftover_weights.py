"""Weights that nobody needs, and downloads that were not finished, in the hub's cache."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path
from typing import Never

from ai_video_generator.core.folder_lock import is_held, locked
from ai_video_generator.core.installable import Installable, installables
from ai_video_generator.core.leftovers import DAY_S, BusyError, Kind, Leftover, drop_files
from ai_video_generator.core.weights import WeightStore
from ai_video_generator.core.weights_removal import Removal
from ai_video_generator.models.base_model import BACKENDS


class WeightsSource:
    """Finds what downloads left, and tells what the installed weights take.

    Args:
        store: The weights.
    """

    def __init__(self, store: WeightStore) -> None:
        self._store = store
        self._lock = store.book.folder / "weights.lock"
        self._is_alone = False

    @cached_property
    def _models(self) -> tuple[Installable, ...]:
        return tuple(installables().values())

    @contextmanager
    def alone(self) -> Iterator[None]:
        """No installation begins meanwhile; one that runs is not waited for."""
        with locked(self._lock, on_wait=_busy, check=_busy):
            self._is_alone = True
            try:
                yield
            finally:
                self._is_alone = False

    def found(self, now_s: float) -> Iterator[Leftover]:
        """Partial downloads, orphans, and all that is installed as one."""
        installing = not self._is_alone and self._lock.is_file() and _is_locked(self._lock)
        for path in self._store.partials():
            if self._is_inside(path.parent) and path.is_file() and not path.is_symlink():
                state = path.stat()
                old = now_s - state.st_mtime > DAY_S
                yield Leftover(
                    kind=Kind.DOWNLOADS,
                    path=path,
                    size_bytes=state.st_size,
                    used_s=state.st_mtime,
                    what=f"a download of {_repository(path)} that `aivg models install` can go on",
                    in_use=installing,
                    is_worthless=old and not installing,
                )
        yield from self._orphans(in_use=installing)
        yield from self._installed()

    def drop(self, leftover: Leftover) -> int:
        """Remove one; of weights also what was noted of them."""
        if leftover.kind is Kind.DOWNLOADS:
            freed_bytes = drop_files(leftover)
            with suppress(OSError):  # they hold something else
                leftover.path.parent.rmdir()
                leftover.path.parent.parent.rmdir()
            return freed_bytes
        for file, path in self._orphan_files():
            if path == leftover.path:
                return self._store.remove(Removal(files=(file,), size_bytes=leftover.size_bytes))
        return 0

    def _orphans(self, *, in_use: bool) -> Iterator[Leftover]:
        files, what = list(self._orphan_files()), "no model of this release needs it"
        if files and _some_are_broken():
            # Whose weights are whose cannot be known then.
            in_use, what = True, "a model that cannot be loaded just now may need it"
        for (repository, _, name), path in files:
            with suppress(OSError):
                state = path.stat()
                yield Leftover(
                    kind=Kind.WEIGHTS,
                    path=path,
                    size_bytes=state.st_size,
                    used_s=max(state.st_mtime, state.st_atime),
                    what=f"{name} of {repository}: {what}",
                    in_use=in_use,
                    is_worthless=not in_use,
                )

    def _orphan_files(self) -> Iterator[tuple[tuple[str, str, str], Path]]:
        for file in self._store.orphans(self._models).files:
            path = self._store.file_path(*file)
            # What a person has linked to another place is not ours to remove.
            if path.is_file() and self._is_inside(path):
                yield file, path

    def _installed(self) -> Iterator[Leftover]:
        files: dict[Path, int] = {}
        used_s = 0.0
        for model in self._models:
            for part in self._store.state(model).parts:
                for file in part.present:
                    with suppress(OSError):
                        path = part.path(file).resolve()
                        state = path.stat()
                        files[path] = state.st_size
                        used_s = max(used_s, state.st_mtime, state.st_atime)
        if files:
            yield Leftover(
                kind=Kind.INSTALLED,
                path=self._store.cache_folder,
                size_bytes=sum(files.values()),
                used_s=used_s,
                what="weights of models; `aivg models remove` removes them",
                in_use=True,
            )

    def _is_inside(self, path: Path) -> bool:
        return path.resolve().is_relative_to(self._store.cache_folder.resolve())


def _busy() -> Never:
    raise BusyError


def _is_locked(lock: Path) -> bool:
    try:
        return is_held(lock)
    except OSError:
        return True


def _repository(partial: Path) -> str:
    return partial.parent.parent.name.removeprefix("models--").replace("--", "/")


def _some_are_broken() -> bool:
    """Whether a model cannot be loaded, so that what it needs is not known."""
    for name in BACKENDS.names():
        try:
            BACKENDS.load(name)
        except Exception:  # noqa: BLE001 - a plugin may fail in any way
            return True
    return False
