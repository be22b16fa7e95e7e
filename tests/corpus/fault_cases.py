"""Every fault at every stage: whole jobs by a backend that fails once, and what becomes of them."""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]  # it ships no types
from corpus.faults import POSSIBLE, Fault, Stage, write_faulty_backend, write_real_backend
from corpus.machines import Replayed, equipped, machine
from corpus.oddities import write_picture, write_sound
from corpus.requests import SOFTWARE_ENCODERS, network

from ai_video_generator import VideoGenerator
from ai_video_generator.config.settings import load_settings
from ai_video_generator.core.recipe import read_recipe
from ai_video_generator.core.result import Result
from ai_video_generator.errors import (
    AIVideoError,
    DependencyMissingError,
    DeviceLostError,
    DeviceMemoryError,
    DiskFullError,
    NumericalError,
    RenderError,
    WeightsCorruptError,
)
from ai_video_generator.hardware.facts import HardwareFacts, Precision
from ai_video_generator.media.video_file import video_info
from ai_video_generator.models.base_model import BACKENDS

EXPECTED: dict[Fault, type[AIVideoError]] = {
    Fault.OUT_OF_MEMORY: DeviceMemoryError,
    Fault.DEVICE_LOST: DeviceLostError,
    Fault.NAN: NumericalError,
    Fault.BLACK: NumericalError,
    Fault.HANG: DeviceLostError,
    Fault.CORRUPT_WEIGHTS: WeightsCorruptError,
    Fault.IMPORT_ERROR: DependencyMissingError,
    Fault.DISK_FULL: DiskFullError,
    Fault.CRASH: RenderError,
}
"""What each fault is reported as."""

_SPECS = {name: BACKENDS.load(name).spec for name in BACKENDS.names()}
CAMERAS = [name for name, spec in _SPECS.items() if spec.network is None and spec.cloud is None]

ON_GPU: dict[str, Any] = {
    "quality": 90,
    "network": network(4.2, 2.8, teraflop_per_megapixel=1.0),
    "precisions": (Precision.BF16, Precision.FP16, Precision.FP32),
    "frames_per_pass": 8,
}
"""What lets a camera pass for a network, in a process of its own."""
ON_CPU: dict[str, Any] = {"quality": 90}

FRAMES, SECONDS = 32, 1.3
"""Of the video and its sound: four passes."""

_ENDING_A_PROCESS = frozenset({Fault.HANG, Fault.CRASH})
# On the processor a camera runs in the job's own process, which nothing survives.

_HANG_LIMIT_S, _SILENCE_LIMIT_S = 3.0, 60.0
# A hang is found soon; a start on a busy machine is no hang.


class Ending(StrEnum):
    """How a job with a fault ended."""

    FALLBACK = "video by another plan"
    UNTOUCHED = "video by the first plan"
    REFUSED = "clear error"
    ELSE = "anything else"


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultCase:
    """One job with one fault.

    Attributes:
        base: The camera that does the work.
        on_gpu: Whether it passes for a network on a GPU.
        fault: What goes wrong, once.
        stage: When.
    """

    base: str
    on_gpu: bool
    fault: Fault
    stage: Stage

    @property
    def name(self) -> str:
        """For people."""
        place = "GPU" if self.on_gpu else "processor"
        return f"{self.base} on the {place}: {self.fault}, {self.stage}"

    @property
    def wanted(self) -> Ending:
        """How it must end: no plan makes room on a disk, and a closed model has made its video."""
        if self.stage is Stage.CLOSE:
            return Ending.UNTOUCHED
        return Ending.REFUSED if self.fault is Fault.DISK_FULL else Ending.FALLBACK


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultMet:
    """How one case ended; ``faults`` is empty when it ended as it must."""

    case: FaultCase
    ending: Ending
    faults: tuple[str, ...]


def all_fault_cases() -> list[FaultCase]:
    """Every camera, as a network on a GPU and on the processor, with every fault that can be."""
    return [
        FaultCase(base=base, on_gpu=on_gpu, fault=fault, stage=stage)
        for base in CAMERAS
        for on_gpu in (True, False)
        for fault, stage in POSSIBLE
        if on_gpu or fault not in _ENDING_A_PROCESS
    ]


