"""What was asked of clouds, written down before it is waited for, so that nothing is paid twice.

One JSON file a request, named by the request's digest, and beside it the video that it gave. It
holds the task's name and what it cost, and nothing secret.

    sent       the request is about to be sent: if this stays, a task may run that nobody knows
    task       the cloud has answered with the task's name
    charged    the task is over, and its cost is counted
"""

import json
import os
import time
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from ai_video_generator.media.files import appearing

KEPT_S = 7 * 24 * 3600.0
"""How long a request that nobody asks for again is remembered: as long as finished passes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One request, as it is written down.

    Attributes:
        task: The cloud's name of the task; empty before it has answered.
        usd: What it should cost, dollars.
        charged_usd: What it has cost; None until that is counted.
    """

    task: str = ""
    usd: float = 0.0
    charged_usd: float | None = None


class Book:
    """The requests in a folder.

    Args:
        folder: Made when it is needed.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def entry(self, digest: str) -> Entry | None:
        """What is known of a request; None when it was never sent."""
        try:
            return Entry(**json.loads(self._note(digest).read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    def write(self, digest: str, entry: Entry) -> Entry:
        """Write a request down; it outlasts a power loss from here on.

        Raises:
            DiskFullError: When there is no room for it.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        with appearing(self._note(digest), overwrite=True) as path:
            path.write_text(json.dumps(asdict(entry)), encoding="utf-8")
        return entry

    def charged(self, digest: str, entry: Entry, usd: float) -> Entry:
        """Write down what a request has cost."""
        return self.write(digest, replace(entry, charged_usd=usd))

    def forget(self, digest: str) -> None:
        """A request was refused or its task is gone; it may be sent anew."""
        for path in (self._note(digest), self.clip(digest), self.part(digest)):
            path.unlink(missing_ok=True)

    def clip(self, digest: str) -> Path:
        """Where the video of a request is, once it is whole."""
        return self._folder / f"{digest}.mp4"

    def part(self, digest: str) -> Path:
        """Where it grows while it is fetched."""
        return self._folder / f"{digest}.part"

    def touch(self, digest: str) -> None:
        """Note that a request is still of use."""
        for path in (self._note(digest), self.clip(digest)):
            with suppress(OSError):
                os.utime(path)

    def tidy(self) -> None:
        """Remove what nobody has used for long."""
        oldest_s = time.time() - KEPT_S
        for ending in (".json", ".mp4", ".part"):
            for path in self._folder.glob(f"*{ending}"):
                with suppress(OSError):
                    if path.stat().st_mtime < oldest_s:
                        path.unlink()

    def _note(self, digest: str) -> Path:
        return self._folder / f"{digest}.json"
