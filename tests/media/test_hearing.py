"""What is heard in sounds whose beats, bars and sections are known."""

import json
import tracemalloc
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from corpus import songs, sounds
from corpus.songs import RATE_HZ, Song, SongPlan
from corpus.sounds import OddSound
from numpy.typing import NDArray

from ai_video_generator.errors import CancelledError
from ai_video_generator.media.audio_processor import AudioProcessor
from ai_video_generator.media.hearing import Hearing, Rhythm
from ai_video_generator.media.sound import SoundKind
from ai_video_generator.media.timeline import Timeline
from ai_video_generator.progress_tracker import ProgressTracker

TOLERANCE_S = 0.07
# As beat trackers are usually judged (MIREX).

PLANS = {plan.name: plan for plan in songs.plans()}
FORMS = {plan.name: plan for plan in songs.song_forms()}
SHORT = [odd for odd in sounds.odd_sounds() if not odd.long]


def _heard(song: Song, folder: Path) -> Hearing:
    return AudioProcessor().hear(songs.write(song.samples, folder / "song.wav"))


def _rhythm(hearing: Hearing) -> Rhythm:
    assert hearing.rhythm is not None
    return hearing.rhythm


def _errors_s(
    found: NDArray[np.float64], true: NDArray[np.float64], tolerance_s: float = TOLERANCE_S
) -> list[float]:
    """Found less true time of every true one that was found; each found one counts once."""
    left = list(found)
    errors_s = []
    for time_s in true:
        nearest = min(left, key=lambda other: abs(other - time_s), default=np.inf)
        if abs(nearest - time_s) <= tolerance_s:
            left.remove(nearest)
            errors_s.append(float(nearest - time_s))
    return errors_s


def _f(found: NDArray[np.float64], true: NDArray[np.float64]) -> float:
    return 2 * len(_errors_s(found, true)) / (len(found) + len(true))


@pytest.mark.parametrize(
    "name",
    [
        "clicks at 60",
        "whole band at 174",
        "step 100, 140",
        "ramp 150 to 100, chords and bass",
        "rubato 110 ± 8 %",
        "waltz, ramp 100 to 140",
        "whole band at 118 in noise",
    ],
)
def test_beats_are_found_whatever_the_tempo_does(name: str, tmp_path: Path) -> None:
    song = songs.make(PLANS[name])

    found = _rhythm(_heard(song, tmp_path)).beat_times_s

    assert _f(found, song.beat_times_s) >= 0.97
    assert abs(np.mean(_errors_s(found, song.beat_times_s))) <= 0.010


@pytest.mark.slow
def test_beats_of_all_songs_are_found(tmp_path: Path) -> None:
    made = [songs.make(plan) for plan in PLANS.values()]

    found = [_rhythm(_heard(song, tmp_path)).beat_times_s for song in made]

    scores = [_f(beats, song.beat_times_s) for beats, song in zip(found, made, strict=True)]
    assert np.mean(scores) >= 0.92


@pytest.mark.parametrize("name", ["whole band at 96", "ramp 90 to 130", "waltz at 90"])
def test_bars_begin_where_they_begin(name: str, tmp_path: Path) -> None:
    song = songs.make(PLANS[name])

    rhythm = _rhythm(_heard(song, tmp_path))

    assert rhythm.beats_per_bar == PLANS[name].beats_per_bar
    assert _f(rhythm.downbeat_times_s, song.downbeat_times_s) >= 0.95
    assert set(rhythm.downbeat_times_s) <= set(rhythm.beat_times_s)


def test_a_tempo_that_changes_is_told_as_a_range(tmp_path: Path) -> None:
    rhythm = _rhythm(_heard(songs.make(PLANS["step 100, 140"]), tmp_path))

    assert rhythm.tempo_range_bpm == pytest.approx((100, 140), abs=1.5)


@pytest.mark.parametrize("name", ["A B A at 120", "A B A B at 100"])
def test_sections_that_come_back_bear_the_same_letter(name: str, tmp_path: Path) -> None:
    song = songs.make(FORMS[name])

    sections = _heard(song, tmp_path).sections

    assert "".join(section.label for section in sections) == FORMS[name].form
    starts_s = [section.start_s for section in sections]
    # On the first beat of the bar, to within the width of a frame of film.
    assert starts_s == pytest.approx(song.section_starts_s, abs=0.04)
    assert [section.end_s for section in sections[:-1]] == starts_s[1:]
    assert sections[-1].end_s == len(song.samples) / RATE_HZ


def test_a_louder_section_has_more_energy(tmp_path: Path) -> None:
    sections = _heard(songs.make(FORMS["A B A at 120"]), tmp_path).sections

    assert sections[0].energy > 1.2 * sections[1].energy
    assert sections[0].energy == pytest.approx(sections[2].energy, abs=0.1)


def test_a_song_of_one_piece_has_one_section(tmp_path: Path) -> None:
    sections = _heard(songs.make(PLANS["whole band at 124"]), tmp_path).sections

    assert [(section.start_s, section.end_s, section.label) for section in sections] == [
        (0.0, 60.0, "A")
    ]


