"""Finds a part's files in a folder that a person brought: a copy of a cache, or of a repository."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from ai_video_generator.config.model_config import WeightFile, WeightPart
from ai_video_generator.core.hub_cache import COMMIT
from ai_video_generator.errors import InputError, WeightsMissingError


def source_folder(
    source: Path, part: WeightPart, commit: str | None, wanted: Sequence[WeightFile]
) -> tuple[Path, str]:
    """Where in a folder a part's files are, and at which commit.

    A copy of the hub's cache is understood, one of its ``models--...`` folders, a snapshot, and
    plain folders called as the repository or the part.

    Args:
        source: The folder.
        part: The part.
        commit: The commit that is wanted; None takes the one that the folder's name tells.
        wanted: Files that must be there.

    Raises:
        InputError: When it is no folder, or does not tell a commit that must be known.
        WeightsMissingError: When not all files are there.
    """
    if not source.is_dir():
        raise InputError(f"there is no folder {str(source)!r}")
    nearest: list[str] = [file.path for file in wanted]
    unnamed = False
    for folder in _places(source, part):
        named = folder.name if COMMIT.fullmatch(folder.name) else None
        missing = [file.path for file in wanted if not (folder / file.path).is_file()]
        if len(missing) < len(nearest):
            nearest = missing
        if missing or (commit and named not in (None, commit)):
            continue
        if commit or named:
            return folder, commit or str(named)
        unnamed = True
    if unnamed:
        raise InputError(
            f"the folder {str(source)!r} does not tell which commit of {part.repository} it has",
            hint="bring the folder snapshots/COMMIT of the other machine's cache, with its name",
        )
    raise WeightsMissingError(
        f"{nearest[0] if nearest else part.repository!r} of {part.repository} is not in "
        f"{str(source)!r}",
        hint="on a machine that has it, aivg models where NAME tells what to copy",
    )


def _places(source: Path, part: WeightPart) -> Iterator[Path]:
    """Where the files may be, the most telling first."""
    own_name = part.repository.partition("/")[2]
    cached = f"models--{part.repository.replace('/', '--')}"
    homes = [source / cached, source / "hub" / cached, source]
    homes += [source / part.repository, source / own_name, source / part.name]
    for home in homes:
        snapshots = home / "snapshots"
        if snapshots.is_dir():
            yield from sorted(path for path in snapshots.iterdir() if path.is_dir())
        if home.is_dir():
            yield home
