"""Generated songs whose beats, bars and sections are known to the sample.

Drums, chords and bass are synthesised at each beat of a tempo that may step, drift or sway, so that
what a listener should hear is known without anybody tapping along.
"""

import wave
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

RATE_HZ = 44_100

_SEED = 7
_LEAD_IN_S, _LEAD_OUT_S = 0.35, 0.3
# The first beat is not at zero, and the last has room to ring.

_CHORDS_HZ = (
    (110.0, 138.6, 164.8),
    (146.8, 185.0, 220.0),
    (98.0, 123.5, 146.8),
    (130.8, 164.8, 196.0),
)
# A, D, G, C: triads that share at most a note with their neighbours.

_OTHER_CHORDS_HZ = (
    (123.5, 146.8, 185.0),
    (164.8, 196.0, 246.9),
    (110.0, 130.8, 164.8),
    (92.5, 116.5, 138.6),
)
# B minor, E minor, A minor, F sharp.


@dataclass(frozen=True, slots=True, kw_only=True)
class SongPlan:
    """How a song is made.

    Attributes:
        name: What is particular about it, for tables and test ids.
        tempo_bpm: Beats a minute at a time in seconds.
        seconds: Length.
        parts: What plays: a word of ``click drums hats chords bass arpeggio sparse``.
        beats_per_bar: 3 or 4.
        noise: Standard deviation of white noise laid over all, 1.0 = full scale.
        form: A letter for each section of ``section_bars`` bars; each letter has chords, parts and
            loudness of its own. Empty for a song of one piece.
        section_bars: Bars of each section.
    """

    name: str
    tempo_bpm: Callable[[float], float]
    seconds: float = 60.0
    parts: frozenset[str] = frozenset({"drums", "hats", "chords", "bass"})
    beats_per_bar: int = 4
    noise: float = 0.003
    form: str = ""
    section_bars: int = 8


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Song:
    """A song and the truth about it.

    Attributes:
        samples: ``(sample_count,)``, float32, full scale -1..1, at `RATE_HZ`.
        beat_times_s: ``(beat_count,)``, float64.
        downbeat_times_s: The first beat of each bar.
        section_starts_s: Where sections begin; the first is 0.0.
    """

    samples: NDArray[np.float32]
    beat_times_s: NDArray[np.float64]
    downbeat_times_s: NDArray[np.float64]
    section_starts_s: NDArray[np.float64]


_SECTION_PARTS = {
    "A": frozenset({"drums", "hats", "chords", "bass"}),
    "B": frozenset({"hats", "other chords", "arpeggio"}),
    "C": frozenset({"drums", "arpeggio"}),
}


def steady(bpm: float) -> Callable[[float], float]:
    """The same tempo throughout."""
    return lambda _: bpm


def step(*tempos_bpm: float, seconds: float = 60.0) -> Callable[[float], float]:
    """One tempo after another, each for the same time."""
    return lambda time_s: tempos_bpm[
        min(int(time_s / seconds * len(tempos_bpm)), len(tempos_bpm) - 1)
    ]


def ramp(start_bpm: float, end_bpm: float, *, seconds: float = 60.0) -> Callable[[float], float]:
    """Faster or slower at an even pace."""
    return lambda time_s: start_bpm + (end_bpm - start_bpm) * time_s / seconds


def rubato(bpm: float, share: float, period_s: float) -> Callable[[float], float]:
    """A tempo that sways around another."""
    return lambda time_s: bpm * (1 + share * float(np.sin(2 * np.pi * time_s / period_s)))


