"""Measures a sound while it is decoded: exact length, checksum, peak, loudness over time."""

import zlib
from array import array
from fractions import Fraction
from math import ceil

import numpy as np
from av.audio.frame import AudioFrame
from numpy.typing import NDArray

from ai_video_generator.media.sound import Envelope
from ai_video_generator.media.sound_samples import sample_bytes, samples_of

STEP_S = Fraction(1, 100)
# 10 ms: shorter than a frame of any video up to 100 frames/s, and 1 MB an hour at most.

_BATCH_SAMPLES = 65_536
# Measuring costs a few numpy calls a batch: 57 MP3 frames at a time instead of one takes 0.3 s off
# three minutes.


class SoundMeter:
    """Adds up what frames hold.

    Args:
        with_envelope: Whether loudness over time is kept as well, some megabytes an hour.

    Attributes:
        sample_count: Samples a channel.
        sample_rate_hz: Samples a second and channel, of the first frame; 0 before it.
        channel_count: Channels of the first frame; 0 before it.
        duration_s: Exact length, summed per sample rate should the rate change midway.
        pcm_crc32: CRC-32 of the samples as the decoder gave them.
        peak: Largest absolute sample; 1.0 is full scale.
    """

    def __init__(self, *, with_envelope: bool = True) -> None:
        self.sample_count = 0
        self.sample_rate_hz, self.channel_count = 0, 0
        self.duration_s = Fraction(0)
        self.pcm_crc32 = 0
        self.peak = 0.0
        self._batch: list[NDArray[np.float32]] = []
        self._batch_samples, self._batch_rate_hz = 0, 0
        self._envelope = _EnvelopeSums()
        self._with_envelope = with_envelope

    def add(self, frame: AudioFrame) -> None:
        """Count one more frame."""
        for plane in sample_bytes(frame):
            self.pcm_crc32 = zlib.crc32(plane, self.pcm_crc32)
        samples = samples_of(frame)
        if not self.sample_count:
            self.sample_rate_hz, self.channel_count = frame.sample_rate, len(samples)
        if self._batch and (
            self._batch_samples >= _BATCH_SAMPLES
            or frame.sample_rate != self._batch_rate_hz
            or len(samples) != len(self._batch[0])
        ):
            self._measure()
        self._batch.append(samples)
        self._batch_samples += frame.samples
        self._batch_rate_hz = frame.sample_rate
        self.sample_count += frame.samples

    def finish(self) -> Envelope:
        """Count what is still held, and give loudness over time: no steps where it was not kept."""
        if self._batch:
            self._measure()
        return self._envelope.finish()

    def _measure(self) -> None:
        samples = np.concatenate(self._batch, axis=1)
        self.peak = max(self.peak, float(samples.max()), -float(samples.min()))
        if self._with_envelope:
            powers = np.einsum("cn,cn->n", samples, samples) / len(samples)
            self._envelope.add(powers, self.duration_s, self._batch_rate_hz)
        self.duration_s += Fraction(self._batch_samples, self._batch_rate_hz)
        self._batch, self._batch_samples = [], 0


class _EnvelopeSums:
    """Mean power of each step of time, whatever the batches and rates are."""

    def __init__(self) -> None:
        self._powers = array("d")
        self._open_sum, self._open_count = 0.0, 0

    def add(self, powers: NDArray[np.float32], start_s: Fraction, sample_rate_hz: int) -> None:
        """Add the power of each sample, ``(sample_count,)``, the first at ``start_s``."""
        first, end_s = start_s // STEP_S, start_s + Fraction(len(powers), sample_rate_hz)
        if first * STEP_S == start_s and self._open_count:
            self._close_step()
        # Sample indices, from the start of this batch, at which a step of time begins. In whole
        # numbers: at 11.025 kHz a step is 110.25 samples, and rounding would drift.
        ratio, offset = STEP_S * sample_rate_hz, start_s * sample_rate_hz
        common = ratio.denominator * offset.denominator
        up, down = int(ratio * common), int(offset * common)
        bounds = [
            -((down - step * up) // common) for step in range(first + 1, ceil(end_s / STEP_S))
        ]
        bounds = [bound for bound in bounds if bound < len(powers)]
        sums = np.add.reduceat(powers, [0, *bounds], dtype=np.float64)
        counts = np.diff([0, *bounds, len(powers)])
        for position, (total, count) in enumerate(zip(sums.tolist(), counts.tolist(), strict=True)):
            if position:
                self._close_step()
            self._open_sum += total
            self._open_count += count

    def finish(self) -> Envelope:
        """The root mean square of each step."""
        if self._open_count:
            self._close_step()
        rms = np.sqrt(np.asarray(self._powers)).astype(np.float32)
        return Envelope(step_s=STEP_S, rms=rms)

    def _close_step(self) -> None:
        self._powers.append(self._open_sum / self._open_count)
        self._open_sum, self._open_count = 0.0, 0
