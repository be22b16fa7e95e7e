"""The sound in the finished file has the very samples, or the very length, of its source."""

import json
import shutil
import subprocess
from fractions import Fraction
from math import ceil
from pathlib import Path

import av
import numpy as np
import pytest
from corpus import sounds
from corpus.sounds import OddSound, Trait
from numpy.typing import NDArray

from ai_video_generator.config.choices import SoundMode
from ai_video_generator.encoding.sound_copy import MUXERS
from ai_video_generator.encoding.sound_track import (
    SoundTrackChoice,
    SoundTrackMode,
    SoundTrackWriter,
    choose_sound_track,
    container_options,
)
from ai_video_generator.errors import (
    AudioUnreadableError,
    EncodingError,
    RequestImpossibleError,
)
from ai_video_generator.media.audio_processor import AudioProcessor
from ai_video_generator.media.sound import SoundInfo

FRAME_S = Fraction(1, 30)
SHORT = [odd for odd in sounds.odd_sounds() if not odd.long and odd.duration_s < 6]


def _choice(info: SoundInfo, container: str, mode: SoundMode) -> SoundTrackChoice:
    return choose_sound_track(
        info,
        container=container,
        mode=mode,
        video_duration_s=ceil(info.duration_s / FRAME_S) * FRAME_S,
        frame_duration_s=FRAME_S,
    )


def _written(
    source: Path, folder: Path, container: str, mode: SoundMode
) -> tuple[SoundInfo, SoundTrackChoice, Path]:
    info = AudioProcessor().probe(source)
    choice = _choice(info, container, mode)
    path = folder / f"out.{container}"
    with av.open(
        str(path),
        "w",
        format=MUXERS[container],
        options=container_options(info, choice, container=container),
    ) as output:
        writer = SoundTrackWriter(output, info, choice)
        for tenth in range(ceil(info.duration_s * 10)):
            writer.write_until(Fraction(tenth, 10))
        writer.finish()
        writer.close()
    return info, choice, path


def _mono(path: Path, sample_rate_hz: int = 48_000) -> NDArray[np.float32]:
    blocks = AudioProcessor().decode(path, sample_rate_hz=sample_rate_hz, channel_count=1)
    return np.concatenate(list(blocks), axis=1).reshape(-1)


def _lag(late: NDArray[np.float32], early: NDArray[np.float32]) -> int:
    """By how many samples one sound is later than another: the peak of their cross-correlation."""
    size = 1 << (len(late) + len(early)).bit_length()
    spectrum = np.fft.rfft(late, size) * np.conj(np.fft.rfft(early, size))
    peak = int(np.fft.irfft(spectrum, size).argmax())
    return peak - size if peak > size // 2 else peak


def _odd(suffix: str, codec: str, trait: Trait = Trait.PLAIN) -> OddSound:
    return next(
        odd for odd in SHORT if (odd.suffix, odd.codec, odd.trait) == (suffix, codec, trait)
    )


@pytest.mark.parametrize("container", MUXERS)
@pytest.mark.parametrize("odd", SHORT[::6], ids=lambda odd: odd.name)
def test_the_sound_has_its_exact_length(odd: OddSound, container: str, tmp_path: Path) -> None:
    source = sounds.make(odd, tmp_path)

    info, choice, path = _written(source, tmp_path, container, SoundMode.AUTO)

    finished = AudioProcessor().probe(path)
    assert finished.codec == choice.codec
    assert finished.sample_rate_hz == choice.sample_rate_hz
    assert finished.sample_count == round(info.duration_s * finished.sample_rate_hz)
    if choice.mode is SoundTrackMode.COPIED:
        assert finished.pcm_crc32 == info.pcm_crc32
        assert finished.raw_sample_count == info.raw_sample_count
    else:
        assert finished.raw_sample_count == finished.sample_count


@pytest.mark.slow
@pytest.mark.parametrize("container", ["mp4", "webm"])
@pytest.mark.parametrize("odd", SHORT, ids=lambda odd: odd.name)
def test_encoding_keeps_every_odd_sound_exact(
    odd: OddSound, container: str, tmp_path: Path
) -> None:
    source = sounds.make(odd, tmp_path)

    info, choice, path = _written(source, tmp_path, container, SoundMode.ENCODE)

    finished = AudioProcessor().probe(path)
    assert choice.mode is SoundTrackMode.ENCODED
    assert finished.raw_sample_count == round(info.duration_s * finished.sample_rate_hz)
    assert finished.decode_error_count == 0