def plans() -> list[SongPlan]:
    """All songs that the tracker is measured with."""
    click, song = frozenset({"click"}), frozenset({"drums", "hats", "chords", "bass"})
    drums, piano = frozenset({"drums", "hats"}), frozenset({"arpeggio", "chords", "bass"})
    sparse = frozenset({"sparse", "chords"})
    return [
        *(
            SongPlan(name=f"{name} at {bpm}", tempo_bpm=steady(bpm), parts=parts)
            for bpm, name, parts in (
                (60, "clicks", click), (72, "chords and bass", piano), (87.3, "drums", drums),
                (96, "whole band", song), (110, "chords and bass", piano),
                (124, "whole band", song),
                (140, "drums", drums), (156, "whole band", song), (174, "whole band", song),
                (200, "clicks", click),
            )
        ),
        SongPlan(name="step 100, 140", tempo_bpm=step(100, 140)),
        SongPlan(name="step 128, 96, 150, drums", tempo_bpm=step(128, 96, 150), parts=drums),
        SongPlan(name="step 95, 126, clicks", tempo_bpm=step(95, 126), parts=click),
        SongPlan(name="ramp 90 to 130", tempo_bpm=ramp(90, 130)),
        SongPlan(name="ramp 150 to 100, chords and bass", tempo_bpm=ramp(150, 100), parts=piano),
        SongPlan(name="rubato 110 ± 8 %", tempo_bpm=rubato(110, 0.08, 15)),
        SongPlan(name="rubato 80 ± 12 %, chords and bass", tempo_bpm=rubato(80, 0.12, 20),
                 parts=piano),
        SongPlan(name="waltz at 90", tempo_bpm=steady(90), beats_per_bar=3),
        SongPlan(name="waltz at 150, chords and bass", tempo_bpm=steady(150), parts=piano,
                 beats_per_bar=3),
        SongPlan(name="waltz, ramp 100 to 140", tempo_bpm=ramp(100, 140), beats_per_bar=3),
        SongPlan(name="sparse at 104", tempo_bpm=steady(104), parts=sparse),
        SongPlan(name="sparse at 132", tempo_bpm=steady(132), parts=sparse),
        SongPlan(name="whole band at 118 in noise", tempo_bpm=steady(118), noise=0.1),
        SongPlan(name="drums at 92 in noise", tempo_bpm=steady(92), parts=drums, noise=0.1),
    ]  # fmt: skip


def song_forms() -> list[SongPlan]:
    """Songs of sections that come back."""
    return [
        SongPlan(name="A B A at 120", tempo_bpm=steady(120), seconds=49, form="ABA"),
        SongPlan(name="A B A B at 100", tempo_bpm=steady(100), seconds=78, form="ABAB"),
        SongPlan(name="A B C A at 130", tempo_bpm=steady(130), seconds=60, form="ABCA"),
        SongPlan(name="A C A, waltz at 140", tempo_bpm=steady(140), seconds=63, form="ACA",
                 beats_per_bar=3, section_bars=16),
        SongPlan(name="A B A, ramp 95 to 120", tempo_bpm=ramp(95, 120, seconds=55), seconds=55,
                 form="ABA"),
    ]  # fmt: skip


