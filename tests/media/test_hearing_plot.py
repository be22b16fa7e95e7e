"""The plot shows what was heard where it was heard."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from corpus import songs
from numpy.typing import NDArray
from PIL import Image

from ai_video_generator.media.drawing import DrawingFormat
from ai_video_generator.media.hearing import Hearing, Rhythm, Section
from ai_video_generator.media.hearing_plot import HEIGHT_PX, WIDTH_PX, hearing_plot
from ai_video_generator.media.onsets import Onsets
from ai_video_generator.media.sound import Envelope, SoundInfo, SoundKind

_LEFT_PX, _RIGHT_PX = 96, 1568
_SECTIONS_Y, _ONSETS_Y, _BEATS_Y, _DOWNBEATS_Y = 90, 600, 680, 645


def _hearing(seconds: int, beat_s: float | None = 0.5) -> Hearing:
    step_count = seconds * 100
    half_s = seconds / 2
    beats_s = None if beat_s is None else np.arange(0, seconds, beat_s)
    return Hearing(
        info=SoundInfo(
            path=Path("a.wav"), container="wav", codec="pcm_s16le", sample_rate_hz=8_000,
            channel_count=1, sample_count=8_000 * seconds, raw_sample_count=8_000 * seconds,
            duration_s=Fraction(seconds), pcm_crc32=0, peak=1.0,
        ),
        envelope=Envelope(
            step_s=Fraction(1, 100),
            rms=np.repeat(np.array([0.1, 0.4], np.float32), step_count // 2),
        ),
        kind=SoundKind.MUSIC,
        step_s=Fraction(1, 100),
        band_levels=np.full((step_count, 3), 0.1, np.float32),
        onsets=Onsets(times_s=np.array([half_s]), strengths=np.ones(1, np.float32)),
        rhythm=None if beats_s is None else Rhythm(
            beat_times_s=beats_s, downbeat_times_s=beats_s[::4], beats_per_bar=4, clarity=0.5
        ),
        sections=(
            Section(start_s=0.0, end_s=half_s, label="A", energy=0.2),
            Section(start_s=half_s, end_s=float(seconds), label="B", energy=1.0),
        ),
        silences_s=(),
    )  # fmt: skip


def _pixels(hearing: Hearing, folder: Path, title: str = "song") -> NDArray[np.uint8]:
    path = folder / "plot"
    hearing_plot(hearing, title=title).save(path, DrawingFormat.PNG)
    with Image.open(path) as image:
        return np.asarray(image)


def _x(share: float) -> int:
    return round(_LEFT_PX + (_RIGHT_PX - _LEFT_PX) * share)


def test_sections_have_colours_of_their_own_that_the_waveform_shares(tmp_path: Path) -> None:
    pixels = _pixels(_hearing(20), tmp_path).astype(int)

    first, second = pixels[_SECTIONS_Y, _x(0.1)], pixels[_SECTIONS_Y, _x(0.9)]
    assert pixels.shape == (HEIGHT_PX, WIDTH_PX, 3)
    assert np.abs(first - second).max() > 50
    middle_y = 220
    assert pixels[middle_y, _x(0.1)] == pytest.approx(first, abs=2)
    assert pixels[middle_y, _x(0.9)] == pytest.approx(second, abs=2)


def test_loud_parts_are_higher(tmp_path: Path) -> None:
    pixels = _pixels(_hearing(20), tmp_path)

    ground = pixels[2, 2]
    tall = [
        int((np.abs(pixels[116:336, _x(share) + 4].astype(int) - ground).max(axis=1) > 40).sum())
        for share in (0.11, 0.91)
    ]
    assert tall[1] == pytest.approx(4 * tall[0], rel=0.1)


def test_beats_onsets_and_bars_stand_at_their_times(tmp_path: Path) -> None:
    pixels = _pixels(_hearing(20), tmp_path)

    dark = pixels.mean(axis=2) < 200
    lines = _middles(dark[_BEATS_Y, _LEFT_PX:])
    bars = _middles(dark[_DOWNBEATS_Y, _LEFT_PX:])
    width = _RIGHT_PX - _LEFT_PX
    assert lines == pytest.approx([width * 0.5 * beat / 20 for beat in range(40)], abs=1.5)
    assert bars == pytest.approx([width * 2.0 * bar / 20 for bar in range(10)], abs=1.5)
    assert _middles(dark[_ONSETS_Y, _LEFT_PX:]) == pytest.approx([width / 2], abs=1.5)


def _middles(row: NDArray[np.bool_]) -> list[float]:
    edges = np.flatnonzero(np.diff(np.concatenate([[False], row, [False]]).astype(int)))
    return [float(middle) for middle in (edges[::2] + edges[1::2] - 1) / 2]


def test_beats_that_would_be_a_veil_are_left_out(tmp_path: Path) -> None:
    pixels = _pixels(_hearing(3_600), tmp_path)

    assert (pixels[_BEATS_Y, _LEFT_PX + 10 : _RIGHT_PX].mean(axis=1) > 200).all()


def test_a_sound_without_beats_and_of_one_step_is_drawn(tmp_path: Path) -> None:
    whole = _hearing(20, beat_s=None)
    one = replace(
        whole,
        info=replace(whole.info, duration_s=Fraction(1, 8_000)),
        envelope=Envelope(step_s=Fraction(1, 100), rms=np.zeros(1, np.float32)),
        band_levels=np.zeros((1, 3), np.float32),
        onsets=Onsets(times_s=np.empty(0), strengths=np.empty(0, np.float32)),
        sections=(Section(start_s=0.0, end_s=1 / 8_000, label="A", energy=0.0),),
    )

    for hearing in (whole, one):
        assert _pixels(hearing, tmp_path).shape == (HEIGHT_PX, WIDTH_PX, 3)


def test_a_long_title_does_not_run_into_the_facts(tmp_path: Path) -> None:
    plain = _pixels(_hearing(20), tmp_path, title="")
    crowded = _pixels(_hearing(20), tmp_path, title="a very long title " * 30)

    facts = slice(WIDTH_PX - 420, WIDTH_PX)
    assert np.array_equal(plain[20:64, facts], crowded[20:64, facts])


def test_a_real_song_is_drawn(tmp_path: Path) -> None:
    from ai_video_generator.media.audio_processor import AudioProcessor

    song = songs.make(replace(songs.song_forms()[0], seconds=24.0))
    path = songs.write(song.samples, tmp_path / "song.wav")

    pixels = _pixels(AudioProcessor().hear(path), tmp_path)

    assert len(np.unique(pixels.reshape(-1, 3), axis=0)) > 20
