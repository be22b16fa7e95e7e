"""Finished frames of a slow model, kept on the disk without loss until the video is whole.

A chunk is an FFV1 file (RFC 9043) and its SHA-256 beside it, because FFmpeg conceals a damaged
slice instead of refusing it. It is there only when both are.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import closing
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import av.error
import numpy as np

from ai_video_generator.errors import EncodingError
from ai_video_generator.media.files import appearing, sha256
from ai_video_generator.media.frames import Frame, FrameStream

_OPTIONS = {"level": "3", "slicecrc": "0", "context": "0", "g": "1"}
# Every frame by itself, with the small context: the fastest settings.
_DIGEST_ENDING = ".sha256"
_RATE = Fraction(24)
# Time does not matter here; a container wants some.


class ChunkStore:
    """Keeps chunks of frames in a folder.

    Args:
        folder: Made when the first chunk is kept.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

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
        with closing(frames), appearing(self._path(name), overwrite=True) as path:
            yield from _written(path, frames, count)
        with appearing(self._digest_path(name), overwrite=True) as path:
            path.write_text(sha256(self._path(name)))

    def frames(self, name: str, wanted: int) -> FrameStream:
        """Read a chunk back, the same bytes.

        Args:
            name: What it is called.
            wanted: How many frames it must hold.

        Raises:
            EncodingError: When it is damaged.
        """
        path, count = self._path(name), 0
        if not self.is_sound(name):
            raise EncodingError(f"the finished frames in {path.name} are damaged")
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
        """Write down which chunks make a whole, and which of its frames each holds."""
        with appearing(self._list_path(name), overwrite=True) as path:
            path.write_text(json.dumps([[one, held.start, held.stop] for one, held in chunks]))

    def noted(self, name: str) -> tuple[tuple[str, range], ...]:
        """The chunks of a whole, where each is there and sound; else none."""
        try:
            listed = json.loads(self._list_path(name).read_text())
            found = tuple((str(one), range(start, stop)) for one, start, stop in listed)
        except (OSError, ValueError, TypeError):
            return ()
        return found if all(self.is_sound(one) for one, _ in found) else ()

    def is_sound(self, name: str) -> bool:
        """Whether a chunk is whole and as it was written."""
        try:
            return self._digest_path(name).read_text() == sha256(self._path(name))
        except (OSError, UnicodeDecodeError):
            return False

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.mkv"

    def _list_path(self, name: str) -> Path:
        return self._folder / f"{name}.json"

    def _digest_path(self, name: str) -> Path:
        return self._path(name).with_suffix(_DIGEST_ENDING)


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
