"""Previews as terminals would see them: the protocols are decoded here, by their own rules."""

import base64
import os
import re
import sys
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from corpus.oddities import write_picture, write_sound
from corpus.terminals import Clock, Terminal
from PIL import Image
from program import aivg
from rich.console import Console

from ai_video_generator.cli import console
from ai_video_generator.cli.picture_bar import MovingPicture
from ai_video_generator.cli.preview import Preview, PreviewChoice, preview_choice, sheet
from ai_video_generator.cli.terminal_pictures import kitty_again, kitty_picture, sixel_picture
from ai_video_generator.cli.terminal_sight import Cell, Way, is_sixel, way_here
from ai_video_generator.errors import OutputPathError, SettingsError
from ai_video_generator.progress_tracker import ProgressTracker

KITTY = re.compile(r"\x1b_G([^;\x1b]*)(?:;([^\x1b]*))?\x1b\\")


def smooth(height: int = 36, width: int = 64, seed: int = 0) -> np.ndarray:
    """A picture whose colours go over into each other, ``(height, width, 3)``, uint8."""
    random = np.random.default_rng(seed)
    small = Image.fromarray(random.integers(0, 256, (4, 6, 3), np.uint8))
    return np.asarray(small.resize((width, height), Image.Resampling.BICUBIC))


def clip(count: int = 8) -> np.ndarray:
    return np.stack([smooth(seed=number) for number in range(count)])


def read_kitty(codes: str) -> tuple[dict[str, str], np.ndarray]:
    """The keys and the pixels of one transmission in chunks."""
    first: dict[str, str] = {}
    data = ""
    for index, (keys, payload) in enumerate(KITTY.findall(codes)):
        found = dict(pair.split("=") for pair in keys.split(","))
        first = first or found
        assert found["q"] == "2"
        assert len(payload) <= 4096
        assert index == 0 or found.keys() <= {"m", "q"}
        data += payload
        last = found["m"]
    assert last == "0"
    raw = base64.b64decode(data)
    raw = zlib.decompress(raw) if first["o"] == "z" else raw
    shape = (int(first["v"]), int(first["s"]), 3)
    return first, np.frombuffer(raw, np.uint8).reshape(shape)


def read_sixel(codes: str) -> np.ndarray:
    """The pixels of a sixel picture, as a terminal with 256 registers draws them."""
    found = re.fullmatch(r'\x1bP0;1q"1;1;(\d+);(\d+)(.*)\x1b\\', codes, re.DOTALL)
    assert found is not None
    width, height = int(found[1]), int(found[2])
    made = np.full((height + 5, width, 3), -1, int)
    registers: dict[int, list[float]] = {}
    x, top, colour = 0, 0, -1
    token = re.compile(r"#(\d+);2;(\d+);(\d+);(\d+)|#(\d+)|!(\d+)([?-~])|([?-~])|(\$)|(-)")
    at = 0
    while at < len(found[3]):
        part = token.match(found[3], at)
        assert part is not None, found[3][at : at + 20]
        at = part.end()
        if part[1]:
            registers[int(part[1])] = [int(part[n]) * 2.55 for n in (2, 3, 4)]
        elif part[5]:
            colour = int(part[5])
        elif part[9]:
            x = 0
        elif part[10]:
            x, top = 0, top + 6
        else:
            letter, count = part[7] or part[8], int(part[6] or 1)
            for row in range(6):
                if (ord(letter) - 63) >> row & 1:
                    made[top + row, x : x + count] = np.round(registers[colour])
            x += count
            assert x <= width
    return made[:height]


def read_png(path: Path) -> np.ndarray:
    with Image.open(path) as picture:
        return np.asarray(picture)


def test_kitty_draws_the_very_pixels() -> None:
    rgb = np.random.default_rng(0).integers(0, 256, (72, 128, 3), np.uint8)
    keys, pixels = read_kitty(kitty_picture(rgb, columns=40, rows=12))
    assert np.array_equal(pixels, rgb)
    assert (keys["a"], keys["f"], keys["c"], keys["r"], keys["C"]) == ("T", "24", "40", "12", "1")
    (again,) = [keys for keys, _ in KITTY.findall(kitty_again(columns=40, rows=12))]
    assert "a=p" in again
    assert f"i={keys['i']},p={keys['p']}" in again


