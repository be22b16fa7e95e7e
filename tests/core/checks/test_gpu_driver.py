"""Each fault that the probes tell of is known by its sentence, and has its remedy."""

import os
from dataclasses import replace
from pathlib import Path

import pytest
from corpus.machines import machine
from corpus.sysfs import card, write_files

from ai_video_generator.core.checks.check import Check, State
from ai_video_generator.core.checks.gpu_driver import driver_check, locked_devices
from ai_video_generator.core.checks.system import System
from ai_video_generator.hardware.accelerators import found_accelerators
from ai_video_generator.hardware.environment import Surroundings
from ai_video_generator.hardware.facts import HardwareFacts
from ai_video_generator.hardware.probes._nvml_faults import driver_sentence, gpu_sentence
from ai_video_generator.hardware.probes.amd import Places, amd_accelerators
from ai_video_generator.hardware.probes.intel import intel_accelerators
from ai_video_generator.registry import Registry

BARE = machine("server_128_cores_no_gpu")


def _checks(
    *notes: str, environment: tuple[str, ...] = (), system: System = System.UBUNTU
) -> list[Check]:
    facts = replace(BARE, notes=notes, environment=environment)
    return list(driver_check(facts, system))


@pytest.mark.parametrize(
    ("code", "words", "mend"),
    [
        (4, "may not use the NVIDIA driver", "sudo usermod -aG render,video $USER"),
        (9, "installed but not running", "mokutil --sb-state"),
        (12, "its driver is not installed", "sudo ubuntu-drivers install"),
        (18, "driver/library version mismatch", "sudo reboot"),
        (999, "unknown error", "sudo reboot"),
        (7, "does not answer: in words of its own", "sudo reboot"),
    ],
)
def test_each_refusal_of_the_nvidia_driver_is_broken(code: int, words: str, mend: str) -> None:
    (check,) = _checks(driver_sentence(code, "in words of its own.", has_card=True))

    assert check.state is State.BROKEN
    assert words in check.said
    assert mend in check.mend


@pytest.mark.parametrize("code", [4, 15, 16, 999, 3])
def test_each_refusal_of_one_gpu_is_broken(code: int) -> None:
    (check,) = _checks(gpu_sentence(3, code, "No such thing."))

    assert check.state is State.BROKEN
    assert "NVIDIA GPU 3" in check.said
    assert check.mend


def test_an_external_gpu_that_is_unplugged_is_a_warning() -> None:
    (check,) = _checks(driver_sentence(9, "", has_card=False))

    assert check.state is State.WARNING
    assert "plug" in check.mend


@pytest.mark.parametrize(
    ("system", "command"),
    [
        (System.DEBIAN, "sudo apt install nvidia-driver"),
        (System.FEDORA, "sudo dnf install akmod-nvidia"),
        (System.ARCH, "sudo pacman -S nvidia-open"),
        (System.LINUX, "https://www.nvidia.com/drivers"),
        (System.WINDOWS, "https://www.nvidia.com/drivers"),
    ],
)
def test_each_system_installs_the_driver_in_its_own_way(system: System, command: str) -> None:
    (check,) = _checks(driver_sentence(12, "", has_card=True), system=system)

    assert command in check.mend


def test_what_restarts_is_what_the_program_runs_in() -> None:
    note = driver_sentence(18, "", has_card=True)

    assert "docker restart" in _checks(note, environment=("container",))[0].mend
    assert "wsl --shutdown" in _checks(note, environment=("wsl",))[0].mend
    assert "shutdown /r" in _checks(note, system=System.WINDOWS)[0].mend


def test_a_container_that_was_lent_no_gpu_needs_no_driver(tmp_path: Path) -> None:
    root = write_files(tmp_path, {".dockerenv": "", "proc/driver/nvidia/version": "NVRM"})
    (note,) = Surroundings(root=root, variables={}).notes(())
    card_without_driver = driver_sentence(12, "", has_card=True)

    (check,) = _checks(card_without_driver, note, environment=("container",))

    assert check.state is State.WARNING
    assert "docker run --gpus all" in check.mend


def test_wsl_without_a_driver_in_windows_is_a_warning(tmp_path: Path) -> None:
    root = write_files(tmp_path, {"proc/version": "Linux 6.6 microsoft-standard-WSL2"})
    (note,) = Surroundings(root=root, variables={}).notes(())

    (check,) = _checks(note, environment=("wsl",))

    assert check.state is State.WARNING
    assert "wsl --update" in check.mend


