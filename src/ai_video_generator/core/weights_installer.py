"""Brings weights to this disk, from the hub or a folder, and verifies every byte of them."""

import logging
import shutil
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from pathlib import Path

from ai_video_generator.config.model_config import WeightPart
from ai_video_generator.config.weights_table import NOT_PINNED
from ai_video_generator.core.folder_lock import locked
from ai_video_generator.core.hub_cache import HubCache
from ai_video_generator.core.hub_client import HubClient
from ai_video_generator.core.hub_errors import BY_HAND, FULL, disk_full
from ai_video_generator.core.weight_digests import check_name, check_whole, digest_like, own_digest
from ai_video_generator.core.weights_book import (
    InstalledFile,
    InstalledPart,
    WeightsBook,
    now_text,
)
from ai_video_generator.core.weights_state import (
    expected_digest,
    noted_file,
    part_state,
)
from ai_video_generator.core.weights_wanted import WantedFile, wanted_of_folder, wanted_of_hub
from ai_video_generator.errors import (
    CancelledError,
    DiskFullError,
    EnvironmentProblemError,
    WeightsCorruptError,
)
from ai_video_generator.hardware.disks import disk_free_bytes
from ai_video_generator.progress_tracker import ProgressTracker

_log = logging.getLogger(__name__)

_FILES_AT_ONCE = 4
# One connection seldom fills a line; more than a few only share it, and an office's proxy counts.
_MARGIN_BYTES = 100 * 2**20
# A disk filled to the last byte breaks other programs.
_LOOK_S = 0.2
# How soon a stop is heeded.
_COPY_BYTES = 1 << 20


