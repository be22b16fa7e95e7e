"""Features do not depend on how the samples arrive."""

import numpy as np
import pytest
from corpus import songs
from numpy.typing import NDArray

from ai_video_generator.media.sound_features import (
    RATE_HZ,
    SLOW_STEP_S,
    STEP_S,
    SoundFeatureMeter,
    SoundFeatures,
)


def _features(samples: NDArray[np.float32], block: int) -> SoundFeatures:
    meter = SoundFeatureMeter()
    for start in range(0, len(samples), block):
        meter.add(samples[start : start + block])
    return meter.finish()


@pytest.mark.parametrize("block", [577, 24_000, 1_000_000])
def test_features_are_the_same_in_blocks_of_any_size(block: int) -> None:
    samples = songs.make(
        songs.SongPlan(name="any", tempo_bpm=songs.steady(100), seconds=10)
    ).samples

    whole, parts = _features(samples, len(samples)), _features(samples, block)

    for name in ("flux", "band_power", "colour", "chroma"):
        assert np.allclose(getattr(whole, name), getattr(parts, name), atol=1e-5), name


@pytest.mark.parametrize("sample_count", [0, 1, 239, 240, 241, 2_400, 95_999, 96_000, 200_000])
def test_there_is_a_step_for_every_part_of_the_sound(sample_count: int) -> None:
    features = _features(np.ones(sample_count, np.float32), 5_000)

    steps = max(1, -(-sample_count // int(STEP_S * RATE_HZ)))
    assert features.flux.shape == (steps, 4)
    assert features.band_power.shape == (steps, 3)
    assert len(features.colour) == len(features.chroma) == -(-steps // int(SLOW_STEP_S / STEP_S))


@pytest.mark.parametrize(("tone_hz", "pitch_class"), [(440.0, 0), (523.25, 3), (1_661.2, 11)])
def test_a_tone_sounds_in_its_pitch_class(tone_hz: float, pitch_class: int) -> None:
    times_s = np.arange(2 * RATE_HZ) / RATE_HZ
    tone = np.sin(2 * np.pi * tone_hz * times_s).astype(np.float32)

    chroma = _features(tone, 10_000).chroma

    inside = chroma[2:-2]
    assert (inside.argmax(axis=1) == pitch_class).all()
    assert inside[:, pitch_class].min() > 0.7
    assert np.delete(inside, pitch_class, axis=1).max() < 0.01
