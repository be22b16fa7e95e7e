import os
from pathlib import Path

import pytest

from ai_video_generator.core.desktop_notice import NoDesktopError, notice_command, show_notice

HOSTILE = 'a" & (do shell script "id") $(id) `id` \'; <b>\\n.mp4 is made'

needs_linux = pytest.mark.skipif(
    os.name == "nt" or os.uname().sysname != "Linux", reason="what Linux desktops have"
)


@pytest.mark.parametrize("system", ["darwin", "win32"])
def test_text_is_an_argument_or_a_variable_and_never_a_part_of_a_script(system: str) -> None:
    plain, hostile = (notice_command(system, "Video finished", text, {}) for text in ("a", HOSTILE))
    scripts = [
        [part for part in at.arguments if part not in {"a", HOSTILE}] for at in (plain, hostile)
    ]
    assert scripts[0] == scripts[1]
    assert HOSTILE in (*hostile.arguments, *hostile.variables.values())


def test_linux_takes_the_text_as_markup_with_escapes() -> None:
    command = notice_command("linux", "Video finished", "a & b\\n <c>.mp4", {"DISPLAY": ":0"})
    assert command.arguments[-3:] == ("--", "Video finished", "a &amp; b\\\\n &lt;c&gt;.mp4")


def test_a_server_has_no_desktop() -> None:
    with pytest.raises(NoDesktopError, match="no desktop"):
        notice_command("linux", "Video finished", "a", {"DISPLAY": ""})


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder of programs, on a desktop."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("DISPLAY", ":0")
    return tmp_path


def write_program(folder: Path, script: str) -> None:
    path = folder / "notify-send"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


@needs_linux
def test_the_program_of_the_system_is_given_title_and_text(programs: Path) -> None:
    write_program(programs, f'for part in "$@"; do echo "$part" >>"{programs}/told"; done')
    show_notice("Video finished", "a.mp4 is made\0")
    told = (programs / "told").read_text().splitlines()
    assert told == ["--app-name=aivg", "--", "Video finished", "a.mp4 is made"]


@needs_linux
@pytest.mark.parametrize(
    ("script", "problem"), [(None, "not installed"), ("exit 4", "failed with exit code 4")]
)
def test_a_program_that_is_missing_or_fails_is_said(
    script: str | None, problem: str, programs: Path
) -> None:
    if script:
        write_program(programs, script)
    with pytest.raises(NoDesktopError, match=problem):
        show_notice("Video finished", "a.mp4 is made")