@pytest.mark.parametrize("container", MUXERS)
@pytest.mark.parametrize(
    ("suffix", "codec"),
    [
        ("mp3", "libmp3lame"),
        ("m4a", "aac"),
        ("opus", "libopus"),
        ("flac", "flac"),
        ("ogg", "vorbis"),
    ],
)
def test_the_sound_is_in_its_place(suffix: str, codec: str, container: str, tmp_path: Path) -> None:
    source = sounds.make(_odd(suffix, codec), tmp_path)

    _, _, path = _written(source, tmp_path, container, SoundMode.AUTO)

    before, after = _mono(source), _mono(path)
    assert len(before) == len(after)
    assert _lag(after, before) == 0
    assert np.corrcoef(before, after)[0, 1] > 0.97


@pytest.mark.skipif(shutil.which("ffprobe") is None, reason="reads the file with ffprobe")
@pytest.mark.parametrize("container", ["mp4", "mov"])
@pytest.mark.parametrize(
    ("suffix", "codec"), [("mp3", "libmp3lame"), ("m4a", "aac"), ("wav", "pcm_s16le")]
)
def test_ffprobe_sees_the_exact_length(
    suffix: str, codec: str, container: str, tmp_path: Path
) -> None:
    source = sounds.make(_odd(suffix, codec), tmp_path)

    _, choice, path = _written(source, tmp_path, container, SoundMode.AUTO)

    shown = subprocess.run(
        ["ffprobe", "-v", "error", "-show_streams", "-of", "json", path],
        capture_output=True,
        check=True,
    ).stdout
    stream = json.loads(shown)["streams"][0]
    assert stream["start_pts"] == 0
    assert stream["time_base"] == f"1/{choice.sample_rate_hz}"
    assert stream["duration_ts"] == AudioProcessor().probe(source).sample_count


@pytest.mark.parametrize(
    ("suffix", "codec", "container"),
    [
        ("m4a", "aac", "mp4"),
        ("m4a", "alac", "mov"),
        ("flac", "flac", "mp4"),
        ("flac", "flac", "mkv"),
        ("ac3", "ac3", "mp4"),
        ("aac", "aac", "mp4"),
        ("wav", "pcm_s16le", "mov"),
        ("opus", "libopus", "webm"),
        ("ogg", "vorbis", "webm"),
    ],
)
def test_auto_copies_where_that_is_exact(
    suffix: str, codec: str, container: str, tmp_path: Path
) -> None:
    source = sounds.make(_odd(suffix, codec), tmp_path)

    choice = _choice(AudioProcessor().probe(source), container, SoundMode.AUTO)

    assert choice.mode is SoundTrackMode.COPIED
    assert "very same" in choice.because


def test_gapless_mp3_is_encoded_by_auto_and_copied_exactly_on_request(tmp_path: Path) -> None:
    source = sounds.make(_odd("mp3", "libmp3lame"), tmp_path)

    _, automatic, _ = _written(source, tmp_path, "mp4", SoundMode.AUTO)
    info, copied, path = _written(source, tmp_path, "mp4", SoundMode.COPY)

    assert automatic.mode is SoundTrackMode.ENCODED
    assert "some players" in automatic.because
    finished = AudioProcessor().probe(path)
    assert (copied.mode, finished.codec) == (SoundTrackMode.COPIED, "mp3")
    assert finished.sample_count == info.sample_count
    assert finished.pcm_crc32 == info.pcm_crc32


@pytest.mark.parametrize(
    ("suffix", "codec", "container", "said"),
    [
        ("mp3", "libmp3lame", "webm", "webm cannot take mp3"),
        ("mp3", "libmp3lame", "mkv", "samples too long"),
        ("wma", "wmav2", "mp4", "mp4 cannot take wmav2"),
    ],
)
def test_a_copy_that_cannot_be_exact_is_refused(
    suffix: str, codec: str, container: str, said: str, tmp_path: Path
) -> None:
    info = AudioProcessor().probe(sounds.make(_odd(suffix, codec), tmp_path))

    with pytest.raises(RequestImpossibleError, match=said) as caught:
        _choice(info, container, SoundMode.COPY)

    assert caught.value.hint


def test_a_gif_takes_no_sound(tmp_path: Path) -> None:
    info = AudioProcessor().probe(sounds.make(_odd("wav", "pcm_s16le"), tmp_path))

    with pytest.raises(RequestImpossibleError, match="a gif file holds no sound"):
        _choice(info, "gif", SoundMode.AUTO)


