"""``aivg doctor``: what is wrong with this machine or this installation, and what mends it."""

import sys
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from ai_video_generator.cli import console

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from ai_video_generator.core.checks.check import Check

_NAME_WIDTH = 18
# The longest name has 16 letters.
_WIDEST = 100
# Longer lines are hard to follow, however wide the terminal.
_NARROWEST = 20
# A terminal of fewer columns breaks lines itself.
_GLUE = "\0"
# Stands for blanks that must not end a line.
_COLOURS = {"ok": "green", "warning": "yellow", "broken": "red"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Signs:
    """What stands before a finding, and before its remedy."""

    ok: str = "✓"
    warning: str = "!"
    broken: str = "✗"
    mend: str = "→"


_PLAIN = _Signs(ok="+", broken="x", mend=">")
# For terminals that know no more than ASCII, or Windows' old code pages.


def doctor(
    *,
    output: Annotated[Path | None, Parameter(name=["--output", "-o"])] = None,
    json: Annotated[bool, Parameter(negative="")] = False,
) -> int:
    """Find what is wrong on this machine, and how to mend it; change nothing.

    Each line says what was looked at. What is broken keeps a part of the program from working, and
    makes the exit code 1; a warning stops nothing.

    Args:
        output: The folder where videos shall go; this one otherwise.
        json: Print the findings as one JSON document.
    """
    from ai_video_generator.core.checks.check import State
    from ai_video_generator.core.doctor import GROUPS, Doctor

    checks: list[Check] = []
    page = None if json else _Page(_console(), _signs(sys.stdout.encoding or "ascii"))
    titles = {names[0]: title for title, names in GROUPS.items()}
    for check in Doctor(output_folder=output).checks():
        if page is not None:
            page.add(check, titles)
        checks.append(check)
    if page is None:
        console.answer_json(checks)
    else:
        page.close(checks)
    return int(any(check.state is State.BROKEN for check in checks))


def _console() -> "Console":
    from rich.console import Console

    return Console(highlight=False)


def _signs(encoding: str) -> _Signs:
    signs = _Signs()
    try:
        f"{signs.ok}{signs.broken}{signs.mend}".encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return _PLAIN
    return signs


class _Page:
    """Prints findings as they come, so that a slow check does not hide the quick ones."""

    def __init__(self, console: "Console", signs: _Signs) -> None:
        self._console, self._signs = console, signs
        self._width = min(console.width, _WIDEST)
        self._name = ""

    def add(self, check: "Check", titles: dict[str, str]) -> None:
        """Print one finding, below the title of its group where that begins."""
        from rich.text import Text

        if check.name != self._name and check.name in titles:
            self._print(Text(("\n" if self._name else "") + titles[check.name], "bold"))
        name = check.name if check.name != self._name else ""
        self._name = check.name
        sign = getattr(self._signs, check.state.value)
        line = Text("  ")
        line.append(f"{sign} ", f"bold {_COLOURS[check.state.value]}")
        line.append(name.ljust(_NAME_WIDTH))
        for index, part in enumerate(self._wrapped(check.said)):
            line.append((f"\n{' ' * (4 + _NAME_WIDTH)}" if index else "") + part)
        self._print(line)
        if check.mend:
            self._remedy(check.mend)

    def close(self, checks: "Sequence[Check]") -> None:
        """Print what it amounts to."""
        from rich.text import Text

        states = [check.state.value for check in checks]
        broken, warned = states.count("broken"), states.count("warning")
        if not broken and not warned:
            self._print(Text("\nAll is well."))
            return
        warnings = f"{warned} warning{'s' if warned != 1 else ''}"
        said = f"{broken} broken, {warnings}" if broken else f"Nothing is broken; {warnings}"
        self._print(Text(f"\n{said}. The page docs/troubleshooting.md tells more of each."))

    def _remedy(self, mend: str) -> None:
        """Wrap a remedy between its commands; these stay whole, to be copied."""
        from rich.text import Text

        pieces = mend.split("`")
        commands = pieces[1::2]
        pieces[1::2] = [f"`{command.replace(' ', _GLUE)}`" for command in commands]
        indent = 4 + _NAME_WIDTH
        if max(map(len, commands), default=0) > self._width - indent - 2:
            indent = 4
        lines = self._wrapped(f"{self._signs.mend}{_GLUE}{''.join(pieces)}", indent)
        text = "\n".join(
            " " * (indent + 2 * bool(number)) + line for number, line in enumerate(lines)
        )
        page = Text()
        for number, piece in enumerate(text.replace(_GLUE, " ").split("`")):
            page.append(piece, "bold cyan" if number % 2 else "")
        self._print(page)

    def _wrapped(self, text: str, indent: int = 4 + _NAME_WIDTH) -> list[str]:
        width = max(_NARROWEST, self._width - indent - 2)
        return textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False)

    def _print(self, text: "Text") -> None:
        self._console.print(text, soft_wrap=True)


COMMAND = doctor
