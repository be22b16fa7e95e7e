"""Finished frames of a slow model, kept on the disk without loss.

A chunk is an FFV1 file (RFC 9043) that has its own SHA-256 in its name, because FFmpeg conceals a
damaged slice instead of refusing it. Name and content appear at once, so that several processes
may keep the same chunk at the same time.
"""

import json
import logging
import os
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import av.error
import numpy as np

from ai_video_generator.errors import DiskFullError, EncodingError
from ai_video_generator.media.files import (
    appearing,
    appearing_by_content,
    mark_of,
    sha256,
    unfinished_files,
)
from ai_video_generator.media.frames import Frame, FrameStream

_log = logging.getLogger(__name__)

_OPTIONS = {"level": "3", "slicecrc": "0", "context": "0", "g": "1"}
# Every frame by itself, with the small context: the fastest settings.
_ENDING, _LIST_ENDING = ".mkv", ".json"
_RATE = Fraction(24)
# Time does not matter here; a container wants some.


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFile:
    """A file of a store.

    Attributes:
        path: Where it is.
        size_bytes: Its size.
        used_s: When it was last written or read, seconds since the epoch.
    """

    path: Path
    size_bytes: int
    used_s: float

    @property
    def name(self) -> str:
        """The chunk, or the whole, that it is of."""
        return self.path.name.partition(".")[0]


