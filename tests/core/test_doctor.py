"""The whole examination: every machine, every name, and never a traceback."""

import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from corpus.machines import MACHINES, machine

from ai_video_generator.core.checks.check import Check, State
from ai_video_generator.core.checks.system import System
from ai_video_generator.core.doctor import GROUPS, Doctor
from ai_video_generator.hardware.facts import HardwareFacts

TROUBLESHOOTING = Path(__file__).parents[2] / "docs" / "troubleshooting.md"
NAMES = tuple(name for names in GROUPS.values() for name in names)
SYSTEMS = {"Linux": System.UBUNTU, "Darwin": System.MACOS, "Windows": System.WINDOWS}
OFFLINE = {"HF_HUB_OFFLINE": "1"}
OF_FACTS = frozenset(
    {
        "processor",
        "output folder",
        "cache folder",
        "models folder",
        "GPU driver",
        "GPU memory",
        "GPU heat",
        "PyTorch",
        "video encoders",
    }
)
# What the stored facts decide alone; swap, fonts and packages are those of the machine that tests.

FAULTS: dict[str, dict[str, State]] = {
    "desktop_rtx4090": {},
    "server_h200": {},
    "mac_mini_m4": {},
    "laptop_igpu": {},
    "raspberry_pi_5": {},
    "container_1_5_cpus_2gb": {},
    "workstation_four_a6000": {},
    "desktop_nvml_mismatch": {"GPU driver": State.BROKEN},
    "desktop_nvidia_card_without_driver": {"GPU driver": State.BROKEN},
    "desktop_gpu_off_the_bus": {"GPU driver": State.BROKEN},
    "workstation_two_gpus": {"GPU driver": State.BROKEN},
    "server_no_permission_to_gpu": {"GPU driver": State.BROKEN},
    "laptop_egpu_unplugged": {"GPU driver": State.WARNING},
    "wsl_without_driver": {"GPU driver": State.WARNING},
    "container_gpu_not_passed_through": {"GPU driver": State.WARNING},
    "desktop_rtx3060_gpu_nearly_full": {"GPU memory": State.WARNING, "GPU heat": State.WARNING},
    "desktop_rtx3060_disk_full": {
        "output folder": State.BROKEN,
        "cache folder": State.WARNING,
        "models folder": State.WARNING,
    },
    "desktop_rtx4070_network_home": {
        "cache folder": State.WARNING,
        "models folder": State.WARNING,
    },
    "container_work_in_memory": {"cache folder": State.WARNING},
    "desktop_rtx3080_10gb": {"PyTorch": State.WARNING},
    "desktop_rtx4070_torch_cpu_build": {"PyTorch": State.BROKEN},
    "desktop_rtx5070_torch_too_old": {"PyTorch": State.BROKEN},
    "desktop_gtx1080ti_torch_too_new": {"PyTorch": State.BROKEN},
    "desktop_rx6600": {"PyTorch": State.BROKEN},
    "desktop_rtx3080_driver_too_old": {"PyTorch": State.BROKEN, "video encoders": State.WARNING},
    "cloud_v100": {"video encoders": State.WARNING},
}


def _examined(
    facts: HardwareFacts, folder: Path, environment: Mapping[str, str] = OFFLINE
) -> list[Check]:
    doctor = Doctor(
        output_folder=folder,
        facts=facts,
        system=SYSTEMS[facts.system],
        environment=environment,
    )
    return list(doctor.checks())


@pytest.mark.parametrize("name", MACHINES)
def test_no_machine_is_too_odd_for_it(name: str, tmp_path: Path) -> None:
    checks = _examined(machine(name), tmp_path)

    assert tuple(dict.fromkeys(check.name for check in checks)) == NAMES
    for check in checks:
        assert check.said
        assert check.said == check.said.strip().rstrip(".")
        assert "\n" not in check.said + check.mend
        assert check.said.isascii(), "a terminal of ASCII must show it"
        assert check.mend.isascii()
        assert check.mend.count("`") % 2 == 0
        assert bool(check.mend) is (check.state is not State.OK)
        assert not check.said.startswith("could not be checked")


