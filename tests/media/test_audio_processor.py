"""Sounds are read exactly, whatever the file."""

import os
import shutil
import subprocess
import tracemalloc
import wave
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from corpus import sounds
from corpus.sounds import OddSound, Trait
from numpy.typing import NDArray

from ai_video_generator.errors import AudioUnreadableError
from ai_video_generator.media.audio_processor import AudioProcessor
from ai_video_generator.media.sound import Envelope
from ai_video_generator.media.timeline import Timeline

_WAV_HEADER = b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\1\0\1\0\x44\xac\0\0\x88\x58\1\0\2\0\x10\0data"
# PCM, mono, 44.1 kHz, 16 bit; the length of the samples follows.

SHORT = [odd for odd in sounds.odd_sounds() if not odd.long]


def _wav(path: Path, samples: NDArray[np.float64], sample_rate_hz: int = 44_100) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(sample_rate_hz)
        file.writeframes(np.round(samples * 32_767).astype("<i2").tobytes())
    return path


def _tone(
    seconds: float, amplitude: float = 0.5, sample_rate_hz: int = 44_100
) -> NDArray[np.float64]:
    times_s = np.arange(round(seconds * sample_rate_hz)) / sample_rate_hz
    return np.asarray(amplitude * np.sin(2 * np.pi * 440 * times_s))


def _odd(suffix: str, trait: Trait = Trait.PLAIN) -> OddSound:
    return next(odd for odd in SHORT if odd.suffix == suffix and odd.trait is trait)


def test_corpus_has_sixty_sounds_of_different_names() -> None:
    names = {odd.name for odd in sounds.odd_sounds()}

    assert len(names) == len(sounds.odd_sounds()) >= 60


@pytest.mark.parametrize("odd", SHORT, ids=lambda odd: odd.name)
def test_every_odd_sound_is_read(odd: OddSound, tmp_path: Path) -> None:
    info = AudioProcessor().probe(sounds.make(odd, tmp_path))

    assert info.sample_rate_hz == odd.sample_rate_hz
    assert info.duration_s == Fraction(info.sample_count, info.sample_rate_hz)
    if odd.exact:
        assert info.sample_count == odd.sample_count
    elif odd.trait is not Trait.CUT_SHORT:
        # Formats that do not say where padding begins: three frames of 1152 samples at most.
        assert abs(info.sample_count - odd.sample_count) <= 3 * 1152


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="compares with Debian's ffmpeg")
def test_ffmpeg_decodes_as_many_samples(tmp_path: Path) -> None:
    for odd in SHORT[::4]:
        path = sounds.make(odd, tmp_path)
        info = AudioProcessor().probe(path)
        pcm = subprocess.run(
            ["ffmpeg", "-v", "quiet", "-i", path, "-map", "0:a", "-f", "u8", "-"],
            capture_output=True,
            check=True,
        ).stdout

        assert len(pcm) == info.raw_sample_count * info.channel_count, odd.name


@pytest.mark.parametrize("suffix", ["wav", "flac", "aiff", "m4a", "wv", "mkv", "mov"])
def test_lossless_samples_come_back_as_they_went_in(suffix: str, tmp_path: Path) -> None:
    odd = next(
        odd
        for odd in SHORT
        if odd.suffix == suffix and odd.exact and odd.codec not in {"aac", "pcm_u8"}
    )
    path = sounds.make(odd, tmp_path)

    decoded = np.concatenate(list(AudioProcessor().decode(path)), axis=1)

    original = np.concatenate(list(sounds.content(odd)), axis=1)
    # 16 bits round to within half a step of 2^-15, and FFmpeg's conversion to within one.
    assert decoded.shape == original.shape
    assert np.abs(decoded - original).max() <= 2**-15


def test_formats_of_the_same_samples_have_the_same_checksum(tmp_path: Path) -> None:
    samples = _tone(1.5)
    wav = _wav(tmp_path / "a.wav", samples)
    odd = _wav(tmp_path / "b.wav", samples[::-1])

    processor = AudioProcessor()

    assert processor.probe(wav).pcm_crc32 == processor.probe(wav).pcm_crc32
    assert processor.probe(wav).pcm_crc32 != processor.probe(odd).pcm_crc32