def test_onsets_are_where_strokes_begin(tmp_path: Path) -> None:
    song = songs.make(replace(PLANS["clicks at 60"], seconds=10.0))

    onsets = _heard(song, tmp_path).onsets

    errors_s = _errors_s(onsets.times_s, song.beat_times_s, 0.02)
    assert len(errors_s) == len(song.beat_times_s)
    assert len(onsets.times_s) == len(onsets.strengths)
    strong = onsets.times_s[onsets.strengths > 0.5]
    assert len(strong) == len(song.beat_times_s)
    assert onsets.strengths.max() == 1


@pytest.mark.parametrize(("tone_hz", "band"), [(80, 0), (1_000, 1), (6_000, 2)])
def test_a_tone_is_heard_in_its_band_alone(tone_hz: float, band: int, tmp_path: Path) -> None:
    times_s = np.arange(2 * RATE_HZ) / RATE_HZ
    tone = (0.5 * np.sin(2 * np.pi * tone_hz * times_s)).astype(np.float32)

    levels = AudioProcessor().hear(songs.write(tone, tmp_path / "a.wav")).band_levels

    assert levels.shape == (200, 3)
    inside = levels[10:-10]
    assert inside[:, band] == pytest.approx(0.5 / np.sqrt(2), rel=0.05)
    assert np.delete(inside, band, axis=1).max() < 0.01


def test_levels_follow_a_sound_step_by_step(tmp_path: Path) -> None:
    samples = np.zeros(3 * RATE_HZ, np.float32)
    samples[RATE_HZ : 2 * RATE_HZ] = np.random.default_rng(0).normal(0, 0.1, RATE_HZ)

    hearing = AudioProcessor().hear(songs.write(samples, tmp_path / "a.wav"))

    loud = np.flatnonzero(hearing.band_levels[:, 2] > 0.02)
    # The window of 43 ms looks 20 ms ahead and back.
    assert loud[0] * float(hearing.step_s) == pytest.approx(1, abs=0.02)
    assert loud[-1] * float(hearing.step_s) == pytest.approx(2, abs=0.02)


def test_noise_and_silence_have_no_beat_and_are_no_music(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).normal(0, 0.1, 20 * RATE_HZ).astype(np.float32)

    for samples in (noise, np.zeros_like(noise)):
        hearing = AudioProcessor().hear(songs.write(samples, tmp_path / "a.wav"))

        assert hearing.rhythm is None
        assert hearing.kind is SoundKind.OTHER
        assert [section.label for section in hearing.sections] == ["A"]


def test_held_chords_without_a_beat_are_music(tmp_path: Path) -> None:
    times_s = np.arange(40 * RATE_HZ) / RATE_HZ
    samples = np.zeros(len(times_s))
    random = np.random.default_rng(0)
    for start_s in np.cumsum(random.uniform(2, 6, 8)):
        swell = np.exp(-0.5 * np.square((times_s - start_s - 2) / 1.5))
        root_hz = 220 * 2 ** (random.integers(12) / 12)
        samples += sum(swell * np.sin(2 * np.pi * root_hz * k * times_s) for k in (1, 1.25, 1.5))
    samples *= 0.5 / np.abs(samples).max()

    hearing = AudioProcessor().hear(songs.write(samples.astype(np.float32), tmp_path / "a.wav"))

    assert hearing.kind is SoundKind.MUSIC
    assert hearing.rhythm is None  # swells that repeat by chance are no beats


def test_talk_is_speech(tmp_path: Path) -> None:
    path = songs.write(_talk(20.0), tmp_path / "a.wav")

    hearing = AudioProcessor().hear(path)

    assert hearing.kind is SoundKind.SPEECH
    assert hearing.rhythm is None


def _talk(seconds: float) -> NDArray[np.float32]:
    """Syllables of gliding pitch and changing vowels, four a second, with pauses between words."""
    random = np.random.default_rng(5)
    samples = np.zeros(round(seconds * RATE_HZ), np.float32)
    start_s = 0.1
    while start_s < seconds - 0.5:
        length_s = random.uniform(0.12, 0.28)
        times_s = np.arange(round(length_s * RATE_HZ)) / RATE_HZ
        pitch_hz = random.uniform(90, 190) * (1 + random.uniform(-1.2, 1.2) * times_s)
        phase = 2 * np.pi * np.cumsum(pitch_hz) / RATE_HZ
        formants_hz = random.uniform((300, 900, 2_200), (800, 2_200, 3_000))
        voice = sum(
            np.sin(number * phase)
            * np.exp(-np.abs(number * pitch_hz[:, None] - formants_hz) / 150).sum(axis=1)
            for number in range(1, 25)
        )
        swell = np.sin(np.pi * times_s / length_s)
        first = round(start_s * RATE_HZ)
        samples[first : first + len(times_s)] += np.asarray(voice * swell, np.float32)
        start_s += length_s + (random.uniform(0.2, 0.7) if random.random() < 0.3 else 0.03)
    return samples * np.float32(0.5 / np.abs(samples).max())


