"""The command fits the machine: its GPU, its driver, and what is installed."""

from dataclasses import replace

import pytest
from corpus.machines import machine

from ai_video_generator.hardware.facts import AcceleratorKind, Precision, TorchBuild
from ai_video_generator.hardware.torch_advice import torch_fix

_INDEX = "https://download.pytorch.org/whl"
_BROKEN = TorchBuild(version="2.13.0+cpu", runtime="cpu", problem="It does not fit.")


@pytest.mark.parametrize(
    ("capability", "driver", "tag"),
    [
        ((8, 9), "13.0", "cu130"),
        ((8, 9), "13.2", "cu130"),
        ((8, 9), "12.8", "cu126"),
        ((8, 6), "12.0", "cu126"),
        ((7, 5), "11.4", "cu118"),
        ((6, 1), "13.0", "cu126"),
        ((7, 0), "12.4", "cu126"),
        ((5, 2), "11.8", "cu118"),
        ((12, 0), "13.0", "cu130"),
        ((12, 0), "12.8", "cu128"),
        ((9, 0), "12.4", "cu126"),
        ((10, 0), "12.9", "cu128"),
        ((8, 9), "", "cu130"),
    ],
)
def test_an_nvidia_gpu_gets_the_build_for_its_driver(
    capability: tuple[int, int], driver: str, tag: str
) -> None:
    facts = machine("desktop_rtx4090")
    gpu = replace(facts.accelerators[0], compute_capability=capability, runtime_version=driver)

    fix = torch_fix(replace(facts, accelerators=(gpu,), torch=None))

    assert fix == f"pip install torch --index-url {_INDEX}/{tag}"


@pytest.mark.parametrize(
    ("capability", "driver"), [((8, 9), "10.2"), ((12, 0), "12.6"), ((6, 1), "9.1")]
)
def test_a_driver_that_no_build_serves_must_be_renewed_first(
    capability: tuple[int, int], driver: str
) -> None:
    facts = machine("desktop_rtx4090")
    gpu = replace(facts.accelerators[0], compute_capability=capability, runtime_version=driver)

    assert "newer NVIDIA driver" in torch_fix(replace(facts, accelerators=(gpu,), torch=None))


def test_a_gpu_that_no_build_serves_has_no_command() -> None:
    facts = machine("desktop_rtx4090")
    gpu = replace(facts.accelerators[0], compute_capability=(3, 7), runtime_version="11.4")

    assert torch_fix(replace(facts, accelerators=(gpu,), torch=None)) == ""


def test_a_build_that_fits_is_left_alone() -> None:
    facts = replace(
        machine("desktop_rtx4090"), torch=TorchBuild(version="2.13.0", runtime="cuda 13.0")
    )

    assert torch_fix(facts) == ""


def test_a_build_that_does_not_fit_is_replaced() -> None:
    facts = replace(machine("desktop_rtx4090"), torch=_BROKEN)

    assert torch_fix(facts).startswith("pip install --force-reinstall torch --index-url")


@pytest.mark.parametrize(
    ("name", "command"),
    [
        ("desktop_rx7900xtx", f"pip install torch --index-url {_INDEX}/rocm7.2"),
        ("desktop_arc_b580", f"pip install torch --index-url {_INDEX}/xpu"),
        ("macbook_m2", "pip install torch"),
        ("laptop_igpu", f"pip install torch --index-url {_INDEX}/cpu"),
        ("laptop_core_i7_iris_xe", f"pip install torch --index-url {_INDEX}/cpu"),
        (
            "jetson_orin_nano",
            "pip install torch --index-url https://pypi.jetson-ai-lab.io/jp6/cu126",
        ),
    ],
)
def test_other_machines_get_theirs(name: str, command: str) -> None:
    assert torch_fix(replace(machine(name), torch=None)) == command


def test_intels_cards_are_served_and_its_old_chips_are_not() -> None:
    facts = machine("desktop_arc_b580")
    old = replace(facts.accelerators[0], precisions=(Precision.FP32, Precision.FP16))

    assert old.kind is AcceleratorKind.XPU
    assert torch_fix(replace(facts, accelerators=(old,), torch=None)).endswith("/cpu")