def test_length_is_exact_where_the_sample_rate_changes_midway(tmp_path: Path) -> None:
    fast, slow = (
        OddSound(
            muxer="mp3",
            suffix="mp3",
            codec="libmp3lame",
            sample_rate_hz=rate_hz,
            layout="mono",
            sample_count=rate_hz,
            exact=False,
            muxer_options=(("write_xing", "0"), ("id3v2_version", "0")),
        )
        for rate_hz in (44_100, 32_000)
    )
    both = tmp_path / "both.mp3"
    parts = [sounds.make(odd, tmp_path) for odd in (fast, slow)]
    both.write_bytes(b"".join(part.read_bytes() for part in parts))

    info, envelope = AudioProcessor().analyse(both)

    lengths = [AudioProcessor().probe(part) for part in parts]
    # The decoder's memory at the joint may cost a frame of 1152 samples.
    assert abs(info.duration_s - sum(part.duration_s for part in lengths)) <= Fraction(1152, 32_000)
    assert info.duration_s != Fraction(info.sample_count, info.sample_rate_hz)
    assert abs(len(envelope.rms) * envelope.step_s - info.duration_s) < envelope.step_s
    at_16k = sum(block.shape[1] for block in AudioProcessor().decode(both, sample_rate_hz=16_000))
    assert at_16k == round(info.duration_s * 16_000)


