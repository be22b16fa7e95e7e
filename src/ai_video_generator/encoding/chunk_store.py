"""Finished frames of a slow model, kept on the disk without loss until the video is whole.

A chunk is an FFV1 file (RFC 9043) and its SHA-256 beside it, because FFmpeg conceals a damaged
slice instead of refusing it. It is there only when both are.
"""

from collections.abc import Iterator
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

    def finished(self) -> tuple[range, ...]:
        """The chunks that are whole, without a gap from frame 0 on."""
        starts = {}
        for path in self._folder.glob(f"*-*{_DIGEST_ENDING}"):
            first, _, stop = path.stem.partition("-")
            if first.isdigit() and stop.isdigit() and int(first) < int(stop):
                starts[int(first)] = range(int(first), int(stop))
        found: list[range] = []
        while (frames := starts.get(found[-1].stop if found else 0)) is not None:
            found.append(frames)
        return tuple(found)

    def recorded(self, wanted: range, frames: FrameStream) -> FrameStream:
        """Pass frames on, and keep them; the chunk is there once the last one has passed.

        Args:
            wanted: Their places in the video.
            frames: That many frames of one size; closed at the end.

        Raises:
            DiskFullError: When there is no room for them.
            EncodingError: When they are not as many as wanted.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        with closing(frames), appearing(self._path(wanted), overwrite=True) as path:
            yield from _written(path, frames, len(wanted))
        with appearing(self._digest_path(wanted), overwrite=True) as path:
            path.write_text(sha256(self._path(wanted)))

    def frames(self, wanted: range) -> FrameStream:
        """Read a chunk back, the same bytes.

        Raises:
            EncodingError: When it is damaged.
        """
        path, count = self._path(wanted), 0
        if not self.is_sound(wanted):
            raise EncodingError(f"the finished frames in {path.name} are damaged")
        try:
            with av.open(str(path.absolute())) as container:
                for picture in container.decode(video=0):
                    yield Frame(np.ascontiguousarray(picture.to_ndarray(format="yuv420p")))
                    count += 1
        except (av.error.FFmpegError, OSError) as error:
            raise EncodingError(f"the finished frames in {path.name} cannot be read") from error
        if count != len(wanted):
            raise EncodingError(f"{path.name} holds {count} frames instead of {len(wanted)}")

    def is_sound(self, wanted: range) -> bool:
        """Whether a chunk is whole and as it was written."""
        try:
            return self._digest_path(wanted).read_text() == sha256(self._path(wanted))
        except (OSError, UnicodeDecodeError):
            return False

    def drop(self, wanted: range) -> None:
        """Forget a chunk."""
        self._digest_path(wanted).unlink(missing_ok=True)
        self._path(wanted).unlink(missing_ok=True)

    def _path(self, wanted: range) -> Path:
        return self._folder / f"{wanted.start:08d}-{wanted.stop:08d}.mkv"

    def _digest_path(self, wanted: range) -> Path:
        return self._path(wanted).with_suffix(_DIGEST_ENDING)


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