class ChunkStore:
    """Keeps chunks of frames in a folder.

    Args:
        folder: Made when the first chunk is kept.
        mark: Of this process's unfinished files, as in `media.files.unfinished_files`.

    Attributes:
        used: Names of the chunks that were read.
    """

    def __init__(self, folder: Path, *, mark: str = "") -> None:
        self._folder, self._mark = folder, mark
        self.used: set[str] = set()

    def recorded(self, name: str, frames: FrameStream, count: int) -> FrameStream:
        """Pass frames on, and keep them; the chunk is there once the last one has passed.

        Args:
            name: What the chunk is called: a digest of all that decides what it shows.
            frames: Frames of one size; closed at the end.
            count: How many they must be.

        Raises:
            DiskFullError: When there is no room for them.
            EncodingError: When they are not as many.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        damaged = list(self._files(name))

        def path_of(digest: str) -> Path:
            return self._folder / f"{name}.{digest}{_ENDING}"

        with (
            closing(frames),
            _with_our_hint(),
            appearing_by_content(self._folder, path_of, mark=self._mark) as path,
        ):
            yield from _written(path, frames, count)
        for other in damaged:
            if not _is_itself(other):
                _log.warning("finished frames were damaged and are made again: %s", other.name)
                other.unlink(missing_ok=True)

    def frames(self, name: str, wanted: int) -> FrameStream:
        """Read a chunk back, the same bytes.

        Args:
            name: What it is called.
            wanted: How many frames it must hold.

        Raises:
            EncodingError: When it is damaged.
        """
        path, count = self._sound_file(name), 0
        if path is None:
            raise EncodingError(f"the finished frames in {name}{_ENDING} are damaged")
        self.used.add(name)
        _touch(path)
        try:
            with av.open(str(path.absolute())) as container:
                for picture in container.decode(video=0):
                    yield Frame(np.ascontiguousarray(picture.to_ndarray(format="yuv420p")))
                    count += 1
        except (av.error.FFmpegError, OSError) as error:
            raise EncodingError(f"the finished frames in {path.name} cannot be read") from error
        if count != wanted:
            raise EncodingError(f"{path.name} holds {count} frames instead of {wanted}")

    def note(self, name: str, chunks: Sequence[tuple[str, range]]) -> None:
        """Write down which chunks make a whole, and which of its frames each holds.

        Raises:
            DiskFullError: When there is no room for it.
        """
        listed = appearing(self._list_path(name), overwrite=True, mark=self._mark)
        with _with_our_hint(), listed as path:
            path.write_text(json.dumps([[one, held.start, held.stop] for one, held in chunks]))

    def noted(self, name: str) -> tuple[tuple[str, range], ...]:
        """The chunks of a whole, where each is there and sound; else none."""
        found = self.listed(name)
        if not all(self.is_sound(one) for one, _ in found):
            return ()
        _touch(self._list_path(name))
        return found

    def listed(self, name: str) -> tuple[tuple[str, range], ...]:
        """The chunks that make a whole, whether they are there or not."""
        try:
            listed = json.loads(self._list_path(name).read_text())
            return tuple((str(one), range(start, stop)) for one, start, stop in listed)
        except (OSError, ValueError, TypeError):
            return ()

    def is_sound(self, name: str) -> bool:
        """Whether a chunk is whole and as it was written."""
        return self._sound_file(name) is not None

    def kept(self) -> list[KeptFile]:
        """All files of the store, the one used longest ago first."""
        found = []
        for ending in (_ENDING, _LIST_ENDING):
            for path in self._folder.glob(f"[!.]*{ending}"):
                with suppress(FileNotFoundError):
                    state = path.stat()
                    size = state.st_size
                    found.append(KeptFile(path=path, size_bytes=size, used_s=state.st_mtime))
        return sorted(found, key=lambda kept: kept.used_s)

    def trim(self, *, most_bytes: float, used_after_s: float, keep: Collection[str]) -> None:
        """Remove what was not used for long, and of the rest as much as is too much.

        Args:
            most_bytes: What the store may take at most; what must be kept may take more.
            used_after_s: What was last used before this goes, seconds since the epoch.
            keep: Names of chunks and wholes that stay in any case.
        """
        files = self.kept()
        total = sum(kept.size_bytes for kept in files)
        for kept in files:
            too_much = kept.path.suffix == _ENDING and total > most_bytes
            if kept.name not in keep and (too_much or kept.used_s < used_after_s):
                kept.path.unlink(missing_ok=True)
                total -= kept.size_bytes

    def forget(self, names: Collection[str]) -> None:
        """Remove chunks that show what they should not."""
        for name in names:
            for path in self._files(name):
                path.unlink(missing_ok=True)

    def clear_unfinished(self, living: Collection[str]) -> None:
        """Remove unfinished files of processes that live no more.

        Args:
            living: Marks of those that do.
        """
        for path in unfinished_files(self._folder):
            if mark_of(path) not in living:
                path.unlink(missing_ok=True)

    def _sound_file(self, name: str) -> Path | None:
        return next(filter(_is_itself, self._files(name)), None)

    def _files(self, name: str) -> Iterator[Path]:
        return self._folder.glob(f"{name}.*{_ENDING}")

    def _list_path(self, name: str) -> Path:
        return self._folder / f"{name}{_LIST_ENDING}"


@contextmanager
def _with_our_hint() -> Iterator[None]:
    """Say what helps when the disk of the store is full."""
    try:
        yield
    except DiskFullError as error:
        hint = "free some space, or choose another cache_folder; finished passes are kept"
        raise DiskFullError(str(error), hint=hint) from error


def _is_itself(path: Path) -> bool:
    """Whether a file has the content that its name tells."""
    try:
        return path.name.split(".")[1] == sha256(path)
    except OSError:
        return False


def _touch(path: Path) -> None:
    """Note that a file was used."""
    with suppress(OSError):
        os.utime(path)


def _written(path: Path, frames: FrameStream, count: int) -> Iterator[Frame]:
    first = next(frames, None)
    if first is None:
        raise EncodingError(f"the model made no frame instead of {count}")
    made = 0
    with av.open(str(path.absolute()), "w", format="matroska") as output:
        stream: Any = output.add_stream("ffv1", rate=_RATE, options=_OPTIONS)
        stream.width, stream.height = first.size.width_px, first.size.height_px
        stream.pix_fmt = "yuv420p"
        for frame in _all(first, frames):
            picture = av.VideoFrame.from_ndarray(frame.buffer, format="yuv420p")
            picture.pts, picture.time_base = made, 1 / _RATE
            output.mux(stream.encode(picture))
            made += 1
            yield frame
        output.mux(stream.encode(None))
    if made != count:
        raise EncodingError(f"the model made {made} frames instead of {count}")


def _all(first: Frame, rest: FrameStream) -> Iterator[Frame]:
    yield first
    yield from rest
