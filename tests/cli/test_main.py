import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from program import PROGRAM, aivg

import ai_video_generator
from ai_video_generator.cli.main import COMMANDS, EXAMPLE, app

HELP_CPU_LIMIT_S = 0.4
# What a person feels as an instant; measured 0.17 on the reference machine.


def test_bare_aivg_greets_with_the_one_example() -> None:
    done = aivg()
    assert done.returncode == 0
    assert done.stdout.startswith(f"{EXAMPLE}\n")
    assert done.stderr == ""


def test_version_is_the_package_version() -> None:
    assert aivg("--version").stdout == f"{ai_video_generator.__version__}\n"


@pytest.mark.parametrize("name", COMMANDS.names())
def test_every_command_has_a_summary_and_a_help_page(name: str) -> None:
    summary = app()[name].help.partition("\n")[0]
    done = aivg(name, "--help", COLUMNS="200")
    assert done.returncode == 0
    assert done.stdout.startswith(f"Usage: aivg {name}")
    assert summary.endswith(".")
    assert summary in done.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ("nonsense",),
        ("settings", "--nonsense"),
        ("make", "only-one.jpg"),
        ("make",),
        ("make", "a.jpg", "b.mp3", "--codec", "nonsense"),
        ("sheet", "video.mp4"),
        ("completion", "tcsh"),
    ],
)
def test_wrong_usage_exits_2_with_a_short_message(arguments: tuple[str, ...]) -> None:
    done = aivg(*arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("error: ")
    assert len(done.stderr.splitlines()) == 2


def test_a_bad_setting_exits_3_and_names_its_source() -> None:
    done = aivg("settings", AIVG_FPS="fast")
    assert done.returncode == 3
    assert "fps cannot be 'fast' (environment AIVG_FPS)" in done.stderr
    assert "hint: allowed: " in done.stderr
    assert "Traceback" not in done.stderr


def test_debug_shows_the_traceback() -> None:
    done = aivg("--debug", "settings", AIVG_FPS="fast")
    assert done.returncode == 3
    assert "Traceback" in done.stderr


def test_an_unexpected_error_is_one_line_with_the_traceback_in_the_log(tmp_path: Path) -> None:
    breaks = "import ai_video_generator.cli.commands.settings as s, sys\n"
    breaks += "from ai_video_generator.cli.main import main\n"
    breaks += "s.console.answer = None\nsys.exit(main(['settings', '--path']))\n"
    done = subprocess.run(
        [sys.executable, "-c", breaks],
        env=os.environ | {"AIVG_LOG_FOLDER": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "error: unexpected TypeError: 'NoneType' object is not callable",
        f"hint: the details are in {tmp_path / 'aivg.log'}",
    ]
    assert "Traceback" in (tmp_path / "aivg.log").read_text()


def test_the_log_is_json_lines_on_request(tmp_path: Path) -> None:
    aivg("settings", AIVG_LOG_FOLDER=str(tmp_path), AIVG_LOG_FORMAT="json", AIVG_SISE="1")
    entries = [json.loads(line) for line in (tmp_path / "aivg.log").read_text().splitlines()]
    assert [entry["level"] for entry in entries] == ["info", "warning"]
    assert entries[0].keys() == {"time", "level", "logger", "message"}


def test_the_log_rotates_before_it_grows_large(tmp_path: Path) -> None:
    (tmp_path / "aivg.log").write_text("x" * 1_000_000)
    aivg("settings", "--path", AIVG_LOG_FOLDER=str(tmp_path))
    assert (tmp_path / "aivg.log").stat().st_size < 1000
    assert (tmp_path / "aivg.log.1").stat().st_size == 1_000_000


def test_a_log_that_cannot_be_written_is_only_a_note(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = aivg("settings", "--path", AIVG_LOG_FOLDER=str(tmp_path / "file" / "logs"))
    assert done.returncode == 0
    assert done.stderr.startswith("note: no log is kept, because ")


def test_verbose_tells_what_is_done_and_quiet_nothing() -> None:
    assert "info: aivg" in aivg("settings", "-v").stderr
    assert aivg("--quiet", "settings", AIVG_SISE="1").stderr == ""


def test_a_misspelt_variable_is_told_once() -> None:
    done = aivg("settings", AIVG_SISE="4k")
    assert done.stderr.count("did you mean AIVG_SIZE?") == 1


def test_there_is_no_colour_without_a_terminal() -> None:
    assert "\x1b" not in aivg("--help").stdout + aivg("settings").stdout + aivg("nope").stderr


def test_an_ascii_terminal_shows_help_and_errors() -> None:
    done = aivg("--help", PYTHONIOENCODING="ascii")
    assert done.returncode == 0
    assert done.stdout.isascii()
    done = aivg("settings", AIVG_FPS="schnell \u266b", PYTHONIOENCODING="ascii")
    assert done.returncode == 3
    assert r"schnell \u266b" in done.stderr


def test_a_reader_that_leaves_early_is_no_failure() -> None:
    process = subprocess.Popen(
        [*PROGRAM, "completion", "zsh"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    process.stdout.close()
    assert process.wait(timeout=30) == 0
    assert process.stderr is not None
    assert process.stderr.read() == b""
    process.stderr.close()


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_completion_script_knows_commands_and_flags(shell: str) -> None:
    script = aivg("completion", shell).stdout
    assert all(word in script for word in ("make", "settings", "overwrite", "prores"))


def test_help_costs_an_instant() -> None:
    measure = (
        "import resource, subprocess, sys\n"
        "run = lambda: subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True)\n"
        "cpu = lambda: sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2])\n"
        "costs = []\n"
        "for _ in range(4):\n"
        "    before = cpu(); run(); costs.append(cpu() - before)\n"
        "print(min(costs))\n"
    )
    pytest.importorskip("resource", reason="CPU time of children is told by Unix only")
    done = subprocess.run(
        [sys.executable, "-c", measure, *PROGRAM, "--help"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert float(done.stdout) < HELP_CPU_LIMIT_S


@pytest.mark.parametrize("arguments", [(), ("--help",), ("--version",)])
def test_what_is_asked_of_the_root_imports_nothing_heavy(arguments: tuple[str, ...]) -> None:
    code = (
        "import sys\n"
        "from ai_video_generator.cli.main import main\n"
        "try: main(sys.argv[1:])\n"
        "finally: print(*sys.modules, file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True
    )
    heavy = {"numpy", "cv2", "av", "PIL", "pydantic", "psutil", "pynvml"}
    assert heavy.isdisjoint(done.stderr.split())


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="Windows has no such timer")
@pytest.mark.parametrize("after_s", [0.001, 0.03, 0.06, 0.1, 0.15, 0.2])
def test_an_interrupt_at_any_moment_shows_no_traceback(after_s: float) -> None:
    code = (
        "import signal, sys\n"
        "from ai_video_generator.__main__ import main\n"
        "interrupt = lambda *_: signal.raise_signal(signal.SIGINT)\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "signal.signal(signal.SIGALRM, interrupt)\n"
        f"signal.setitimer(signal.ITIMER_REAL, {after_s})\n"
        "code = main()\n"
        "signal.setitimer(signal.ITIMER_REAL, 0)\n"
        "sys.exit(code)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "settings"], capture_output=True, text=True, check=False
    )
    assert done.returncode in {0, 130, -signal.SIGINT}, done.stderr
    assert done.returncode == 0 or "Traceback" not in done.stderr
