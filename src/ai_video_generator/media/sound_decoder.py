"""One pass over the sound of a file: frames in order, padding removed, damage counted."""

import stat
from collections.abc import Iterator
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Self

import av
import av.error
import av.stream
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.packet import Packet
from av.video.codeccontext import VideoCodecContext

from ai_video_generator.errors import AudioUnreadableError
from ai_video_generator.media.sound_samples import shortened

MIN_SAMPLE_RATE_HZ, MAX_SAMPLE_RATE_HZ = 1_000, 3_072_000
# Telephony starts at 8 kHz and DSD256 decodes to 1.4 MHz; a header far outside is damage, not
# sound.

_HINT = "give a sound such as MP3, WAV, FLAC, M4A, OGG or Opus, or a video that has a sound track"

_MOVIE_TICK_S = Fraction(1, 600)
# Where a track ends is written in the movie's clock, which is no coarser than QuickTime's first
# one.

_TECHNICAL_TAGS = frozenset(
    {"encoder", "major_brand", "minor_version", "compatible_brands", "vendor_id", "handler_name"}
    | {"duration", "bps", "number_of_bytes", "number_of_frames", "language"}
)
# Tags that describe the file, not the music.

_MAX_TAG_LENGTH = 500
# Longer values are lyrics or binary data in disguise; nobody reads them in a table.

_PLAYLISTS = (b"#EXTM3U", b"ffconcat", b"[playlist]")
# FFmpeg would open the files that these name, which nobody gave us.

_STILL_BRANDS = frozenset({"heic", "heix", "avif", "mif1", "msf1"})
# HEIF and AVIF stills sit in the same container as MP4 (ISO/IEC 23008-12, section 10).


