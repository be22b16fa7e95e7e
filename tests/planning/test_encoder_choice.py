"""The first encoder that works is taken, and only those worth trying are tried."""

from dataclasses import replace
from fractions import Fraction

import pytest
from corpus.machines import machine
from corpus.requests import SOFTWARE_ENCODERS, model, request

from ai_video_generator.config.choices import Codec
from ai_video_generator.config.containers import container_named
from ai_video_generator.errors import RequestImpossibleError
from ai_video_generator.media.resolution import Resolution
from ai_video_generator.planning.encoder_choice import chosen_encoder, encoder_candidates
from ai_video_generator.planning.planner import candidates
from ai_video_generator.planning.request import Request

_ALL = ("h264_nvenc", "h264_qsv", "hevc_nvenc", "av1_nvenc", *SOFTWARE_ENCODERS)


def _name(asked: Request, working: tuple[str, ...] = _ALL) -> str:
    return chosen_encoder(asked, container_named(asked.container), working)[0].name


def test_a_chip_that_works_comes_first() -> None:
    assert _name(request()) == "h264_nvenc"
    assert _name(request(), ("h264_qsv", "libx264")) == "h264_qsv"


def test_software_is_taken_when_no_chip_works() -> None:
    assert _name(request(), SOFTWARE_ENCODERS) == "libx264"


def test_chips_can_be_left_alone() -> None:
    assert _name(request(software_encoding=True)) == "libx264"


def test_a_chip_is_not_asked_for_frames_smaller_than_it_takes() -> None:
    assert _name(request(size=Resolution(160, 120))) == "libx264"
    assert _name(request(size=Resolution(1080, 64))) == "libx264"


@pytest.mark.parametrize(
    ("container", "codec", "name"),
    [
        ("mp4", Codec.HEVC, "hevc_nvenc"),
        ("mov", Codec.PRORES, "prores_ks"),
        ("webm", None, "av1_nvenc"),
        ("webm", Codec.VP9, "libvpx-vp9"),
        ("gif", None, "gif"),
    ],
)
def test_the_codec_asked_for_is_made(container: str, codec: Codec | None, name: str) -> None:
    assert _name(request(container=container, codec=codec)) == name


def test_the_containers_next_codec_is_taken_when_none_was_asked_for() -> None:
    asked = request(container="webm")
    encoder, reasons = chosen_encoder(asked, container_named("webm"), ("libvpx-vp9",))

    assert encoder.name == "libvpx-vp9"
    assert reasons[0].because == "no encoder for av1 works on this machine"


def test_a_codec_asked_for_that_nothing_makes_is_refused() -> None:
    with pytest.raises(RequestImpossibleError, match="no encoder for av1"):
        _name(request(codec=Codec.AV1), ("libx264",))


def test_only_encoders_of_the_wanted_codec_are_tried() -> None:
    mp4 = container_named("mp4")

    assert encoder_candidates(request(codec=Codec.HEVC), mp4) == (
        "hevc_nvenc",
        "hevc_qsv",
        "hevc_amf",
        "hevc_videotoolbox",
        "libx265",
    )
    assert encoder_candidates(request(codec=Codec.HEVC, software_encoding=True), mp4) == (
        "libx265",
    )
    assert "libx264" in encoder_candidates(request(), mp4)


@pytest.mark.parametrize(
    ("asked", "ticks"),
    [
        (Fraction(24), 4),
        (Fraction(30), 3),
        (Fraction(60), 2),
        (Fraction(240), 2),
        (Fraction(24_000, 1001), 4),
        (Fraction(25), 4),
        (Fraction(1), 100),
        (None, 7),
    ],
)
def test_gif_frames_last_whole_hundredths_of_a_second(asked: Fraction | None, ticks: int) -> None:
    facts = replace(machine("laptop_igpu"), video_encoders=SOFTWARE_ENCODERS)
    made = candidates(request(container="gif", frame_rate=asked), facts, [model()]).best

    assert made.timeline.frame_rate == Fraction(100, ticks)
    assert [r.because for r in made.reasons if r.topic == "sound"] == ["GIF holds no sound"]


def test_gif_stays_small_on_any_machine() -> None:
    facts = replace(machine("desktop_rtx4090"), video_encoders=SOFTWARE_ENCODERS)
    made = candidates(request(container="gif"), facts, [model()]).best

    assert made.output_size == Resolution(854, 480)
    assert made.encoder.pixel_format == "pal8"
