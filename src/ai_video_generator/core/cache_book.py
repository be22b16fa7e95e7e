"""What this machine learned from earlier jobs, as small JSON files; losing them loses nothing."""

import json
import logging
from math import inf
from pathlib import Path
from statistics import median
from typing import Any

from ai_video_generator.media.files import appearing

_log = logging.getLogger(__name__)

_KEPT_SPEEDS = 7
# Median of the last few jobs: one that ran beside a game does not spoil the estimate, a new GPU
# driver shows soon.

_KEPT_INPUTS = 500
# Enough for an album's worth of work; a line each.


class CacheBook:
    """Speeds of earlier jobs, and where inputs of known content lay.

    Args:
        folder: The cache folder; None takes the system's own. Made when something is written.
    """

    def __init__(self, folder: Path | None = None) -> None:
        if folder is None:
            import platformdirs

            folder = Path(platformdirs.user_cache_dir("aivg", appauthor=False))
        self._folder = folder

    def speeds(self) -> dict[str, float]:
        """Wall seconds per megapixel of frames, by "model/encoder"."""
        kept = self._read("speeds")
        return {name: median(values) for name in kept if (values := _numbers(kept[name]))}

    def record_speed(self, name: str, seconds_per_megapixel: float) -> None:
        """Remember how fast a job was."""
        book = self._read("speeds")
        speeds = [*_numbers(book.get(name)), round(seconds_per_megapixel, 6)]
        book[name] = speeds[-_KEPT_SPEEDS:]
        self._write("speeds", book)

    def input_path(self, sha256: str) -> Path | None:
        """Where a file of this content was last seen."""
        found = self._read("inputs").get(sha256)
        return Path(found) if isinstance(found, str) and found else None

    def record_input(self, sha256: str, path: Path) -> None:
        """Remember where a file of this content is."""
        book = self._read("inputs")
        book.pop(sha256, None)
        book[sha256] = str(path.absolute())  # json writes bytes that are no text as escapes
        self._write("inputs", dict(list(book.items())[-_KEPT_INPUTS:]))

    def _read(self, name: str) -> dict[str, Any]:
        try:
            book = json.loads((self._folder / f"{name}.json").read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            _log.warning(
                "the cache file %s.json is not readable and is left aside: %s", name, error
            )
            return {}
        return book if isinstance(book, dict) else {}

    def _write(self, name: str, book: dict[str, Any]) -> None:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with appearing(self._folder / f"{name}.json", overwrite=True) as path:
                path.write_text(json.dumps(book, indent=1), encoding="utf-8")
        except Exception as error:  # noqa: BLE001 - a cache that cannot be written never fails a job
            _log.warning("the cache in %s cannot be written: %s", self._folder, error)


def _numbers(kept: object) -> list[float]:
    """What is left of a list of positive numbers, whoever has edited the file."""
    values = kept if isinstance(kept, list) else []
    return [value for value in values if isinstance(value, int | float) and 0 < value < inf]
