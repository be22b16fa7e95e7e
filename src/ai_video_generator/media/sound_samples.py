"""Samples of FFmpeg's frames as numbers, and numbers as frames."""

from fractions import Fraction

import numpy as np
from av.audio.frame import AudioFrame
from av.audio.plane import AudioPlane
from numpy.typing import NDArray

_MAX_AMPLITUDE = 1_000.0
# 60 dB above full scale: no real float recording is louder, and its square is still far from
# infinity.

_SAMPLE_TYPES: dict[str, tuple[type[np.generic], float]] = {
    "u8": (np.uint8, 2.0**-7),
    "s16": (np.int16, 2.0**-15),
    "s32": (np.int32, 2.0**-31),
    "s64": (np.int64, 2.0**-63),
    "flt": (np.float32, 1.0),
    "dbl": (np.float64, 1.0),
}
# FFmpeg's packed sample formats: numpy type, and what full scale is multiplied by to become 1.


def sample_bytes(frame: AudioFrame) -> list[memoryview]:
    """The samples of each plane as bytes, without FFmpeg's alignment at the end; views."""
    size = frame.samples * frame.format.bytes
    if frame.format.is_packed:
        size *= frame.layout.nb_channels
    return [memoryview(plane)[:size] for plane in _planes(frame)]


def samples_of(frame: AudioFrame) -> NDArray[np.float32]:
    """Convert to ``(channel_count, sample_count)``, float32, full scale -1..1.

    Values that are no sound are mended: NaN becomes 0, and the magnitude is held below 1000.
    """
    dtype, scale = _SAMPLE_TYPES[frame.format.packed.name]
    data = np.stack([np.frombuffer(plane, dtype) for plane in sample_bytes(frame)])
    if frame.format.is_packed:
        data = data.reshape(frame.samples, frame.layout.nb_channels).T
    if dtype is np.uint8:
        return (data.astype(np.float32) - 128.0) * np.float32(scale)
    if not issubclass(dtype, np.floating):
        return data.astype(np.float32) * np.float32(scale)
    if not np.isfinite(data).all() or np.abs(data).max(initial=0) > _MAX_AMPLITUDE:
        data = np.nan_to_num(data, nan=0.0, posinf=_MAX_AMPLITUDE, neginf=-_MAX_AMPLITUDE)
        data = data.clip(-_MAX_AMPLITUDE, _MAX_AMPLITUDE)
    return np.ascontiguousarray(data, np.float32)


def frame_of(
    samples: NDArray[np.float32], *, layout: str, sample_rate_hz: int, first_sample: int
) -> AudioFrame:
    """Make a planar float frame for an encoder or a filter.

    Args:
        samples: ``(channel_count, sample_count)``, float32.
        layout: FFmpeg's name of the channel layout, as many channels as ``samples``.
        sample_rate_hz: Samples a second.
        first_sample: Presentation time of the first sample, in samples; may be negative.
    """
    frame = AudioFrame("fltp", layout, samples.shape[1])
    for plane, channel in zip(_planes(frame), samples, strict=True):
        plane.update(channel.tobytes())
    frame.sample_rate = sample_rate_hz
    frame.time_base = Fraction(1, sample_rate_hz)
    frame.pts = first_sample
    return frame


def shortened(frame: AudioFrame, sample_count: int) -> AudioFrame:
    """A copy of a frame that holds its first samples only."""
    shorter = AudioFrame(frame.format.name, frame.layout.name, sample_count)
    size = sample_count * frame.format.bytes
    if frame.format.is_packed:
        size *= frame.layout.nb_channels
    for target, source in zip(_planes(shorter), sample_bytes(frame), strict=True):
        target.update(bytes(source[:size]))
    shorter.sample_rate, shorter.time_base, shorter.pts = (
        frame.sample_rate,
        frame.time_base,
        frame.pts,
    )
    return shorter


def _planes(frame: AudioFrame) -> list[AudioPlane]:
    # AudioFrame.planes reads past FFmpeg's pointer array when there are eight planes or more (PyAV
    # 18).
    count = frame.layout.nb_channels if frame.format.is_planar else 1
    return [AudioPlane(frame, index) for index in range(count)]