@pytest.mark.parametrize(("height", "width"), [(36, 64), (50, 33), (1, 1), (6, 7)])
def test_sixel_draws_the_picture_in_its_colours(height: int, width: int) -> None:
    rgb = smooth(height, width)
    drawn = read_sixel(sixel_picture(rgb))
    assert drawn.shape == rgb.shape
    assert drawn.min() >= 0, "every pixel has a colour"
    assert np.abs(drawn - rgb).mean() < 12


def test_sixel_writes_runs_short() -> None:
    flat = np.full((60, 400, 3), 128, np.uint8)
    assert len(sixel_picture(flat)) < 300


@pytest.mark.parametrize(
    ("variables", "way"),
    [
        ({"KITTY_WINDOW_ID": "1", "TERM": "xterm-kitty"}, Way.KITTY),
        ({"TERM": "xterm-ghostty"}, Way.KITTY),
        ({"TERM_PROGRAM": "WezTerm", "TERM": "xterm-256color"}, Way.KITTY),
        ({"TERM_PROGRAM": "ghostty"}, Way.KITTY),
        ({"COLORTERM": "truecolor", "TERM": "xterm-256color"}, Way.BLOCKS),
        ({"KITTY_WINDOW_ID": "1", "TERM": "tmux-256color", "COLORTERM": "24bit"}, Way.BLOCKS),
        ({"TERM_PROGRAM": "ghostty", "TMUX": "socket,1,0"}, None),
        ({"COLORTERM": "truecolor", "NO_COLOR": "1"}, None),
        ({"TERM": "xterm"}, None),
    ],
)
def test_the_terminal_tells_what_it_shows(
    variables: dict[str, str], way: Way | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ai_video_generator.cli.terminal_sight._answers_sixel", lambda: False)
    assert way_here(variables) is way


@pytest.mark.parametrize(
    ("answer", "is_told"),
    [
        ("\x1b[?62;4;22c", True),
        ("\x1b[?64;1;2;4c", True),
        ("junk\x1b[?1;2;4c", True),
        ("\x1b[?4;2c", False),
        ("\x1b[?62;22;52c", False),
        ("\x1b[?62;44c", False),
        ("\x1b[?62;4", False),
        ("", False),
    ],
)
def test_a_terminals_answer_tells_of_sixel(answer: str, is_told: bool) -> None:
    assert is_sixel(answer) is is_told


def test_what_is_asked_for_is_a_way_or_a_picture_file(tmp_path: Path) -> None:
    assert preview_choice(asked=False, text=None) is None
    assert preview_choice(asked=True, text=None) == PreviewChoice()
    assert preview_choice(asked=False, text="SIXEL") == PreviewChoice(way=Way.SIXEL)
    path = tmp_path / "now.PNG"
    assert preview_choice(asked=True, text=str(path)) == PreviewChoice(file=path)
    with pytest.raises(SettingsError, match="'braille' is no way"):
        preview_choice(asked=True, text="braille")
    with pytest.raises(OutputPathError, match="there is no folder"):
        preview_choice(asked=True, text=str(tmp_path / "none" / "now.png"))


class Shown:
    """A preview in a terminal of 80 by 24 cells of 10 by 20 pixels."""

    def __init__(self, way: Way, monkeypatch: pytest.MonkeyPatch, height: int = 24) -> None:
        monkeypatch.setattr(sys, "stderr", Terminal())
        self.preview, self.clock = Preview(PreviewChoice(way=way), lambda _: None), Clock()
        self.tracker = ProgressTracker(self.preview.hear)
        self.tracker.start("rendering", total=8, unit="frames")
        self.picture = MovingPicture(self.preview, clock=self.clock, cell_size=lambda: Cell(10, 20))
        self.height = height

    def drawn(self) -> str:
        screen = Terminal()
        Console(
            file=screen,
            force_terminal=True,
            color_system="truecolor",
            width=80,
            height=self.height,
            _environ={},
        ).print(self.picture)
        return screen.getvalue()


def test_half_blocks_hold_the_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = Shown(Way.BLOCKS, monkeypatch)
    shown.tracker.under_way(1.0, "step 1 of 2", clip())
    cells = re.findall(r"\x1b\[38;2;(\d+);(\d+);(\d+);48;2;(\d+);(\d+);(\d+)m▀+", shown.drawn())
    lines = [line for line in shown.drawn().splitlines() if "▀" in line]
    columns = lines[0].count("▀")
    assert (columns, len(lines)) == (64, 18)
    by_cell = np.array(cells, int).reshape(len(lines), columns, 2, 3)
    pixels = by_cell.transpose(0, 2, 1, 3).reshape(36, 64, 3)
    assert np.abs(pixels - clip()[0].astype(int)).mean() < 3


def test_it_moves_and_goes_away_with_its_stage(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = Shown(Way.BLOCKS, monkeypatch)
    assert shown.drawn() == ""
    shown.tracker.under_way(1.0, "step 1 of 2", clip())
    first = shown.drawn()
    shown.tracker.under_way(2.0, "step 2 of 2")
    assert shown.drawn() == first
    shown.clock.now_s += 0.25
    assert shown.drawn() != first
    shown.tracker.start("checking the file")
    assert shown.drawn() == ""


def test_kitty_is_sent_a_frame_once_and_then_told_where(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = Shown(Way.KITTY, monkeypatch)
    shown.tracker.under_way(1.0, "step 1 of 2", clip())
    keys, pixels = read_kitty(shown.drawn())
    assert np.array_equal(pixels, clip()[0])
    assert (keys["c"], keys["r"]) == ("64", "18")
    again = shown.drawn()
    assert "a=p" in again
    assert len(again) < 200
    assert again.startswith("\n" * 18 + "\x1b7\x1b[18A\r\x1b_G")
    assert again.endswith("\x1b8\n")
    shown.tracker.start("checking the file")
    assert KITTY.findall(shown.drawn())[0][0].startswith("a=d,d=I")
    assert shown.drawn() == shown.picture.taken_away() == ""


def test_sixel_fits_the_lines_that_are_kept_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = Shown(Way.SIXEL, monkeypatch)
    shown.tracker.under_way(1.0, "step 1 of 2", clip())
    drawn = shown.drawn()
    found = re.fullmatch(r"(\n+)\x1b7\x1b\[(\d+)A\r(\x1bP.*\x1b\\)\x1b8\n", drawn, re.DOTALL)
    assert found is not None
    rows = len(found[1])
    pixels = read_sixel(found[3])
    assert rows == int(found[2]) == 18
    assert pixels.shape == (360, 640, 3)
    middle = np.asarray(Image.fromarray(clip()[4]).resize((640, 360), Image.Resampling.BILINEAR))
    assert np.abs(pixels - middle.astype(int)).mean() < 14
    assert shown.drawn() == drawn


def test_a_low_terminal_keeps_its_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = Shown(Way.BLOCKS, monkeypatch, height=6)
    shown.tracker.under_way(1.0, "step 1 of 2", clip())
    assert shown.drawn() == ""


@pytest.mark.parametrize("way", list(Way))
def test_a_preview_that_cannot_be_drawn_is_no_failure(
    way: Way, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = Shown(way, monkeypatch)
    shown.tracker.under_way(1.0, "step 1 of 2", np.zeros((2, 0, 0, 3), np.uint8))
    assert shown.drawn() == ""
    shown.tracker.under_way(1.0, "step 2 of 2", clip())
    assert shown.drawn() == ""


def test_where_there_is_no_terminal_it_is_told_once_and_only_when_one_comes(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with console.ProgressDisplay(preview=PreviewChoice(way=Way.KITTY)) as display:
        tracker = ProgressTracker(display)
        tracker.start("rendering", total=8, unit="frames")
        tracker.advance()
        assert capsys.readouterr().err == ""
        for _ in range(3):
            tracker.under_way(1.0, "step 1 of 2", clip())
    assert capsys.readouterr().err == (
        "no preview: standard error is no terminal; "
        "--preview-as FILE.png writes it into a file instead\n"
    )


def test_a_file_shows_all_frames_and_is_written_twice_a_second_at_most(tmp_path: Path) -> None:
    path, clock = tmp_path / "now.png", Clock()
    preview = Preview(PreviewChoice(file=path), lambda _: None, clock=clock)
    tracker = ProgressTracker(preview.hear)
    tracker.under_way(1.0, "step 1 of 3", clip(5))
    assert sheet(clip(5)).shape == (2 * 144, 4 * 256, 3)
    assert np.array_equal(read_png(path), sheet(clip(5)))
    first = path.read_bytes()
    tracker.under_way(1.0, "step 2 of 3", clip(2))
    assert path.read_bytes() == first
    clock.now_s += 0.5
    tracker.under_way(1.0, "step 3 of 3", clip(2))
    assert read_png(path).shape == (144, 2 * 256, 3)
    assert [one.name for one in tmp_path.iterdir()] == ["now.png"]


@pytest.mark.skipif(os.name == "nt", reason="removes an open folder")
def test_a_file_that_cannot_be_written_any_more_is_no_failure(tmp_path: Path) -> None:
    folder = tmp_path / "gone"
    folder.mkdir()
    preview = Preview(PreviewChoice(file=folder / "now.png"), lambda _: None)
    folder.rmdir()
    ProgressTracker(preview.hear).under_way(1.0, "step 1 of 2", clip())
    assert not folder.exists()


JOB = """
import sys, time
import numpy as np
from ai_video_generator.cli import console
from ai_video_generator.cli.preview import PreviewChoice
from ai_video_generator.progress_tracker import ProgressTracker

frames = np.full((2, 36, 64, 3), 200, np.uint8)
with console.ProgressDisplay(preview=PreviewChoice()) as display:
    tracker = ProgressTracker(display)
    tracker.start("rendering", total=4, unit="frames")
    tracker.under_way(1.0, "step 1 of 2", frames)
    time.sleep(0.4)
    console.note("a note in between")
    tracker.advance(2)
    time.sleep(0.4)
print("the answer")
"""


def in_terminal(answer: bytes, **variables: str) -> str:
    """What a job writes to a terminal of 24 by 80, which answers so when it is asked (DA1)."""
    import pty
    import select
    import subprocess
    import time

    script = (
        "import fcntl, os, struct, sys, termios\n"
        "os.setsid(); fcntl.ioctl(0, termios.TIOCSCTTY, 0)\n"
        "fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack('4H', 24, 80, 800, 480))\n" + JOB
    )
    master, slave = pty.openpty()
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "PYTHONPATH") if name in os.environ}
    process = subprocess.Popen(
        [sys.executable, "-c", script],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        env=kept | {"TERM": "xterm-256color"} | variables,
    )
    os.close(slave)
    seen, limit_s, answered = b"", time.monotonic() + 30, False
    while time.monotonic() < limit_s:
        if select.select([master], [], [], 0.1)[0]:
            try:
                more = os.read(master, 65536)
            except OSError:
                break
            if not more:
                break
            seen += more
            if answer and not answered and b"\x1b[c" in seen:
                answered = True
                os.write(master, answer)
    assert process.wait(10) == 0, seen
    os.close(master)
    return seen.decode()


needs_terminals = pytest.mark.skipif(os.name == "nt", reason="Windows has no such terminals")


@needs_terminals
@pytest.mark.slow
@pytest.mark.parametrize(
    ("variables", "answer", "mark"),
    [
        ({"TERM": "xterm-kitty", "KITTY_WINDOW_ID": "1"}, b"", "\x1b_Ga=T"),
        ({}, b"\x1b[?62;4;22c", "\x1bP0;1q"),
        ({"COLORTERM": "truecolor"}, b"\x1b[?62;22c", "▀"),
        ({}, b"", "no preview: the terminal tells of no graphics and no 24-bit colour"),
    ],
)
def test_in_a_real_terminal_bar_picture_and_notes_live_together(
    variables: dict[str, str], answer: bytes, mark: str
) -> None:
    seen = in_terminal(answer, **variables)
    assert mark in seen
    assert "a note in between" in seen
    assert "rendering" in seen
    assert seen.rstrip().endswith("the answer")
    assert "Traceback" not in seen
    if "KITTY_WINDOW_ID" in variables:
        assert "\x1b_Ga=d,d=I" in seen
        assert seen.count("a=d,d=I") == 1


@pytest.mark.slow
def test_a_camera_has_none_and_nothing_is_said_of_it(tmp_path: Path) -> None:
    write_picture(tmp_path / "photo.png")
    write_sound(tmp_path / "song.wav", 0.5)
    flags = ("--size", "96x64", "--model", "ken_burns", "--preview", "--preview-as", "now.png")
    done = aivg("make", "photo.png", "song.wav", *flags, folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "preview" not in done.stderr
    assert not (tmp_path / "now.png").exists()


def test_the_flag_is_checked_before_the_work(capfd: Any) -> None:
    from ai_video_generator.cli.main import main

    asked = ["make", "photo.jpg", "song.mp3", "--preview-as", "braille"]
    assert main(asked) == 3
    assert "'braille' is no way to show a preview" in capfd.readouterr().err
