"""Reads a finished video back, believing no header, and names all that is not exactly on length.

Nothing of the program's own reading is used: packets are demuxed and decoded here, and by ffprobe.
"""

import hashlib
import subprocess
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from pathlib import Path

import av
import av.error
import numpy as np
from av.audio.frame import AudioFrame
from av.video.frame import VideoFrame
from numpy.typing import NDArray

_COMPARED_S = 4
# Seconds at each end of a sound in which it is laid beside its source.

_MAX_LAG_S = 0.1
# How far it is looked for: more than the delay of any codec.

_AUDIBLE = 1e-4
# Standard deviation, relative to full scale: below, there is nothing to lay beside anything.

_MIN_LIKENESS = 0.8
# Correlation with the source; what codecs leave of noise at low bit rates takes some of it.


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Stretch:
    """A few seconds of a sound.

    Attributes:
        samples: ``(sample_count,)``, float64, full scale -1..1, all channels averaged.
        times_s: When each is heard, by its index alone, ``(sample_count,)``, float64.
    """

    samples: NDArray[np.float64]
    times_s: NDArray[np.float64]

    @classmethod
    def of(cls, parts: Iterable[NDArray[np.float64]], first: int, rate_hz: int) -> "Stretch":
        """Blocks of samples, the first of which has the index ``first``."""
        samples = np.concatenate([np.empty(0), *parts])
        return cls(samples=samples, times_s=(first + np.arange(len(samples))) / (rate_hz or 1))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Heard:
    """What a plain decoder gives of a sound.

    Attributes:
        sample_rate_hz: Samples a second and channel.
        sample_count: Samples a channel, padding at the end that FFmpeg does not remove included.
        start_s: Time of the first sample.
        digest: SHA-256 of the counted samples as decoded, channels interleaved.
        head: The first seconds.
        tail: The last seconds of what counts.
    """

    sample_rate_hz: int
    sample_count: int
    start_s: Fraction
    digest: str
    head: Stretch
    tail: Stretch


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Finished:
    """What is really in a video file.

    Attributes:
        frame_count: Frames decoded.
        start_s: Time of the first frame.
        lateness_s: Largest distance of a frame from its place on a grid of the frame rate.
        tick_s: The coarser of the units that the file counts picture and sound in.
        sound: The sound; None without.
        declared_count: Samples a channel that a player plays that honours an MP4's edit list.
    """

    frame_count: int
    start_s: Fraction
    lateness_s: Fraction
    tick_s: Fraction
    sound: Heard | None
    declared_count: int


class _Listener:
    """Adds up decoded frames; of more than ``limit`` samples only the number counts."""

    def __init__(self, limit: int | None) -> None:
        self._limit = limit
        self._digest = hashlib.sha256()
        self._count = self._kept = self._rate_hz = self._held = 0
        self._start_s = Fraction(0)
        self._head: list[NDArray[np.float64]] = []
        self._tail: deque[NDArray[np.float64]] = deque()

    def add(self, frame: AudioFrame) -> None:
        if not frame.samples:
            return
        if not self._count:
            self._rate_hz = frame.sample_rate
            self._start_s = (frame.pts or 0) * (frame.time_base or Fraction(1))
        self._count += frame.samples
        # Planar: a row a channel; packed: one row, channel after channel.
        rows = frame.to_ndarray()
        data = rows.T if frame.format.is_planar else rows.reshape(frame.samples, -1)
        if self._limit is not None:
            data = data[: max(0, self._limit - self._kept)]
        if not len(data):
            return
        self._digest.update(np.ascontiguousarray(data).tobytes())
        full_scale = 2.0 ** (8 * data.dtype.itemsize - 1) if data.dtype.kind in "iu" else 1.0
        mono = data.mean(axis=1, dtype=np.float64) / full_scale
        if self._kept < self._rate_hz * _COMPARED_S:
            self._head.append(mono)
        self._tail.append(mono)
        self._kept += len(mono)
        self._held += len(mono)
        while self._held - len(self._tail[0]) >= self._rate_hz * _COMPARED_S:
            self._held -= len(self._tail.popleft())

    def heard(self) -> Heard:
        return Heard(
            sample_rate_hz=self._rate_hz,
            sample_count=self._count,
            start_s=self._start_s,
            digest=self._digest.hexdigest(),
            head=Stretch.of(self._head, 0, self._rate_hz),
            tail=Stretch.of(self._tail, self._kept - self._held, self._rate_hz),
        )


def listen(path: Path, limit: int) -> Heard:
    """Decode a source; only its first ``limit`` samples are looked at, the rest is counted."""
    listener = _Listener(limit)
    with av.open(str(path), metadata_errors="replace") as container:
        for packet in container.demux(audio=0):
            try:
                frames = packet.decode()
            except av.error.FFmpegError:
                continue  # a damaged packet: the source was made so
            for frame in frames:
                if isinstance(frame, AudioFrame):
                    listener.add(frame)
    return listener.heard()