def make(plan: SongPlan) -> Song:
    """Make a song; the same plan gives the same samples."""
    random = np.random.default_rng(_SEED)
    beats_s = np.array(list(_beats(plan)))
    track = np.zeros(round(plan.seconds * RATE_HZ), np.float32)
    starts_s = [0.0]
    for index, (time_s, next_s) in enumerate(
        zip(beats_s, [*beats_s[1:], beats_s[-1] + 0.5], strict=True)
    ):
        bar, place = divmod(index, plan.beats_per_bar)
        section = min(bar // plan.section_bars, len(plan.form) - 1)
        parts = _SECTION_PARTS[plan.form[section]] if plan.form else plan.parts
        if (
            plan.form
            and place == 0
            and bar
            and bar % plan.section_bars == 0
            and bar // plan.section_bars < len(plan.form)
        ):
            starts_s.append(float(time_s))
        for sound, at_s, gain in _events(parts, bar, place, plan.beats_per_bar, next_s - time_s):
            _place(track, sound, time_s + at_s, gain * random.uniform(0.9, 1.1))
    track += random.normal(0, plan.noise, len(track)).astype(np.float32)
    return Song(
        samples=track * np.float32(0.8 / np.abs(track).max()),
        beat_times_s=beats_s,
        downbeat_times_s=beats_s[:: plan.beats_per_bar],
        section_starts_s=np.array(starts_s),
    )


def write(samples: NDArray[np.float32], path: Path, *, rate_hz: int = RATE_HZ) -> Path:
    """Write samples as a WAV of 16 bits."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate_hz)
        file.writeframes(np.round(samples * 32_767).astype("<i2").tobytes())
    return path


def _beats(plan: SongPlan) -> Iterator[float]:
    time_s = _LEAD_IN_S
    while time_s < plan.seconds - _LEAD_OUT_S:
        yield time_s
        time_s += 60 / plan.tempo_bpm(time_s)


def _events(
    parts: frozenset[str], bar: int, place: int, beats_per_bar: int, beat_s: float
) -> Iterator[tuple[NDArray[np.float32], float, float]]:
    """What sounds within one beat: samples, seconds after the beat, gain."""
    chords = _OTHER_CHORDS_HZ if "other chords" in parts else _CHORDS_HZ
    chord = chords[bar % len(chords)]
    on_kick = place == 0 if beats_per_bar == 3 else place in (0, 2)
    if "click" in parts:
        yield _click(1_500.0 if place == 0 else 1_000.0), 0.0, 1.0
    if "drums" in parts:
        yield (_kick(), 0.0, 0.9 if place == 0 else 0.75) if on_kick else (_snare(), 0.0, 0.5)
    if "sparse" in parts and on_kick:
        yield _kick(), 0.0, 0.8
    if "hats" in parts:
        yield _hat(), 0.0, 0.12
        yield _hat(), beat_s / 2, 0.1
    if ("chords" in parts or "other chords" in parts) and place == 0:
        for hz in chord:
            yield _tone(hz * 2, round(beat_s * beats_per_bar, 3), 0.02), 0.0, 0.1
    if "bass" in parts and (place == 0 or (place == 2 and beats_per_bar == 4)):
        yield _tone(chord[0] / 2, round(beat_s * 1.6, 3), 0.008), 0.0, 0.3
    if "arpeggio" in parts:
        yield _tone(chord[place % 3] * 4, round(beat_s * 0.9, 3), 0.005), 0.0, 0.22


def _place(
    track: NDArray[np.float32], sound: NDArray[np.float32], at_s: float, gain: float
) -> None:
    start = round(at_s * RATE_HZ)
    part = track[start : start + len(sound)]
    part += np.float32(gain) * sound[: len(part)]


def _times(seconds: float) -> NDArray[np.float64]:
    return np.arange(round(seconds * RATE_HZ)) / RATE_HZ


@cache
def _click(hz: float) -> NDArray[np.float32]:
    time_s = _times(0.06)
    return (np.sin(2 * np.pi * hz * time_s) * np.exp(-60 * time_s)).astype(np.float32)


@cache
def _kick() -> NDArray[np.float32]:
    time_s = _times(0.25)
    phase = 2 * np.pi * (50 * time_s + 80 / 40 * (1 - np.exp(-40 * time_s)))
    return (np.sin(phase) * np.exp(-18 * time_s)).astype(np.float32)


@cache
def _snare() -> NDArray[np.float32]:
    time_s = _times(0.18)
    noise = np.random.default_rng(1).normal(0, 0.5, len(time_s)) * np.exp(-28 * time_s)
    return (noise + 0.4 * np.sin(2 * np.pi * 190 * time_s) * np.exp(-35 * time_s)).astype(
        np.float32
    )


@cache
def _hat() -> NDArray[np.float32]:
    time_s = _times(0.05)
    noise = np.diff(np.random.default_rng(2).normal(0, 0.7, len(time_s) + 1))
    return (noise * np.exp(-90 * time_s)).astype(np.float32)


@cache
def _tone(hz: float, seconds: float, attack_s: float) -> NDArray[np.float32]:
    time_s = _times(seconds)
    wave_ = sum(np.sin(2 * np.pi * hz * n * time_s) / n**1.3 for n in range(1, 6))
    rise = np.minimum(time_s / attack_s, 1) * np.minimum((seconds - time_s) / 0.03, 1)
    return np.asarray(wave_ * rise * np.exp(-1.5 * time_s), np.float32)
