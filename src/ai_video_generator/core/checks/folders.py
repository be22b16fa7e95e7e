"""Whether the program can write where it wants to, and whether there is room."""

import errno
import os
import shlex
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ai_video_generator.core.checks.check import Check, State, one_line, size_text
from ai_video_generator.core.checks.system import System
from ai_video_generator.hardware.disks import disk_notes
from ai_video_generator.hardware.facts import Disk

_DENIED = frozenset({errno.EACCES, errno.EPERM})
_TEST_BYTES = b"aivg"


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """What a folder must offer.

    Attributes:
        name: Of the check.
        least_bytes: With less free nothing can be done there; 0 where nothing has to be.
        enough_bytes: With less free some jobs fail.
        when_refused: How bad it is when it cannot be written.
        otherwise: How to choose another folder.
    """

    name: str
    least_bytes: int
    enough_bytes: int
    when_refused: State
    otherwise: str


OUTPUT = Need(
    name="output folder",
    least_bytes=50 * 10**6,
    enough_bytes=2 * 10**9,
    when_refused=State.BROKEN,
    otherwise="choose another folder with -o",
)
# A minute of 1080p takes 10 to 100 MB; an hour of it, or some minutes of ProRes, gigabytes.
CACHE = Need(
    name="cache folder",
    least_bytes=0,
    enough_bytes=2 * 10**9,
    when_refused=State.WARNING,
    otherwise="set `AIVG_CACHE_FOLDER` to another folder",
)
# The pieces of a model's video are kept without loss: some gigabytes a minute.
MODELS = Need(
    name="models folder",
    least_bytes=0,
    enough_bytes=20 * 10**9,
    when_refused=State.WARNING,
    otherwise="set `HF_HOME` to another folder",
)
# Models of today take 4 to 25 GB each.
TEMPORARY = Need(
    name="temporary folder",
    least_bytes=10 * 10**6,
    enough_bytes=200 * 10**6,
    when_refused=State.BROKEN,
    otherwise="set `TMPDIR` (`TEMP` in Windows) to another folder",
)
# Processes put little there; libraries that load models unpack some of their files there.


def write_error(folder: Path) -> OSError | None:
    """Why a folder, or the nearest one above it that is there, cannot be written; None if it can.

    A file is made and removed, because permissions do not tell all: a disk may be read-only.
    """
    try:
        handle, name = tempfile.mkstemp(prefix=".aivg-", suffix=".part", dir=_existing(folder))
        try:
            os.write(handle, _TEST_BYTES)
        finally:
            os.close(handle)
            Path(name).unlink()
    except OSError as error:
        return error
    return None


def _existing(folder: Path) -> Path:
    """The folder, or the nearest one above it that is there."""
    place = folder.absolute()
    while not place.exists() and place != place.parent:
        place = place.parent
    return place


def folder_check(
    need: Need, folder: Path, disk: Disk, error: OSError | None, system: System
) -> Iterator[Check]:
    """Findings on one folder, or one that all is well.

    Args:
        need: What it must offer.
        folder: Where it is, or would be made.
        disk: What it is on.
        error: From `write_error`.
        system: Names the commands.
    """
    if error is not None:
        yield _refused(need, folder, error, system)
        return
    free = f"{size_text(disk.free_bytes)} free in {str(folder.absolute())!r}"
    least, enough = need.least_bytes, need.enough_bytes
    if disk.free_bytes < enough:
        is_full = disk.free_bytes < least
        yield Check(
            name=need.name,
            state=State.BROKEN if is_full else State.WARNING,
            said=f"only {free}",
            mend=f"free some space, or {need.otherwise}",
        )
    notes = disk_notes({folder: disk})
    for note in notes:
        said = one_line(note[0].lower() + note[1:].rstrip("."))
        yield Check(name=need.name, state=State.WARNING, said=said, mend=need.otherwise)
    if disk.free_bytes >= enough and not notes:
        yield Check(name=need.name, said=free)


def missing_folder(need: Need, folder: Path, system: System) -> Check:
    """A folder that must be there, and is not."""
    make = "mkdir" if system is System.WINDOWS else "mkdir -p"
    return Check(
        name=need.name,
        state=need.when_refused,
        said=f"there is no folder {str(folder.absolute())!r}",
        mend=f"`{make} {_quoted(folder, system)}`",
    )


def _refused(need: Need, folder: Path, error: OSError, system: System) -> Check:
    reason = one_line(error.strerror or error).lower()
    mend = need.otherwise
    if error.errno == errno.ENOSPC:
        mend = f"free some space, or {mend}"
    elif error.errno in _DENIED and system is not System.WINDOWS:
        place = _existing(folder)
        # Outside of a person's own folders it would take the system's away from it.
        if Path.home() in place.parents:
            name = _quoted(place, system)
            mend = f"`sudo chown -R $USER {name} && chmod u+rwx {name}`, or {mend}"
    said = f"{str(folder.absolute())!r} cannot be written: {reason}"
    return Check(name=need.name, state=need.when_refused, said=said, mend=mend)


def _quoted(folder: Path, system: System) -> str:
    return f'"{folder}"' if system is System.WINDOWS else shlex.quote(str(folder))
