"""What a program that makes videos tells a Prometheus server: the machine, the job, the counts."""

import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ai_video_generator.core.result import Result
from ai_video_generator.errors import (
    CancelledError,
    DependencyMissingError,
    EnvironmentProblemError,
)
from ai_video_generator.hardware.facts import Accelerator
from ai_video_generator.hardware.monitor import Sample
from ai_video_generator.progress_tracker import ProgressReport

if TYPE_CHECKING:
    from prometheus_client.metrics_core import Metric

_HERE = "127.0.0.1"
# Measurements are nobody else's business; who wants them from afar puts a proxy before it.

Gauge = tuple[str, str, float | None]
"""Name without ``aivg_``, what it means, and its value; None is not told."""


class Metrics:
    """Holds the newest reports and sample, and counts jobs; a server tells them when it is asked.

    Nothing is kept outside of the object. Any thread may report.

    Raises:
        DependencyMissingError: When `prometheus_client` is not installed.
    """

    def __init__(self) -> None:
        try:
            from prometheus_client import CollectorRegistry
        except ImportError as error:
            raise DependencyMissingError(
                "measurements for Prometheus need the package prometheus-client",
                hint="pip install 'ai-video-generator[metrics]'",
            ) from error
        self.registry: CollectorRegistry = CollectorRegistry()
        self.registry.register(self)
        self._reports: dict[str, ProgressReport] = {}
        self._sample: Sample | None = None
        self._lock = threading.Lock()
        self._jobs: Counter[str] = Counter()
        self._failed_attempts = 0

    def hear(self, report: ProgressReport, job: str = "") -> None:
        """Take note of where a job stands; a listener of a `ProgressTracker`.

        Args:
            report: Where it stands.
            job: What tells it from others that are made at the same time; empty for the only one.
        """
        with self._lock:
            self._reports[job] = report

    def see(self, sample: Sample) -> None:
        """Take note of what the machine does; a listener of a `Recorder`."""
        self._sample = sample

    def count(self, result: Result) -> None:
        """Count the only job, which has ended."""
        failed = sum(one.error is not None for one in result.attempts)
        self.count_outcome(_outcome(result), failed_attempts=failed)

    def count_outcome(self, outcome: str, *, failed_attempts: int = 0, job: str = "") -> None:
        """Count a job that has ended.

        Args:
            outcome: One of `OUTCOMES`.
            failed_attempts: Plans of it that failed.
            job: As in `hear`.
        """
        with self._lock:
            self._jobs[outcome] += 1
            self._failed_attempts += failed_attempts
            self._reports.pop(job, None)

    @contextmanager
    def served(self, port: int) -> Iterator[int]:
        """Answer on this computer's own address until the block ends.

        Args:
            port: Where; 0 takes any that is free.

        Yields:
            The port.

        Raises:
            EnvironmentProblemError: When the port is taken, or not for this account.
        """
        from prometheus_client import start_http_server

        try:
            server, thread = start_http_server(port, addr=_HERE, registry=self.registry)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise EnvironmentProblemError(
                f"measurements cannot be served on port {port}: {reason}",
                hint="choose another one with --metrics-port, from 1024 to 65535",
            ) from error
        try:
            yield int(server.server_port)
        finally:
            server.shutdown()
            server.server_close()
            thread.join()

    def collect(self) -> Iterator["Metric"]:
        """Everything that is known now, as `prometheus_client` asks for it."""
        from prometheus_client.metrics_core import CounterMetricFamily

        jobs = CounterMetricFamily("aivg_jobs", "Jobs that have ended.", labels=["outcome"])
        with self._lock:
            counts, failed_attempts = dict(self._jobs), self._failed_attempts
            reports = dict(self._reports)
        for outcome in OUTCOMES:
            jobs.add_metric([outcome], counts.get(outcome, 0))
        yield jobs
        yield CounterMetricFamily(
            "aivg_failed_attempts", "Plans that failed, of all jobs.", value=failed_attempts
        )
        yield from _of_jobs(reports)
        sample = self._sample
        if sample is not None:
            yield from _families(_of_machine(sample), {})
            yield from _of_devices(sample.accelerators)


