"""What this machine learned from earlier jobs, as small JSON files; losing them loses nothing."""

import json
import logging
from math import inf
from pathlib import Path
from typing import Any

from ai_video_generator.media.files import appearing
from ai_video_generator.planning.history import History, JobRecord, learned

_log = logging.getLogger(__name__)

_KEPT_JOBS = 30
# Of one kind: enough for a line that a few odd ones do not bend, few enough that a new driver shows
# within weeks.

_KEPT_INPUTS = 500
# Enough for an album's worth of work; a line each.


class CacheBook:
    """Times of earlier jobs, and where inputs of known content lay.

    Args:
        folder: The cache folder; None takes the system's own. Made when something is written.
    """

    def __init__(self, folder: Path | None = None) -> None:
        if folder is None:
            import platformdirs

            folder = Path(platformdirs.user_cache_dir("aivg", appauthor=False))
        self._folder = folder

    @property
    def folder(self) -> Path:
        """The cache folder."""
        return self._folder

    def history(self) -> History:
        """What the jobs of this machine teach."""
        kept = self._read("jobs")
        return learned({name: _jobs(kept[name]) for name in kept})

    def record_job(self, name: str, job: JobRecord) -> None:
        """Remember how long a job took.

        Args:
            name: Its kind, from `estimate.speed_key`.
            job: Its size and time.
        """
        book = self._read("jobs")
        jobs = [*_jobs(book.get(name)), job][-_KEPT_JOBS:]
        book[name] = [[round(one.megapixels, 3), round(one.seconds, 3)] for one in jobs]
        self._write("jobs", book)

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


def _jobs(kept: object) -> list[JobRecord]:
    """What is left of a list of sizes and times, whoever has edited the file."""
    found: list[JobRecord] = []
    for pair in kept if isinstance(kept, list) else []:
        match pair:
            case [int() | float() as size, int() | float() as time] if (
                0 < size < inf and 0 < time < inf
            ):
                found.append(JobRecord(megapixels=size, seconds=time))
    return found
