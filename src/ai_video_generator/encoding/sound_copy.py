"""Copies sound packets into another container, and tries beforehand whether that stays exact."""

import struct
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import av.error
from av.audio.stream import AudioStream
from av.packet import Packet

from ai_video_generator.media.sound import SoundInfo
from ai_video_generator.media.sound_decoder import SoundDecoder
from ai_video_generator.media.sound_meter import SoundMeter

MUXERS = {"mp4": "mp4", "mov": "mov", "mkv": "matroska", "webm": "webm"}
# FFmpeg's names of the containers that hold sound beside a video.

_EDIT_LISTS = frozenset({"mp4", "mov"})
# Containers that say which part of a sound is heard.

_MAX_LATENESS_S = 0.002
# Matroska rounds times to milliseconds; anything above that is a gap that the decoded sound does
# not have.


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyTrial:
    """What came of copying a sound alone into a container and decoding it again.

    Attributes:
        possible: Whether the container takes the packets.
        exact: Whether a player that honours the container's timing plays the very same samples.
        exact_undeclared: Whether a player that ignores declared padding at the end does so too.
        because: What was found, as the end of a sentence.
    """

    possible: bool
    exact: bool
    exact_undeclared: bool
    because: str


def muxer_options(container: str, sample_rate_hz: int) -> dict[str, str]:
    """Options that the container needs so that the sound's timing is written exactly.

    MP4 and MOV write edit lists in a clock of 1/1000 s unless told otherwise; the sample rate makes
    them exact.
    """
    if container in _EDIT_LISTS:
        return {"movie_timescale": str(sample_rate_hz)}
    return {}


def copied_packets(
    decoder: SoundDecoder, target: AudioStream, container: str, info: SoundInfo
) -> "Iterator[Packet[AudioStream]]":
    """The packets of a sound, timed so that its first sample is heard at time 0.

    Samples that the source marks as padding at the start come before time 0, which MP4 and MOV
    write as an edit list. Timestamps that are missing or run backwards are made anew from the
    packets' durations. In MP4 and MOV the last packet ends where the sound does, whatever padding
    or rounded durations say (a raw AC-3 file loses 0.7 ticks a packet).

    Args:
        decoder: The source, not read yet.
        target: The stream that the packets go to.
        container: "mp4", "mov", "mkv" or "webm".
        info: The sound, measured.
    """
    # Muxing a packet empties it, so what the next one needs is kept beside it.
    held: Packet[AudioStream] | None = None
    pts, duration, shift = 0, 0, None
    for packet in decoder.packets():
        start = packet.pts if packet.pts is not None else pts + duration - (shift or 0)
        if shift is None:
            shift = _first_pts(packet, decoder) - start
            floor = _floor(packet, container)
        start = max(start + shift, floor)
        if held is not None:
            if start < pts or (start == pts and start > floor):
                start = pts + max(1, duration)
            yield held
        pts, duration = start, packet.duration or 0
        packet.pts = packet.dts = pts
        packet.stream = target
        held = packet
    if held is not None:
        if container in _EDIT_LISTS:
            length_s = Fraction(info.sample_count, info.sample_rate_hz)
            held.duration = max(1, round(length_s / held.time_base) - pts)
        yield held


def try_copy(info: SoundInfo, container: str) -> CopyTrial:
    """Copy a sound alone into a temporary file of this kind, decode that, and compare every sample.

    Args:
        info: The sound, measured.
        container: "mp4", "mov", "mkv" or "webm".
    """
    with tempfile.TemporaryDirectory(prefix="aivg-") as folder:
        trial = Path(folder, f"trial.{container}")
        try:
            _copy_alone(info, trial, container)
            return _compared(info, trial, container)
        except (av.error.FFmpegError, ValueError, OSError) as error:
            # ValueError: PyAV's refusal of a codec that the container cannot hold; also our
            # unreadable copy.
            reason = getattr(error, "strerror", None) or str(error)
            return CopyTrial(
                possible=False,
                exact=False,
                exact_undeclared=False,
                because=f"{container} cannot take {info.codec} packets ({reason.lower()})",
            )


def _copy_alone(info: SoundInfo, trial: Path, container: str) -> None:
    with (
        SoundDecoder(info.path) as source,
        av.open(
            str(trial),
            "w",
            format=MUXERS[container],
            options=muxer_options(container, info.sample_rate_hz),
        ) as output,
    ):
        target = output.add_stream_from_template(source.stream)
        for packet in copied_packets(source, target, container, info):
            output.mux(packet)


def _compared(info: SoundInfo, trial: Path, container: str) -> CopyTrial:
    meter, lateness_s = SoundMeter(), 0.0
    with SoundDecoder(trial) as copy:
        for frame in copy.frames():
            expected_s = Fraction(meter.sample_count, info.sample_rate_hz)
            lateness_s = max(lateness_s, abs((frame.time or 0.0) - float(expected_s)))
            meter.add(frame)
        raw_sample_count = copy.raw_sample_count
        cut = container in _EDIT_LISTS and _stated_count(copy.stream) < info.sample_count
    added = meter.sample_count - info.sample_count
    raw_added = raw_sample_count - info.raw_sample_count
    same = not added and meter.pcm_crc32 == info.pcm_crc32 and lateness_s <= _MAX_LATENESS_S
    exact = same and not cut
    if added:
        because = f"copied into {container} it would be {abs(added)} samples too " + (
            "long" if added > 0 else "short"
        )
    elif cut:
        because = f"copied into {container} some players would stop before its end"
    elif not exact:
        because = f"copied into {container} it would not sound at the same times"
    elif raw_added:
        because = f"copied into {container} some players would play {raw_added} samples too many"
    else:
        because = (
            f"a trial copy into {container} decoded to the very same {info.sample_count} samples"
        )
    return CopyTrial(
        possible=True, exact=exact, exact_undeclared=exact and not raw_added, because=because
    )


def _stated_count(stream: AudioStream) -> int:
    """Samples a channel up to where an edit list makes players stop."""
    length_s = (stream.duration or 0) * (stream.time_base or Fraction(0))
    return round(length_s * stream.codec_context.sample_rate)


def _first_pts(packet: "Packet[AudioStream]", decoder: SoundDecoder) -> int:
    """When the first packet must start so that its first audible sample is at time 0."""
    skipped = _leading_padding(packet, decoder)
    return -skipped if skipped else min(0, packet.pts or 0)


def _floor(first: "Packet[AudioStream]", container: str) -> int:
    """The earliest time that a packet may have.

    Matroska has no edit list. A first Vorbis packet, which lies before time 0 because it decodes to
    nothing, would make the muxer move the pictures too; it is put at time 0. Opus is safe: its
    delay stands in the header.
    """
    if container in _EDIT_LISTS or first.has_sidedata("skip_samples"):
        return -sys.maxsize
    return 0


def _leading_padding(packet: "Packet[AudioStream]", decoder: SoundDecoder) -> int:
    """Padding that the source declares at a packet's start, in its clock."""
    if not packet.has_sidedata("skip_samples"):
        return 0
    # AV_PKT_DATA_SKIP_SAMPLES (libavcodec/packet.h) begins with a little-endian 32-bit count.
    start: int = struct.unpack_from("<I", bytes(packet.get_sidedata("skip_samples")))[0]
    return round(start / (packet.time_base * decoder.stream.codec_context.sample_rate))
