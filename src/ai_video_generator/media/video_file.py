"""Finished videos: what a file holds, measured, and single frames of it."""

import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import IntEnum
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.stream import Disposition
from av.video.frame import VideoFrame
from av.video.reformatter import ColorPrimaries, Colorspace, ColorTrc, Interpolation
from av.video.stream import VideoStream
from numpy.typing import NDArray

from ai_video_generator.errors import InputError
from ai_video_generator.media.resolution import Resolution

_HINT = "give a video file, such as one that this program made"

_SEQUENTIAL_S = 10.0
# Seconds decoded through rather than sought over: the longest group of pictures that common
# encoders make (250 frames at 25 a second), so that a seek over less could land where decoding
# stands already.

_UNSPECIFIED = "unspecified"
_MATRIX_NAMES = {1: "bt709", 4: "fcc", 5: "bt470bg", 6: "smpte170m", 7: "smpte240m", 9: "bt2020nc"}
_RANGE_NAMES = {1: "limited", 2: "full"}
# ITU-T H.273 code points, as FFmpeg prints them; PyAV has names for primaries and transfers only.

_INTERPOLATION = Interpolation.BILINEAR | Interpolation.FULL_CHR_H_INT | Interpolation.ACCURATE_RND


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoInfo:
    """Measured facts of one video file.

    Attributes:
        path: The file.
        container: FFmpeg's short name of the file format ("mov,mp4,m4a,3gp,3g2,mj2").
        video_codec: FFmpeg's name of the video codec ("h264").
        size: Size of a frame.
        frame_rate: Mean frames a second, as the file states it.
        frame_count: Frames that are shown, counted.
        video_duration_s: From the start of the first frame to the end of the last.
        sound_codec: FFmpeg's name of the sound codec ("aac"); None without sound.
        sample_rate_hz: Samples a second and channel; None without sound.
        sound_duration_s: Length of the decoded sound, padding removed as the container says; None
            without sound.
        color_matrix: Of H.273, by FFmpeg's name ("bt709"); "unspecified" where the file does not
            say.
        color_primaries: The same.
        color_transfer: The same.
        color_range: "limited", "full" or "unspecified".
        tags: Metadata of the file, lower-case keys ("comment", "title").
    """

    path: Path
    container: str
    video_codec: str
    size: Resolution
    frame_rate: Fraction
    frame_count: int
    video_duration_s: Fraction
    sound_codec: str | None
    sample_rate_hz: int | None
    sound_duration_s: Fraction | None
    color_matrix: str
    color_primaries: str
    color_transfer: str
    color_range: str
    tags: dict[str, str] = field(default_factory=dict)


def video_info(path: Path) -> VideoInfo:
    """Measure a video by reading every packet and decoding the sound; no length is believed.

    Raises:
        InputError: When the file is no video that FFmpeg can read.
    """
    with _opened(path) as (container, video):
        codec = video.codec_context
        sound = container.streams.audio[0] if container.streams.audio else None
        frame_count, video_duration_s, samples = _measured(path, container, video, sound)
        return VideoInfo(
            path=path,
            container=container.format.name,
            video_codec=codec.name,
            size=Resolution(codec.width, codec.height),
            frame_rate=_frame_rate(video),
            frame_count=frame_count,
            video_duration_s=video_duration_s,
            sound_codec=sound.codec_context.name if sound else None,
            sample_rate_hz=sound.codec_context.sample_rate if sound else None,
            sound_duration_s=_sound_duration_s(container, sound, samples) if sound else None,
            color_matrix=_MATRIX_NAMES.get(codec.colorspace, _UNSPECIFIED),
            color_primaries=_color_name(ColorPrimaries, codec.color_primaries),
            color_transfer=_color_name(ColorTrc, codec.color_trc),
            color_range=_RANGE_NAMES.get(codec.color_range, _UNSPECIFIED),
            tags={key.lower(): value for key, value in container.metadata.items()},
        )


def frames_at(path: Path, times_s: Iterable[Fraction | float]) -> Iterator[NDArray[np.uint8]]:
    """Decode the frames that are shown at given times, one at a time.

    Args:
        path: A video.
        times_s: Seconds from the first frame, fastest when ascending. Before the first frame it is
            the first, after the last the last.

    Yields:
        sRGB ``(height, width, 3)``, uint8, 0..255. Videos that do not name their matrix are taken
        as BT.709.

    Raises:
        InputError: When the file is no video that FFmpeg can read.
    """
    with _opened(path) as (container, video):
        video.thread_type = "AUTO"
        shown = _ShownFrames(container, video)
        for time_s in times_s:
            yield _rgb(shown.at(Fraction(time_s)))


