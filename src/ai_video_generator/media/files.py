"""Files that appear only when they are whole, and digests that name them."""

import errno
import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ai_video_generator.errors import DiskFullError, OutputPathError

_READ_BYTES = 1 << 20
# Large enough that reading costs no more than hashing, small enough to be no memory.

_PREFIX, _SUFFIX = ".aivg-", ".part"
# Hidden, and plainly ours.


def sha256(path: Path) -> str:
    """SHA-256 of a file's bytes, hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_READ_BYTES):
            digest.update(block)
    return digest.hexdigest()


def check_output(path: Path, *, overwrite: bool, inputs: tuple[Path, ...] = ()) -> None:
    """Refuse an output path before any work is done.

    Raises:
        OutputPathError: When the folder is missing or cannot be written, the path is a folder or an
            input, or a file is there and ``overwrite`` is false.
    """
    try:
        _check_output(path, overwrite=overwrite, inputs=inputs)
    except (OSError, ValueError) as error:
        if isinstance(error, OutputPathError):
            raise
        raise OutputPathError(
            f"{str(path)!r} cannot be a file here: {error}", hint="choose a shorter, plainer name"
        ) from error


def _check_output(path: Path, *, overwrite: bool, inputs: tuple[Path, ...]) -> None:
    folder = path.parent
    if not folder.is_dir():
        raise OutputPathError(
            f"there is no folder {str(folder)!r}", hint=f"make it first: mkdir -p '{folder}'"
        )
    with suppress(FileNotFoundError):
        path.lstat()  # says what is wrong with a name, where `exists` may be silent
    if path.is_dir():
        raise OutputPathError(f"{str(path)!r} is a folder", hint="name a file, as in -o video.mp4")
    for given in inputs:
        if path.exists() and given.exists() and path.samefile(given):
            raise OutputPathError(
                f"the output {str(path)!r} is one of the inputs", hint="give the video another name"
            )
    if path.exists() and not path.is_file():
        raise OutputPathError(
            f"{str(path)!r} is not a regular file", hint="name a file, as in -o video.mp4"
        )
    if os.path.lexists(path) and not overwrite:
        raise OutputPathError(
            f"{str(path)!r} is already there", hint="give another name, or allow it: --overwrite"
        )
    if not os.access(folder, os.W_OK):
        raise OutputPathError(
            f"the folder {str(folder)!r} cannot be written", hint="choose another folder with -o"
        )


@contextmanager
def appearing(path: Path, *, overwrite: bool, mark: str = "") -> Iterator[Path]:
    """Give a temporary path in the same folder; it becomes ``path`` when the block ends well.

    When the block raises, whatever it is, the temporary file is removed and ``path`` stays as it
    was. After a power loss there is the old file or the whole new one.

    Args:
        path: What is to appear.
        overwrite: Whether it may replace a file.
        mark: As in `unfinished_files`.

    Raises:
        OutputPathError: When the temporary file cannot be made, or ``path`` has appeared meanwhile
            and ``overwrite`` is false.
        DiskFullError: When there is no room left.
    """
    with _temporary(path, mark) as temporary:
        yield temporary
        _settle(temporary, path, overwrite=overwrite)


@contextmanager
def appearing_by_content(
    folder: Path, path_of: Callable[[str], Path], *, mark: str = ""
) -> Iterator[Path]:
    """Give a temporary path as `appearing` does, for a file whose name holds its own SHA-256.

    Args:
        folder: Where.
        path_of: Makes the path, in the same folder, from the digest.
        mark: As in `unfinished_files`.

    Raises:
        OutputPathError: When the file cannot be made.
        DiskFullError: When there is no room left.
    """
    with _temporary(folder / "file", mark) as temporary:
        yield temporary
        _settle(temporary, path_of(sha256(temporary)), overwrite=True)


def unfinished_files(folder: Path, mark: str = "*") -> Iterator[Path]:
    """Temporary files of `appearing` that a process left when it was killed.

    Args:
        folder: Where to look.
        mark: What it gave to `appearing`, to know its own by; ``*`` finds all that have one.
    """
    return folder.glob(f"{_PREFIX}{mark}-*{_SUFFIX}")


def mark_of(unfinished: Path) -> str:
    """The mark in the name of a temporary file."""
    return unfinished.name.removeprefix(_PREFIX).partition("-")[0]


@contextmanager
def _temporary(path: Path, mark: str) -> Iterator[Path]:
    """A new file beside a path, gone at the end if it has got no other name."""
    prefix = f"{_PREFIX}{mark}-" if mark else _PREFIX
    try:
        handle, name = tempfile.mkstemp(prefix=prefix, suffix=_SUFFIX, dir=path.parent)
    except OSError as error:
        raise _translated(error, path) from error
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
    except OSError as error:
        raise _translated(error, path) from error
    finally:
        with suppress(FileNotFoundError):
            temporary.unlink()


def _settle(temporary: Path, path: Path, *, overwrite: bool) -> None:
    """Flush a finished file to the disk, give it its name, and flush that too."""
    with temporary.open("rb+") as file:
        os.fsync(file.fileno())
    umask = os.umask(0)
    os.umask(umask)
    temporary.chmod(0o666 & ~umask)
    _name(temporary, path, overwrite=overwrite)
    flush_folder(path.parent)


def flush_folder(folder: Path) -> None:
    """Make names in a folder outlast a power loss, where the system can (fsync(2), POSIX alone)."""
    if os.name == "nt":
        return
    with suppress(OSError):  # some network file systems refuse it; the file itself is flushed
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _name(temporary: Path, path: Path, *, overwrite: bool) -> None:
    """Give a file its name."""
    if overwrite:
        temporary.replace(path)
        return
    try:
        os.link(temporary, path)
    except FileExistsError as error:
        raise _appeared(path) from error
    except OSError as error:
        # A file system without hard links (FAT, some network shares).
        if os.path.lexists(path):
            raise _appeared(path) from error
        temporary.replace(path)


def _appeared(path: Path) -> OutputPathError:
    return OutputPathError(
        f"{str(path)!r} has appeared while the video was made",
        hint="give another name, or allow it: --overwrite",
    )


def _translated(error: OSError, path: Path) -> DiskFullError | OutputPathError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DiskFullError(
            f"no room is left in {str(path.parent)!r}", hint="free some space, or choose another -o"
        )
    reason = (error.strerror or str(error)).lower()
    return OutputPathError(
        f"{str(path)!r} cannot be written: {reason}", hint="choose another name or folder with -o"
    )
