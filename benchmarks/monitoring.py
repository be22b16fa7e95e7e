"""What it costs to watch the machine once a second.

    python -m benchmarks.monitoring           # writes monitoring.json and monitoring.md

A child process records for a while and does nothing else, another one shortly; the difference of
their CPU times is what watching costs, and what the short one takes more than a child that only
waits is what beginning costs. With ``FAULT=twins`` in a library that stands in for NVIDIA's
driver two GPUs answer at once, so that what our side does with them is counted; what a real driver
takes for its answers is not. The memory is that of what is kept, after an hour and after a hundred.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import tracemalloc
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from ai_video_generator.hardware.facts import Accelerator, AcceleratorKind
from ai_video_generator.hardware.monitor import Sample
from ai_video_generator.hardware.recorder import Recorder
from ai_video_generator.hardware.telemetry import telemetry_to_json
from benchmarks.common import ROOT, cost_of, in_child, publish, table, verdict

_LIMIT_SHARE = 0.005
# Half a percent of one core.
_SHORT_S = 3.0
# Enough for all that is done once.

_WATCH = """
import sys, time
from ai_video_generator.hardware.recorder import Recorder
import psutil, pynvml
with Recorder() as recorder:
    time.sleep(float(sys.argv[1]))
assert len(recorder.telemetry().devices) == int(sys.argv[2]), recorder.telemetry().devices
"""
_WAIT = """
import sys, time
from ai_video_generator.hardware.recorder import Recorder
import psutil, pynvml
time.sleep(float(sys.argv[1]))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watching:
    """What watching one machine cost.

    Attributes:
        name: Which machine.
        cpu_share: Of one core.
        begin_s: CPU seconds, once.
        limit_share: What it may cost.
    """

    name: str
    cpu_share: float
    begin_s: float
    limit_share: float = _LIMIT_SHARE


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    """What is kept of a job.

    Attributes:
        hours: How long it ran.
        kept_bytes: Memory, with one GPU.
        json_bytes: The same as JSON.
        stored_bytes: The same, compressed (zlib).
    """

    hours: float
    kept_bytes: int
    json_bytes: int
    stored_bytes: int


def watching(
    name: str, seconds: float, devices: int, environment: Mapping[str, str], repeats: int
) -> Watching:
    """Measure in children; the least of several, as other programs only add to it."""
    waits, begins, watches = (
        min(
            cost_of(
                [sys.executable, "-c", script, str(length), str(devices)], environment=environment
            ).cpu_s
            for _ in range(repeats)
        )
        for script, length in ((_WAIT, _SHORT_S), (_WATCH, _SHORT_S), (_WATCH, seconds + _SHORT_S))
    )
    share = (watches - begins) / seconds
    return Watching(name=name, cpu_share=share, begin_s=begins - waits - share * _SHORT_S)


def driver_folder(folder: Path) -> Path | None:
    """The folder, with the tests' library that answers as NVML does; None without a compiler."""
    compiler = shutil.which("cc")
    if compiler is None:
        return None
    source = ROOT / "tests" / "hardware" / "probes" / "nvml_stand_in.c"
    library = folder / "libnvidia-ml.so.1"
    name = "-Wl,-soname,libnvidia-ml.so.1"
    subprocess.run([compiler, "-shared", "-fPIC", name, "-o", library, source], check=True)
    return folder


def keeping(hours: float) -> Keeping:
    """Record so many hours, as fast as it goes."""
    now_s = 0.0
    gpu = Accelerator(
        kind=AcceleratorKind.CUDA,
        index=0,
        name="NVIDIA GeForce RTX 4090",
        total_bytes=24 * 2**30,
        free_bytes=8 * 2**30,
        load=0.97,
        temperature_c=71,
        power_w=280.0,
        clock_now_mhz=2520,
    )
    sample = Sample(cpu_load=0.5, ram_total_bytes=2**35, ram_free_bytes=2**33, accelerators=(gpu,))
    tracemalloc.start()
    recorder = Recorder(clock=lambda: now_s)
    for second in range(round(hours * 3600)):
        now_s = float(second)
        changing = replace(
            gpu, free_bytes=gpu.free_bytes - second * 7919 % 2**30, power_w=280 + second % 37
        )
        recorder.add(
            replace(
                sample,
                cpu_load=second % 97 / 97,
                own_ram_bytes=second * 65_537 % 2**31,
                accelerators=(changing,),
            )
        )
    kept_bytes = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    text = json.dumps(telemetry_to_json(recorder.telemetry())).encode()
    return Keeping(
        hours=hours,
        kept_bytes=kept_bytes,
        json_bytes=len(text),
        stored_bytes=len(zlib.compress(text)),
    )


def main() -> None:
    """Measure and publish."""
    parser = argparse.ArgumentParser(description="what it costs to watch the machine")
    parser.add_argument("--seconds", type=float, default=60.0, help="length of each run")
    parser.add_argument("--repeats", type=int, default=3, help="runs of each kind")
    parser.add_argument("--keep", type=float, help="print what is kept of so many hours, as JSON")
    asked = parser.parse_args()
    if asked.keep is not None:
        print(json.dumps(asdict(keeping(asked.keep))))
        return
    watched = [watching("as it is", asked.seconds, _gpu_count(), {}, asked.repeats)]
    with tempfile.TemporaryDirectory() as folder:
        driver = driver_folder(Path(folder))
        if driver is not None:
            environment = {"LD_LIBRARY_PATH": str(driver), "FAULT": "twins"}
            two = "with two GPUs of a stand-in for NVML"
            watched.append(watching(two, asked.seconds, 2, environment, asked.repeats))
    kept = [Keeping(**in_child("monitoring", "--keep", str(hours))) for hours in (1, 100)]
    rows = [
        (
            one.name,
            f"{1000 * one.cpu_share:.1f}",
            f"{one.cpu_share:.2%}",
            f"{one.limit_share:.2%}",
            verdict(one.cpu_share, one.limit_share),
            f"{1000 * one.begin_s:.0f}",
        )
        for one in watched
    ]
    memory = [
        (
            f"{one.hours:g}",
            f"{one.kept_bytes / 1e6:.2f}",
            f"{one.json_bytes / 1e6:.2f}",
            f"{one.stored_bytes / 1e6:.2f}",
        )
        for one in kept
    ]
    publish(
        "monitoring",
        title="What it costs to watch the machine",
        settings={"seconds": asked.seconds, "repeats": asked.repeats},
        results={"watching": watched, "keeping": kept},
        text=table(
            ("machine", "CPU ms a second", "of one core", "limit", "met", "to begin, ms"), rows
        )
        + "\n\nWhat is kept of a job, with one GPU:\n\n"
        + table(("hours", "memory MB", "JSON MB", "compressed MB"), memory),
    )


def _gpu_count() -> int:
    from ai_video_generator.hardware.accelerators import found_accelerators

    return len(found_accelerators()[0])


if __name__ == "__main__":
    main()
