"""From features of a sound to what is heard in it."""

import numpy as np
from numpy.typing import NDArray

from ai_video_generator.media.beat_tracker import beat_steps
from ai_video_generator.media.downbeats import bars_of
from ai_video_generator.media.energy import energy_between
from ai_video_generator.media.hearing import Hearing, Rhythm, Section
from ai_video_generator.media.onsets import onsets_of
from ai_video_generator.media.sections import section_edges_s, section_labels
from ai_video_generator.media.smoothing import smoothed
from ai_video_generator.media.sound import Envelope, SoundInfo, SoundKind
from ai_video_generator.media.sound_features import STEP_S, SoundFeatures
from ai_video_generator.media.sound_kind import CLEAR_BEAT, kind_of
from ai_video_generator.media.tempogram import TempoCurve, tempo_curve

_STEPS_PER_S = 1 / float(STEP_S)

_SHORTEST_S = 3.0
# Below, any three bangs would be a beat.

_TREND_S = 1.0
# Onsets are weighed against those of a second around them, so that quiet verses have beats too.

_FELT_RISE, _FELT_PERCENTILE = 0.05, 75.0
# A quarter of the beats at least are onsets (a rise by 1 dB, mean over the bands); in 28 songs that
# quarter rises by 4 dB and more, in swelling chords that repeat by chance by 0.1.

_NEAR_STEPS = 3
# A beat's onset lies within 30 ms of it.

_REST_S = 2.0
# Silence for so long is no beat's rest but a stop.


def heard(
    *,
    info: SoundInfo,
    envelope: Envelope,
    features: SoundFeatures,
    silences_s: list[tuple[float, float]],
) -> Hearing:
    """Put together what is heard.

    Args:
        info: What the file holds.
        envelope: Its loudness over time.
        features: What the ear passes on.
        silences_s: Start and end of each silence.
    """
    rise = features.flux[:, -1].astype(np.float64)
    onset = np.maximum(rise - smoothed(rise, _TREND_S * _STEPS_PER_S), 0)
    onset /= max(float(onset.std()), 1e-9)
    duration_s = float(info.duration_s)
    tempo = tempo_curve(onset, steps_per_s=_STEPS_PER_S)
    clarity = tempo.clarity if duration_s >= _SHORTEST_S else 0.0
    rhythm = _rhythm(features, onset, tempo, silences_s) if clarity >= CLEAR_BEAT else None
    kind = kind_of(features, clarity if rhythm else 0.0)
    if kind is SoundKind.SPEECH:
        rhythm = None
    return Hearing(
        info=info,
        envelope=envelope,
        kind=kind,
        step_s=STEP_S,
        band_levels=np.sqrt(features.band_power),
        onsets=onsets_of(features.flux[:, -1], step_s=float(STEP_S)),
        rhythm=rhythm,
        sections=_sections(features, envelope, rhythm, duration_s),
        silences_s=tuple(silences_s),
    )


def _rhythm(
    features: SoundFeatures,
    onset: NDArray[np.float64],
    tempo: TempoCurve,
    silences_s: list[tuple[float, float]],
) -> Rhythm | None:
    beats_s = beat_steps(onset, tempo, steps_per_s=_STEPS_PER_S) / _STEPS_PER_S
    for start_s, end_s in silences_s:
        if end_s - start_s >= _REST_S:
            beats_s = beats_s[(beats_s < start_s) | (beats_s > end_s)]
    if len(beats_s) < 2 or not _felt(features.flux[:, -1], beats_s):  # noqa: PLR2004  # no length
        return None
    bars = bars_of(features, beats_s)
    return Rhythm(
        beat_times_s=beats_s,
        downbeat_times_s=np.empty(0) if bars is None else beats_s[bars.first_beats],
        beats_per_bar=None if bars is None else bars.beats_per_bar,
        clarity=tempo.clarity,
    )


def _felt(rise: NDArray[np.float32], beats_s: NDArray[np.float64]) -> bool:
    """Whether something is struck on enough of the beats."""
    steps = np.round(beats_s * _STEPS_PER_S).astype(np.int64)[:, None]
    around = np.clip(steps + np.arange(-_NEAR_STEPS, _NEAR_STEPS + 1), 0, len(rise) - 1)
    return bool(np.percentile(rise[around].max(axis=1), _FELT_PERCENTILE) >= _FELT_RISE)


def _sections(
    features: SoundFeatures, envelope: Envelope, rhythm: Rhythm | None, duration_s: float
) -> tuple[Section, ...]:
    none = np.empty(0)
    edges_s = section_edges_s(
        features,
        duration_s=duration_s,
        beat_times_s=none if rhythm is None else rhythm.beat_times_s,
        downbeat_times_s=none if rhythm is None else rhythm.downbeat_times_s,
    )
    energies = energy_between(envelope, edges_s).tolist()
    labels = section_labels(features, edges_s)
    starts_s, ends_s = edges_s[:-1].tolist(), edges_s[1:].tolist()
    return tuple(
        Section(start_s=start_s, end_s=end_s, label=label, energy=energy)
        for start_s, end_s, label, energy in zip(starts_s, ends_s, labels, energies, strict=True)
    )
