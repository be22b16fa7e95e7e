"""What a listener hears in a sound: beats, bars, onsets, bands, sections, silences, its kind."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ai_video_generator.media.beat_features import means_between
from ai_video_generator.media.onsets import Onsets
from ai_video_generator.media.sound import Envelope, SoundInfo, SoundKind

_TEMPO_BEATS = 8
# A tempo is that of two bars; single beats are early and late.

_CURVE_STEP_S = 0.1
# Curves are told to others in tenths of a second: a hundred steps a second would be 20 MB of digits
# an hour.


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rhythm:
    """Beats and bars of a sound that has them.

    Attributes:
        beat_times_s: ``(beat_count,)``, float64, ascending; two at least.
        downbeat_times_s: Those beats that begin a bar, ``(bar_count,)``, float64; empty where
            there are too few beats to tell.
        beats_per_bar: 3 or 4; None where there are too few beats to tell.
        clarity: How evenly onsets repeat, 0..1; 0.5 is usual for songs.
    """

    beat_times_s: NDArray[np.float64]
    downbeat_times_s: NDArray[np.float64]
    beats_per_bar: int | None
    clarity: float

    @property
    def tempo_bpm(self) -> float:
        """Beats a minute, as most beats have it."""
        return 60 / float(np.median(np.diff(self.beat_times_s)))

    @property
    def tempo_range_bpm(self) -> tuple[float, float]:
        """Slowest and fastest tempo, each over two bars; a tenth of the sound lies outside."""
        count = min(_TEMPO_BEATS, len(self.beat_times_s) - 1)
        tempos = 60 * count / (self.beat_times_s[count:] - self.beat_times_s[:-count])
        slowest, fastest = np.percentile(tempos, [5, 95])
        return float(slowest), float(fastest)


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of a sound that keeps its character.

    Attributes:
        start_s: Where it begins.
        end_s: Where the next begins, or the sound ends.
        label: A letter; parts that are alike share it.
        energy: Loudness relative to the loud parts of the sound, 0..1.
    """

    start_s: float
    end_s: float
    label: str
    energy: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Hearing:
    """A sound as it is heard, in one pass over its file.

    Attributes:
        info: What the file holds.
        envelope: Loudness over time.
        kind: What the sound mostly is.
        step_s: Length of the steps of ``band_levels``, exact.
        band_levels: Root mean square of what lies below 200 Hz, between, and above 3 kHz, in each
            step, ``(step_count, 3)``, float32, 0..1.
        onsets: Where notes and strokes begin.
        rhythm: Beats and bars; None where there is no even beat.
        sections: Parts that keep their character, in order, from the start to the end.
        silences_s: Start and end of each silence.
    """

    info: SoundInfo
    envelope: Envelope
    kind: SoundKind
    step_s: Fraction
    band_levels: NDArray[np.float32]
    onsets: Onsets
    rhythm: Rhythm | None
    sections: tuple[Section, ...]
    silences_s: tuple[tuple[float, float], ...]

    def summary(self) -> dict[str, Any]:
        """All of it as plain values for JSON: times to 1 ms, curves in steps of 0.1 s."""
        return {
            "kind": str(self.kind),
            "rhythm": None if self.rhythm is None else _rhythm_summary(self.rhythm),
            "sections": [
                {
                    "start_s": round(section.start_s, 3),
                    "end_s": round(section.end_s, 3),
                    "label": section.label,
                    "energy": round(section.energy, 3),
                }
                for section in self.sections
            ],
            "onset_times_s": _rounded(self.onsets.times_s),
            "onset_strengths": _rounded(self.onsets.strengths),
            "silences_s": [list(silence) for silence in self.silences_s],
            "curves": self._curves(),
        }

    def _curves(self) -> dict[str, Any]:
        """Loudness and bands over time, root mean squares."""
        low, middle, high = self.band_levels.T
        curves = {"loudness": self.envelope.rms, "low": low, "middle": middle, "high": high}
        edges_s = np.arange(0, float(self.info.duration_s) + _CURVE_STEP_S / 2, _CURVE_STEP_S)
        return {"step_s": _CURVE_STEP_S} | {
            name: _rounded(_mean_levels(levels, edges_s, float(self.step_s)), 4)
            for name, levels in curves.items()
        }


def _rhythm_summary(rhythm: Rhythm) -> dict[str, Any]:
    return {
        "tempo_bpm": round(rhythm.tempo_bpm, 1),
        "tempo_range_bpm": [round(tempo, 1) for tempo in rhythm.tempo_range_bpm],
        "beats_per_bar": rhythm.beats_per_bar,
        "clarity": round(rhythm.clarity, 3),
        "beat_times_s": _rounded(rhythm.beat_times_s),
        "downbeat_times_s": _rounded(rhythm.downbeat_times_s),
    }


def _mean_levels(
    levels: NDArray[np.float32], edges_s: NDArray[np.float64], step_s: float
) -> NDArray[np.float64]:
    """Root mean square between edges."""
    power = np.square(levels, dtype=np.float32)[:, None]
    return np.asarray(np.sqrt(means_between(power, edges_s, step_s)[:, 0]))


def _rounded(values: NDArray[Any], digits: int = 3) -> list[float]:
    return [round(value, digits) for value in values.tolist()]
