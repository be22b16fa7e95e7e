"""Where files go, and what that costs."""

import shutil
import sys
from pathlib import Path

import pytest

from ai_video_generator.hardware.disks import default_folders, disk, disk_free_bytes, disk_notes
from ai_video_generator.hardware.facts import Disk, Purpose

_linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


def _mounts(proc_root: Path, *places: tuple[Path, str]) -> Path:
    """Write a list of mounts as the kernel does; return the /proc."""
    escaped = [(str(place).replace(" ", r"\040"), kind) for place, kind in places]
    lines = [
        f"{number} 1 0:{number} / {place} rw shared:1 - {kind} x rw"
        for number, (place, kind) in enumerate(escaped, start=20)
    ]
    (proc_root / "self").mkdir(parents=True)
    (proc_root / "self/mountinfo").write_text("\n".join(lines) + "\n")
    return proc_root


def test_a_folder_that_is_not_there_yet_has_its_parents_disk(tmp_path: Path) -> None:
    here = shutil.disk_usage(tmp_path).free

    assert disk_free_bytes(tmp_path / "not" / "yet" / "video.mp4") == pytest.approx(here, rel=0.05)


@_linux
def test_the_nearest_mount_above_a_folder_counts(tmp_path: Path) -> None:
    home = tmp_path / "a home"
    (home / "videos").mkdir(parents=True)
    proc = _mounts(
        tmp_path / "proc",
        (Path("/"), "ext4"),
        (home, "xfs"),
        (home, "nfs4"),  # mounted over the one before
        (tmp_path / "a", "tmpfs"),  # the same letters, another folder
    )

    assert disk(Purpose.OUTPUT, home / "videos" / "video.mp4", proc).file_system == "nfs4"
    assert disk(Purpose.OUTPUT, tmp_path / "a homely", proc).file_system == "ext4"


@_linux
def test_a_link_has_the_disk_it_points_to(tmp_path: Path) -> None:
    (tmp_path / "far").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "far")
    proc = _mounts(tmp_path / "proc", (Path("/"), "ext4"), (tmp_path / "far", "cifs"))

    assert disk(Purpose.WORK, tmp_path / "link" / "work", proc).file_system == "cifs"


def test_a_system_that_lists_no_mounts_tells_no_kind(tmp_path: Path) -> None:
    if sys.platform != "linux":
        pytest.skip("reads /proc")

    found = disk(Purpose.WORK, tmp_path, tmp_path / "nothing")

    assert found.file_system == ""
    assert found.free_bytes > 0


def test_this_disk_has_a_kind(tmp_path: Path) -> None:
    assert disk(Purpose.OUTPUT, tmp_path).file_system


@pytest.mark.parametrize(
    ("purpose", "kind", "words"),
    [
        (Purpose.WORK, "nfs4", "on a network or a shared drive (nfs4): pieces of the video"),
        (Purpose.MODELS, "9p", "on a network or a shared drive (9p): models"),
        (Purpose.MODELS, "fuse.sshfs", "models"),
        (Purpose.OUTPUT, "tmpfs", "is memory (tmpfs): what is written there takes RAM"),
        (Purpose.WORK, "tmpfs", "is memory"),
    ],
)
def test_a_disk_that_costs_time_or_memory_is_one_sentence(
    purpose: Purpose, kind: str, words: str
) -> None:
    place = Path("somewhere")

    (note,) = disk_notes({place: Disk(purpose=purpose, free_bytes=1, file_system=kind)})

    assert words in note
    assert str(place) in note
    assert note.endswith(".")


@pytest.mark.parametrize(
    ("purpose", "kind"),
    [(Purpose.WORK, "ext4"), (Purpose.MODELS, ""), (Purpose.OUTPUT, "nfs4")],
)
def test_an_ordinary_disk_is_not_worth_a_word(purpose: Purpose, kind: str) -> None:
    assert disk_notes({Path("x"): Disk(purpose=purpose, free_bytes=1, file_system=kind)}) == ()


def test_models_go_where_hugging_face_keeps_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HF_HOME", raising=False)
    without = default_folders()
    monkeypatch.setenv("HF_HOME", "somewhere")

    assert default_folders()[Purpose.MODELS] == Path("somewhere/hub")
    assert without[Purpose.MODELS] == Path.home() / ".cache" / "huggingface" / "hub"
    assert without[Purpose.OUTPUT] == Path()
