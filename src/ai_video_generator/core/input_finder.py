"""Finds the inputs of a recipe again, by their content."""

from collections.abc import Iterator, Sequence
from os import PathLike
from pathlib import Path

from ai_video_generator.core.cache_book import CacheBook
from ai_video_generator.core.recipe import InputFile, Recipe
from ai_video_generator.errors import InputError
from ai_video_generator.media.files import sha256


class InputFinder:
    """Looks for files of known content.

    Args:
        book: Where earlier jobs of this machine left their inputs.
        beside: A folder to look in, that of the video.
    """

    def __init__(self, book: CacheBook, *, beside: Path) -> None:
        self._book, self._beside = book, beside

    def all_found(
        self,
        recipe: Recipe,
        pictures: Sequence[Path] | None,
        sound: str | PathLike[str] | None,
    ) -> tuple[tuple[Path, ...], Path]:
        """The recipe's pictures, in order, and its sound.

        Args:
            recipe: What to look for.
            pictures: Where they are; None looks for them.
            sound: Where it is; None looks for it.

        Raises:
            InputError: When one is not found, or is not the file that the video was made from.
        """
        if pictures is not None and len(pictures) != len(recipe.pictures):
            raise InputError(
                f"the video was made from {len(recipe.pictures)} pictures, "
                f"{len(pictures)} were given",
                hint="give them all, in order",
            )
        given: Sequence[Path | None] = pictures or [None] * len(recipe.pictures)
        found = tuple(
            self._found(entry, path, "--picture")
            for entry, path in zip(recipe.pictures, given, strict=True)
        )
        return found, self._found(recipe.sound, Path(sound) if sound else None, "--sound")

    def _found(self, entry: InputFile, given: Path | None, flag: str) -> Path:
        candidates = [given] if given else list(self._candidates(entry))
        for path in candidates:
            if path.is_file() and _digest(path) == entry.sha256:
                return path
        if given and not given.is_file():
            raise InputError(f"there is no file {str(given)!r}", hint=f"look at {flag} again")
        changed = [path for path in candidates if path.is_file()]
        if changed:
            raise InputError(
                f"{str(changed[0])!r} is not the file that the video was made from",
                hint=f"say where the original {entry.name!r} is: {flag} PATH",
            )
        raise InputError(
            f"{entry.name!r}, from which the video was made, is not found",
            hint=f"say where it is: {flag} PATH",
        )

    def _candidates(self, entry: InputFile) -> Iterator[Path]:
        yield self._beside / entry.name
        yield Path(entry.name)
        if seen := self._book.input_path(entry.sha256):
            yield seen


def _digest(path: Path) -> str:
    """SHA-256 of a file; empty when it may not be read."""
    try:
        return sha256(path)
    except OSError:
        return ""
