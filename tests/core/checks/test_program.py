"""What the program stands on is judged both ways."""

import os
import subprocess
import sys
from importlib import metadata

import pytest

from ai_video_generator.core.checks.check import State
from ai_video_generator.core.checks.program import (
    clock_check,
    fonts_check,
    python_check,
    terminal_check,
)
from ai_video_generator.core.checks.system import System


@pytest.mark.parametrize("version", [(3, 11, 0), (3, 14, 2), (4, 0, 0)])
def test_a_python_that_is_new_enough_is_well(version: tuple[int, ...]) -> None:
    check = python_check(version, 64, System.DEBIAN)

    assert (check.state, check.mend) == (State.OK, "")
    assert ".".join(map(str, version)) in check.said


@pytest.mark.parametrize(("version", "bits"), [((3, 10, 12), 64), ((3, 12, 0), 32)])
@pytest.mark.parametrize(
    ("system", "command"),
    [
        (System.UBUNTU, "sudo apt install python3"),
        (System.FEDORA, "sudo dnf install python3"),
        (System.ARCH, "sudo pacman -S python"),
        (System.MACOS, "brew install python"),
        (System.WINDOWS, "winget install Python"),
        (System.LINUX, "python.org"),
    ],
)
def test_another_python_is_broken_and_each_system_has_its_command(
    version: tuple[int, ...], bits: int, system: System, command: str
) -> None:
    check = python_check(version, bits, system)

    assert check.state is State.BROKEN
    assert command in check.mend


def test_the_oldest_python_is_the_one_that_the_package_asks_for() -> None:
    said = python_check((3, 0), 64, System.DEBIAN).said
    asked = metadata.metadata("ai-video-generator")["Requires-Python"]

    assert asked.removeprefix(">=") in said


@pytest.mark.parametrize("encoding", ["utf-8", "UTF-8", "utf8", "utf_8"])
def test_a_terminal_with_every_letter_is_well(encoding: str) -> None:
    assert terminal_check(encoding, System.DEBIAN).state is State.OK


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "ANSI_X3.4-1968", ""])
def test_a_terminal_that_lacks_letters_is_a_warning(encoding: str) -> None:
    check = terminal_check(encoding, System.DEBIAN)

    assert check.state is State.WARNING
    assert "LANG=C.UTF-8" in check.mend
    assert "PYTHONUTF8" in terminal_check(encoding, System.WINDOWS).mend


def test_a_clock_from_before_the_program_is_broken() -> None:
    assert clock_check(2026, System.DEBIAN).state is State.OK
    assert clock_check(1970, System.DEBIAN).state is State.BROKEN
    assert "timedatectl" in clock_check(1970, System.FEDORA).mend
    assert "w32tm" in clock_check(2009, System.WINDOWS).mend
    assert "sntp" in clock_check(2009, System.MACOS).mend


def test_the_font_of_contact_sheets_is_there() -> None:
    assert fonts_check("pip install pillow").state is State.OK


def test_a_pillow_that_lost_its_font_is_broken() -> None:
    code = (
        "from PIL import ImageFont\n"
        "class Lost(ImageFont.FreeTypeFont):\n"
        "    def __init__(self, *_, **__): raise OSError('cannot open resource')\n"
        "ImageFont.FreeTypeFont = Lost\n"
        "from ai_video_generator.core.checks.program import fonts_check\n"
        "check = fonts_check('reinstall it')\n"
        "print(check.state, check.said, check.mend)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=os.environ, capture_output=True, text=True, check=True
    )

    assert done.stdout.startswith("broken Pillow cannot load its own font")
    assert "cannot open resource `reinstall it`" in done.stdout
