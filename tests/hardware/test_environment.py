"""Containers, virtual machines and notebooks are known by the traces they leave."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from corpus.sysfs import write_files

from ai_video_generator.hardware.environment import Surroundings

_WSL = "Linux version 6.6.87.2-microsoft-standard-WSL2 (root@x) #1 SMP"


def _kinds(root: Path, files: Mapping[str, str], **variables: str) -> tuple[str, ...]:
    return Surroundings(root=write_files(root, files), variables=variables).kinds()


@pytest.mark.parametrize(
    ("files", "kinds"),
    [
        ({"proc/version": "Linux version 6.18.0", "proc/cpuinfo": "flags\t: fpu sse"}, ()),
        ({".dockerenv": ""}, ("container",)),
        ({"run/.containerenv": 'engine="podman"'}, ("container",)),
        ({"proc/1/cgroup": "0::/kubepods.slice/kubepods-burstable.slice"}, ("container",)),
        ({"proc/self/cgroup": "4:memory:/docker/0a1b2c"}, ("container",)),
        ({"proc/version": _WSL, "proc/cpuinfo": "flags\t: fpu hypervisor"}, ("wsl",)),
        ({"proc/version": _WSL, ".dockerenv": ""}, ("container", "wsl")),
        ({"proc/cpuinfo": "processor\t: 0\nflags\t\t: fpu sse hypervisor"}, ("virtual machine",)),
        ({"sys/class/dmi/id/sys_vendor": "QEMU"}, ("virtual machine",)),
        ({"sys/class/dmi/id/product_name": "VMware20,1"}, ("virtual machine",)),
        ({"sys/class/dmi/id/sys_vendor": "Amazon EC2"}, ("virtual machine",)),
        (
            {
                "sys/class/dmi/id/sys_vendor": "Amazon EC2",
                "sys/class/dmi/id/product_name": "c7g.metal",
            },
            (),
        ),
        ({"sys/class/dmi/id/sys_vendor": "LENOVO"}, ()),
    ],
)
def test_each_leaves_its_trace(
    tmp_path: Path, files: Mapping[str, str], kinds: tuple[str, ...]
) -> None:
    assert _kinds(tmp_path, files) == kinds


@pytest.mark.parametrize(
    ("name", "value", "kind"),
    [
        ("container", "systemd-nspawn", "container"),
        ("KUBERNETES_SERVICE_HOST", "10.0.0.1", "container"),
        ("COLAB_RELEASE_TAG", "release-colab-external_20261101", "colab"),
        ("KAGGLE_KERNEL_RUN_TYPE", "Interactive", "kaggle"),
    ],
)
def test_some_leave_it_in_a_variable(tmp_path: Path, name: str, value: str, kind: str) -> None:
    assert _kinds(tmp_path, {}, **{name: value}) == (kind,)


def _notes(root: Path, files: Mapping[str, str]) -> tuple[str, ...]:
    return Surroundings(root=write_files(root, files), variables={}).notes(())


def test_wsl_without_windows_driver_says_where_it_belongs(tmp_path: Path) -> None:
    assert (
        "install its driver in Windows, not in WSL" in _notes(tmp_path, {"proc/version": _WSL})[0]
    )


def test_wsl_with_windows_driver_has_nothing_to_say(tmp_path: Path) -> None:
    files = {"proc/version": _WSL, "usr/lib/wsl/lib/libnvidia-ml.so.1": ""}

    assert _notes(tmp_path, files) == ()


_DRIVER = {"proc/driver/nvidia/version": "NVRM version: NVIDIA UNIX x86_64 Kernel Module 580.95.05"}


def test_a_container_without_the_machines_gpu_says_how_to_get_it(tmp_path: Path) -> None:
    assert "--gpus all" in _notes(tmp_path, {".dockerenv": "", **_DRIVER})[0]


def test_a_container_with_the_gpu_and_a_plain_machine_have_nothing_to_say(tmp_path: Path) -> None:
    with_gpu = {".dockerenv": "", "dev/nvidiactl": "", **_DRIVER}

    assert _notes(tmp_path / "container", with_gpu) == ()
    assert _notes(tmp_path / "machine", _DRIVER) == ()
