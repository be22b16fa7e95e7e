"""``aivg cleanup`` as a person uses it: it shows, asks, and removes what was said."""

import json
import os
import pty
import subprocess
import sys
import tempfile
import time
import wave
from pathlib import Path

import pytest
from program import PROGRAM, aivg

from ai_video_generator.cli.main import main

OLD_S = 3 * 24 * 3600.0


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache folder with a forgotten file, learned speeds and a stranger's letter."""
    folder, system = tmp_path / "cache", tmp_path / "system"
    for one in (folder, system):
        one.mkdir()
    for name in ("jobs.json", "letter.txt", ".aivg-abc_1234.part"):
        (folder / name).write_bytes(b"x" * 2000)
    at_s = time.time() - OLD_S
    os.utime(folder / ".aivg-abc_1234.part", (at_s, at_s))
    monkeypatch.setenv("AIVG_CACHE_FOLDER", str(folder))
    monkeypatch.setenv("TMPDIR", str(system))
    monkeypatch.setattr(tempfile, "tempdir", str(system))
    return folder


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def answered(answer: bytes, *arguments: str) -> tuple[int, str]:
    """Run it on a terminal and answer its question."""
    ours, theirs = pty.openpty()
    command = [*PROGRAM, "cleanup", *arguments]
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs) as child:
        os.close(theirs)
        os.write(ours, answer)
        said = b""
        try:
            while part := os.read(ours, 4096):
                said += part
        except OSError:
            pass  # Linux ends a terminal without readers and writers so
    os.close(ours)
    return child.returncode, said.decode()


def test_where_nobody_can_answer_it_only_shows(
    cache: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    before = names(cache)

    assert main(["cleanup"]) == 0

    told = capsys.readouterr()
    assert names(cache) == before
    assert "temporary files" in told.out
    assert "3 days ago" in told.out
    assert "2 kB would be free again" in told.out
    assert "left alone: " in told.err
    assert "letter.txt" in told.err
    assert "--yes" in told.err


def test_yes_removes_what_meets_the_criteria(
    cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["cleanup", "--yes"]) == 0
    assert "2 kB are free again" in capsys.readouterr().out
    assert names(cache) == {"jobs.json", "letter.txt"}

    assert main(["cleanup", "--kind", "speeds", "--larger", "1GB", "--yes"]) == 0
    assert "nothing would go" in capsys.readouterr().out
    assert main(["cleanup", "--all", "--dry-run", "--yes"]) == 0
    assert names(cache) == {"jobs.json", "letter.txt"}
    assert main(["cleanup", "--all", "--yes"]) == 0
    assert names(cache) == {"letter.txt"}


@pytest.mark.parametrize(
    ("answer", "left"),
    [
        (b"n\n", {"jobs.json", "letter.txt", ".aivg-abc_1234.part"}),
        (b"y\n", {"jobs.json", "letter.txt"}),
    ],
)
def test_on_a_terminal_it_does_as_it_is_answered(
    cache: Path, answer: bytes, left: set[str]
) -> None:
    code, said = answered(answer)

    assert code == 0
    assert "remove this, 2 kB? [y/N]" in said
    assert names(cache) == left
    assert ("nothing was removed" in said) == (len(left) == 3)


def test_a_dry_run_asks_nothing(cache: Path) -> None:
    code, said = answered(b"", "--dry-run")

    assert code == 0
    assert "[y/N]" not in said
    assert len(names(cache)) == 3


def test_json_is_one_document(cache: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cleanup", "--json", "--yes"]) == 0

    told = json.loads(capsys.readouterr().out)
    by_name = {Path(one["path"]).name: one for one in told["leftovers"]}
    assert by_name[".aivg-abc_1234.part"] | {"used_s": 0, "path": ""} == {
        "kind": "temporary",
        "path": "",
        "size_bytes": 2000,
        "used_s": 0,
        "what": "a file that was not written to its end",
        "in_use": False,
        "goes": True,
    }
    assert not by_name["jobs.json"]["goes"]
    assert by_name["letter.txt"]["kind"] == "foreign"
    assert told["folders"]["cache"] == str(cache)
    assert (told["going_bytes"], told["freed_bytes"]) == (2000, 2000)
    assert [Path(one).name for one in told["removed"]] == [".aivg-abc_1234.part"]


def test_what_cannot_be_removed_is_told_with_code_4(
    cache: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    unlink = Path.unlink

    def refused(path: Path, missing_ok: bool = False) -> None:
        if path.name == "jobs.json":
            raise PermissionError(13, "Permission denied")
        unlink(path, missing_ok)

    monkeypatch.setattr(Path, "unlink", refused)

    assert main(["cleanup", "--all", "--yes"]) == 4

    told = capsys.readouterr()
    assert "2 kB are free again" in told.out
    assert "jobs.json: permission denied" in told.err
    assert names(cache) == {"jobs.json", "letter.txt"}


@pytest.mark.parametrize(
    "flags", [["--older", "soon"], ["--larger", "much"], ["--kind", "foreign"]]
)
def test_a_criterion_that_is_none_is_told(
    cache: Path, capsys: pytest.CaptureFixture[str], flags: list[str]
) -> None:
    assert main(["cleanup", *flags, "--yes"]) == 3
    assert "hint: " in capsys.readouterr().err
    assert len(names(cache)) == 3


@pytest.mark.slow
@pytest.mark.usefixtures("cache")
def test_what_a_job_leaves_is_known_by_its_kind(tmp_path: Path) -> None:
    picture = Path(__file__).parents[2] / "assets" / "demo.jpg"
    sound = tmp_path / "song.wav"
    with wave.open(str(sound), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(bytes(8000))
    size = ("--size", "160x90", "--fps", "8", "--model", "ken_burns")
    made = aivg("make", picture, sound, "-o", tmp_path / "video.mp4", *size)
    assert made.returncode == 0, made.stderr

    script = Path(__file__).parents[2] / "scripts" / "cleanup.py"
    command = [sys.executable, str(script), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)

    kinds = {Path(one["path"]).name: one["kind"] for one in json.loads(done.stdout)["leftovers"]}
    assert kinds.pop(".aivg-abc_1234.part") == "temporary"
    assert kinds.pop("letter.txt") == "foreign"
    assert kinds.pop("aivg.log") == "logs"
    assert kinds.pop("torch.json", "notes") == "notes"
    assert kinds == {"jobs.json": "speeds", "inputs.json": "notes"}
