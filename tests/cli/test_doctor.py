"""``aivg doctor`` as a person runs it: its exit codes, its page and its document."""

import json
import os
from pathlib import Path

import pytest
from program import aivg

from ai_video_generator.core.doctor import GROUPS

NAMES = [name for names in GROUPS.values() for name in names]


def test_the_document_holds_every_check() -> None:
    done = aivg("doctor", "--json", HF_HUB_OFFLINE="1")

    checks = json.loads(done.stdout)
    assert list(dict.fromkeys(check["name"] for check in checks)) == NAMES
    assert all(check.keys() == {"name", "state", "said", "mend"} for check in checks)
    broken = [check for check in checks if check["state"] == "broken"]
    assert done.returncode == int(bool(broken))
    assert done.stderr == ""


def test_the_page_names_groups_and_checks_within_the_width() -> None:
    done = aivg("doctor", COLUMNS="80", PYTHONUTF8="1", HF_HUB_OFFLINE="1", HF_HOME="h")

    lines = done.stdout.splitlines()
    assert [line for line in lines if line in GROUPS] == list(GROUPS)
    for name in NAMES:
        assert any(line[4:].startswith(f"{name} ") for line in lines), name
    assert all(len(line) <= 80 for line in lines if "→" not in line)
    assert done.stderr == ""


def test_what_is_broken_is_the_exit_code_and_has_its_remedy(tmp_path: Path) -> None:
    done = aivg("doctor", "-o", tmp_path / "none", PYTHONUTF8="1", HF_HUB_OFFLINE="1")

    assert done.returncode == 1
    assert "✗ output folder" in done.stdout
    assert f"→ mkdir -p {tmp_path / 'none'}" in done.stdout or os.name == "nt"
    assert " broken, " in done.stdout


def test_a_warning_stops_nothing() -> None:
    clean = aivg("doctor", "--json", HF_HUB_OFFLINE="1")
    warned = aivg("doctor", "--json", AIVG_SISE="4k", HF_HUB_OFFLINE="1")

    states = {check["name"]: check["state"] for check in json.loads(warned.stdout)}
    assert states["settings file"] == "warning"
    assert warned.returncode == clean.returncode


def test_settings_that_cannot_be_read_do_not_keep_it_from_telling() -> None:
    done = aivg("doctor", "--json", AIVG_FPS="fast", HF_HUB_OFFLINE="1")

    states = {check["name"]: check for check in json.loads(done.stdout)}
    assert done.returncode == 1
    assert "fps cannot be 'fast'" in states["settings file"]["said"]


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_a_terminal_without_the_marks_gets_plain_ones(encoding: str) -> None:
    done = aivg("doctor", PYTHONIOENCODING=encoding, HF_HUB_OFFLINE="1")

    assert done.stdout.isascii()
    assert "  + python " in done.stdout
    assert "  ! terminal " in done.stdout
    assert "\\u" not in done.stdout


def test_there_is_no_colour_without_a_terminal() -> None:
    assert "\x1b" not in aivg("doctor", HF_HUB_OFFLINE="1").stdout
