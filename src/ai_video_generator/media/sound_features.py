"""What a listener's ear would pass on: onsets, bands, colour and pitch over time, streamed."""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from ai_video_generator.media.chroma import pitch_classes
from ai_video_generator.media.narrow_product import narrow_product
from ai_video_generator.media.spectral_flux import (
    BAND_COUNT,
    LAG_STEPS,
    band_centres_hz,
    band_filters,
    compressed,
    superflux,
)

RATE_HZ = 24_000
# A step of 10 ms is a whole number of samples; nothing above 12 kHz tells a beat.

STEP_S = Fraction(1, 100)
# As fine as the envelope of loudness, and finer than any frame of video.

SLOW_STEP_S = Fraction(1, 10)
# Colour and pitch belong to notes, not to attacks.

LOW_HZ, HIGH_HZ = 200.0, 3_000.0
# Kick and bass below, voices and most instruments between, cymbals and hiss above.

_STEP_SAMPLES = int(RATE_HZ * STEP_S)
_SLOW_STEPS = int(SLOW_STEP_S / STEP_S)
_FFT_SIZE = 1_024
# 43 ms: an attack stays sharp, and 23 Hz are enough for bands.
_SLOW_FFT_SIZE = 4_096
# 171 ms: bins of 6 Hz, less than a semitone from 100 Hz up.

_BLOCK_STEPS = 400
# Four seconds at a time: numpy's calls cost nothing then, and the spectra take 2 MB.
_BLOCK_SAMPLES = _BLOCK_STEPS * _STEP_SAMPLES


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SoundFeatures:
    """Features over time, small enough to keep for hours: 18 MB an hour.

    Attributes:
        flux: Mean rise of the bands below `LOW_HZ`, between, above `HIGH_HZ`, and of all, in each
            step of `STEP_S`, ``(step_count, 4)``, float32, 0..4.
        band_power: Mean power in the same three ranges, ``(step_count, 3)``, float32; the power of
            a full-scale sine is 0.5.
        colour: Compressed magnitude of each mel band in each step of `SLOW_STEP_S`,
            ``(slow_step_count, BAND_COUNT)``, float32, 0..4.
        chroma: Magnitude of each pitch class in each step of `SLOW_STEP_S`,
            ``(slow_step_count, 12)``, A first, float32.
    """

    flux: NDArray[np.float32]
    band_power: NDArray[np.float32]
    colour: NDArray[np.float32]
    chroma: NDArray[np.float32]


class SoundFeatureMeter:
    """Makes features of samples as they come; memory does not grow but by the features."""

    def __init__(self) -> None:
        # Each window is centred on its step, so the first ones reach to before the sound.
        self._held = [np.zeros(_SLOW_FFT_SIZE // 2, np.float32)]
        self._held_count = _SLOW_FFT_SIZE // 2
        self._sample_count = 0
        self._before = np.zeros((LAG_STEPS, BAND_COUNT), np.float32)
        self._parts: list[SoundFeatures] = []
        window = np.hanning(_FFT_SIZE).astype(np.float32)
        slow_window = np.hanning(_SLOW_FFT_SIZE).astype(np.float32)
        # Scaled so that a full-scale sine has the magnitude 1.
        self._window = window * np.float32(2 / window.sum())
        self._slow_window = slow_window * np.float32(2 / slow_window.sum())
        bins_hz = np.fft.rfftfreq(_FFT_SIZE, 1 / RATE_HZ)
        ranges = (bins_hz < LOW_HZ, (bins_hz >= LOW_HZ) & (bins_hz < HIGH_HZ), bins_hz >= HIGH_HZ)
        # Parseval: half the squared magnitude of each sine, spread over a Hann window's 1.5 bins.
        self._ranges = np.stack(ranges, axis=1).astype(np.float32) * np.float32(0.5 / 1.5)
        centres_hz = band_centres_hz()
        groups = (
            centres_hz < LOW_HZ,
            (centres_hz >= LOW_HZ) & (centres_hz < HIGH_HZ),
            centres_hz >= HIGH_HZ,
            centres_hz > 0,
        )
        self._groups = np.stack([group / group.sum() for group in groups], axis=1, dtype=np.float32)

    def add(self, samples: NDArray[np.float32]) -> None:
        """Hear one more block.

        Args:
            samples: ``(sample_count,)``, float32, full scale -1..1, at `RATE_HZ`.
        """
        self._held.append(samples)
        self._held_count += len(samples)
        self._sample_count += len(samples)
        if self._held_count < _BLOCK_SAMPLES + _SLOW_FFT_SIZE:
            return
        held = np.concatenate(self._held)
        while len(held) >= _BLOCK_SAMPLES + _SLOW_FFT_SIZE:
            self._parts.append(self._measured(held, _BLOCK_STEPS))
            held = held[_BLOCK_SAMPLES:]
        self._held, self._held_count = [held], len(held)

    def finish(self) -> SoundFeatures:
        """Hear the rest, and give all features: ceil(duration / step) steps, at least one."""
        done = sum(len(part.flux) for part in self._parts)
        left = max(1, -(-self._sample_count // _STEP_SAMPLES)) - done
        whole = left + -left % _SLOW_STEPS
        missing = whole * _STEP_SAMPLES + _SLOW_FFT_SIZE - self._held_count
        held = np.pad(np.concatenate(self._held), (0, max(0, missing)))
        part = self._measured(held, whole)
        # Silence after the end is no part of the sound.
        end = SoundFeatures(
            flux=part.flux[:left],
            band_power=part.band_power[:left],
            colour=part.colour,
            chroma=part.chroma,
        )
        parts = [*self._parts, end]
        return SoundFeatures(
            flux=np.concatenate([part.flux for part in parts]),
            band_power=np.concatenate([part.band_power for part in parts]),
            colour=np.concatenate([part.colour for part in parts]),
            chroma=np.concatenate([part.chroma for part in parts]),
        )

    def _measured(self, samples: NDArray[np.float32], step_count: int) -> SoundFeatures:
        """Features of the first steps of ``samples``, whose first window of 171 ms begins at 0."""
        offset = (_SLOW_FFT_SIZE - _FFT_SIZE) // 2
        windows = np.lib.stride_tricks.sliding_window_view(samples[offset:], _FFT_SIZE)
        spectra = np.fft.rfft(windows[::_STEP_SAMPLES][:step_count] * self._window, axis=1)
        magnitudes = np.abs(spectra).astype(np.float32, copy=False)
        bands = compressed(narrow_product(magnitudes, band_filters(_FFT_SIZE, RATE_HZ)))
        rises = superflux(np.concatenate([self._before, bands]))
        self._before = bands[-LAG_STEPS:]
        # A slow step is centred on the middle of the ten steps that it speaks for.
        middle = (_SLOW_STEPS // 2) * _STEP_SAMPLES
        slow = np.lib.stride_tricks.sliding_window_view(samples[middle:], _SLOW_FFT_SIZE)
        slow = slow[:: _SLOW_STEPS * _STEP_SAMPLES][: step_count // _SLOW_STEPS]
        tones = np.abs(np.fft.rfft(slow * self._slow_window, axis=1)).astype(np.float32, copy=False)
        return SoundFeatures(
            flux=narrow_product(rises, self._groups),
            band_power=narrow_product(np.square(magnitudes), self._ranges),
            colour=bands.reshape(-1, _SLOW_STEPS, BAND_COUNT).mean(axis=1),
            chroma=pitch_classes(tones, RATE_HZ),
        )
