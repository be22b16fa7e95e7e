"""How loud a sound is when, relative to itself, and where nothing is heard."""

import numpy as np
from numpy.typing import NDArray

from ai_video_generator.media.sound import Envelope

_LOUD_PERCENTILE = 95.0
# The loudest twentieth counts as full energy, so that one bang does not flatten the rest of a song.

_AUDIBLE_RMS = 10 ** (-60 / 20)
# Below -60 dB of full scale a step says nothing about how loud the loud parts are.


def energy_between(envelope: Envelope, edges_s: NDArray[np.float64]) -> NDArray[np.float32]:
    """How loud each stretch of time is, relative to the loud parts of the sound.

    Args:
        envelope: The sound.
        edges_s: Ends of the stretches in seconds, ``(stretch_count + 1,)``, float64, ascending.

    Returns:
        ``(stretch_count,)``, float32, 0..1; 0 in silence and after the end of the sound.
    """
    step_s = float(envelope.step_s)
    power = np.concatenate([[0.0], np.cumsum(np.square(envelope.rms, dtype=np.float64))])
    area = np.interp(edges_s, np.arange(len(power)) * step_s, power * step_s)
    rms = np.sqrt(np.maximum(np.diff(area), 0) / np.maximum(np.diff(edges_s), 1e-9))
    audible = envelope.rms[envelope.rms > _AUDIBLE_RMS]
    loud = float(np.percentile(audible, _LOUD_PERCENTILE)) if audible.size else np.inf
    return np.clip(rms / loud, 0, 1).astype(np.float32)


def silences_s(
    envelope: Envelope, *, threshold_db: float, min_s: float
) -> list[tuple[float, float]]:
    """Start and end in seconds of each silence, in order.

    Args:
        envelope: The sound.
        threshold_db: Quieter than this is silence, in dB of full scale.
        min_s: Shortest silence that counts, in seconds.
    """
    quiet = envelope.rms < 10 ** (threshold_db / 20)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], quiet, [False]]).astype(np.int8)))
    times_s = (edges * float(envelope.step_s)).reshape(-1, 2).tolist()
    return [(start_s, end_s) for start_s, end_s in times_s if end_s - start_s >= min_s]
