"""What pictures the terminal at hand can show: told by its variables, or by itself when asked."""

import os
import select
import sys
import time
from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

_ANSWER_LIMIT_S = 0.3
# A terminal here answers within milliseconds, one behind a slow line within a tenth of a second.

_CELL_PX = (8, 12)
# Of a terminal that does not tell: smaller than usual cells are, so that a picture is too small
# rather than over the line below it.

_OWN_PROGRAMS = ("wezterm", "ghostty")
_OWN_TERMS = ("kitty", "ghostty")
# Speak kitty's protocol (https://sw.kovidgoyal.net/kitty/graphics-protocol/).

_SIXEL = "4"
# Among the attributes that a terminal answers to DA1: "sixel graphics" (DEC VT330/VT340 manual).


class Way(StrEnum):
    """How a picture is shown in a terminal."""

    KITTY = "kitty"
    SIXEL = "sixel"
    BLOCKS = "blocks"


class Cell(NamedTuple):
    """Size of a character.

    Attributes:
        width_px: Its width in pixels.
        height_px: Its height in pixels.
    """

    width_px: int
    height_px: int


def way_here(environment: Mapping[str, str] = os.environ) -> Way | None:
    """The best way that the terminal of standard error shows pictures; None where it cannot.

    Inside of tmux and screen the variables of the terminal around them mean nothing, because they
    do not pass pictures on; they answer for themselves.
    """
    term = environment.get("TERM", "")
    is_inside = bool(environment.get("TMUX")) or term.startswith(("tmux", "screen"))
    program = environment.get("TERM_PROGRAM", "").lower()
    if not is_inside and (
        environment.get("KITTY_WINDOW_ID")
        or program in _OWN_PROGRAMS
        or any(name in term for name in _OWN_TERMS)
    ):
        return Way.KITTY
    if _answers_sixel():
        return Way.SIXEL
    colour = environment.get("COLORTERM", "").lower()
    if colour in ("truecolor", "24bit") and not environment.get("NO_COLOR"):
        return Way.BLOCKS
    return None


def cell() -> Cell:
    """Size of the terminal's characters; a small guess where it does not tell."""
    try:
        import fcntl
        import struct
        import termios

        told = fcntl.ioctl(sys.stderr.fileno(), termios.TIOCGWINSZ, b"\0" * 8)
        rows, columns, width_px, height_px = struct.unpack("4H", told)
    except (ImportError, OSError, ValueError):
        return Cell(*_CELL_PX)
    if not (rows and columns and width_px >= columns and height_px >= rows):
        return Cell(*_CELL_PX)
    return Cell(width_px // columns, height_px // rows)


def _answers_sixel() -> bool:
    """Ask the terminal what it can do (DA1), where this process is the one that it talks to."""
    try:
        import termios
        import tty

        descriptor = os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY)
    except (ImportError, OSError):
        return False
    try:
        if os.tcgetpgrp(descriptor) != os.getpgrp():
            return False  # in the background, asking would stop it
        before = termios.tcgetattr(descriptor)
        try:
            tty.setcbreak(descriptor)
            os.write(descriptor, b"\x1b[c")
            return is_sixel(_answer(descriptor))
        finally:
            termios.tcsetattr(descriptor, termios.TCSANOW, before)
    except (OSError, termios.error):
        return False
    finally:
        os.close(descriptor)


def _answer(descriptor: int) -> str:
    """What comes until the answer's end, or until it is late."""
    answer, limit_s = b"", time.monotonic() + _ANSWER_LIMIT_S
    while not answer.endswith(b"c") and (left_s := limit_s - time.monotonic()) > 0:
        if select.select([descriptor], [], [], left_s)[0]:
            answer += os.read(descriptor, 64)
    return answer.decode("ascii", errors="replace")


def is_sixel(answer: str) -> bool:
    """Whether an answer to DA1, such as ``ESC [ ? 6 2 ; 4 c``, tells of sixel graphics."""
    begin, found, rest = answer.rpartition("\x1b[?")
    del begin
    return bool(found) and rest.endswith("c") and _SIXEL in rest[:-1].split(";")[1:]
