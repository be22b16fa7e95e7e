"""Which of the files on a command line is the sound."""

import mimetypes
from pathlib import Path

from cyclopts import CycloptsError


def told_apart(files: tuple[Path, ...]) -> tuple[list[Path], Path]:
    """Find the sound among the files: the only one whose name says so, else the last.

    Raises:
        CycloptsError: When there are fewer than two files.
    """
    if len(files) < 2:  # noqa: PLR2004  # one picture and one sound
        raise CycloptsError(msg="give at least one picture and one sound.")
    kinds = [(mimetypes.guess_type(file.name)[0] or "").partition("/")[0] for file in files]
    heard = [index for index, kind in enumerate(kinds) if kind in {"audio", "video"}]
    index = heard[0] if len(heard) == 1 else len(files) - 1
    return [*files[:index], *files[index + 1 :]], files[index]
