"""PyTorch is judged by what this machine's GPU needs, and the command is the machine's own."""

from dataclasses import replace

import pytest
from corpus.machines import machine

from ai_video_generator.core.checks.check import Check, State
from ai_video_generator.core.checks.installer import Installer
from ai_video_generator.core.checks.pytorch import pytorch_check
from ai_video_generator.core.checks.system import System
from ai_video_generator.hardware.facts import HardwareFacts, TorchBuild

INDEX = "https://download.pytorch.org/whl"


def _check(facts: HardwareFacts, system: System = System.DEBIAN) -> Check:
    return pytorch_check(facts, system, Installer())


def test_a_build_that_fits_is_well() -> None:
    check = _check(machine("desktop_rtx4090"))

    assert (check.state, check.said) == (State.OK, "2.13.0+cu130 (cuda 13.0) on cuda:0")


def test_none_is_needed_without_a_gpu_for_models() -> None:
    for name in ("laptop_igpu", "steam_deck", "laptop_i5_8250u"):
        assert _check(replace(machine(name), torch=None)).state is State.OK


def test_none_beside_a_capable_gpu_is_a_warning_with_the_line_to_install_it() -> None:
    check = _check(machine("desktop_rtx3080_10gb"))

    assert check.state is State.WARNING
    assert check.mend == f"`pip install torch --index-url {INDEX}/cu130`"


@pytest.mark.parametrize(
    ("name", "said", "mend"),
    [
        ("desktop_rtx4070_torch_cpu_build", "was built for the processor", f"{INDEX}/cu130"),
        ("desktop_rtx5070_torch_too_old", "no kernels for the NVIDIA", f"{INDEX}/cu130"),
        ("desktop_gtx1080ti_torch_too_new", "no kernels for the NVIDIA", f"{INDEX}/cu126"),
        ("desktop_rtx3080_driver_too_old", "needs a driver for CUDA 12", f"{INDEX}/cu118"),
    ],
)
def test_a_build_that_cannot_use_the_gpu_is_replaced(name: str, said: str, mend: str) -> None:
    check = _check(machine(name))

    assert check.state is State.BROKEN
    assert said in check.said
    assert check.mend == f"`pip install --force-reinstall torch --index-url {mend}`"


def test_a_build_that_hangs_is_broken_even_without_a_gpu() -> None:
    hangs = TorchBuild(
        version="2.13.0",
        runtime="cpu",
        problem="PyTorch 2.13.0 cannot be used: it did not answer within 20 seconds.",
    )

    check = _check(replace(machine("server_128_cores_no_gpu"), torch=hangs))

    assert check.state is State.BROKEN
    assert check.mend.endswith(f"{INDEX}/cpu`")


def test_an_amd_card_that_passes_for_another_gets_the_variable() -> None:
    check = _check(machine("desktop_rx6600"))

    assert check.state is State.BROKEN
    assert check.mend == "`export HSA_OVERRIDE_GFX_VERSION=10.3.0`"
    assert "HSA" not in check.said
    assert _check(machine("desktop_rx6600"), System.WINDOWS).mend.startswith("`setx HSA_")


def test_a_gpu_that_no_build_serves_is_a_warning_and_its_absence_none() -> None:
    facts = machine("desktop_gtx1080ti_torch_too_new")
    old = replace(facts.accelerators[0], compute_capability=(3, 7), runtime_version="11.4")
    kepler = replace(facts, accelerators=(old,))

    assert _check(kepler).state is State.WARNING
    assert "--cpu" in _check(kepler).mend
    assert _check(replace(kepler, torch=None)).state is State.OK


def test_a_driver_that_no_build_serves_comes_first() -> None:
    facts = machine("desktop_rtx3080_driver_too_old")
    old = replace(facts.accelerators[0], driver="418.39", runtime_version="10.1")

    assert _check(replace(facts, accelerators=(old,))).mend == "mend the GPU driver first"