class WeightsInstaller:
    """Installs parts; one process at a time.

    Args:
        cache: Where they go.
        book: Where it is noted.
        progress: Where progress is reported, and a stop comes from.
        client: Makes what asks the hub; called only when something must be fetched.
    """

    def __init__(
        self,
        cache: HubCache,
        book: WeightsBook,
        progress: ProgressTracker,
        client: Callable[[Callable[[float], None]], HubClient] = HubClient,
    ) -> None:
        self._cache, self._book, self._progress = cache, book, progress
        self._make_client = client
        self._client: HubClient | None = None
        self._stop, self._lock = threading.Event(), threading.Lock()

    def install(self, parts: Sequence[WeightPart], source: Path | None = None) -> None:
        """Bring what is missing or damaged; see `WeightStore.install`."""
        for part in parts:
            for file in part.files:
                check_name(file.path)
        lock = self._book.folder / "weights.lock"
        try:
            with locked(lock, on_wait=self._tell_wait, check=self._progress.check):
                self._check_present(parts)
                wanted = [one for part in parts for one in self._wanted(part, source)]
                self._check_room(wanted)
                if wanted:
                    self._bring(wanted)
        except OSError as error:
            raise _unwritable(error, self._cache.folder) from error

    def _tell_wait(self) -> None:
        self._progress.start("waiting for another installation")

    def _check_present(self, parts: Sequence[WeightPart]) -> None:
        """Verify what is there; what is damaged is removed, what is sound is noted."""
        page = self._book.read()
        states = [part_state(part, self._cache, page) for part in parts]
        found = [(state, file) for state in states for file in state.present]
        total = sum(state.path(file).stat().st_size for state, file in found)
        if not found:
            return
        self._progress.start("checking what is there", total=total, unit="bytes")
        for state, file in found:
            path = state.path(file)
            expected = expected_digest(self._cache, page, state, file)
            digest = _digest(path, file.path, expected, self._progress.advance)
            if expected and digest != expected:
                _log.warning("%s is damaged and is fetched again", path)
                path.resolve().unlink()
                path.unlink(missing_ok=True)
            elif noted_file(page, state, file) is None:
                size_bytes = path.stat().st_size
                one = InstalledFile(size_bytes=size_bytes, digest=digest, is_ours=False)
                self._note(state.part.repository, str(state.commit), "found", file.path, one)

    def _wanted(self, part: WeightPart, source: Path | None) -> list[WantedFile]:
        """What of a part must be brought."""
        state = part_state(part, self._cache, self._book.read())
        if not state.missing:
            return []
        if source is not None:
            return wanted_of_folder(state, source)
        self._progress.start(f"asking for {part.repository}")
        listing = self._hub().listing(part.repository, state.commit or part.revision)
        if part.revision == NOT_PINNED:
            self._cache.name_branch(part.repository, NOT_PINNED, listing.commit)
        return wanted_of_hub(state, listing)

    def _hub(self) -> HubClient:
        if self._client is None:
            self._client = self._make_client(self._pause)
        return self._client

    def _pause(self, seconds: float) -> None:
        """Wait before another try, unless a stop comes."""
        if self._stop.wait(seconds):
            raise CancelledError("stopped on request")
        self._progress.check()

    def _check_room(self, wanted: Sequence[WantedFile]) -> None:
        needed, free = sum(map(self._left, wanted)), disk_free_bytes(self._cache.folder)
        if wanted and free < needed + _MARGIN_BYTES:
            raise DiskFullError(
                f"the weights need {needed / 1e9:.1f} GB more, {str(self._cache.folder)!r} has "
                f"{free / 1e9:.1f} GB free",
                hint="free some space, or point HF_HOME at another disk",
            )

    def _left(self, one: WantedFile) -> int:
        """Bytes of a file that are not here yet."""
        if self._blob_is_there(one):
            return 0
        have = 0
        with suppress(OSError):
            have = self._partial(one).stat().st_size
        return max(0, one.file.size_bytes - have)

    def _partial(self, one: WantedFile) -> Path:
        name = one.file.digest or one.file.path.replace("/", "--")
        return self._cache.partial(one.part.repository, name)

    def _blob_is_there(self, one: WantedFile) -> bool:
        """Whether another commit has the same bytes."""
        blob = self._cache.blob(one.part.repository, one.file.digest)
        return (
            bool(one.file.digest)
            and blob.is_file()
            and (blob.stat().st_size == one.file.size_bytes)
        )

    def _bring(self, wanted: Sequence[WantedFile]) -> None:
        """Fetch and verify, several files at once; the first failure ends all."""
        what = "copying" if wanted[0].origin else "fetching"
        self._progress.start(what, total=sum(map(self._left, wanted)), unit="bytes")
        self._stop.clear()
        largest_first = sorted(wanted, key=lambda one: -one.file.size_bytes)
        with ThreadPoolExecutor(_FILES_AT_ONCE) as pool:
            futures = [pool.submit(self._one, one) for one in largest_first]
            try:
                self._join(futures)
            except BaseException:
                self._stop.set()
                for future in futures:
                    future.cancel()
                raise

    def _join(self, futures: Sequence[Future[None]]) -> None:
        left = set(futures)
        while left:
            done, left = wait(left, timeout=_LOOK_S, return_when=FIRST_EXCEPTION)
            for future in done:
                future.result()
            self._progress.check()

    def _count(self, count: int) -> None:
        """Count bytes that came, from any thread."""
        if self._stop.is_set():
            raise CancelledError("stopped on request")
        with self._lock:
            self._progress.advance(count)

    def _one(self, one: WantedFile) -> None:
        """Bring one file; where it arrives damaged, once more from its beginning."""
        partial = self._partial(one)
        partial.parent.mkdir(parents=True, exist_ok=True)
        if self._blob_is_there(one):
            blob = self._cache.blob(one.part.repository, one.file.digest)
            if _digest(blob, one.file.path, one.file.digest) == one.file.digest:
                self._settle(one, one.file.digest, is_ours=False)
                return
            blob.unlink()
        for is_last in (False, True):
            self._read(one, partial)
            digest = _digest(partial, one.file.path, one.file.digest)
            if digest == (one.file.digest or digest):
                break
            size_bytes = partial.stat().st_size
            partial.unlink()
            if is_last or one.origin:
                raise WeightsCorruptError(
                    f"{one.file.path} of {one.part.repository} arrived damaged: its digest begins "
                    f"with {digest[:12]}, not {one.file.digest[:12]}",
                    hint=f"try again from another network, {BY_HAND}"
                    if one.origin is None
                    else "copy it anew",
                )
            _log.warning("%s arrived damaged and is fetched again", one.file.path)
            self._count(-size_bytes)
        check_whole(partial, one.file.path)
        partial.replace(self._cache.blob(one.part.repository, digest))
        self._settle(one, digest, is_ours=True)

    def _read(self, one: WantedFile, partial: Path) -> None:
        if one.origin is None:
            self._hub().fetch(one.part.repository, one.commit, one.file, partial, self._count)
            return
        try:
            with one.origin.open("rb") as source, partial.open("wb") as target:
                while block := source.read(_COPY_BYTES):
                    target.write(block)
                    self._count(len(block))
            shutil.copystat(one.origin, partial)
        except OSError as error:
            partial.unlink(missing_ok=True)
            raise disk_full(one.file.path) from error

    def _settle(self, one: WantedFile, digest: str, *, is_ours: bool) -> None:
        """Give a file its name at its commit, and note it."""
        repository, path = one.part.repository, one.file.path
        with self._lock:
            self._cache.place(repository, one.commit, path, digest)
            file = InstalledFile(size_bytes=one.file.size_bytes, digest=digest, is_ours=is_ours)
            self._note(repository, one.commit, one.source, path, file)

    def _note(
        self, repository: str, commit: str, source: str, path: str, file: InstalledFile
    ) -> None:
        self._book.note_part(
            InstalledPart(
                repository=repository,
                commit=commit,
                when=now_text(),
                source=source,
                files={path: file},
            )
        )


def _unwritable(error: OSError, folder: Path) -> EnvironmentProblemError:
    """A folder refuses what must be written there."""
    if error.errno in FULL:
        return disk_full("the weights")
    reason = (error.strerror or str(error)).lower()
    return EnvironmentProblemError(
        f"{error.filename or str(folder)!r} cannot be used: {reason}",
        hint="point HF_HOME at a folder of your own",
    )


def _digest(
    path: Path, name: str, like: str, on_bytes: Callable[[int], None] = lambda _: None
) -> str:
    """Digest of a file: of the expected one's kind, else of the kind that the hub would take."""
    return digest_like(like, path, on_bytes) if like else own_digest(path, name, on_bytes)
