"""What the program has left on the disk, and how it goes.

Nothing that runs loses anything: while things go, no job and no installation can begin, and what is
in use is looked at once more. What has none of the program's names is told and left alone, and no
link is followed out of its folders.
"""

import logging
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ai_video_generator.config.settings import Settings
from ai_video_generator.core.cache_book import CacheBook
from ai_video_generator.core.leftover_files import FileSource, system_temporary_folder
from ai_video_generator.core.leftover_foreign import ForeignSource
from ai_video_generator.core.leftover_jobs import JobSource
from ai_video_generator.core.leftover_weights import WeightsSource
from ai_video_generator.core.leftovers import BusyError, Kind, Leftover, Source
from ai_video_generator.core.weights import WeightStore
from ai_video_generator.errors import AIVideoError

__all__ = [
    "Cleaned",
    "Criteria",
    "Kind",
    "Leftover",
    "Source",
    "folders",
    "leftovers",
    "remove",
    "sources",
]

_log = logging.getLogger(__name__)

_Wanted = Mapping[tuple[Kind, Path], Leftover]


@dataclass(frozen=True, slots=True, kw_only=True)
class Criteria:
    """What shall go. Without any, what is surely worthless; with several, what meets all.

    Attributes:
        older_s: What was not used for longer than this; None leaves it open.
        larger_bytes: What takes at least this, each thing by itself; None leaves it open.
        kinds: What is of one of these kinds; empty leaves it open.
        everything: All that may go.
    """

    older_s: float | None = None
    larger_bytes: int | None = None
    kinds: tuple[Kind, ...] = ()
    everything: bool = False

    def takes(self, leftover: Leftover, now_s: float) -> bool:
        """Whether something goes.

        Args:
            leftover: The thing.
            now_s: The time, seconds since the epoch.
        """
        if leftover.in_use or not leftover.kind.may_go:
            return False
        if self == Criteria():
            return leftover.is_worthless
        return (
            (self.older_s is None or now_s - leftover.used_s > self.older_s)
            and (self.larger_bytes is None or leftover.size_bytes >= self.larger_bytes)
            and (not self.kinds or leftover.kind in self.kinds)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleaned:
    """What became of a clean-up.

    Attributes:
        freed_bytes: What is free again.
        removed: What went.
        spared: What came into use meanwhile, and stayed.
        failed: What could not be removed, and why.
    """

    freed_bytes: int
    removed: tuple[Leftover, ...]
    spared: tuple[Leftover, ...]
    failed: tuple[tuple[Leftover, str], ...]


def folders(settings: Settings) -> dict[str, Path]:
    """The program's folders, by what is in them; a link that a person set for one is followed."""
    import platformdirs

    logs = settings.log_folder or Path(platformdirs.user_log_dir("aivg", appauthor=False))
    data = settings.data_folder or Path(platformdirs.user_data_dir("aivg", appauthor=False))
    return {
        "cache": CacheBook(settings.cache_folder).folder.resolve(),
        "logs": logs.resolve(),
        "data": data.resolve(),
        "weights": WeightStore().cache_folder,
    }


def sources(settings: Settings) -> tuple[Source, ...]:
    """All that look for leftovers of these settings, in the order in which they are shown."""
    where, store = folders(settings), WeightStore()
    cache, logs, data = where["cache"], where["logs"], (store.book.folder.resolve(), where["data"])
    return (
        JobSource(cache),
        FileSource(cache, logs, data, system_temporary_folder()),
        WeightsSource(store),
        ForeignSource(cache, logs, data),
    )


def leftovers(
    settings: Settings,
    *,
    more: Sequence[Source] = (),
    clock: Callable[[], float] = time.time,
) -> tuple[Leftover, ...]:
    """All that is left on the disk; changes nothing.

    Args:
        settings: Where the folders are.
        more: Whatever else leaves something.
        clock: Seconds since the epoch.
    """
    now_s = clock()
    return tuple(one for source in (*sources(settings), *more) for one in source.found(now_s))


def remove(
    chosen: Iterable[Leftover],
    settings: Settings,
    *,
    more: Sequence[Source] = (),
    clock: Callable[[], float] = time.time,
) -> Cleaned:
    """Remove what may still go; a failure is told and the rest goes on.

    Args:
        chosen: Some of `leftovers`. What has been used since, or is in use now, stays.
        settings: As for `leftovers`.
        more: As for `leftovers`.
        clock: As for `leftovers`.
    """
    wanted = {(one.kind, one.path): one for one in chosen if one.kind.may_go}
    done = _Done()
    for source in (*sources(settings), *more):
        mine = _still_there(source, wanted, clock())
        if not mine:
            continue
        try:
            with source.alone():
                # Something may have come into use before it was held.
                for one in _still_there(source, wanted, clock()):
                    done.drop(one, wanted[one.kind, one.path], source)
        except BusyError:
            done.spared += mine
        except (OSError, AIVideoError) as error:
            done.failed += [(one, _reason(error)) for one in mine]
    return Cleaned(
        freed_bytes=done.freed_bytes,
        removed=tuple(done.removed),
        spared=tuple(done.spared),
        failed=tuple(done.failed),
    )


def _still_there(source: Source, wanted: _Wanted, now_s: float) -> list[Leftover]:
    return [one for one in source.found(now_s) if (one.kind, one.path) in wanted]


class _Done:
    """What has become of things so far; see `Cleaned`."""

    def __init__(self) -> None:
        self.freed_bytes = 0
        self.removed: list[Leftover] = []
        self.spared: list[Leftover] = []
        self.failed: list[tuple[Leftover, str]] = []

    def drop(self, now: Leftover, before: Leftover, source: Source) -> None:
        """Remove a thing, unless it was used since it was chosen."""
        if now.in_use or now.used_s > before.used_s:
            self.spared.append(now)
            return
        try:
            self.freed_bytes += source.drop(now)
        except (OSError, AIVideoError) as error:
            self.failed.append((now, _reason(error)))
        else:
            _log.info("removed: %s, %d bytes", now.path, now.size_bytes)
            self.removed.append(now)


def _reason(error: Exception) -> str:
    words = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return words.lower()