class _ShownFrames:
    """Finds the frame that is on the screen at a time, forward by decoding, else by seeking."""

    _current: VideoFrame
    _next: VideoFrame | None
    _frames: Iterator[VideoFrame]

    def __init__(self, container: InputContainer, video: VideoStream) -> None:
        self._container, self._video = container, video
        self._unit_s = video.time_base or Fraction(1)
        self._start = video.start_time or 0
        self._seek(Fraction(0))

    def at(self, time_s: Fraction) -> VideoFrame:
        """The last frame that begins at or before a time, or the first frame."""
        ahead_s = time_s - self._time_s(self._current)
        if ahead_s < 0 or ahead_s > _SEQUENTIAL_S:
            self._seek(max(time_s, Fraction(0)))
        while self._next is not None and self._time_s(self._next) <= time_s:
            self._current, self._next = self._next, self._decoded()
        return self._current

    def _seek(self, time_s: Fraction) -> None:
        """Stand at the key frame before a time."""
        self._container.seek(int(time_s / self._unit_s) + self._start, stream=self._video)
        self._frames = self._container.decode(self._video)
        current = self._decoded()
        if current is None:
            raise InputError("the video holds no frame that can be decoded", hint=_HINT)
        self._current, self._next = current, self._decoded()

    def _decoded(self) -> VideoFrame | None:
        """The next frame that has a time."""
        return next((frame for frame in self._frames if frame.pts is not None), None)

    def _time_s(self, frame: VideoFrame) -> Fraction:
        return ((frame.pts or 0) - self._start) * self._unit_s


@contextmanager
def _opened(path: Path) -> Iterator[tuple[InputContainer, VideoStream]]:
    """Open a video; FFmpeg's errors inside become ours."""
    name = repr(str(path))
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise InputError(f"{name} is not a regular file", hint=_HINT)
        # An absolute path cannot be taken for a protocol ("concat:", "http:").
        with av.open(str(path.absolute())) as container:
            videos = [
                stream
                for stream in container.streams.video
                if not stream.disposition & Disposition.attached_pic
            ]
            if not videos:
                raise InputError(f"{name} holds no video", hint=_HINT)
            yield container, videos[0]
    except FileNotFoundError as error:
        raise InputError(f"there is no video {name}", hint="check the name") from error
    except (av.FFmpegError, OSError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"{name} is not a video that can be read: {error}", hint=_HINT) from error


def _measured(
    path: Path, container: InputContainer, video: VideoStream, sound: AudioStream | None
) -> tuple[int, Fraction, int]:
    """Count the shown frames, measure their span in seconds, and count the decoded samples.

    All in one pass: after a seek back, Opus in Matroska decodes to other samples than before.
    """
    count, first, last_end, samples = 0, None, 0, 0
    unit_s = video.time_base or Fraction(1)
    frame_units = round(1 / (_frame_rate(video) * unit_s))
    for packet in container.demux([video, sound] if sound else [video]):
        if isinstance(packet.stream, AudioStream):
            decoded = packet.decode()
            samples += sum(frame.samples for frame in decoded if isinstance(frame, AudioFrame))
            continue
        if packet.pts is None or packet.is_discard:
            continue
        count += 1
        first = packet.pts if first is None else min(first, packet.pts)
        last_end = max(last_end, packet.pts + (packet.duration or frame_units))
    if first is None:
        raise InputError(f"{str(path)!r} holds no frame", hint=_HINT)
    return count, (last_end - first) * unit_s, samples


def _sound_duration_s(container: InputContainer, sound: AudioStream, samples: int) -> Fraction:
    """Seconds of decoded sound, up to where an MP4 edit list makes players stop."""
    decoded_s = Fraction(samples, sound.codec_context.sample_rate)
    if "mp4" in container.format.name and sound.duration and sound.time_base:
        return min(decoded_s, sound.duration * sound.time_base)
    return decoded_s


def _frame_rate(video: VideoStream) -> Fraction:
    rate = video.average_rate or video.guessed_rate
    return rate or Fraction(1)


def _color_name(names: type[IntEnum], code: int) -> str:
    known = {member.value: member.name.lower() for member in names}
    return known.get(code, _UNSPECIFIED)


def _rgb(frame: VideoFrame) -> NDArray[np.uint8]:
    matrix = frame.colorspace if frame.colorspace in _MATRIX_NAMES else Colorspace.ITU709
    rgb = frame.reformat(format="rgb24", src_colorspace=matrix, interpolation=_INTERPOLATION)
    return np.asarray(rgb.to_ndarray(), np.uint8)