def test_undeclared_padding_longer_than_a_frame_is_not_copied(tmp_path: Path) -> None:
    info = AudioProcessor().probe(sounds.make(_odd("m4a", "aac"), tmp_path))
    frame_s = Fraction(info.raw_sample_count - info.sample_count, info.sample_rate_hz)

    choice = choose_sound_track(
        info,
        container="mp4",
        mode=SoundMode.AUTO,
        video_duration_s=info.duration_s,
        frame_duration_s=frame_s,
    )

    assert frame_s > 0
    assert choice.mode is SoundTrackMode.ENCODED


def test_writing_follows_the_pictures(tmp_path: Path) -> None:
    info = AudioProcessor().probe(sounds.make(_odd("wav", "pcm_s16le", Trait.OFFSET), tmp_path))
    choice = _choice(info, "mov", SoundMode.AUTO)
    path = tmp_path / "out.mov"
    with av.open(
        str(path), "w", options=container_options(info, choice, container="mov")
    ) as output:
        writer = SoundTrackWriter(output, info, choice)
        writer.write_until(Fraction(1))
        writer.close()

    half = AudioProcessor().probe(path)

    assert 1 <= half.duration_s < Fraction(12, 10)


def test_damaged_timestamps_do_not_stop_a_copy(tmp_path: Path) -> None:
    odd = _odd("aac", "aac")
    path = sounds.make(odd, tmp_path)
    data = path.read_bytes()
    # Half a sound after a whole one: the parser's clock stumbles over the torn frame between them.
    path.write_bytes(data[: len(data) * 2 // 3] + data)

    info, _, finished = _written(path, tmp_path, "mp4", SoundMode.AUTO)

    assert AudioProcessor().probe(finished).duration_s == info.duration_s


def test_hot_float_sound_is_encoded(tmp_path: Path) -> None:
    source = sounds.make(_odd("wav", "pcm_f32le", Trait.HOT), tmp_path)
    data = bytearray(source.read_bytes())
    data[-64:-52] = np.array([np.nan, np.inf, -3e38], "<f4").tobytes()
    source.write_bytes(data)

    info, choice, path = _written(source, tmp_path, "mp4", SoundMode.AUTO)

    assert choice.mode is SoundTrackMode.ENCODED
    assert AudioProcessor().probe(path).sample_count == info.sample_count


def test_eight_channels_become_six_and_it_is_said(tmp_path: Path) -> None:
    odd = OddSound(
        muxer="wav",
        suffix="wav",
        codec="pcm_s16le",
        sample_rate_hz=48_000,
        layout="7.1(wide)",
        sample_count=12_345,
        exact=True,
    )
    source = sounds.make(odd, tmp_path)

    _, choice, path = _written(source, tmp_path, "mp4", SoundMode.AUTO)

    finished = AudioProcessor().probe(path)
    assert "8 channels mixed to 5.1" in choice.because
    assert (finished.channel_count, finished.sample_count) == (6, 12_345)


def test_a_sound_that_changes_midway_is_noticed(tmp_path: Path) -> None:
    source = sounds.make(_odd("wav", "pcm_s16le", Trait.OFFSET), tmp_path)
    info = AudioProcessor().probe(source)
    choice = _choice(info, "mp4", SoundMode.ENCODE)
    source.write_bytes(source.read_bytes()[:-4_000])

    with av.open(str(tmp_path / "out.mp4"), "w") as output:
        writer = SoundTrackWriter(output, info, choice)
        with pytest.raises(EncodingError, match="changed while the video was made"):
            writer.finish()
        writer.close()


def test_a_sound_that_vanished_is_named(tmp_path: Path) -> None:
    source = sounds.make(_odd("wav", "pcm_s16le", Trait.OFFSET), tmp_path)
    info = AudioProcessor().probe(source)
    choice = _choice(info, "mp4", SoundMode.ENCODE)
    source.unlink()

    with (
        av.open(str(tmp_path / "out.mp4"), "w") as output,
        pytest.raises(AudioUnreadableError, match="no such file"),
    ):
        SoundTrackWriter(output, info, choice)


def test_the_trial_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = sounds.make(_odd("flac", "flac"), tmp_path)
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))

    _choice(AudioProcessor().probe(source), "mkv", SoundMode.AUTO)

    assert not list(temporary.iterdir())
