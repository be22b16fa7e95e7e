"""Whether a sound is music, speech or neither, by what sets them apart to the ear.

Music repeats evenly, or holds its tones; speech has pauses, glides, and some four syllables a
second (E. Scheirer, M. Slaney: Construction and evaluation of a robust multifeature
speech/music discriminator, ICASSP 1997). Four measures and a rule, no trained model;
benchmarks/hearing.md says how often it is right.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ai_video_generator.media.smoothing import smoothed
from ai_video_generator.media.sound import SoundKind
from ai_video_generator.media.sound_features import STEP_S, SoundFeatures

CLEAR_BEAT = 0.14
# Clarity of the tempogram from which on there is a beat: most speech stays below 0.13, nineteen of
# twenty stretches of music exceed 0.15.

_BEYOND_SPEECH = 0.25
# What glides and pauses like speech is speech up to here: two speakers of thirty reached 0.16 by
# chance; a rapper's beat is clearer.

_AUDIBLE_POWER = 1e-6
# -60 dB of full scale: what stays below is silence, which is no kind of sound.

_RANGE_DB = 45.0
# Quieter steps than this below the loud ones are pauses, however quiet.

_UNEVEN_DB, _GLIDING, _SYLLABIC = 9.0, 0.65, 0.15
# Speech: its level varies by 13 dB and more (most music by 3 to 7), its pitches resemble those of
# 0.2 s before by 0.4 to 0.6 (music 0.7 to 0.9), and a sixth at least of what its level does, it
# does at the pace of syllables.

_TONAL, _FROZEN = 0.6, 0.985
# Music without a beat: one pitch class stands out, and holds; but what never changes is a hum.

_HELD_SLOW_STEPS, _CHANGED_SLOW_STEPS = 2, 50
# Tones are compared over 0.2 s, a syllable's length; and over 5 s, by when a tune has moved on.

_SYLLABLE_HZ, _PACE_HZ = (2.5, 7.0), (0.5, 20.0)
# The pace of syllables, and all paces that level is watched for.


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundTraits:
    """What tells kinds of sound apart.

    Attributes:
        clarity: How evenly onsets repeat, 0..1.
        unevenness_db: Standard deviation of the level.
        steadiness: How alike pitches are over 0.2 s, 0..1.
        sameness: How alike pitches are over 5 s, 0..1.
        tonality: How much the strongest pitch class stands out, 0.29 (none) to 1 (no other).
        syllabic_share: Share of the movement of the level that is at the pace of syllables, 0..1.
    """

    clarity: float
    unevenness_db: float
    steadiness: float
    sameness: float
    tonality: float
    syllabic_share: float


def kind_of(features: SoundFeatures, clarity: float) -> SoundKind:
    """Tell what a sound mostly is.

    Args:
        features: The sound.
        clarity: How evenly its onsets repeat, as the tempogram says, 0..1.
    """
    if not (features.band_power.sum(axis=1) > _AUDIBLE_POWER).any():
        return SoundKind.OTHER
    traits = traits_of(features, clarity)
    if (
        traits.clarity < _BEYOND_SPEECH
        and traits.unevenness_db >= _UNEVEN_DB
        and traits.steadiness < _GLIDING
        and traits.syllabic_share >= _SYLLABIC
    ):
        return SoundKind.SPEECH
    if traits.clarity >= CLEAR_BEAT:
        return SoundKind.MUSIC
    is_tonal = traits.steadiness >= _GLIDING and traits.tonality >= _TONAL
    if is_tonal and traits.sameness < _FROZEN:
        return SoundKind.MUSIC
    return SoundKind.OTHER


def traits_of(features: SoundFeatures, clarity: float) -> SoundTraits:
    """Measure what tells kinds of sound apart; as `kind_of`."""
    loudness = features.chroma.sum(axis=1)
    heard = loudness > 0.05 * np.percentile(loudness, 95)  # -26 dB below the loud tones
    pitches = features.chroma / (np.linalg.norm(features.chroma, axis=1, keepdims=True) + 1e-6)
    strongest = pitches.max(axis=1)[heard]
    return SoundTraits(
        clarity=clarity,
        unevenness_db=float(_level_db(features.band_power.sum(axis=1)).std()),
        steadiness=_likeness(pitches, heard, _HELD_SLOW_STEPS),
        sameness=_likeness(pitches, heard, _CHANGED_SLOW_STEPS),
        tonality=float(strongest.mean()) if strongest.size else 0.0,
        syllabic_share=_syllabic_share(_level_db(features.band_power[:, 1])),
    )


def _level_db(power: NDArray[np.float32]) -> NDArray[np.float64]:
    level_db = 10 * np.log10(power.astype(np.float64) + 1e-9)
    return np.asarray(np.maximum(level_db, np.percentile(level_db, 95) - _RANGE_DB))


def _likeness(pitches: NDArray[np.float32], heard: NDArray[np.bool_], lag: int) -> float:
    """How alike pitches are that lie so many steps apart, where both are heard."""
    both = heard[lag:] & heard[:-lag]
    alike = np.einsum("sp,sp->s", pitches[lag:], pitches[:-lag])[both]
    return float(alike.mean()) if alike.size else 1.0


def _syllabic_share(level_db: NDArray[np.float64]) -> float:
    """Share of the level's movement that is at the pace of syllables."""
    moving = level_db - smoothed(level_db, 1 / float(STEP_S))
    strength = np.square(np.abs(np.fft.rfft(moving)))
    paces_hz = np.fft.rfftfreq(len(moving), float(STEP_S))
    at_pace = (paces_hz >= _SYLLABLE_HZ[0]) & (paces_hz <= _SYLLABLE_HZ[1])
    watched = (paces_hz >= _PACE_HZ[0]) & (paces_hz <= _PACE_HZ[1])
    return float(strength[at_pace].sum() / max(strength[watched].sum(), 1e-9))