@pytest.mark.parametrize("rate_hz", [8_000, 11_025, 22_050, 44_100, 48_000, 96_000])
@pytest.mark.parametrize("seconds", [0.2, 1.0, 2.345])
def test_resampling_keeps_length_and_place(rate_hz: int, seconds: float, tmp_path: Path) -> None:
    samples = _tone(seconds)
    samples[len(samples) // 2] = 1.0
    path = _wav(tmp_path / "a.wav", samples)

    blocks = list(AudioProcessor().decode(path, sample_rate_hz=rate_hz, channel_count=2))

    sound = np.concatenate(blocks, axis=1)
    assert sound.shape == (2, round(Fraction(len(samples), 44_100) * rate_hz))
    assert sound.dtype == np.float32
    times_s = np.arange(sound.shape[1]) / rate_hz
    ideal = 0.5 * np.sin(2 * np.pi * 440 * times_s)
    ideal *= np.abs(sound[0]).max() / np.abs(ideal).max()
    middle = slice(sound.shape[1] // 10, sound.shape[1] * 2 // 5)  # away from ends and click
    # A shift of one sample at 8 kHz would show as an error of 0.34 of the amplitude.
    assert (
        np.abs(
            sound[0, middle] / sound[0, middle].max() - ideal[middle] / ideal[middle].max()
        ).max()
        < 0.02
    )


def test_more_channels_than_any_layout_are_folded(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(12)
        file.setsampwidth(2)
        file.setframerate(48_000)
        file.writeframes(np.full((4_800, 12), 8_192, "<i2").tobytes())

    info = AudioProcessor().probe(path)
    stereo = np.concatenate(list(AudioProcessor().decode(path, channel_count=2)), axis=1)

    assert (info.channel_count, info.sample_count) == (12, 4_800)
    assert stereo.shape == (2, 4_800)
    assert np.ptp(stereo) < 1e-6


def test_eight_planar_channels_are_read(tmp_path: Path) -> None:
    odd = OddSound(
        muxer="ipod", suffix="m4a", codec="alac", sample_rate_hz=48_000, layout="7.1(wide)",
        sample_count=9_999, exact=True, sample_format="s16p",
    )  # fmt: skip
    path = sounds.make(odd, tmp_path)

    info = AudioProcessor().probe(path)
    blocks = np.concatenate(list(AudioProcessor().decode(path)), axis=1)

    assert info.channel_count == 8
    assert blocks.shape == (8, 9_999)


def test_values_that_are_no_sound_are_mended(tmp_path: Path) -> None:
    odd = next(odd for odd in SHORT if odd.codec == "pcm_f32le")
    path = sounds.make(odd, tmp_path)
    data = bytearray(path.read_bytes())
    poison = np.array([np.nan, np.inf, -np.inf, 3e38], "<f4").tobytes()
    data[-4096 : -4096 + len(poison)] = poison
    path.write_bytes(data)

    info, envelope = AudioProcessor().analyse(path)

    assert info.sample_count == odd.sample_count
    assert info.peak == 1000.0
    assert np.isfinite(envelope.rms).all()


def test_peak_and_envelope_say_how_loud_it_is(tmp_path: Path) -> None:
    path = _wav(tmp_path / "a.wav", _tone(2, amplitude=0.5))

    info, envelope = AudioProcessor().analyse(path)

    assert info.peak == pytest.approx(0.5, abs=1e-3)
    assert len(envelope.rms) == 200
    assert envelope.rms == pytest.approx(0.5 / np.sqrt(2), abs=0.03)  # 10 ms are 4.4 periods


@pytest.mark.parametrize("rate_hz", [8_000, 11_025, 44_100])
def test_envelope_steps_do_not_drift(rate_hz: int, tmp_path: Path) -> None:
    samples = np.zeros(rate_hz * 30)
    samples[rate_hz * 29 :] = 0.5  # the sound begins at exactly 29 s
    path = _wav(tmp_path / "a.wav", samples, rate_hz)

    envelope = AudioProcessor().analyse(path)[1]

    assert len(envelope.rms) == 3_000
    assert np.flatnonzero(envelope.rms)[0] == 2_900
    assert envelope.rms[2_900:] == pytest.approx(0.5, abs=1e-3)


@pytest.mark.parametrize("rate", [Fraction(24_000, 1001), Fraction(30), Fraction(240)])
def test_energy_follows_the_sound_frame_by_frame(rate: Fraction, tmp_path: Path) -> None:
    samples = np.concatenate([np.zeros(44_100), _tone(2), np.zeros(44_100)])
    path = _wav(tmp_path / "a.wav", samples)
    timeline = Timeline.covering(Fraction(4), rate)

    energy = AudioProcessor().energy(path, timeline)

    starts_s = np.arange(timeline.frame_count) / float(rate)
    assert energy.shape == (timeline.frame_count,)
    assert energy.dtype == np.float32
    assert energy[starts_s < 0.9].max() == 0
    assert energy[(starts_s > 1.05) & (starts_s < 2.9)].min() > 0.9
    assert energy[starts_s > 3.05].max() == 0


def test_one_bang_does_not_flatten_a_song() -> None:
    rms = np.full(1_000, 0.1, np.float32)
    rms[500] = 1.0
    envelope = Envelope(step_s=Fraction(1, 100), rms=rms)

    energy = AudioProcessor().energy(envelope, Timeline.covering(Fraction(10), Fraction(25)))

    assert np.median(energy) == pytest.approx(1, abs=0.01)


def test_silence_has_no_energy(tmp_path: Path) -> None:
    path = _wav(tmp_path / "a.wav", np.zeros(44_100))

    sound = AudioProcessor().sound(path, Timeline.covering(Fraction(1), Fraction(30)))

    assert sound.info.peak == 0
    assert not sound.energy.any()


def test_silences_are_found_where_they_are(tmp_path: Path) -> None:
    quiet = np.zeros(22_050)
    path = _wav(tmp_path / "a.wav", np.concatenate([_tone(1), quiet, _tone(1), quiet[:4_410]]))

    processor = AudioProcessor()
    assert processor.silences(path) == [(1.0, 1.5)]
    assert processor.silences(path, min_s=0.05) == [(1.0, 1.5), (2.5, 2.6)]
    assert processor.silences(path, threshold_db=0) == [(0.0, 2.6)]


def test_loudness_is_that_of_the_standard(tmp_path: Path) -> None:
    # EBU Tech 3341, test 1: a sine of -23 dBFS in two channels is -23 LUFS; in one it is -26.
    samples = _tone(20, amplitude=10 ** (-23 / 20), sample_rate_hz=48_000)
    path = _wav(tmp_path / "a.wav", samples, 48_000)

    loudness = AudioProcessor().loudness(path)

    # At 440 Hz the K filter reads 0.7 LU lower than at the standard's 1 kHz.
    assert loudness.integrated_lufs == pytest.approx(-26.7, abs=0.2)
    assert loudness.true_peak_dbtp == pytest.approx(-23, abs=0.2)
    assert loudness.range_lu == pytest.approx(0, abs=0.1)


def test_silence_has_no_loudness(tmp_path: Path) -> None:
    loudness = AudioProcessor().loudness(_wav(tmp_path / "a.wav", np.zeros(44_100)))

    assert loudness.integrated_lufs is None
    assert loudness.true_peak_dbtp is None


def test_tags_are_read_and_tamed(tmp_path: Path) -> None:
    import av

    path = tmp_path / "a.mp3"
    with av.open(str(path), "w", format="mp3") as output:
        output.metadata["TITLE"] = "two\nlines \x1b[31m"
        output.metadata["artist"] = "x" * 2_000
        stream = output.add_stream("libmp3lame", rate=44_100)
        frame = av.AudioFrame("fltp", "stereo", 44_100)
        for plane in frame.planes:
            plane.update(bytes(plane.buffer_size))
        frame.sample_rate = 44_100
        output.mux([*stream.encode(frame), *stream.encode(None)])

    tags = AudioProcessor().probe(path).tags

    assert tags["title"] == "two lines [31m"
    assert len(tags["artist"]) == 500
    assert "encoder" not in tags


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("empty.mp3", b"", "is empty"),
        ("text.mp3", b"this is a letter, not a song\n" * 40, "not a sound that can be read"),
        (
            "list.mp3",
            b"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nhttp://[::1]:9/x\n",
            "not a sound",
        ),
        ("two.mp3", b"ffconcat version 1.0\nfile 'pipe'\n", "is a playlist"),
        ("head.wav", _WAV_HEADER + bytes(4), "holds no sound: not one sample"),
    ],
)
def test_what_is_no_sound_is_named(name: str, content: bytes, said: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(content)

    with pytest.raises(AudioUnreadableError, match=said) as caught:
        AudioProcessor().probe(path)

    assert name in str(caught.value)
    assert caught.value.hint


def test_a_picture_is_named_as_one(tmp_path: Path) -> None:
    from PIL import Image

    path = tmp_path / "photo.jpg"
    Image.new("RGB", (64, 48), "red").save(path)

    with pytest.raises(AudioUnreadableError, match=r"photo.jpg is a picture \(mjpeg 64x48\)"):
        AudioProcessor().probe(path)


def test_a_silent_film_is_named_as_one(tmp_path: Path) -> None:
    import av

    path = tmp_path / "film.mp4"
    with av.open(str(path), "w") as output:
        film = output.add_stream("mpeg4", rate=10)
        film.width, film.height = 64, 48
        output.mux([*film.encode(av.VideoFrame(64, 48)), *film.encode(None)])

    with pytest.raises(AudioUnreadableError, match=r"video .* without a sound track"):
        AudioProcessor().probe(path)


def test_only_regular_files_are_opened(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.mp3"
    os.mkfifo(pipe)

    for path, said in (
        (tmp_path, "is a folder"),
        (pipe, "not a regular file"),
        (tmp_path / "missing.mp3", "no such file"),
        (tmp_path / "a\0b.mp3", "null"),
    ):
        with pytest.raises(AudioUnreadableError, match=said):
            AudioProcessor().probe(path)


@pytest.mark.parametrize(
    "name",
    ["-y.wav", "with space.wav", "http:x.wav", "%03d.wav", "\u97f3\u697d.wav", "x" * 251 + ".wav"],
)
def test_any_name_is_a_file_name(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _wav(tmp_path / name, _tone(0.5))
    monkeypatch.chdir(tmp_path)

    assert AudioProcessor().probe(name).duration_s == Fraction(1, 2)


@pytest.mark.slow
def test_memory_does_not_grow_with_length(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(8_000)
        for _ in range(300):
            file.writeframes(bytes(4 * 8_000))

    tracemalloc.start()
    info = AudioProcessor().probe(path)
    peak_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert info.duration_s == 300
    assert peak_bytes < 6_000_000  # all samples as float32 would be 19 MB


def test_the_source_is_left_as_it_was(tmp_path: Path) -> None:
    path = sounds.make(_odd("mp3"), tmp_path)
    before = (path.read_bytes(), path.stat().st_mtime_ns)

    AudioProcessor().sound(path, Timeline.covering(Fraction(1), Fraction(30)))

    assert (path.read_bytes(), path.stat().st_mtime_ns) == before
    assert list(tmp_path.iterdir()) == [path]
