"""Means over stretches count parts of steps as parts."""

import numpy as np

from ai_video_generator.media.beat_features import means_between, standardised


def test_a_mean_counts_parts_of_steps() -> None:
    features = np.array([[1.0, 0.0], [3.0, 0.0], [5.0, 8.0]], np.float32)

    means = means_between(features, np.array([0.0, 0.15, 0.2, 0.3]), 0.1)

    assert np.allclose(means, [[2.5 / 1.5, 0.0], [3.0, 0.0], [5.0, 8.0]])


def test_stretches_outside_the_sound_are_nothing() -> None:
    means = means_between(np.ones((10, 1), np.float32), np.array([0.5, 1.0, 2.0, 3.0]), 0.1)

    assert means.ravel().tolist() == [1, 0, 0]


def test_silence_after_noise_is_never_less_than_nothing() -> None:
    features = np.random.default_rng(0).random((100_000, 3)).astype(np.float32)
    features[50_000:] = 0

    means = means_between(features, np.linspace(0, 10_000, 3_001), 0.1)

    assert means.min() >= 0
    assert np.allclose(means[:1_400].mean(), 0.5, atol=0.01)
    assert np.allclose(means[1_501:], 0)


def test_what_never_changes_tells_nothing() -> None:
    columns = standardised(np.array([[1.0, 2.0], [3.0, 2.0]]))

    assert columns.tolist() == [[-1, 0], [1, 0]]