def test_a_stop_within_a_song_has_no_beats(tmp_path: Path) -> None:
    half = songs.make(replace(PLANS["whole band at 124"], seconds=20.0, noise=0.0))
    samples = np.concatenate([half.samples, np.zeros(5 * RATE_HZ, np.float32), half.samples])

    hearing = AudioProcessor().hear(songs.write(samples, tmp_path / "a.wav"))

    (stop,) = [silence for silence in hearing.silences_s if silence[1] - silence[0] > 2]
    beats_s = _rhythm(hearing).beat_times_s
    assert not ((beats_s > stop[0]) & (beats_s < stop[1])).any()
    assert _f(beats_s, np.concatenate([half.beat_times_s, half.beat_times_s + 25])) >= 0.97


@pytest.mark.parametrize("rate_hz", [8_000, 48_000])
def test_the_rate_of_the_samples_changes_no_beat(rate_hz: int, tmp_path: Path) -> None:
    song = songs.make(replace(PLANS["whole band at 124"], seconds=20.0))
    path = songs.write(song.samples, tmp_path / "a.wav")
    blocks = AudioProcessor().decode(path, sample_rate_hz=rate_hz)
    converted = np.concatenate(list(blocks), axis=1)[0]

    found = AudioProcessor().hear(songs.write(converted, tmp_path / "b.wav", rate_hz=rate_hz))

    assert _f(_rhythm(found).beat_times_s, song.beat_times_s) >= 0.97


def test_a_quiet_song_has_the_same_beats(tmp_path: Path) -> None:
    song = songs.make(replace(PLANS["whole band at 124"], seconds=20.0, noise=0.0))
    quiet = replace(song, samples=song.samples * np.float32(0.03))

    found = _rhythm(_heard(quiet, tmp_path)).beat_times_s

    assert _f(found, song.beat_times_s) >= 0.97


@pytest.mark.parametrize("odd", SHORT, ids=lambda odd: odd.name)
def test_every_odd_sound_is_heard(odd: OddSound, tmp_path: Path) -> None:
    path = sounds.make(odd, tmp_path)

    hearing = AudioProcessor().hear(path)

    assert hearing.info == AudioProcessor().probe(path)
    assert hearing.sections[0].start_s == 0
    assert hearing.sections[-1].end_s == float(hearing.info.duration_s)
    assert np.isfinite(hearing.band_levels).all()
    json.dumps(hearing.summary(), allow_nan=False)


def test_a_summary_holds_everything_that_is_heard(tmp_path: Path) -> None:
    hearing = _heard(songs.make(replace(FORMS["A B A at 120"], seconds=20.0)), tmp_path)

    told = json.loads(json.dumps(hearing.summary(), allow_nan=False))

    rhythm = _rhythm(hearing)
    assert told["kind"] == "music"
    assert told["rhythm"]["tempo_bpm"] == 120
    assert told["rhythm"]["beats_per_bar"] == 4
    assert told["rhythm"]["beat_times_s"] == pytest.approx(rhythm.beat_times_s, abs=5e-4)
    assert len(told["sections"]) == len(hearing.sections)
    assert len(told["onset_times_s"]) == len(told["onset_strengths"]) == len(hearing.onsets.times_s)
    assert {name: len(curve) for name, curve in told["curves"].items() if name != "step_s"} == {
        "loudness": 200, "low": 200, "middle": 200, "high": 200
    }  # fmt: skip


def test_the_storyboard_gets_what_was_heard(tmp_path: Path) -> None:
    hearing = _heard(songs.make(FORMS["A B A at 120"]), tmp_path)

    sound = AudioProcessor().sound(hearing, Timeline.covering(Fraction(49), Fraction(30)))

    assert sound.energy.shape == (49 * 30,)
    assert sound.beat_times_s is _rhythm(hearing).beat_times_s
    assert len(sound.section_starts_s) == 3
    assert sound.kind is SoundKind.MUSIC


def test_hearing_can_be_stopped(tmp_path: Path) -> None:
    path = songs.write(np.zeros(RATE_HZ, np.float32), tmp_path / "a.wav")
    progress = ProgressTracker()
    progress.stop()

    with pytest.raises(CancelledError):
        AudioProcessor(progress).hear(path)


@pytest.mark.slow
def test_memory_grows_with_length_by_little(tmp_path: Path) -> None:
    samples = songs.make(replace(PLANS["drums at 140"], seconds=30.0)).samples[::4]
    peaks_bytes = []

    for minutes in (1, 6):
        path = songs.write(np.tile(samples, 2 * minutes), tmp_path / "a.wav", rate_hz=RATE_HZ // 4)
        tracemalloc.start()
        AudioProcessor().hear(path)
        peaks_bytes.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()

    assert peaks_bytes[1] < 40e6
    assert peaks_bytes[1] - peaks_bytes[0] < 5 * 3e6  # the samples would take 5 MB a minute


def test_a_plan_makes_the_same_song_twice() -> None:
    plan = SongPlan(name="any", tempo_bpm=songs.steady(100), seconds=3.0)

    assert np.array_equal(songs.make(plan).samples, songs.make(plan).samples)