def gaming_pc() -> HardwareFacts:
    """A machine with one large GPU."""
    return replace(equipped(machine("desktop_rtx4090")), video_encoders=SOFTWARE_ENCODERS)


def meet_fault(case: FaultCase, folder: Path) -> FaultMet:
    """Make a video with a backend that fails once, and look at all that is left.

    Args:
        case: What goes wrong.
        folder: Empty; nobody else may use it, or start processes or threads in this process.
    """
    changes = ON_GPU if case.on_gpu else ON_CPU
    job, threads = folder / "job", threading.active_count()
    job.mkdir()
    write_picture(job / "photo.png", 300, 200)
    write_sound(job / "song.wav", SECONDS)
    with importable(folder):
        write_faulty_backend(folder, case.base, case.fault, case.stage, times=1, **changes)
        values = {
            "cache_folder": folder / "cache",
            "size": "96x64",
            "fps": "24",
            "silence_limit": _HANG_LIMIT_S if case.fault is Fault.HANG else _SILENCE_LIMIT_S,
            "software_encoding": True,
        }
        given = VideoGenerator(
            Replayed(gaming_pc()),
            settings=load_settings(values).values,
            backends=write_real_backend(folder, "ken_burns"),
        )
        result: Result | None = None
        try:
            result = given.generate([job / "photo.png"], job / "song.wav", job / "video.mp4")
            ending = Ending.FALLBACK if len(result.attempts) > 1 else Ending.UNTOUCHED
            faults = [*_of_attempts(case, result), *_of_video(result)]
        except AIVideoError as error:
            ending, faults = Ending.REFUSED, list(_of_error(case, error))
        except Exception as error:  # noqa: BLE001  whatever it is, it is what was found
            ending, faults = Ending.ELSE, [f"{type(error).__name__}: {error}"]
    made = ["video.mp4"] if result is not None else []
    faults += _left(folder, made, threads)
    if ending is not case.wanted:
        faults.append(f"{ending} instead of {case.wanted}")
    return FaultMet(case=case, ending=Ending.ELSE if faults else ending, faults=tuple(faults))


@contextmanager
def importable(folder: Path) -> Iterator[None]:
    """Let packages of a folder be imported while the block runs."""
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        sys.path.remove(str(folder))


def _of_attempts(case: FaultCase, result: Result) -> Iterator[str]:
    """Whether the attempts say what happened, and the recipe in the video says the same."""
    failed = [type(attempt.error) for attempt in result.attempts[:-1]]
    expected = [] if case.stage is Stage.CLOSE else [EXPECTED[case.fault]]
    if failed != expected:
        yield f"attempts failed with {[kind.__name__ for kind in failed]}"
    if result.path is None:
        return
    reasons = read_recipe(result.path).plan.reasons
    told = [reason.because for reason in reasons if reason.topic == "fallback"]
    if len(told) != len(failed) or not all(
        str(attempt.error) in because
        for because, attempt in zip(told, result.attempts, strict=False)
    ):
        yield f"the recipe tells of {told}"


def _of_video(result: Result) -> Iterator[str]:
    if result.path is None:
        yield "ended well without a video"
        return
    info = video_info(result.path)
    if info.frame_count != FRAMES:
        yield f"{info.frame_count} frames instead of {FRAMES}"
    wanted_s = Fraction(SECONDS).limit_denominator(100)
    if info.sound_duration_s is None or abs(info.sound_duration_s - wanted_s) >= Fraction(1, 24):
        yield f"a sound of {info.sound_duration_s} s"


def _of_error(case: FaultCase, error: AIVideoError) -> Iterator[str]:
    if type(error) is not EXPECTED[case.fault]:
        yield f"{type(error).__name__}: {error}"
    if not str(error) or not error.hint:
        yield "an error without a message or a hint"


def _left(folder: Path, made: list[str], threads: int) -> Iterator[str]:
    names = {path.name for path in (folder / "job").iterdir()}
    if extra := names - {"photo.png", "song.wav", *made}:
        yield f"left {sorted(extra)} beside the video"
    if unfinished := list((folder / "cache" / "work").rglob("*.part")):
        yield f"left {sorted(path.name for path in unfinished)} in the cache"
    if children := psutil.Process().children(recursive=True):
        yield f"left {len(children)} processes"
        for child in children:
            child.kill()
    if threading.active_count() > threads:
        yield f"left {threading.active_count() - threads} threads"
