"""Encoders are known by trying them."""

import time

import pytest

from ai_video_generator.config.video_codecs import ENCODERS
from ai_video_generator.hardware.video_encoders import working_video_encoders


def test_software_encoders_of_the_wheel_work_in_the_order_asked() -> None:
    names = ("libsvtav1", "libx264", "libx265", "libvpx-vp9", "prores_ks", "gif")

    assert working_video_encoders(names) == names


def test_what_does_not_exist_does_not_work() -> None:
    assert working_video_encoders(("h264_nothing", "aac", "")) == ()


def test_trying_all_is_quick_and_silent(capfd: pytest.CaptureFixture[str]) -> None:
    working_video_encoders(("libx264",))  # loads the libraries
    started_s = time.monotonic()

    working_video_encoders(tuple(encoder.name for encoder in ENCODERS))

    assert time.monotonic() - started_s < 3.0  # 0.15 s on a quiet machine
    assert capfd.readouterr() == ("", "")


def test_the_terminal_is_given_back(capfd: pytest.CaptureFixture[str]) -> None:
    import os

    working_video_encoders(("libx264",))
    os.write(2, b"still here")

    assert capfd.readouterr().err == "still here"
