"""A job is watched in bounded memory, and never suffers from it."""

import json
import logging
import threading
from dataclasses import replace

import pytest

from ai_video_generator.hardware.facts import Accelerator, AcceleratorKind
from ai_video_generator.hardware.monitor import Monitor, Sample
from ai_video_generator.hardware.recorder import Recorder
from ai_video_generator.hardware.telemetry import (
    Telemetry,
    telemetry_from_json,
    telemetry_to_json,
)

_GPU = Accelerator(
    kind=AcceleratorKind.CUDA,
    index=0,
    name="NVIDIA GeForce RTX 4090",
    total_bytes=24_000,
    free_bytes=20_000,
    load=0.5,
    temperature_c=60,
    power_w=200.0,
    power_limit_w=450.0,
    clock_now_mhz=2500,
)
_SAMPLE = Sample(
    cpu_load=0.5,
    ram_total_bytes=1000,
    ram_free_bytes=400,
    accelerators=(_GPU,),
    own_cpu_load=0.25,
    own_ram_bytes=100,
)


class _Clock:
    """Seconds that pass when told to."""

    def __init__(self) -> None:
        self.now_s = 50.0

    def __call__(self) -> float:
        return self.now_s


def _watched(*samples: Sample, limit: int = 100) -> Telemetry:
    """What a recorder tells that was given a sample a second."""
    clock = _Clock()
    recorder = Recorder(limit=limit, clock=clock)
    for sample in samples:
        clock.now_s += 1.0
        recorder.add(sample)
    return recorder.telemetry()


_HOT = replace(_GPU, temperature_c=84, free_bytes=4_000, throttle_reasons=("temperature",))


def test_columns_peaks_and_means_agree_with_what_was_seen() -> None:
    told = _watched(
        _SAMPLE,
        replace(_SAMPLE, own_ram_bytes=300, ram_free_bytes=100, accelerators=(_HOT,)),
        replace(_SAMPLE, cpu_load=0.8, accelerators=(replace(_HOT, power_w=350.0),)),
    )
    (gpu,) = told.devices

    assert told.seconds == 3.0
    assert told.times_s == (1.0, 2.0, 3.0)
    assert told.own_ram_bytes == (100.0, 300.0, 100.0)
    assert (told.peak_own_ram_bytes, told.least_ram_free_bytes) == (300, 100)
    assert told.mean_cpu_load == pytest.approx(0.6)
    assert (gpu.device, gpu.name, gpu.total_bytes) == ("cuda:0", _GPU.name, 24_000)
    assert (gpu.peak_used_bytes, gpu.peak_temperature_c, gpu.peak_power_w) == (20_000, 84, 350.0)
    assert gpu.mean_power_w == pytest.approx(250.0)
    assert (gpu.throttled_s, gpu.throttle_reasons) == (2.0, ("temperature",))
    assert gpu.clock_mhz == (2500.0, 2500.0, 2500.0)


def test_a_peak_outlives_any_length_of_job() -> None:
    loud = replace(_SAMPLE, accelerators=(replace(_GPU, power_w=450.0),))
    told = _watched(*[_SAMPLE] * 100, loud, *[_SAMPLE] * 10_000, limit=16)
    (gpu,) = told.devices

    assert len(told.times_s) == len(gpu.power_w) <= 16
    assert gpu.peak_power_w == 450.0
    assert told.times_s[-1] > 8_000


def test_a_gpu_that_comes_and_goes_leaves_gaps() -> None:
    told = _watched(replace(_SAMPLE, accelerators=()), _SAMPLE, replace(_SAMPLE, accelerators=()))

    assert told.devices[0].load == (None, 0.5, None)


def test_nothing_seen_is_told_as_well() -> None:
    told = _watched()

    assert (told.seconds, told.times_s, told.devices) == (0.0, (), ())
    assert told.least_ram_free_bytes is None
    assert telemetry_from_json(telemetry_to_json(told)) == told


def test_json_brings_it_back() -> None:
    told = _watched(_SAMPLE, replace(_SAMPLE, accelerators=(_HOT,)), replace(_SAMPLE, cpu_load=1))

    text = json.dumps(telemetry_to_json(told))

    assert telemetry_from_json(json.loads(text)) == told
    later = json.loads(text) | {"what a newer release tells": 1}
    assert telemetry_from_json(later) == told


def test_the_summary_has_no_columns() -> None:
    summary = _watched(_SAMPLE).summary

    assert summary["peak_own_ram_bytes"] == 100
    assert summary["devices"][0]["peak_power_w"] == 200.0
    assert not any("load" in name and "mean" not in name for name in summary["devices"][0])


def test_a_short_job_is_seen_and_no_thread_is_left() -> None:
    before = threading.active_count()
    seen: list[Sample] = []

    with Recorder(listener=seen.append) as recorder:
        pass

    assert len(seen) == len(recorder.telemetry().times_s) == 1
    assert recorder.telemetry().peak_own_ram_bytes > 0
    assert threading.active_count() == before


class _Broken(Monitor):
    """A machine that cannot be looked at."""

    def sample(self) -> Sample:
        raise RuntimeError("the driver is on fire")


def test_a_monitor_that_raises_is_told_once_and_harms_nobody(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.INFO), Recorder(_Broken()) as recorder:
        for _ in range(3):
            recorder._look(_Broken())

    told = [record.getMessage() for record in caplog.records]
    assert told == ["the machine could not be watched: the driver is on fire"]
    assert recorder.telemetry().times_s == ()
