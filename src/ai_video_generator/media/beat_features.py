"""Features of the stretches between beats, whatever their lengths."""

import numpy as np
from numpy.typing import NDArray


def means_between(
    features: NDArray[np.float32], edges_s: NDArray[np.float64], step_s: float
) -> NDArray[np.float64]:
    """Mean of features over stretches of time, parts of steps counted as parts.

    Args:
        features: ``(step_count, feature_count)``, float32, 0 and up; the first step begins at 0 s.
        edges_s: Ends of the stretches in seconds, ``(stretch_count + 1,)``, float64, ascending.
        step_s: Length of a step.

    Returns:
        ``(stretch_count, feature_count)``, float64, 0 and up.
    """
    sums = np.concatenate([np.zeros((1, features.shape[1])), np.cumsum(features, 0, np.float64)])
    places = np.clip(edges_s / step_s, 0, len(features))
    lower = np.minimum(places.astype(np.int64), len(features) - 1)
    share = (places - lower)[:, None]
    at_edges = (1 - share) * sums[lower] + share * sums[lower + 1]
    lengths = np.maximum(np.diff(places), 1e-9)
    # Differences of long sums may miss 0 by their last digit.
    return np.asarray(np.maximum(np.diff(at_edges, axis=0), 0) / lengths[:, None])


def standardised(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Shift and scale each column to mean 0 and standard deviation 1; constants become 0."""
    spread = values.std(axis=0)
    return np.asarray((values - values.mean(axis=0)) / np.where(spread > 0, spread, 1))