class SoundDecoder:
    """Decodes the best sound track of a file, one frame at a time. A context manager.

    FFmpeg trims what a container declares as padding, with one exception: an MP4 whose last packet
    is declared shorter than it decodes comes out up to one packet too long. That rest is removed
    here.

    Attributes:
        path: The file.
        container: FFmpeg's short name of the file format.
        codec: FFmpeg's name of the codec.
        stream: The sound track.
        tags: Title, artist and the like, lower-case keys, one line each.
        raw_sample_count: Samples a channel that the decoder gave so far, that rest included.
        decode_error_count: Damaged packets skipped so far.

    Args:
        path: A regular file.

    Raises:
        AudioUnreadableError: When it is not a file with a sound track that can be decoded.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._input = _opened(path)
        try:
            self.stream = _sound_stream(self._input, path)
        except AudioUnreadableError:
            self._input.close()
            raise
        for other in self._input.streams:
            if other is not self.stream:
                other.discard = av.stream.Discard.all
        self.container = self._input.format.name
        self.codec = self.stream.codec_context.codec.canonical_name
        self.tags = _tags(self._input.metadata | self.stream.metadata)
        self.raw_sample_count = 0
        self.decode_error_count = 0

    def frames(self) -> Iterator[AudioFrame]:
        """Decode all frames that hold samples, once.

        Raises:
            AudioUnreadableError: At the end, when there was no sample at all.
        """
        held: AudioFrame | None = None
        for frame in self._decoded():
            self.raw_sample_count += frame.samples
            if held is not None:
                yield held
            held = frame
        if held is None:
            raise AudioUnreadableError(
                f"{self.path.name} holds no sound: not one sample of its {self.codec} track "
                "could be decoded",
                hint=_HINT,
            )
        yield self._without_padding(held)

    def packets(self) -> "Iterator[Packet[AudioStream]]":
        """All packets of the sound track, undecoded; a damaged rest of the file is left out."""
        packets = self._input.demux(self.stream)
        while True:
            try:
                packet = next(packets, None)
            except av.error.FFmpegError:
                self.decode_error_count += 1
                return
            if packet is None:
                return
            if packet.size:
                yield packet

    def close(self) -> None:
        """Give back the file."""
        self._input.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _decoded(self) -> Iterator[AudioFrame]:
        for packet in self.packets():
            try:
                frames = packet.decode()
            except av.error.FFmpegError:
                self.decode_error_count += 1
                continue
            yield from self._sane(frames)
        with suppress(av.error.FFmpegError):  # a decoder that failed before may refuse to flush
            yield from self._sane(self.stream.codec_context.decode(None))

    def _sane(self, frames: list[AudioFrame]) -> Iterator[AudioFrame]:
        for frame in frames:
            if frame.samples and MIN_SAMPLE_RATE_HZ <= frame.sample_rate <= MAX_SAMPLE_RATE_HZ:
                yield frame
            elif frame.samples:
                self.decode_error_count += 1

    def _without_padding(self, last: AudioFrame) -> AudioFrame:
        """Cut the last frame of an MP4 where its packet, or the track, is declared to end."""
        if not self.container.startswith("mov") or not last.time_base:
            return last
        packet_end = last.duration or 0
        track_end = 0
        if self.stream.duration and last.pts is not None:
            track_end = (self.stream.start_time or 0) + self.stream.duration - last.pts
        full_s = Fraction(last.samples, last.sample_rate)
        for end, tick_s in ((packet_end, last.time_base), (track_end, _MOVIE_TICK_S)):
            kept = round(end * last.time_base * last.sample_rate)
            # Less than a tick of the clock is rounding; a whole frame or more is a header that
            # lies.
            if 0 < kept < last.samples and full_s - end * last.time_base > tick_s:
                return shortened(last, kept)
        return last


def decoded_blocks(path: Path) -> Iterator[AudioFrame]:
    """The frames of a sound, in order, padding removed.

    Raises:
        AudioUnreadableError: When it is not a file with a sound track, or holds no sample.
    """
    with SoundDecoder(path) as decoder:
        yield from decoder.frames()


def _opened(path: Path) -> InputContainer:
    try:
        status = path.stat()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise AudioUnreadableError(
            f"the sound {str(path)!r} cannot be opened: {reason.lower()}",
            hint="check the path of the sound",
        ) from error
    if not stat.S_ISREG(status.st_mode):
        kind = "a folder" if stat.S_ISDIR(status.st_mode) else "not a regular file"
        raise AudioUnreadableError(f"the sound {str(path)!r} is {kind}", hint=_HINT)
    if not status.st_size:
        raise AudioUnreadableError(f"{path.name} is empty (0 bytes)", hint=_HINT)
    _refuse_playlist(path)
    try:
        return av.open(
            # Absolute, so that "http:x.mp3" or "-x.mp3" is a file; no protocol but files, so that a
            # playlist disguised as a sound reaches nothing else.
            str(path.absolute()),
            mode="r",
            options={"protocol_whitelist": "file"},
            metadata_errors="replace",
        )
    except (av.error.FFmpegError, OSError) as error:
        raise AudioUnreadableError(
            f"{path.name} is not a sound that can be read: {str(error.strerror).lower()}",
            hint=_HINT,
        ) from error


def _refuse_playlist(path: Path) -> None:
    try:
        with path.open("rb") as file:
            head = file.read(64)
    except OSError as error:
        raise AudioUnreadableError(
            f"the sound {str(path)!r} cannot be opened: {str(error.strerror).lower()}",
            hint="check who may read it",
        ) from error
    if head.lstrip(b"\xef\xbb\xbf \r\n").startswith(_PLAYLISTS):
        raise AudioUnreadableError(
            f"{path.name} is a playlist, not a sound", hint="give one of the sounds that it lists"
        )


def _sound_stream(container: InputContainer, path: Path) -> AudioStream:
    best = container.streams.best("audio")
    for stream in (best, *container.streams.audio):
        # A track without a decoder has no codec context, whatever the type says.
        if isinstance(stream, AudioStream) and getattr(stream, "codec_context", None) is not None:
            return stream
    raise AudioUnreadableError(f"{path.name} {_what_it_is(container)}", hint=_HINT)


def _what_it_is(container: InputContainer) -> str:
    if container.streams.audio:
        return "has a sound track, but in a codec that cannot be decoded here"
    if not container.streams.video:
        return f"holds no sound ({container.format.name})"
    video = container.streams.video[0]
    codec: VideoCodecContext | None = video.codec_context  # None when there is no decoder
    what = "unknown codec" if codec is None else f"{codec.name} {codec.width}x{codec.height}"
    name = container.format.name
    if (
        name.startswith("image2")
        or name.endswith("_pipe")
        or container.metadata.get("major_brand", "").strip() in _STILL_BRANDS
    ):
        return f"is a picture ({what}), not a sound"
    return f"is a video ({what}) without a sound track"


def _tags(metadata: dict[str, str]) -> dict[str, str]:
    tags = {}
    for key, value in metadata.items():
        line = " ".join("".join(c if c.isprintable() else " " for c in value).split())
        if line and key.lower() not in _TECHNICAL_TAGS:
            tags[key.lower()] = line[:_MAX_TAG_LENGTH]
    return tags
