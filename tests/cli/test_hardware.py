"""``aivg hardware`` tells what the machine is, to people and to programs."""

import json
import os
import select
import signal
import subprocess
import sys
import time

import pytest
from corpus.machines import FACTS, MACHINES, machine
from program import PROGRAM, aivg
from rich.console import Console

from ai_video_generator.cli.hardware_panel import machine_panel
from ai_video_generator.hardware.hardware_detector import HardwareDetector


def test_the_json_is_the_facts_of_this_machine() -> None:
    done = aivg("hardware", "--json")

    facts = FACTS.validate_json(done.stdout)

    assert done.returncode == 0
    here = HardwareDetector().detect()
    assert (facts.cpu_name, facts.cpu_cores, facts.ram_total_bytes) == (
        here.cpu_name,
        here.cpu_cores,
        here.ram_total_bytes,
    )
    assert "libx264" in facts.video_encoders


def test_the_table_names_processor_encoders_and_tier() -> None:
    done = aivg("hardware", COLUMNS="200")

    here = HardwareDetector()
    assert done.returncode == 0
    assert done.stderr == ""
    assert here.detect().cpu_name in done.stdout
    assert "libx264" in done.stdout
    assert f"{here.get_hardware_tier()}: at least" in done.stdout
    for sentence in here.detect().notes:
        assert sentence in done.stdout


def _shown(name: str, width: int = 200) -> str:
    """The panel of a stored machine as text."""
    screen = Console(width=width, record=True, file=open(os.devnull, "w"))  # noqa: SIM115, PTH123
    try:
        screen.print(machine_panel(machine(name)))
        return screen.export_text()
    finally:
        screen.file.close()


@pytest.mark.parametrize("name", MACHINES)
def test_every_machine_can_be_shown(name: str) -> None:
    facts = machine(name)

    shown = _shown(name)

    assert facts.cpu_name in shown
    assert all(f"GPU {gpu.device}" in shown and gpu.name in shown for gpu in facts.accelerators)
    assert all(disk.file_system in shown for disk in facts.disks)
    assert max(map(len, _shown(name, width=60).splitlines())) <= 60


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("desktop_rtx4090", "up to 101.7 teraflops"),
        ("desktop_rtx3060_gpu_nearly_full", "slowed by temperature and power"),
        ("desktop_rtx3060_gpu_nearly_full", "0.8 of 12.0 GiB free"),
        ("desktop_strix_halo", "shares the RAM"),
        ("kubernetes_mig_slice", "a slice"),
        ("container_1_5_cpus_2gb", "1.5 of 64 cores usable (32 physical)"),
        ("desktop_rtx5070_torch_too_old", "has no kernels for the NVIDIA GeForce RTX 5070"),
        ("desktop_rtx5070_torch_too_old", "--index-url https://download.pytorch.org/whl/cu130"),
        ("wsl_rtx4070", "runs in: wsl"),
        ("desktop_rtx4070_network_home", "GiB free for work (nfs4)"),
    ],
)
def test_what_matters_is_shown(name: str, words: str) -> None:
    assert words in _shown(name)


_posix = pytest.mark.skipif(sys.platform == "win32", reason="sends a signal of POSIX systems")


@_posix
@pytest.mark.slow
@pytest.mark.usefixtures("terminal_signals")
@pytest.mark.parametrize("arguments", [(), ("--json",)])
def test_watching_prints_a_line_a_second_and_ends_well(arguments: tuple[str, ...]) -> None:
    command = [*PROGRAM, "hardware", "--watch", *arguments]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8"
    ) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        started_s = time.monotonic()
        second = process.stdout.readline()
        passed_s = time.monotonic() - started_s
        process.send_signal(signal.SIGINT)
        try:
            _, errors = process.communicate(timeout=20)
        finally:
            process.kill()

    assert process.returncode == 0
    assert errors == ""
    assert 0.5 < passed_s < 5.0
    if arguments:
        samples = [json.loads(line) for line in (first, second)]
        assert all(0 <= sample["cpu_load"] <= 1 for sample in samples)
        assert all(0 < sample["ram_free_bytes"] <= sample["ram_total_bytes"] for sample in samples)
    else:
        assert all(line.startswith("CPU ") and "GiB free" in line for line in (first, second))


@_posix
@pytest.mark.slow
@pytest.mark.usefixtures("terminal_signals")
def test_watching_on_a_terminal_ends_well() -> None:
    import pty

    ours, theirs = pty.openpty()
    try:
        with subprocess.Popen(
            [*PROGRAM, "hardware", "--watch"],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env=os.environ | {"TERM": "xterm", "COLUMNS": "80", "LINES": "40"},
        ) as process:
            shown = b""
            give_up_s = time.monotonic() + 20
            while b"Ctrl-C ends it" not in shown and time.monotonic() < give_up_s:
                if select.select([ours], [], [], 0.2)[0]:
                    shown += os.read(ours, 65536)
            process.send_signal(signal.SIGINT)
            while process.poll() is None and time.monotonic() < give_up_s:
                if select.select([ours], [], [], 0.1)[0]:
                    os.read(ours, 65536)
            process.kill()
    finally:
        os.close(ours)
        os.close(theirs)

    assert process.returncode == 0
    assert b"This machine, now" in shown
    assert b"Traceback" not in shown
