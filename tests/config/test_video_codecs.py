"""Encoders and file formats are whole, and their settings are settings that FFmpeg knows."""

import json
from fractions import Fraction
from pathlib import Path

import av
import pytest

from ai_video_generator.config.choices import Codec, Quality
from ai_video_generator.config.containers import CONTAINERS, container_named, container_of
from ai_video_generator.config.video_codecs import ENCODERS, EncoderSpec, encoders_of
from ai_video_generator.errors import OutputPathError

_SOFTWARE = [encoder for encoder in ENCODERS if not encoder.hardware]
_BENCHMARK = Path(__file__).parents[2] / "benchmarks" / "encoders.json"


@pytest.mark.parametrize("codec", Codec)
def test_each_codec_has_a_software_encoder_after_the_chips(codec: Codec) -> None:
    encoders = encoders_of(codec)

    assert [encoder.hardware for encoder in encoders] == sorted(
        (encoder.hardware for encoder in encoders), reverse=True
    )
    assert not encoders[-1].hardware


@pytest.mark.parametrize("encoder", ENCODERS, ids=lambda encoder: encoder.name)
def test_each_encoder_has_settings_for_each_quality(encoder: EncoderSpec) -> None:
    assert set(encoder.settings) == set(Quality)
    assert all(s.cpu_seconds_per_megapixel > 0 for s in encoder.settings.values())
    assert all(s.bits_per_pixel > 0 for s in encoder.settings.values())
    assert all(s.ram_bytes_per_pixel > 0 for s in encoder.settings.values())


@pytest.mark.parametrize("quality", Quality)
@pytest.mark.parametrize("encoder", _SOFTWARE, ids=lambda encoder: encoder.name)
def test_ffmpeg_takes_every_option(encoder: EncoderSpec, quality: Quality) -> None:
    context = av.CodecContext.create(encoder.name, "w")
    assert isinstance(context, av.VideoCodecContext)
    context.width, context.height, context.pix_fmt = 256, 144, encoder.pixel_format
    context.time_base = Fraction(1, 30)
    context.options = dict(encoder.settings[quality].options)

    context.open()

    assert context.options == {}  # what FFmpeg does not know stays behind


@pytest.mark.parametrize(
    ("name", "container"),
    [
        ("a.mp4", "mp4"),
        ("A.M4V", "mp4"),
        ("/films/a b.MoV", "mov"),
        ("x.mkv", "mkv"),
        ("x.webm", "webm"),
        ("x.tar.gif", "gif"),
    ],
)
def test_the_ending_says_the_file_format(name: str, container: str) -> None:
    assert container_of(name).name == container
    assert container_of(Path(name)).name == container


@pytest.mark.parametrize("name", ["video", "video.avi", ".mp4", "mp4", "video.mp4.part"])
def test_an_unknown_ending_is_refused_with_the_known_ones(name: str) -> None:
    with pytest.raises(OutputPathError) as caught:
        container_of(name)

    assert ".webm" in caught.value.hint


def test_an_unknown_file_format_is_refused() -> None:
    with pytest.raises(OutputPathError, match="avi"):
        container_named("avi")


def test_defaults_are_what_plays() -> None:
    assert {container.name: container.codecs[0] for container in CONTAINERS} == {
        "mp4": Codec.H264,
        "mov": Codec.H264,
        "mkv": Codec.H264,
        "webm": Codec.AV1,
        "gif": Codec.GIF,
    }
    assert [container.name for container in CONTAINERS if not container.has_sound] == ["gif"]


def test_every_codec_has_a_file_format() -> None:
    assert {codec for container in CONTAINERS for codec in container.codecs} == set(Codec)


def test_costs_are_those_of_the_benchmark() -> None:
    """What a plan reckons with is what benchmarks/encoders.json holds, so neither goes stale."""
    measurements = json.loads(_BENCHMARK.read_text())["measurements"]
    measured = {
        (row["candidate"]["encoder"], quality): row
        for row in measurements
        for quality in row["used_for"]
        if row["candidate"]["clip"] == "photo"
    }
    for encoder in _SOFTWARE:
        if encoder.codec is Codec.GIF:
            continue
        for quality, settings in encoder.settings.items():
            row = measured[encoder.name, quality.value]
            assert row["candidate"]["options"] == settings.options
            assert settings.cpu_seconds_per_megapixel == pytest.approx(
                row["cpu_s_per_megapixel"], rel=0.1
            )
            assert settings.bits_per_pixel == pytest.approx(row["bits_per_pixel"], rel=0.1)
            assert settings.ram_bytes_per_pixel == pytest.approx(
                row["ram_bytes_per_pixel"], rel=0.1
            )


def test_the_settings_in_use_are_repeatable() -> None:
    rows = json.loads(_BENCHMARK.read_text())["measurements"]

    used = [row for row in rows if row["used_for"]]
    assert used
    assert all(row["repeatable"] for row in used)
