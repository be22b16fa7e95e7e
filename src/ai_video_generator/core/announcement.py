"""What is told when long work ends: how it ended, what it made, and how long it took."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

import ai_video_generator
from ai_video_generator.core.result import Result
from ai_video_generator.errors import AIVideoError, CancelledError

_QUOTED = re.compile(r"""(?<!\w)(["'])(?P<path>.+?)\1(?!\w)""")
# How messages write what a person gave: as repr does.
_UNQUOTED = re.compile(r"""(?<![\w/\\:.~-])(?:~|[A-Za-z]:|\\)?[/\\][^\s"'<>|]+""")
# The slash of an address stands behind a colon or a slash, and that of "frames/s" behind a letter.
_SEPARATOR = re.compile(r"[/\\]+")


class WorkState(StrEnum):
    """How work ended."""

    DONE = "done"
    FAILED = "failed"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """The end of one job, or of a whole batch.

    Attributes:
        state: How it ended.
        what: One sentence without a full stop, and without folders: "song.mp4 is made".
        paths: Files that were made, in order.
        seconds: Wall time of the work.
        counts: Of a batch, how many videos came out how ("made", "already there", "failed",
            "not begun"); empty for a single job.
        error: Why it failed; empty when it did not.
        hint: The one thing to do about it; empty when there is none.
    """

    state: WorkState
    what: str
    paths: tuple[Path, ...] = ()
    seconds: float = 0.0
    counts: Mapping[str, int] = field(default_factory=dict)
    error: str = ""
    hint: str = ""

    def to_json(self) -> dict[str, object]:
        """The announcement for another computer: files by name, no folder of this one.

        docs/usage.md describes the keys.
        """
        error, hint = without_folders(self.error), without_folders(self.hint)
        return {
            "program": "aivg",
            "version": ai_video_generator.__version__,
            "state": self.state.value,
            "text": ": ".join(filter(None, (self.what, error))),
            "what": self.what,
            "files": [path.name for path in self.paths],
            "seconds": round(self.seconds, 3),
            "counts": dict(self.counts),
            "error": error,
            "hint": hint,
        }


def made(result: Result) -> Announcement:
    """A video that is finished."""
    name = result.path.name if result.path else ""
    return Announcement(
        state=WorkState.DONE,
        what=f"{name} was there already" if result.was_there else f"{name} is made",
        paths=(result.path,) if result.path else (),
        seconds=result.seconds,
    )


def unfinished(name: str, error: BaseException, seconds: float) -> Announcement:
    """Work that ended with an error, or was stopped by a person.

    Args:
        name: What was to be made, without its folder.
        error: What ended it.
        seconds: Wall time until then.
    """
    if _is_stop(error):
        return Announcement(state=WorkState.STOPPED, what=f"{name} was stopped", seconds=seconds)
    ours = isinstance(error, AIVideoError)
    return Announcement(
        state=WorkState.FAILED,
        what=f"{name} was not made",
        seconds=seconds,
        error=str(error) if ours else f"unexpected {type(error).__name__}: {error}",
        hint=error.hint if isinstance(error, AIVideoError) else "",
    )


def _is_stop(error: BaseException) -> bool:
    # Python 3.11 wraps what interrupts the making of a class, as modules load.
    wrapped = isinstance(error, RuntimeError) and isinstance(error.__cause__, KeyboardInterrupt)
    return wrapped or isinstance(error, (CancelledError, KeyboardInterrupt))


def without_folders(text: str) -> str:
    """Shorten each path in a message to its last name; addresses of the web stay whole."""
    quoted = _QUOTED.sub(lambda found: f"{found[1]}{_last_name(found['path'])}{found[1]}", text)
    return _UNQUOTED.sub(lambda found: _last_name(found[0]), quoted)


def _last_name(path: str) -> str:
    if "://" in path:
        return path
    return _SEPARATOR.split(path.rstrip("/\\"))[-1]
