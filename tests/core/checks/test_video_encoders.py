"""H.264 can always be made, and an encoder chip that does not help is told."""

from dataclasses import replace

import pytest
from corpus.machines import machine

from ai_video_generator.core.checks.check import Check, State
from ai_video_generator.core.checks.installer import Installer
from ai_video_generator.core.checks.system import System
from ai_video_generator.core.checks.video_encoders import encoders_check
from ai_video_generator.hardware.facts import HardwareFacts


def _check(facts: HardwareFacts, system: System = System.DEBIAN) -> Check:
    (check,) = encoders_check(facts, system, Installer())
    return check


def _without_chips(name: str) -> HardwareFacts:
    return replace(machine(name), video_encoders=("libx264", "libx265"))


def test_a_chip_that_works_is_named() -> None:
    check = _check(machine("desktop_rtx4090"))

    assert check.state is State.OK
    assert "h264_nvenc" in check.said


@pytest.mark.parametrize(
    "name",
    ["laptop_igpu", "cloud_h100", "server_a100_80gb", "kubernetes_mig_slice", "server_h200"],
)
def test_a_machine_without_such_a_chip_misses_nothing(name: str) -> None:
    assert _check(_without_chips(name)).state is State.OK


def test_no_encoder_at_all_is_broken() -> None:
    check = _check(replace(machine("desktop_rtx4090"), video_encoders=("h264_nvenc",)))

    assert check.state is State.BROKEN
    assert check.mend == "`pip install --force-reinstall av`"


@pytest.mark.parametrize(
    ("name", "system", "mend"),
    [
        ("desktop_rtx4090", System.DEBIAN, "sudo apt install libnvidia-encode1"),
        ("desktop_rtx4090", System.UBUNTU, "sudo apt install libnvidia-encode-580"),
        ("desktop_rtx4090", System.FEDORA, "xorg-x11-drv-nvidia-cuda"),
        ("desktop_rtx4090", System.ARCH, "nvidia-utils"),
        ("desktop_rtx5070", System.WINDOWS, "install the driver again"),
        ("cloud_v100", System.UBUNTU, "nvidia-driver-580"),
        ("kaggle_two_t4", System.UBUNTU, "the service's own"),
        ("wsl_rtx4070", System.UBUNTU, "wsl --update"),
        ("macbook_m2", System.MACOS, "virtual machine"),
    ],
)
def test_a_chip_that_does_not_work_is_a_warning(name: str, system: System, mend: str) -> None:
    check = _check(_without_chips(name), system)

    assert check.state is State.WARNING
    assert mend in check.mend


def test_a_container_is_asked_for_the_video_library() -> None:
    facts = replace(_without_chips("desktop_rtx4090"), environment=("container",))

    assert "NVIDIA_DRIVER_CAPABILITIES" in _check(facts).mend
