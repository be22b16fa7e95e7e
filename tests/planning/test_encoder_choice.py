"""The first encoder that works is taken, and only those worth trying are tried."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from corpus.machines import machine
from corpus.requests import SOFTWARE_ENCODERS, model, request

from ai_video_generator.config.choices import Codec
from ai_video_generator.config.containers import container_named
from ai_video_generator.errors import RequestImpossibleError
from ai_video_generator.media.resolution import Resolution
from ai_video_generator.planning.encoder_choice import chosen_encoder, encoder_candidates
from ai_video_generator.planning.plan import Reason
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


@pytest.mark.parametrize(
    ("changes", "working", "codec", "encoder"),
    [
        (
            {},
            ("h264_nvenc",),
            ("h264", "it is the usual choice for mp4 files"),
            ("h264_nvenc", "a chip of this machine does the work, and trying it worked"),
        ),
        (
            {"codec": Codec.HEVC},
            SOFTWARE_ENCODERS,
            ("hevc", "it was asked for"),
            ("libx265", "no hardware encoder for it works here"),
        ),
        (
            {"software_encoding": True},
            _ALL,
            ("h264", "it is the usual choice for mp4 files"),
            ("libx264", "hardware encoders were to be left alone"),
        ),
        (
            {"container": "mov", "codec": Codec.PRORES, "software_encoding": True},
            ("prores_ks",),
            ("prores", "it was asked for"),
            ("prores_ks", "it is the one that makes this"),
        ),
    ],
)
def test_codec_and_encoder_are_explained(
    changes: dict[str, Any],
    working: tuple[str, ...],
    codec: tuple[str, str],
    encoder: tuple[str, str],
) -> None:
    asked = request(**changes)
    _, reasons = chosen_encoder(asked, container_named(asked.container), working)

    assert reasons == (
        Reason(topic="codec", choice=codec[0], because=codec[1]),
        Reason(topic="encoder", choice=encoder[0], because=encoder[1]),
    )


def test_a_gif_is_said_to_be_silent() -> None:
    _, reasons = chosen_encoder(request(container="gif"), container_named("gif"), ("gif",))

    assert reasons[2] == Reason(topic="sound", choice="none", because="GIF holds no sound")


@pytest.mark.parametrize(("width_px", "height_px"), [(192, 128), (192, 1000), (1000, 128)])
def test_a_chip_is_asked_for_the_smallest_frames_it_takes(width_px: int, height_px: int) -> None:
    assert _name(request(size=Resolution(width_px, height_px))) == "h264_nvenc"


def test_a_codec_that_the_container_does_not_hold_is_refused_with_those_it_does() -> None:
    with pytest.raises(RequestImpossibleError) as caught:
        _name(request(container="webm", codec=Codec.H264))

    assert (str(caught.value), caught.value.hint) == (
        "webm files do not hold h264 video",
        "choose one of av1, vp9, or another ending of the file's name",
    )


def test_no_encoder_at_all_is_refused_with_a_codec_that_plays_everywhere() -> None:
    with pytest.raises(RequestImpossibleError) as caught:
        _name(request(container="webm"), ("libx264",))

    assert (str(caught.value), caught.value.hint) == (
        "no encoder for av1, vp9 works on this machine",
        "choose another codec: h264 in an .mp4 file plays everywhere",
    )
