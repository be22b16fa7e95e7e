"""What one look at the machine found."""

from dataclasses import dataclass
from enum import StrEnum

from ai_video_generator.media.plain_text import harmless


class State(StrEnum):
    """How bad it is."""

    OK = "ok"
    WARNING = "warning"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One finding.

    Attributes:
        name: What was looked at; a heading of docs/troubleshooting.md.
        state: A warning stops nothing; what is broken keeps a part of the program from working.
        said: What was found, without a full stop.
        mend: The one thing to do, commands in backticks; empty when all is well.
    """

    name: str
    state: State = State.OK
    said: str
    mend: str = ""


def size_text(size_bytes: float) -> str:
    """Bytes as a person reads them: ``12.3 GB``; below a gigabyte in megabytes."""
    return f"{size_bytes / 1e9:.1f} GB" if size_bytes >= 1e9 else f"{size_bytes / 1e6:.0f} MB"  # noqa: PLR2004 - a gigabyte


def one_line(text: object) -> str:
    """Words on one line, with what a terminal would obey written out."""
    return harmless(" ".join(str(text).split()))
