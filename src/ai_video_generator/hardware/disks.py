"""Where files go: how much is free there, and what kind of file system it is."""

import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from ai_video_generator.hardware.cgroups import PROC_ROOT
from ai_video_generator.hardware.facts import Disk, Purpose

_NETWORK = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "afpfs", "ceph", "davfs", "webdav"}
_NETWORK_PREFIXES = ("fuse.sshfs", "fuse.rclone", "fuse.s3fs", "fuse.gvfsd", "fuse.glusterfs")
# What Linux and macOS call them; 9p also carries Windows' drives into WSL.
_MEMORY = {"tmpfs", "ramfs"}
_COST = {
    Purpose.WORK: "pieces of the video are written there and read again, which takes longer",
    Purpose.MODELS: "models of many gigabytes are read from there, which takes longer",
}


def default_folders(output_path: Path | None = None) -> dict[Purpose, Path]:
    """Where files go when nobody says otherwise.

    Args:
        output_path: The video to make, or its folder; None takes the current folder.
    """
    import platformdirs

    return {
        Purpose.OUTPUT: output_path or Path(),
        Purpose.WORK: Path(platformdirs.user_cache_dir("aivg", appauthor=False)),
        Purpose.MODELS: hub_cache_folder(),
    }


def hub_cache_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """Where the hub's own programs keep models (its documentation, "Hub Local Cache")."""
    for name in ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"):
        if name in environment:
            return _expanded(environment[name])
    if "HF_HOME" in environment:
        return _expanded(environment["HF_HOME"]) / "hub"
    above = environment.get("XDG_CACHE_HOME", str(Path("~", ".cache")))
    return _expanded(above) / "huggingface" / "hub"


def _expanded(text: str) -> Path:
    """With ``~`` and variables filled in, as the hub's client does."""
    return Path(os.path.expandvars(text)).expanduser()


def disk(purpose: Purpose, path: Path, proc_root: Path = PROC_ROOT) -> Disk:
    """The disk that a path is on or would be made on."""
    folder = _existing(path)
    return Disk(
        purpose=purpose, free_bytes=disk_free_bytes(folder), file_system=_kind(folder, proc_root)
    )


def disk_notes(disks: Mapping[Path, Disk]) -> tuple[str, ...]:
    """One sentence for each folder whose disk costs time or memory."""
    notes = []
    for path, found in disks.items():
        place = f"The {found.purpose} folder {str(path)!r}"
        kind = found.file_system
        if kind in _MEMORY:
            notes.append(f"{place} is memory ({kind}): what is written there takes RAM.")
        elif found.purpose in _COST and (kind in _NETWORK or kind.startswith(_NETWORK_PREFIXES)):
            notes.append(
                f"{place} is on a network or a shared drive ({kind}): {_COST[found.purpose]}."
            )
    return tuple(notes)


def disk_free_bytes(path: Path) -> int:
    """Free bytes where ``path`` is or would be made; 0 when no folder above it can be read."""
    path = path.absolute()
    for folder in (path, *path.parents):
        try:
            return shutil.disk_usage(folder).free
        except OSError:
            continue
    return 0


def _existing(path: Path) -> Path:
    """The path itself, or the nearest folder above it that is there; links followed."""
    path = path.absolute()
    for folder in (path, *path.parents):
        try:
            return folder.resolve(strict=True)
        except (OSError, RuntimeError):
            continue
    return path


def _kind(folder: Path, proc_root: Path) -> str:
    """Kind of file system of a folder; empty when it is not told."""
    kinds = dict(_mounts(proc_root))  # of two mounts on one folder, the later hides the earlier
    return next((kinds[above] for above in (folder, *folder.parents) if above in kinds), "")


def _mounts(proc_root: Path) -> Iterator[tuple[Path, str]]:
    """Where file systems are mounted, and their kinds."""
    if sys.platform == "linux":
        yield from _linux_mounts(proc_root)
        return
    import psutil  # type: ignore[import-untyped]  # it ships no types

    # Without network drives on Windows, where asking a lost one takes half a minute.
    for partition in psutil.disk_partitions(all=sys.platform != "win32"):
        yield Path(partition.mountpoint), partition.fstype.lower()


def _linux_mounts(proc_root: Path) -> Iterator[tuple[Path, str]]:
    """As the kernel lists them (proc(5), "mountinfo"): white space is written as octal numbers."""
    try:
        lines = (proc_root / "self" / "mountinfo").read_text(errors="surrogateescape").splitlines()
    except OSError:
        return
    for line in lines:
        place, _, source = line.partition(" - ")
        words, kind = place.split(), source.split(maxsplit=1)
        if len(words) > 4 and kind:  # noqa: PLR2004 - the fifth word is the folder
            yield Path(_unescaped(words[4])), kind[0]


def _unescaped(text: str) -> str:
    for escaped, letter in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        text = text.replace(escaped, letter)
    return text
