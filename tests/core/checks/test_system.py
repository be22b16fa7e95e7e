"""Systems are told apart by what they say of themselves."""

from pathlib import Path

import pytest

from ai_video_generator.core.checks.system import System, this_system


@pytest.mark.parametrize(
    ("lines", "system"),
    [
        ('PRETTY_NAME="Ubuntu 24.04.3 LTS"\nID=ubuntu\nID_LIKE=debian\n', System.UBUNTU),
        ('NAME="Linux Mint"\nID=linuxmint\nID_LIKE="ubuntu debian"\n', System.UBUNTU),
        ("ID=debian\n", System.DEBIAN),
        ("ID=raspbian\nID_LIKE=debian\n", System.DEBIAN),
        ("ID=fedora\n", System.FEDORA),
        ('ID="rocky"\nID_LIKE="rhel centos fedora"\n', System.FEDORA),
        ("ID=arch\n", System.ARCH),
        ("ID=steamos\nID_LIKE=arch\n", System.ARCH),
        ("ID=nixos\n", System.LINUX),
        ("", System.LINUX),
    ],
)
def test_linux_is_told_by_its_own_name(tmp_path: Path, lines: str, system: System) -> None:
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/os-release").write_text(lines)

    assert this_system("Linux", tmp_path) is system


def test_the_file_may_lie_where_the_system_brought_it(tmp_path: Path) -> None:
    (tmp_path / "usr/lib").mkdir(parents=True)
    (tmp_path / "usr/lib/os-release").write_text("ID=fedora\n")

    assert this_system("Linux", tmp_path) is System.FEDORA


def test_a_linux_that_says_nothing_is_just_that(tmp_path: Path) -> None:
    assert this_system("Linux", tmp_path) is System.LINUX


def test_other_kernels_need_no_file(tmp_path: Path) -> None:
    assert this_system("Darwin", tmp_path) is System.MACOS
    assert this_system("Windows", tmp_path) is System.WINDOWS
