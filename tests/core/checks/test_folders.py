"""Folders are judged by writing into them, by their room and by what they lie on."""

import errno
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ai_video_generator.core.checks.check import State
from ai_video_generator.core.checks.folders import (
    CACHE,
    MODELS,
    OUTPUT,
    Need,
    folder_check,
    missing_folder,
    write_error,
)
from ai_video_generator.core.checks.system import System
from ai_video_generator.hardware.facts import Disk, Purpose

GB = 10**9
ROOMY = Disk(purpose=Purpose.OUTPUT, free_bytes=100 * GB, file_system="ext4")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of one megabyte."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        pytest.skip("only root may mount a small disk")
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(tmp_path)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("this system does not let its root mount disks")
    yield tmp_path
    subprocess.run(["umount", str(tmp_path)], check=True)


def test_a_folder_that_can_be_written_keeps_nothing_of_the_test(tmp_path: Path) -> None:
    assert write_error(tmp_path) is None
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_yet_is_judged_by_the_one_above(tmp_path: Path) -> None:
    assert write_error(tmp_path / "not" / "yet") is None
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere"
)
def test_a_folder_without_permission_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(stat.S_IRUSR | stat.S_IXUSR)

    error = write_error(tmp_path)

    assert error is not None
    assert error.errno == errno.EACCES


def test_a_file_in_the_place_of_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    assert write_error(tmp_path / "file") is not None


def test_a_read_only_disk_is_refused_whatever_the_permissions(small_disk: Path) -> None:
    remount = ["mount", "-o", "remount,ro", str(small_disk)]
    subprocess.run(remount, check=True)

    error = write_error(small_disk)
    assert error is not None
    (check,) = folder_check(OUTPUT, small_disk, ROOMY, error, System.DEBIAN)

    assert check.state is State.BROKEN
    assert "read-only file system" in check.said
    assert check.mend == OUTPUT.otherwise


def test_a_full_disk_is_refused(small_disk: Path) -> None:
    with pytest.raises(OSError, match="No space"):
        (small_disk / "filler").write_bytes(b"x" * 2_000_000)

    error = write_error(small_disk)

    assert error is not None
    assert error.errno == errno.ENOSPC
    assert [path.name for path in small_disk.iterdir()] == ["filler"]
    (check,) = folder_check(OUTPUT, small_disk, ROOMY, error, System.DEBIAN)
    assert "free some space" in check.mend


@pytest.mark.parametrize(("need", "state"), [(OUTPUT, State.BROKEN), (CACHE, State.WARNING)])
def test_a_refused_folder_is_as_bad_as_what_it_is_for(need: Need, state: State) -> None:
    refused = PermissionError(errno.EACCES, "Permission denied")

    (check,) = folder_check(need, Path("/a place"), ROOMY, refused, System.FEDORA)

    assert (check.state, check.mend) == (state, need.otherwise)
    assert "cannot be written: permission denied" in check.said


def test_only_a_persons_own_folder_is_given_back_to_them(own_folders: Path) -> None:
    refused = PermissionError(errno.EACCES, "Permission denied")
    folder = own_folders / "my videos"
    folder.mkdir()

    (own,) = folder_check(OUTPUT, folder / "new", ROOMY, refused, System.FEDORA)
    (home,) = folder_check(OUTPUT, own_folders, ROOMY, refused, System.FEDORA)
    (windows,) = folder_check(OUTPUT, folder, ROOMY, refused, System.WINDOWS)

    assert own.mend.startswith(f"`sudo chown -R $USER '{folder}' && chmod u+rwx '{folder}'`")
    assert home.mend == windows.mend == OUTPUT.otherwise


@pytest.mark.parametrize(
    ("need", "free_bytes", "state"),
    [
        (OUTPUT, 100 * GB, State.OK),
        (OUTPUT, GB, State.WARNING),
        (OUTPUT, 10**6, State.BROKEN),
        (CACHE, 0, State.WARNING),
        (MODELS, 5 * GB, State.WARNING),
        (MODELS, 50 * GB, State.OK),
    ],
)
def test_room_decides(tmp_path: Path, need: Need, free_bytes: int, state: State) -> None:
    disk = Disk(purpose=Purpose.OUTPUT, free_bytes=free_bytes, file_system="ext4")

    (check,) = folder_check(need, tmp_path, disk, None, System.DEBIAN)

    assert check.state is state
    assert bool(check.mend) is (state is not State.OK)


@pytest.mark.parametrize("kind", ["tmpfs", "nfs4"])
def test_a_cache_in_memory_or_on_a_network_is_a_warning(tmp_path: Path, kind: str) -> None:
    disk = Disk(purpose=Purpose.WORK, free_bytes=100 * GB, file_system=kind)

    (check,) = folder_check(CACHE, tmp_path, disk, None, System.DEBIAN)

    assert check.state is State.WARNING
    assert kind in check.said
    assert "AIVG_CACHE_FOLDER" in check.mend


def test_a_folder_that_must_be_there_is_made_first() -> None:
    check = missing_folder(OUTPUT, Path("/no such/place"), System.DEBIAN)

    assert check.state is State.BROKEN
    if sys.platform != "win32":
        assert check.mend == "`mkdir -p '/no such/place'`"
