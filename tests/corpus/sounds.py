"""Makes odd sounds of every kind with PyAV alone: formats, rates, channels, lengths, lying headers.

Every sound is a mixture of a tone, beats and noise, made and written block by block, so that two
hours of it need no more memory than a second.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.stream import Disposition
from av.video.stream import VideoStream
from numpy.typing import NDArray

from ai_video_generator.media.sound_samples import frame_of

_BLOCK_SAMPLES = 16_384
_SEED = 20_240_229
_COVER_PX = 64


class Trait(StrEnum):
    """What is odd about a sound besides its format."""

    PLAIN = "plain"
    COVER = "cover"
    VIDEO = "video"
    SILENT = "silent"
    OFFSET = "offset"
    LENGTH_HUGE = "length-huge"
    LENGTH_ZERO = "length-zero"
    LENGTH_STREAMED = "length-streamed"
    CUT_SHORT = "cut-short"
    GARBAGE_BEFORE = "garbage-before"
    HOT = "hot"


@dataclass(frozen=True, slots=True, kw_only=True)
class OddSound:
    """One sound of the corpus.

    Attributes:
        muxer: FFmpeg's name of the file format.
        suffix: End of the file's name.
        codec: FFmpeg's name of the encoder.
        sample_rate_hz: Samples a second.
        layout: FFmpeg's name of the channel layout.
        sample_count: Samples a channel that are encoded.
        exact: Whether the file says exactly how long the sound is, so that as many samples must be
            decoded.
        bit_rate: Bits a second; 0 leaves it to the encoder.
        sample_format: FFmpeg's name of the sample format; empty takes the encoder's first.
        options: Encoder options.
        muxer_options: Container options.
        trait: What is odd besides.
        long: Whether it lasts an hour or more.
    """

    muxer: str
    suffix: str
    codec: str
    sample_rate_hz: int
    layout: str
    sample_count: int
    exact: bool
    bit_rate: int = 0
    sample_format: str = ""
    options: tuple[tuple[str, str], ...] = ()
    muxer_options: tuple[tuple[str, str], ...] = ()
    trait: Trait = Trait.PLAIN
    long: bool = False

    @property
    def name(self) -> str:
        """A name that no other sound of the corpus has."""
        parts = [self.suffix, self.codec, str(self.sample_rate_hz), self.layout]
        parts += [value for _, value in (*self.options, *self.muxer_options)]
        parts += [str(self.bit_rate)] if self.bit_rate else []
        parts += [self.sample_format] if self.sample_format else []
        return "-".join([*parts, str(self.sample_count), self.trait]).replace(".", "_")

    @property
    def duration_s(self) -> Fraction:
        """Exact length of what is encoded."""
        return Fraction(self.sample_count, self.sample_rate_hz)


def odd_sounds() -> list[OddSound]:
    """The whole corpus, long sounds last."""
    short = [*_mp3s(), *_waves(), *_lossless(), *_lossy(), *_films()]
    return [*short, *_long()]


def make(odd: OddSound, folder: Path) -> Path:
    """Write a sound into a folder and return its path."""
    path = folder / f"{odd.name}.{odd.suffix}"
    with av.open(str(path), "w", format=odd.muxer, options=dict(odd.muxer_options)) as output:
        sound = output.add_stream(odd.codec, rate=odd.sample_rate_hz, options=dict(odd.options))
        assert isinstance(sound, AudioStream)
        sound.layout = odd.layout
        if odd.sample_format:
            sound.format = odd.sample_format
        if odd.bit_rate:
            sound.bit_rate = odd.bit_rate
        if odd.trait is Trait.COVER:
            _add_cover(output)
        film = _add_film(output) if odd.trait is Trait.VIDEO else None
        if film is not None:
            _write_film(output, film, odd.duration_s)
        position = 0
        for block in content(odd):
            frame = frame_of(
                block,
                layout=odd.layout,
                sample_rate_hz=odd.sample_rate_hz,
                first_sample=position,
            )
            position += block.shape[1]
            output.mux(sound.encode(frame))
        output.mux(sound.encode(None))
    _spoil(path, odd.trait)
    return path


def content(odd: OddSound) -> Iterator[NDArray[np.float32]]:
    """What is encoded: ``(channel_count, sample_count)`` float32 blocks, the same on every call."""
    channel_count = av.AudioLayout(odd.layout).nb_channels
    random = np.random.default_rng(_SEED)
    for start in range(0, odd.sample_count, _BLOCK_SAMPLES):
        count = min(_BLOCK_SAMPLES, odd.sample_count - start)
        mono = _music(start, count, odd.sample_rate_hz, random)
        if odd.trait is Trait.SILENT:
            mono[:] = 0
        elif odd.trait is Trait.OFFSET:
            mono[:] = 0.25
        elif odd.trait is Trait.HOT:
            mono *= 8
        gains = 1 - 0.1 * np.arange(channel_count, dtype=np.float32)
        yield np.ascontiguousarray(mono * gains[:, None], np.float32)


def _music(
    start: int, count: int, sample_rate_hz: int, random: np.random.Generator
) -> NDArray[np.float32]:
    seconds = (start + np.arange(count)) / sample_rate_hz
    tone = 0.2 * np.sin(2 * np.pi * 330 * seconds)
    beat = 0.5 * np.sin(2 * np.pi * 110 * seconds) * np.exp(-12 * (seconds % 0.5))
    noise = 0.05 * random.standard_normal(count)
    return np.asarray(tone + beat + noise, np.float32)


def _odd(
    file: str,
    codec: str,
    sample_rate_hz: int,
    layout: str,
    seconds: float,
    *,
    exact: bool = False,
    bit_rate: int = 0,
    sample_format: str = "",
    options: dict[str, str] | None = None,
    muxer_options: dict[str, str] | None = None,
    trait: Trait = Trait.PLAIN,
    long: bool = False,
) -> OddSound:
    suffix, _, muxer = file.partition(":")
    return OddSound(
        muxer=muxer or suffix,
        suffix=suffix,
        codec=codec,
        sample_rate_hz=sample_rate_hz,
        layout=layout,
        sample_count=round(seconds * sample_rate_hz),
        exact=exact,
        bit_rate=bit_rate,
        sample_format=sample_format,
        options=tuple((options or {}).items()),
        muxer_options=tuple((muxer_options or {}).items()),
        trait=trait,
        long=long,
    )


def _mp3s() -> Iterator[OddSound]:
    for rate, layout, seconds in (
        (44_100, "stereo", 0.2),
        (48_000, "stereo", 3.3),
        (32_000, "mono", 2.01),
        (22_050, "stereo", 5.55),
        (16_000, "mono", 1.7),
        (11_025, "mono", 2.9),
        (8_000, "mono", 4.0),
    ):
        yield _odd("mp3", "libmp3lame", rate, layout, seconds, exact=True)
    for quality in (0, 9):  # 118 is FFmpeg's FF_QP2LAMBDA: its unit of quality
        vbr = {"flags": "+qscale", "global_quality": str(quality * 118)}
        yield _odd("mp3", "libmp3lame", 44_100, "stereo", 7.77, exact=True, options=vbr)
    abr = {"abr": "1"}
    yield _odd(
        "mp3", "libmp3lame", 44_100, "stereo", 20.3, exact=True, bit_rate=160_000, options=abr
    )
    plain = {"write_xing": "0"}
    yield _odd("mp3", "libmp3lame", 44_100, "stereo", 3.21, bit_rate=320_000, muxer_options=plain)
    yield _odd("mp3", "libmp3lame", 44_100, "mono", 3.21, bit_rate=64_000, muxer_options=plain)
    yield _odd("mp3", "libmp3lame", 44_100, "stereo", 2.5, exact=True, trait=Trait.COVER)
    yield _odd("mp3", "libmp3lame", 44_100, "stereo", 2.6, trait=Trait.CUT_SHORT)
    yield _odd(
        "mp3", "libmp3lame", 44_100, "stereo", 2.7, trait=Trait.GARBAGE_BEFORE, muxer_options=plain
    )
    yield _odd("mp3", "libmp3lame", 44_100, "stereo", 2.8, exact=True, trait=Trait.SILENT)


def _waves() -> Iterator[OddSound]:
    for codec, rate, layout, seconds in (
        ("pcm_u8", 8_000, "mono", 1.234),
        ("pcm_s16le", 44_100, "stereo", 0.2),
        ("pcm_s16le", 48_000, "stereo", 10.0),
        ("pcm_s16le", 11_025, "mono", 3.333),
        ("pcm_s16le", 37_800, "stereo", 1.9),
        ("pcm_s24le", 96_000, "stereo", 2.02),
        ("pcm_s24le", 48_000, "5.1", 1.5),
        ("pcm_s32le", 192_000, "stereo", 1.1),
        ("pcm_f32le", 44_100, "stereo", 1.61),
        ("pcm_f64le", 88_200, "mono", 0.9),
        ("pcm_mulaw", 8_000, "mono", 2.2),
    ):
        yield _odd("wav", codec, rate, layout, seconds, exact=True)
    yield _odd("wav", "pcm_f32le", 44_100, "stereo", 1.62, exact=True, trait=Trait.HOT)
    for trait in (
        Trait.LENGTH_HUGE,
        Trait.LENGTH_ZERO,
        Trait.LENGTH_STREAMED,
        Trait.SILENT,
        Trait.OFFSET,
    ):
        yield _odd("wav", "pcm_s16le", 44_100, "stereo", 2.0, exact=True, trait=trait)
    yield _odd("wav", "pcm_s16le", 44_100, "stereo", 2.1, trait=Trait.CUT_SHORT)


def _lossless() -> Iterator[OddSound]:
    for rate, layout, seconds, sample_format in (
        (44_100, "stereo", 0.25, "s16"),
        (48_000, "mono", 4.04, "s16"),
        (96_000, "stereo", 1.23, "s32"),
        (192_000, "stereo", 0.77, "s32"),
        (48_000, "5.1", 1.11, "s16"),
        (8_000, "mono", 12.3, "s16"),
    ):
        yield _odd("flac", "flac", rate, layout, seconds, exact=True, sample_format=sample_format)
    yield _odd(
        "flac", "flac", 44_100, "stereo", 1.3, exact=True, sample_format="s16", trait=Trait.COVER
    )
    yield _odd("aiff", "pcm_s16be", 44_100, "stereo", 1.01, exact=True)
    yield _odd("aiff", "pcm_s24be", 48_000, "mono", 2.51, exact=True)
    yield _odd("m4a:ipod", "alac", 44_100, "stereo", 2.22, exact=True)
    yield _odd("m4a:ipod", "alac", 96_000, "stereo", 0.66, exact=True, sample_format="s32p")
    yield _odd("caf", "pcm_s16be", 44_100, "stereo", 0.99, exact=True)
    yield _odd("wv", "wavpack", 44_100, "stereo", 1.44, exact=True, sample_format="s16p")
    yield _odd("au", "pcm_s16be", 22_050, "mono", 1.55, exact=True)


def _lossy() -> Iterator[OddSound]:
    vorbis = {"strict": "-2"}
    yield _odd("ogg", "vorbis", 44_100, "stereo", 3.03, options=vorbis)
    yield _odd("ogg", "vorbis", 48_000, "stereo", 0.3, options=vorbis)
    yield _odd("ogg", "vorbis", 22_050, "stereo", 6.1, options=vorbis)
    for layout, seconds in (("stereo", 0.2), ("mono", 4.321), ("5.1", 1.7), ("stereo", 13.3)):
        yield _odd("opus", "libopus", 48_000, layout, seconds, exact=True)
    yield _odd("opus", "libopus", 48_000, "mono", 5.0, exact=True, bit_rate=16_000)
    for rate, layout, seconds in (
        (44_100, "stereo", 0.21),
        (48_000, "stereo", 9.87),
        (22_050, "mono", 3.14),
        (8_000, "mono", 5.05),
        (96_000, "stereo", 1.41),
        (48_000, "5.1", 2.34),
    ):
        yield _odd("m4a:ipod", "aac", rate, layout, seconds, exact=True)
    yield _odd("aac:adts", "aac", 44_100, "stereo", 2.5)
    yield _odd("aac:adts", "aac", 16_000, "mono", 4.4)
    yield _odd("wma:asf", "wmav2", 44_100, "stereo", 2.3, bit_rate=128_000)
    yield _odd("wma:asf", "wmav2", 22_050, "mono", 3.4, bit_rate=48_000)
    yield _odd("ac3", "ac3", 48_000, "5.1", 1.9, bit_rate=448_000)
    yield _odd("ac3", "ac3", 44_100, "stereo", 2.9, bit_rate=192_000)
    yield _odd("mp2:mp2", "mp2", 44_100, "stereo", 1.8)


def _films() -> Iterator[OddSound]:
    yield _odd("mp4", "aac", 44_100, "stereo", 3.7, exact=True, trait=Trait.VIDEO)
    yield _odd("mov", "pcm_s16le", 48_000, "stereo", 2.7, exact=True, trait=Trait.VIDEO)
    yield _odd("mkv:matroska", "flac", 44_100, "stereo", 2.3, exact=True, trait=Trait.VIDEO)
    yield _odd("mkv:matroska", "libopus", 48_000, "5.1", 1.9, exact=True, trait=Trait.VIDEO)
    yield _odd("avi", "libmp3lame", 48_000, "stereo", 2.1, trait=Trait.VIDEO)


def _long() -> Iterator[OddSound]:
    hour = 3600.0
    yield _odd(
        "mp3", "libmp3lame", 16_000, "mono", 2 * hour, exact=True, bit_rate=32_000, long=True
    )
    yield _odd("m4a:ipod", "aac", 16_000, "mono", 2 * hour, exact=True, bit_rate=32_000, long=True)
    yield _odd("flac", "flac", 8_000, "mono", 2 * hour, exact=True, sample_format="s16", long=True)
    yield _odd("wav", "pcm_u8", 8_000, "mono", 2 * hour, exact=True, long=True)
    yield _odd("opus", "libopus", 48_000, "mono", hour, exact=True, bit_rate=16_000, long=True)


def _add_cover(output: OutputContainer) -> None:
    cover = output.add_stream("mjpeg", rate=1)
    assert isinstance(cover, VideoStream)
    cover.width = cover.height = _COVER_PX
    cover.pix_fmt = "yuvj420p"
    cover.disposition = Disposition.attached_pic
    picture = av.VideoFrame(_COVER_PX, _COVER_PX, "yuvj420p")
    picture.pts = 0
    output.mux([*cover.encode(picture), *cover.encode(None)])


def _add_film(output: OutputContainer) -> VideoStream:
    film = output.add_stream("mpeg4", rate=10)
    assert isinstance(film, VideoStream)
    film.width = film.height = _COVER_PX
    film.pix_fmt = "yuv420p"
    return film


def _write_film(output: OutputContainer, film: VideoStream, duration_s: Fraction) -> None:
    for index in range(int(duration_s * 10)):
        picture = av.VideoFrame(_COVER_PX, _COVER_PX, "yuv420p")
        picture.pts, picture.time_base = index, Fraction(1, 10)
        output.mux(film.encode(picture))
    output.mux(film.encode(None))


def _spoil(path: Path, trait: Trait) -> None:
    lengths = {
        Trait.LENGTH_HUGE: 0x7FFF_FFF0,
        Trait.LENGTH_ZERO: 0,
        Trait.LENGTH_STREAMED: 0xFFFF_FFFF,
    }
    if trait in lengths:
        data = bytearray(path.read_bytes())
        stated = lengths[trait].to_bytes(4, "little")
        data[4:8] = stated
        at = data.index(b"data") + 4
        data[at : at + 4] = stated
        path.write_bytes(data)
    elif trait is Trait.CUT_SHORT:
        data = bytearray(path.read_bytes())
        path.write_bytes(data[: len(data) * 3 // 4 + 1])
    elif trait is Trait.GARBAGE_BEFORE:
        noise = np.random.default_rng(_SEED).integers(0, 128, 5_000, np.uint8).tobytes()
        path.write_bytes(noise + path.read_bytes())
