"""What is served over HTTP is what happened, in the words of Prometheus."""

import socket
import sys
import urllib.request
from functools import partial
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from ai_video_generator.core.metrics import Metrics
from ai_video_generator.core.result import Result
from ai_video_generator.errors import (
    CancelledError,
    DependencyMissingError,
    EnvironmentProblemError,
    RenderError,
)
from ai_video_generator.hardware.facts import Accelerator, AcceleratorKind
from ai_video_generator.hardware.monitor import Sample
from ai_video_generator.progress_tracker import ProgressTracker

Told = dict[tuple[str, frozenset[str]], float]


def _gpu(index: int, **told: float | tuple[str, ...]) -> Accelerator:
    return Accelerator(
        kind=AcceleratorKind.CUDA,
        index=index,
        name="RTX",
        total_bytes=1000,
        free_bytes=400,
        **told,  # type: ignore[arg-type]  # each is what its field takes
    )


def _told(port: int) -> Told:
    """Name and values of labels, and the number, of everything that is served."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=20) as answer:
        text = answer.read().decode()
    return {
        (sample.name, frozenset(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_machine_job_and_counts_are_served() -> None:
    metrics = Metrics()
    metrics.see(
        Sample(
            cpu_load=0.25,
            ram_total_bytes=100,
            ram_free_bytes=60,
            accelerators=(
                _gpu(0, load=0.97, temperature_c=71, power_w=280.0, clock_now_mhz=2520),
                _gpu(1, throttle_reasons=("power",)),
            ),
            own_ram_bytes=30,
        )
    )
    metrics.count(Result(path=Path("v.mp4")))
    metrics.count(Result(path=Path("v.mp4"), was_there=True))
    metrics.count(Result(path=None, error=RenderError("no")))
    metrics.count(Result(path=None, error=CancelledError("no")))
    tracker = ProgressTracker(metrics.hear)
    tracker.start("rendering", total=10, unit="frames")
    tracker.advance(10)

    with metrics.served(0) as port:
        told = _told(port)

    first, second = frozenset({"cuda:0", "RTX"}), frozenset({"cuda:1", "RTX"})
    stage, none = frozenset({"rendering", "frames"}), frozenset[str]()
    outcomes = ("made", "already there", "failed", "stopped")
    assert [told["aivg_jobs_total", frozenset({one})] for one in outcomes] == [1, 1, 1, 1]
    assert told["aivg_failed_attempts_total", none] == 0
    assert told["aivg_cpu_load_ratio", none] == 0.25
    assert told["aivg_own_ram_bytes", none] == 30
    assert told["aivg_gpu_load_ratio", first] == 0.97
    assert told["aivg_gpu_clock_hertz", first] == 2.52e9
    assert told["aivg_gpu_memory_used_bytes", second] == 600
    assert [told["aivg_gpu_throttled", one] for one in (first, second)] == [0, 1]
    assert told["aivg_stage_done", stage] == told["aivg_stage_size", stage] == 10
    assert told["aivg_stage_units_per_second", stage] > 0


def test_what_is_not_known_is_not_told() -> None:
    with Metrics().served(0) as port:
        assert {name for name, _ in _told(port)} == {
            "aivg_jobs_total",
            "aivg_failed_attempts_total",
        }


def test_a_job_that_has_ended_is_under_way_no_more() -> None:
    metrics = Metrics()
    ProgressTracker(metrics.hear).start("rendering")
    metrics.count(Result(path=Path("v.mp4")))

    with metrics.served(0) as port:
        assert not any(name.startswith("aivg_stage") for name, _ in _told(port))


def test_the_port_is_free_again_at_the_end_whatever_happens() -> None:
    metrics = Metrics()
    with pytest.raises(RenderError), metrics.served(0) as port:
        raise RenderError("no")
    with metrics.served(port) as again:
        assert again == port


def test_a_port_that_is_taken_is_a_plain_error() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        refused = pytest.raises(EnvironmentProblemError, match=f"port {port}")
        with refused as told, Metrics().served(port):
            pass
    assert told.value.exit_code == 4
    assert "--metrics-port" in told.value.hint


def test_without_the_package_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "prometheus_client", None)
    with pytest.raises(DependencyMissingError) as told:
        Metrics()
    assert "[metrics]" in told.value.hint


def test_jobs_made_at_the_same_time_are_told_apart() -> None:
    metrics = Metrics()
    trackers = [ProgressTracker(partial(metrics.hear, job=job)) for job in ("1", "2")]
    for done, tracker in enumerate(trackers, start=1):
        tracker.start("rendering", total=done, unit="frames")
        tracker.advance(done)
    with metrics.served(0) as port:
        both = _told(port)
        metrics.count_outcome("failed", job="1")
        one = _told(port)
    stages = {labels: value for (name, labels), value in both.items() if name == "aivg_stage_done"}
    first, second = (frozenset({"rendering", "frames", job}) for job in "12")
    assert stages == {first: 1, second: 2}
    assert one["aivg_jobs_total", frozenset({"failed"})] == 1
    assert ("aivg_stage_done", first) not in one