def read_back(path: Path, frame_rate: Fraction, limit: int | None = None) -> Finished:
    """Decode every frame and sample of a finished video.

    Args:
        path: The video.
        frame_rate: Its frames a second.
        limit: Samples a channel that are looked at; None takes all.
    """
    listener = _Listener(limit)
    count, start_s, lateness_s = 0, Fraction(0), Fraction(0)
    with av.open(str(path)) as container:
        video = container.streams.video[0]
        sound = container.streams.audio[0] if container.streams.audio else None
        unit_s, tick_s = video.time_base or Fraction(1), video.time_base or Fraction(1)
        for packet in container.demux([video, sound] if sound else [video]):
            for frame in packet.decode():
                if isinstance(frame, VideoFrame):
                    time_s = (frame.pts or 0) * unit_s
                    start_s = start_s if count else time_s
                    lateness_s = max(lateness_s, abs(time_s - count / frame_rate))
                    count += 1
                elif isinstance(frame, AudioFrame):
                    listener.add(frame)
        heard = listener.heard() if sound else None
        declared = heard.sample_count if heard else 0
        if heard and sound and sound.time_base:
            tick_s = max(tick_s, sound.time_base)
            if "mp4" in container.format.name and sound.duration:
                stated = round(sound.duration * sound.time_base * heard.sample_rate_hz)
                declared = min(declared, stated)
    return Finished(
        frame_count=count,
        start_s=start_s,
        lateness_s=lateness_s,
        tick_s=tick_s,
        sound=heard,
        declared_count=declared,
    )


def length_faults(seen: Finished, *, frame_rate: Fraction, duration_s: Fraction) -> list[str]:
    """All that is not exactly on length; nothing when all is.

    Args:
        seen: The file.
        frame_rate: Frames a second that were asked for.
        duration_s: Length of the source's sound.
    """
    faults = []
    frames = max(1, ceil(duration_s * frame_rate))
    if seen.frame_count != frames:
        faults.append(f"{seen.frame_count} frames instead of {frames}")
    if abs(seen.start_s) > seen.tick_s:
        faults.append(f"the picture starts at {float(seen.start_s)} s")
    if seen.lateness_s > seen.tick_s:
        faults.append(f"a frame is {float(seen.lateness_s)} s off its place")
    if seen.sound is None:
        return [*faults, "there is no sound"]
    rate_hz = seen.sound.sample_rate_hz
    if added := seen.declared_count - round(duration_s * rate_hz):
        faults.append(f"{added:+d} samples of sound")
    surplus_s = seen.frame_count / frame_rate - Fraction(seen.declared_count, rate_hz)
    if not 0 <= surplus_s < 1 / frame_rate:
        faults.append(f"the picture is {float(surplus_s)} s longer than the sound")
    if abs(seen.sound.start_s) > seen.tick_s:
        faults.append(f"the sound starts at {float(seen.sound.start_s)} s")
    return faults


def sound_faults(seen: Finished, source: Heard, *, copied: bool, padded: bool = False) -> list[str]:
    """All that was cut, moved or added; nothing when the sound is the source's.

    Args:
        seen: The file, read with as many samples looked at as ``source`` was.
        source: What the source decodes to.
        copied: Whether the sound was copied, so that every bit must agree; padding at the end that
            the source declares is then declared in the file too.
        padded: Whether padding of the codec may come after the end, where the file says so.
    """
    heard = seen.sound
    if heard is None:
        return ["there is no sound"]
    added = heard.sample_count - (source.sample_count if copied else seen.declared_count)
    faults = [f"{added:+d} samples after the end"] if added and not padded else []
    if copied:
        return [*faults, "the samples differ"] if heard.digest != source.digest else faults
    pairs = (("start", heard.head, source.head), ("end", heard.tail, source.tail))
    for where, ours, theirs in pairs:
        faults += [f"its {where} {fault}" for fault in _lag_faults(ours, theirs)]
    return faults


def _lag_faults(ours: Stretch, theirs: Stretch) -> list[str]:
    """What is wrong where the two should lie beside each other."""
    both = (ours.times_s >= theirs.times_s[0]) & (ours.times_s <= theirs.times_s[-1])
    times_s, heard = ours.times_s[both], ours.samples[both]
    expected = np.interp(times_s, theirs.times_s, theirs.samples)
    heard, expected = heard - heard.mean(), expected - expected.mean()
    if expected.std() < _AUDIBLE:
        return []
    count = len(heard)
    size = 1 << (2 * count - 1).bit_length()
    products = np.fft.irfft(np.fft.rfft(heard, size) * np.conj(np.fft.rfft(expected, size)), size)
    most = min(count - 1, round(_MAX_LAG_S / (times_s[1] - times_s[0])))
    lag = int(np.argmax(np.concatenate([products[-most:], products[: most + 1]]))) - most
    likeness = float(products[0]) / (count * float(heard.std() * expected.std()) or 1.0)
    if lag:
        return [f"is {lag} samples late"]
    return [] if likeness >= _MIN_LIKENESS else [f"is another sound ({likeness:.2f})"]


def probe_faults(ffprobe: str, path: Path, seen: Finished) -> list[str]:
    """All in which ffprobe's decoders count otherwise, or start otherwise than at 0."""
    entries = "frame=media_type,pts_time,nb_samples"
    command = [ffprobe, "-v", "error", "-show_entries", entries, "-of", "compact=p=0:nk=1"]
    told = subprocess.run([*command, str(path)], capture_output=True, text=True, check=True)
    lines = [line.split("|") for line in told.stdout.splitlines()]
    frames = [line for line in lines if line[0] == "video"]
    sounds = [line for line in lines if line[0] == "audio"]
    faults = []
    if len(frames) != seen.frame_count:
        faults.append(f"ffprobe counts {len(frames)} frames")
    samples = sum(int(line[2]) for line in sounds)
    if seen.sound is not None and samples != seen.sound.sample_count:
        faults.append(f"ffprobe counts {samples} samples instead of {seen.sound.sample_count}")
    for name, found in (("picture", frames), ("sound", sounds)):
        if found and abs(Fraction(found[0][1])) > seen.tick_s:
            faults.append(f"to ffprobe the {name} starts at {found[0][1]} s")
    return faults
