"""The sound on its way into a video: copied where that stays exact to the sample, else encoded."""

import errno
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

import av.error
import numpy as np
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.packet import Packet

from ai_video_generator.config.choices import SoundMode
from ai_video_generator.encoding.sound_copy import (
    MUXERS,
    copied_packets,
    muxer_options,
    try_copy,
)
from ai_video_generator.encoding.sound_settings import ENCODERS, sound_settings
from ai_video_generator.errors import (
    AIVideoError,
    DiskFullError,
    EncodingError,
    RequestImpossibleError,
)
from ai_video_generator.media.sound import SoundInfo
from ai_video_generator.media.sound_decoder import SoundDecoder
from ai_video_generator.media.sound_resampler import resampled
from ai_video_generator.media.sound_samples import frame_of

_AAC_FRAME_SAMPLES = 1024
# AAC-LC codes 1024 samples at a time (ISO/IEC 14496-3, 4.4.1.1).

_SHORTEST_LED_SAMPLES = 513
# Of half an AAC frame or less behind silence that an edit list skips, FFmpeg plays nothing.

_MAX_SAMPLE = 8.0
# 18 dB above full scale, more than any float mix overshoots; near infinity AAC encoding stops.

_COPIED_CODECS = {
    "mp4": frozenset({"aac", "mp3", "ac3", "eac3", "alac", "flac"}),
    "webm": frozenset({"opus", "vorbis"}),
}
# What players expect in these two. FFmpeg also puts PCM into MP4, which hardly anything plays. MOV
# and MKV take whatever the trial says.


class SoundTrackMode(StrEnum):
    """How the sound goes into the file."""

    COPIED = "copied"
    ENCODED = "encoded"


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundTrackChoice:
    """What was decided for the sound.

    Attributes:
        mode: Copied or encoded.
        codec: FFmpeg's name of the codec in the finished file ("aac", "mp3").
        because: Why, in one sentence.
        sample_rate_hz: Samples a second in the finished file.
        layout: FFmpeg's name of the channel layout to encode; empty where copied.
        bit_rate: Bits a second to encode with; 0 where copied.
    """

    mode: SoundTrackMode
    codec: str
    because: str
    sample_rate_hz: int
    layout: str = ""
    bit_rate: int = 0


def choose_sound_track(
    info: SoundInfo,
    *,
    container: str,
    mode: SoundMode,
    video_duration_s: Fraction,
    frame_duration_s: Fraction,
) -> SoundTrackChoice:
    """Decide whether a sound is copied or encoded.

    AUTO and COPY try the copy out in a temporary file.

    Args:
        info: The sound, measured.
        container: "mp4", "mov", "mkv" or "webm".
        mode: What was asked for.
        video_duration_s: Exact length of the video.
        frame_duration_s: Exact length of one of its frames.

    Raises:
        RequestImpossibleError: When the container holds no sound, or a copy was asked for and
            cannot be exact.
    """
    if container not in MUXERS:
        raise RequestImpossibleError(
            f"a {container} file holds no sound", hint="write an mp4, mov, mkv or webm file"
        )
    if mode is SoundMode.ENCODE:
        return _encoded(info, container, "it was asked for")
    if mode is SoundMode.COPY:
        trial = try_copy(info, container)
        if not trial.exact:
            raise RequestImpossibleError(
                f"the sound cannot be copied: {trial.because}",
                hint="let the sound be encoded, or choose another container",
            )
        return _copied(info, "it was asked for, and " + trial.because)
    obstacle = _obstacle(info, container, video_duration_s, frame_duration_s)
    if obstacle:
        return _encoded(info, container, obstacle)
    trial = try_copy(info, container)
    if trial.exact_undeclared:
        return _copied(info, trial.because)
    return _encoded(info, container, trial.because)


def container_options(
    info: SoundInfo, choice: SoundTrackChoice, *, container: str
) -> dict[str, str]:
    """Options to open the output with, so that the sound's timing is written exactly."""
    rate_hz = info.sample_rate_hz if choice.mode is SoundTrackMode.COPIED else choice.sample_rate_hz
    return muxer_options(container, rate_hz)


