"""Brings decoded frames to one rate and channel layout, without gaining or losing a sample."""

from collections.abc import Iterable, Iterator
from fractions import Fraction

import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from numpy.typing import NDArray

from ai_video_generator.media.sound_samples import frame_of, samples_of

_MAX_MIXED_CHANNELS = 8
# FFmpeg knows how to mix layouts up to 7.1; from nine channels on it refuses most of them.

_HELD_SAMPLES = 256
# Resampling ends a few samples early or late (a polyphase filter rounds at both ends: 0 to 2 were
# seen), so the tail is held back until the exact length is known.


def standard_layout(channel_count: int) -> str:
    """FFmpeg's name of the layout that holds this many channels and that every player knows.

    Three to five channels go into 5.1 whole, with silence in the rest; more than six are mixed
    down.
    """
    if channel_count > _MAX_MIXED_CHANNELS:
        return "stereo"
    return {1: "mono", 2: "stereo"}.get(channel_count, "5.1")


def resampled(
    frames: Iterable[AudioFrame], *, sample_rate_hz: int | None, layout: str | None
) -> Iterator[NDArray[np.float32]]:
    """Convert frames to one rate and layout.

    In all, round(duration x rate) samples come out: what the resampler's filter adds at the end is
    cut, what it swallows is filled with silence.

    Args:
        frames: Decoded frames; rate, layout and format may change midway.
        sample_rate_hz: Samples a second to convert to; None keeps the first frame's.
        layout: FFmpeg's name of the channel layout to mix to; None keeps the first frame's.

    Yields:
        ``(channel_count, sample_count)``, float32, full scale -1..1.
    """
    duration_s = Fraction(0)
    emitted = 0
    held: NDArray[np.float32] | None = None
    conversion = _Conversion(sample_rate_hz, layout)
    for frame in frames:
        duration_s += Fraction(frame.samples, frame.sample_rate)
        for block in conversion.convert(frame):
            held = block if held is None else np.concatenate([held, block], axis=1)
            if held.shape[1] > _HELD_SAMPLES:
                yield held[:, :-_HELD_SAMPLES]
                emitted += held.shape[1] - _HELD_SAMPLES
                held = held[:, -_HELD_SAMPLES:]
    for block in conversion.flush():
        held = block if held is None else np.concatenate([held, block], axis=1)
    if held is not None:
        rest = max(0, round(duration_s * conversion.sample_rate_hz) - emitted)
        yield np.pad(held[:, :rest], ((0, 0), (0, max(0, rest - held.shape[1]))))


class _Conversion:
    """FFmpeg's resampler, started anew whenever the source changes its shape."""

    def __init__(self, sample_rate_hz: int | None, layout: str | None) -> None:
        self.sample_rate_hz = sample_rate_hz or 0
        self._layout = layout
        self._source: tuple[str, str, int] | None = None
        self._resampler: AudioResampler | None = None

    def convert(self, frame: AudioFrame) -> Iterator[NDArray[np.float32]]:
        if frame.layout.nb_channels > _MAX_MIXED_CHANNELS:
            frame = _folded(frame)
        source = (frame.format.name, frame.layout.name, frame.sample_rate)
        if source != self._source:
            yield from self.flush()
            self.sample_rate_hz = self.sample_rate_hz or frame.sample_rate
            self._layout = self._layout or frame.layout.name
            self._resampler = AudioResampler("fltp", self._layout, self.sample_rate_hz)
            self._source = source
        frame.pts = None  # gaps in the timestamps are not gaps in the sound
        if self._resampler is not None:
            yield from map(samples_of, self._resampler.resample(frame))

    def flush(self) -> Iterator[NDArray[np.float32]]:
        if self._resampler is not None:
            yield from map(samples_of, self._resampler.resample(None))
        self._resampler = None


def _folded(frame: AudioFrame) -> AudioFrame:
    mono = samples_of(frame).mean(axis=0, keepdims=True)
    return frame_of(mono, layout="mono", sample_rate_hz=frame.sample_rate, first_sample=0)