OUTCOMES = ("made", "already there", "failed", "stopped")
"""How a job may end."""


def _outcome(result: Result) -> str:
    if result.error is None:
        return "already there" if result.was_there else "made"
    return "stopped" if isinstance(result.error, CancelledError) else "failed"


def _of_job(report: ProgressReport) -> Iterator[Gauge]:
    yield "stage_done", "Units of the stage that are done.", report.done + report.part
    yield "stage_size", "Units of the stage; absent when unknown.", report.total or None
    yield "stage_seconds", "Seconds since the stage began.", report.elapsed_s
    yield "stage_seconds_left", "Estimated seconds to its end.", report.time_left_s
    yield "stage_units_per_second", "Mean speed of the stage.", report.units_per_s


def _of_machine(sample: Sample) -> Iterator[Gauge]:
    yield "cpu_load_ratio", "Share of the processor's cores at work.", sample.cpu_load
    yield "own_cpu_load_ratio", "The program's own part of that.", sample.own_cpu_load
    yield "ram_size_bytes", "RAM that the program may use.", sample.ram_total_bytes
    yield "ram_free_bytes", "RAM available now.", sample.ram_free_bytes
    yield "own_ram_bytes", "RAM of the program and its child processes.", sample.own_ram_bytes
    read, written = sample.disk_read_bytes_per_s, sample.disk_written_bytes_per_s
    yield "disk_read_bytes_per_second", "Read from all disks.", read
    yield "disk_written_bytes_per_second", "Written to all disks.", written
    yield "disk_free_bytes", "Free where the output goes.", sample.disk_free_bytes


def _of_device(one: Accelerator) -> Iterator[Gauge]:
    clock = one.clock_now_mhz
    yield "gpu_load_ratio", "Share of the time in which it works.", one.load
    yield "gpu_memory_size_bytes", "All of its memory.", one.total_bytes
    yield "gpu_memory_used_bytes", "In use by all programs.", one.total_bytes - one.free_bytes
    yield "gpu_temperature_celsius", "Its temperature.", one.temperature_c
    yield "gpu_power_watts", "What it draws.", one.power_w
    yield "gpu_clock_hertz", "Its clock.", None if clock is None else clock * 1e6
    yield "gpu_throttled", "1 while it is slowed down.", float(bool(one.throttle_reasons))


def _of_jobs(reports: Mapping[str, ProgressReport]) -> Iterator["Metric"]:
    """Where the jobs stand; with the job's name where there are several."""
    found: list[Metric] = []
    for job, report in reports.items():
        labels = {"stage": report.stage, "unit": report.unit} | ({"job": job} if job else {})
        found += _families(_of_job(report), labels)
    yield from _together(found)


def _of_devices(devices: Iterable[Accelerator]) -> Iterator["Metric"]:
    """What the devices do."""
    found: list[Metric] = []
    for one in devices:
        found += _families(_of_device(one), {"device": one.device, "name": one.name})
    yield from _together(found)


def _together(found: Iterable["Metric"]) -> Iterator["Metric"]:
    """One family for each kind of number, with the samples of all."""
    families: dict[str, Metric] = {}
    for family in found:
        known = families.setdefault(family.name, family)
        if known is not family:
            known.samples += family.samples
    yield from families.values()


def _families(gauges: Iterable[Gauge], labels: dict[str, str]) -> Iterator["Metric"]:
    from prometheus_client.metrics_core import GaugeMetricFamily

    for name, meaning, value in gauges:
        if value is not None:
            family = GaugeMetricFamily(f"aivg_{name}", meaning, labels=list(labels))
            family.add_metric(list(labels.values()), value)
            yield family
