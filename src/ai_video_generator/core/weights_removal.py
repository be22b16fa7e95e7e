"""Which weights may go: those that this program fetched and no other model needs."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ai_video_generator.core.hub_cache import HubCache
from ai_video_generator.core.weights_book import WeightsBook, WeightsPage
from ai_video_generator.core.weights_state import (
    Presence,
    WeightsState,
    noted_file,
)

_File = tuple[str, str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """What a removal does.

    Attributes:
        files: Files that go: repository, commit and path of each.
        size_bytes: Their size.
        needed: Parts that stay because other installed models need them.
        foreign: Parts that stay because another program fetched them.
    """

    files: tuple[_File, ...]
    size_bytes: int
    needed: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()


def removal_of(state: WeightsState, others: Sequence[WeightsState], page: WeightsPage) -> Removal:
    """What removing a model does; see `WeightStore.removal`."""
    kept = {key for other in others for key in _needed(other)}
    files: list[_File] = []
    needed: list[str] = []
    foreign: list[str] = []
    size_bytes = 0
    for part in state.parts:
        for file in part.part.files:
            key = (part.part.repository, str(part.commit), file.path)
            if part.folder is None or not part.path(file).is_file():
                continue
            noted = noted_file(page, part, file)
            if key in kept:
                needed.append(part.part.name)
            elif noted is None or not noted.is_ours:
                foreign.append(part.part.name)
            else:
                files.append(key)
                size_bytes += part.path(file).stat().st_size
    return Removal(
        files=tuple(files),
        size_bytes=size_bytes,
        needed=tuple(dict.fromkeys(needed)),
        foreign=tuple(dict.fromkeys(foreign)),
    )


def _needed(state: WeightsState) -> Iterator[_File]:
    """Files of a model that is installed."""
    if state.presence is Presence.INSTALLED:
        for part in state.parts:
            for file in part.part.files:
                yield part.part.repository, str(part.commit), file.path


def orphans(states: Iterable[WeightsState], cache: HubCache, page: WeightsPage) -> Removal:
    """What this program fetched and none of these models needs, or only an older release did."""
    parts = [part for state in states for part in state.parts]
    wanted = {
        (one.part.repository, str(one.commit), file.path)
        for one in parts
        for file in one.part.files
    }
    files = [
        (part.repository, part.commit, path)
        for part in page.parts.values()
        for path, file in part.files.items()
        if file.is_ours and (part.repository, part.commit, path) not in wanted
    ]
    paths = [cache.snapshot(repository, commit) / path for repository, commit, path in files]
    sizes = [path.stat().st_size for path in paths if path.is_file()]
    return Removal(files=tuple(files), size_bytes=sum(sizes))


def carried_out(removal: Removal, cache: HubCache, book: WeightsBook) -> int:
    """Delete files, and what was noted of them; returns the bytes that are free again."""
    freed = 0
    for repository, commit, path in removal.files:
        freed += cache.drop(repository, commit, path)
        book.forget_file(repository, commit, path)
    return freed
