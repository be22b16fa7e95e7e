"""What the program itself stands on: Python, the terminal, the clock, a font."""

from collections.abc import Sequence

from ai_video_generator.core.checks.check import Check, State, one_line
from ai_video_generator.core.checks.system import System

_OLDEST_PYTHON = (3, 11)
# pyproject.toml, requires-python.
_BITS = 64
# None of the packages with compiled parts is published for 32.
_PYTHON = {
    System.FEDORA: "`sudo dnf install python3`",
    System.ARCH: "`sudo pacman -S python`",
    System.MACOS: "`brew install python`",
    System.WINDOWS: "`winget install Python.Python.3.13`",
}
_DEBIAN_PYTHON = "`sudo apt install python3 python3-venv`"

_WRITTEN_YEAR = 2026
# The year of the release: a clock that shows an earlier one is wrong.
_CLOCK = {
    System.MACOS: "`sudo sntp -sS time.apple.com`",
    System.WINDOWS: "as administrator: `w32tm /resync`",
}

_LABEL_PX = 16
# About the size of a label on a contact sheet.


def python_check(version: Sequence[int], bits: int, system: System) -> Check:
    """Whether this Python can run the program.

    Args:
        version: As in `sys.version_info`.
        bits: Width of its pointers.
        system: Names the command.
    """
    said = f"{'.'.join(map(str, version[:3]))}, {bits} bit"
    if tuple(version[:2]) >= _OLDEST_PYTHON and bits == _BITS:
        return Check(name="python", said=said)
    oldest = ".".join(map(str, _OLDEST_PYTHON))
    install = _PYTHON.get(system, _DEBIAN_PYTHON if _is_debian(system) else "from python.org")
    return Check(
        name="python",
        state=State.BROKEN,
        said=f"{said}; {oldest} or newer with {_BITS} bit is needed",
        mend=f"install one ({install}), and the program into it",
    )


def _is_debian(system: System) -> bool:
    return system in {System.UBUNTU, System.DEBIAN}


def terminal_check(encoding: str, system: System) -> Check:
    """Whether the terminal shows every letter that a file's name may have.

    Args:
        encoding: That of stdout.
        system: Names the command.
    """
    if encoding.lower().replace("-", "").replace("_", "") == "utf8":
        return Check(name="terminal", said="UTF-8")
    way = "`setx PYTHONUTF8 1`" if system is System.WINDOWS else "`export LANG=C.UTF-8`"
    return Check(
        name="terminal",
        state=State.WARNING,
        said=f"{encoding or 'an unknown encoding'}, which lacks letters that names may have",
        mend=f"{way}, then open a new terminal" if system is System.WINDOWS else way,
    )


def clock_check(year: int, system: System) -> Check:
    """Whether the clock can be right; a wrong one makes every secure connection fail."""
    if year >= _WRITTEN_YEAR:
        return Check(name="clock", said=f"the year is {year}")
    return Check(
        name="clock",
        state=State.BROKEN,
        said=f"it says {year}, before this program was written; secure connections will fail",
        mend=_CLOCK.get(system, "`sudo timedatectl set-ntp true`"),
    )


def fonts_check(reinstall: str) -> Check:
    """Whether Pillow's own font, which labels contact sheets, can be loaded.

    Args:
        reinstall: The command that installs Pillow anew.
    """
    from PIL import ImageFont

    try:
        ImageFont.load_default(_LABEL_PX).getlength("0:00")
    except (OSError, ImportError) as error:
        return Check(
            name="fonts",
            state=State.BROKEN,
            said=f"Pillow cannot load its own font, which `aivg sheet` needs: {one_line(error)}",
            mend=f"`{reinstall}`",
        )
    return Check(name="fonts", said="Pillow's own font is there")