def test_cards_of_amd_and_intel_without_a_driver_are_warnings(tmp_path: Path) -> None:
    card(tmp_path, "03:00.0", "1002:7550:c0", "", {})
    card(tmp_path, "04:00.0", "8086:e20b:00", "", {})
    places = Places(sys_root=tmp_path, names=tmp_path / "none", rocm_version=tmp_path / "none")
    _, amd = amd_accelerators(places)
    _, intel = intel_accelerators(tmp_path)

    first, second = _checks(*amd, *intel, system=System.DEBIAN)

    assert (first.state, second.state) == (State.WARNING, State.WARNING)
    assert "cannot compute: no driver serves it" in first.said
    assert "firmware-amd-graphics" in first.mend
    assert "full-upgrade" in second.mend


def test_a_probe_that_fails_is_broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "failing_probes"
    folder.mkdir()
    (folder / "__init__.py").touch()
    (folder / "odd.py").write_text("def PROBE():\n    raise RuntimeError('a driver said: no')\n")
    monkeypatch.syspath_prepend(tmp_path)
    _, notes = found_accelerators(Registry(package="failing_probes", attribute="PROBE"))

    (check,) = _checks(*notes)

    assert check.state is State.BROKEN
    assert "odd probe failed: RuntimeError: a driver said: no" in check.said


def test_a_driver_that_serves_no_pytorch_is_too_old() -> None:
    facts = machine("desktop_rtx3080_driver_too_old")
    old = replace(facts.accelerators[0], driver="418.39", runtime_version="10.1")

    (check,) = driver_check(replace(facts, accelerators=(old,)), System.UBUNTU)

    assert check.state is State.BROKEN
    assert "418.39 is too old" in check.said
    assert "nvidia-driver-580" in check.mend


def test_a_variable_that_hides_every_gpu_is_a_warning_and_one_that_leaves_some_is_not() -> None:
    note = "CUDA_VISIBLE_DEVICES=-1 hides 1 of 1 GPUs."
    some = replace(machine("kaggle_two_t4"), notes=("CUDA_VISIBLE_DEVICES=0 hides 1 of 2 GPUs.",))

    (check,) = _checks(note)
    (left,) = driver_check(some, System.UBUNTU)

    assert (check.state, check.mend) == (State.WARNING, "`unset CUDA_VISIBLE_DEVICES`")
    assert left.state is State.OK


@pytest.mark.parametrize("name", ["desktop_rtx4090", "macbook_m2", "kaggle_two_t4"])
def test_a_gpu_that_answers_is_well(name: str) -> None:
    facts = machine(name)

    (check,) = driver_check(facts, System.UBUNTU)

    assert check.state is State.OK
    assert facts.accelerators[0].name in check.said


def test_no_gpu_is_no_fault() -> None:
    assert [check.state for check in _checks()] == [State.OK]


def _devices(root: Path, mode: int) -> tuple[Path, HardwareFacts]:
    """The devices of an Intel GPU, and another that is none of its."""
    for name in ("dri/renderD128", "dri/card0", "kfd"):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        path.chmod(mode)
    return root, machine("desktop_arc_b580")


def test_devices_that_are_open_are_not_told(tmp_path: Path) -> None:
    folder, facts = _devices(tmp_path, 0o600)

    assert locked_devices(facts, folder) == []


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may open every device"
)
def test_devices_that_are_closed_to_this_account_are_found(tmp_path: Path) -> None:
    folder, facts = _devices(tmp_path, 0o000)

    assert locked_devices(facts, folder) == [tmp_path / "dri/renderD128"]


def test_a_closed_device_is_broken_and_told_once() -> None:
    device = Path("/dev/dri/renderD128")
    facts = machine("desktop_arc_b580")
    noted = replace(facts, notes=(driver_sentence(4, "", has_card=True),))

    (check,) = driver_check(facts, System.DEBIAN, [device])

    assert check.state is State.BROKEN
    assert str(device) in check.said
    assert "usermod" in check.mend
    assert len(list(driver_check(noted, System.DEBIAN, [device]))) == 1


@pytest.mark.parametrize(
    ("code", "environment", "mend"),
    [
        (12, ("container",), "on the host"),
        (12, ("wsl",), "install the driver in Windows"),
        (12, ("container", "colab"), "the service's own"),
        (4, ("container",), "docker run --gpus all"),
    ],
)
def test_what_lends_the_gpu_is_what_has_to_be_mended(
    code: int, environment: tuple[str, ...], mend: str
) -> None:
    (check,) = _checks(driver_sentence(code, "", has_card=True), environment=environment)

    assert mend in check.mend
