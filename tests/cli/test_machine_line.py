"""What the machine does stands in one line, as far as it is known."""

import sys

import pytest
from corpus.terminals import Terminal

from ai_video_generator.cli import console
from ai_video_generator.cli.machine_line import machine_words, peak_words
from ai_video_generator.hardware.facts import Accelerator, AcceleratorKind
from ai_video_generator.hardware.monitor import Sample
from ai_video_generator.hardware.telemetry import DeviceTelemetry, Telemetry
from ai_video_generator.progress_tracker import ProgressTracker

_GIB = 2**30
_GPU = Accelerator(
    kind=AcceleratorKind.CUDA,
    index=0,
    name="RTX",
    total_bytes=24 * _GIB,
    free_bytes=13 * _GIB,
    load=0.97,
    temperature_c=84,
    power_w=280.4,
    throttle_reasons=("temperature", "power"),
)
_SAMPLE = Sample(
    cpu_load=0.83,
    ram_total_bytes=16 * _GIB,
    ram_free_bytes=5 * _GIB,
    accelerators=(_GPU,),
    own_ram_bytes=3 * _GIB // 2,
)


def test_all_that_is_known_is_told() -> None:
    assert machine_words(_SAMPLE) == (
        "CPU 83% · RAM 1.5 GiB own, 5.0 free · "
        "cuda:0 97%, 11.0 of 24.0 GiB, 84 °C, 280 W, slowed by temperature and power"
    )


def test_the_peaks_are_told_of_devices_that_worked() -> None:
    busy = DeviceTelemetry(
        device="cuda:1",
        name="RTX",
        total_bytes=24 * _GIB,
        peak_used_bytes=11 * _GIB,
        peak_temperature_c=71.0,
        peak_power_w=280.0,
        mean_load=0.9,
        throttled_s=12.4,
        throttle_reasons=("power",),
    )
    idle = DeviceTelemetry(device="cuda:0", name="RTX", total_bytes=24 * _GIB, mean_load=0.0)
    told = Telemetry(seconds=1.0, times_s=(1.0,), peak_own_ram_bytes=_GIB, devices=(idle, busy))

    assert peak_words(told) == (
        "at most 1.0 GiB of RAM · cuda:1 11.0 of 24.0 GiB, 71 °C, 280 W, slowed by power for 12 s"
    )
    assert peak_words(Telemetry(seconds=1.0)) == ""


def _shown(monkeypatch: pytest.MonkeyPatch, columns: str) -> str:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", columns)
    with console.ProgressDisplay() as display:
        display.show_machine(_SAMPLE)
        ProgressTracker(display).start("rendering", total=10, unit="frames")
    return terminal.getvalue()


def test_on_a_terminal_it_stands_below_the_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = _shown(monkeypatch, "120")

    assert shown.index("rendering") < shown.index("CPU 83%")
    assert "84 °C" in shown


def test_a_narrow_terminal_cuts_it_to_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = _shown(monkeypatch, "40")

    assert "CPU 83%" in shown
    assert "…" in shown
    assert "84 °C" not in shown


def test_elsewhere_nothing_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    with console.ProgressDisplay() as display:
        display.show_machine(_SAMPLE)

    assert capsys.readouterr().err == ""