class SoundTrackWriter:
    """Puts the sound into an opened output, little by little, so that it lies beside its pictures.

    Args:
        container: The output, opened with `container_options`; its header not yet written.
        info: The sound.
        choice: How it goes in.

    Raises:
        AudioUnreadableError: When the sound can no longer be opened.
        EncodingError: When the output refuses the stream.
    """

    def __init__(
        self, container: OutputContainer, info: SoundInfo, choice: SoundTrackChoice
    ) -> None:
        self._container, self._info, self._choice = container, info, choice
        self._name = next(name for name, muxer in MUXERS.items() if muxer == container.format.name)
        self._source = SoundDecoder(info.path)
        try:
            self._stream = self._added_stream()
        except (av.error.FFmpegError, ValueError) as error:
            self._source.close()
            raise _translated(error, choice) from error
        copied = choice.mode is SoundTrackMode.COPIED
        self._packets = (
            copied_packets(self._source, self._stream, self._name, info)
            if copied
            else self._encoded_packets()
        )
        self._next: Packet[AudioStream] | None = None

    def write_until(self, time_s: Fraction) -> None:
        """Write all packets that are heard before a time.

        Raises:
            EncodingError: When a packet cannot be encoded or written.
            DiskFullError: When there is no room left.
        """
        self._write(time_s)

    def finish(self) -> None:
        """Write the rest.

        Raises:
            EncodingError: When it cannot be written, or the sound is no longer what was measured.
            DiskFullError: When there is no room left.
        """
        self._write(None)

    def close(self) -> None:
        """Give back the sound file; may be called more than once."""
        self._source.close()

    def _write(self, until_s: Fraction | None) -> None:
        try:
            while True:
                self._next = self._next or next(self._packets, None)
                if self._next is None:
                    return
                starts_s = (self._next.pts or 0) * self._next.time_base
                if until_s is not None and starts_s >= until_s:
                    return
                packet, self._next = self._next, None
                self._container.mux(packet)
        except (av.error.FFmpegError, ValueError) as error:
            if isinstance(error, AIVideoError):
                raise
            raise _translated(error, self._choice) from error

    def _added_stream(self) -> AudioStream:
        choice = self._choice
        if choice.mode is SoundTrackMode.COPIED:
            return self._container.add_stream_from_template(self._source.stream)
        encoder = ENCODERS[choice.codec]
        stream = self._container.add_stream(encoder, rate=choice.sample_rate_hz)
        if not isinstance(stream, AudioStream):
            raise TypeError(f"{encoder} is no sound encoder")
        stream.layout = choice.layout
        stream.bit_rate = choice.bit_rate
        stream.time_base = Fraction(1, choice.sample_rate_hz)
        return stream

    def _encoded_packets(self) -> "Iterator[Packet[AudioStream]]":
        choice = self._choice
        rate_hz, layout = choice.sample_rate_hz, choice.layout
        sample_count = round(self._info.duration_s * rate_hz)
        # FFmpeg skips the start that an edit list names, but plays a last AAC frame whole; silence
        # before time 0 makes the sound end with a frame, and is skipped with the encoder's delay.
        leads = self._name in {"mp4", "mov"} and sample_count >= _SHORTEST_LED_SAMPLES
        lead = -sample_count % _AAC_FRAME_SAMPLES if leads else 0
        position = -lead
        if lead:
            channel_count = self._stream.codec_context.layout.nb_channels
            yield from self._encode(np.zeros((channel_count, lead), np.float32), position)
            position = 0
        for block in resampled(self._source.frames(), sample_rate_hz=rate_hz, layout=layout):
            yield from self._encode(block.clip(-_MAX_SAMPLE, _MAX_SAMPLE), position)
            position += block.shape[1]
        if position != sample_count:
            raise EncodingError(
                f"{self._info.path.name} changed while the video was made: {position} samples "
                f"instead of {sample_count}",
                hint="leave the sound file alone while it is used",
            )
        yield from self._stream.encode(None)

    def _encode(
        self, block: np.ndarray[tuple[int, int], np.dtype[np.float32]], position: int
    ) -> "list[Packet[AudioStream]]":
        frame = frame_of(
            block,
            layout=self._choice.layout,
            sample_rate_hz=self._choice.sample_rate_hz,
            first_sample=position,
        )
        return self._stream.encode(frame)


def _obstacle(
    info: SoundInfo, container: str, video_duration_s: Fraction, frame_duration_s: Fraction
) -> str:
    """What speaks against a copy before it is tried; empty when nothing does."""
    copied = _COPIED_CODECS.get(container)
    if copied is not None and info.codec not in copied:
        return f"players do not expect {info.codec} in {container}"
    if info.decode_error_count:
        return f"{info.decode_error_count} of its packets are damaged"
    if info.duration_s != Fraction(info.sample_count, info.sample_rate_hz):
        return "its sample rate changes midway"
    raw_s = info.duration_s + Fraction(
        info.raw_sample_count - info.sample_count, info.sample_rate_hz
    )
    if abs(video_duration_s - raw_s) >= frame_duration_s:
        return "with the padding that some players play, a copy would not end with the video"
    return ""


def _copied(info: SoundInfo, because: str) -> SoundTrackChoice:
    return SoundTrackChoice(
        mode=SoundTrackMode.COPIED,
        codec=info.codec,
        because=f"its {info.codec} packets are copied unchanged: {because}",
        sample_rate_hz=info.sample_rate_hz,
    )


def _encoded(info: SoundInfo, container: str, because: str) -> SoundTrackChoice:
    settings = sound_settings(info, container)
    changes = "".join(f", {change}" for change in settings.changes)
    return SoundTrackChoice(
        mode=SoundTrackMode.ENCODED,
        codec=settings.codec,
        because=f"encoded as {settings.codec} at {settings.bit_rate // 1000} kb/s{changes}: "
        + because,
        sample_rate_hz=settings.sample_rate_hz,
        layout=settings.layout,
        bit_rate=settings.bit_rate,
    )


def _translated(error: Exception, choice: SoundTrackChoice) -> AIVideoError:
    if getattr(error, "errno", None) == errno.ENOSPC:
        return DiskFullError(
            "there is no room left for the video", hint="free some disk space, or write elsewhere"
        )
    return EncodingError(f"the sound could not be {choice.mode} as {choice.codec}: {error}")