@pytest.mark.parametrize("name", FAULTS)
def test_the_faults_of_telling_machines_are_found(name: str, tmp_path: Path) -> None:
    checks = _examined(machine(name), tmp_path)

    found = {
        check.name: check.state
        for check in checks
        if check.state is not State.OK and check.name in OF_FACTS
    }
    assert found == FAULTS[name]


def test_this_machine_is_examined_whole(tmp_path: Path) -> None:
    checks = list(Doctor(output_folder=tmp_path, environment=OFFLINE).checks())

    assert tuple(dict.fromkeys(check.name for check in checks)) == NAMES
    assert not [check for check in checks if check.said.startswith("could not be checked")]


def test_nothing_is_left_behind(tmp_path: Path, own_folders: Path) -> None:
    _examined(machine("desktop_rtx4090"), tmp_path)

    assert list(tmp_path.iterdir()) == []
    assert list(own_folders.iterdir()) == []


def test_a_check_that_fails_itself_is_broken_and_stops_no_other(tmp_path: Path) -> None:
    broken = replace(machine("desktop_rtx4090"), accelerators=(None,))  # type: ignore[arg-type]  # on purpose

    checks = _examined(broken, tmp_path)

    failed = [check for check in checks if check.said.startswith("could not be checked")]
    assert {check.name for check in failed} >= {"GPU driver", "GPU memory", "GPU heat"}
    assert all(check.state is State.BROKEN and check.mend for check in failed)
    assert all("AttributeError: " in check.said for check in failed)
    assert tuple(dict.fromkeys(check.name for check in checks)) == NAMES


def test_an_output_folder_that_is_missing_is_broken(tmp_path: Path) -> None:
    checks = _examined(machine("desktop_rtx4090"), tmp_path / "videos")

    (check,) = (check for check in checks if check.name == "output folder")
    assert check.state is State.BROKEN
    assert "mkdir" in check.mend


def test_the_cache_folder_is_the_one_of_the_settings(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    settings = {"AIVG_CACHE_FOLDER": str(tmp_path / "file")}

    checks = _examined(machine("desktop_rtx4090"), tmp_path, OFFLINE | settings)

    (check,) = (check for check in checks if check.name == "cache folder")
    assert check.state is State.WARNING
    assert str(tmp_path / "file") in check.said


def test_settings_that_cannot_be_read_spoil_no_other_check(tmp_path: Path) -> None:
    checks = _examined(machine("laptop_igpu"), tmp_path, OFFLINE | {"AIVG_FPS": "fast"})

    failed = [check.name for check in checks if check.state is State.BROKEN]
    assert "settings file" in failed
    assert not set(failed) & OF_FACTS


def test_a_temporary_folder_that_cannot_be_written_is_broken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "file"))

    checks = _examined(machine("laptop_igpu"), tmp_path)

    (check,) = (check for check in checks if check.name == "temporary folder")
    assert check.state is State.BROKEN
    assert "TMPDIR" in check.mend


def test_no_temporary_folder_at_all_is_broken(tmp_path: Path) -> None:
    pytest.importorskip("resource", reason="limits are Unix's")
    code = (
        "import resource\n"
        "from pathlib import Path\n"
        "from ai_video_generator.core.doctor import Doctor\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))\n"
        "for check in Doctor(output_folder=Path()).checks():\n"
        "    if check.name in {'temporary folder', 'output folder'}:\n"
        "        print(check.state, check.said, '|', check.mend)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=os.environ | OFFLINE,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )

    output, temporary = done.stdout.splitlines()
    assert output.startswith("broken ")
    assert temporary.startswith("broken no usable temporary directory found")
    assert "TMPDIR" in temporary


@pytest.fixture
def hub() -> Iterator[tuple[str, int]]:
    """A server in the place of the one that has the models."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()


def test_no_secret_is_told(tmp_path: Path, hub: tuple[str, int]) -> None:
    secrets = {"HF_TOKEN": "hf_s3cret", "RUNWAYML_API_SECRET": "key_s3cret"}
    doctor = Doctor(
        output_folder=tmp_path, facts=machine("laptop_igpu"), environment=secrets, hub=hub
    )

    assert "s3cret" not in str(list(doctor.checks()))


@pytest.mark.parametrize("name", NAMES)
def test_every_check_has_a_heading_in_troubleshooting(name: str) -> None:
    assert f"\n## doctor: {name}\n" in TROUBLESHOOTING.read_text(encoding="utf-8")
