"""Backends that fail as libraries, drivers and disks do, at any stage of a job, so many times."""

import ctypes
import errno
import importlib
import itertools
import os
import pickle
import time
import zlib
from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from ai_video_generator.config.model_config import ModelSpec
from ai_video_generator.media.frames import Frame, FrameStream
from ai_video_generator.models.base_model import BACKENDS, NO_SUPPLIES, BaseModel, Scene, Supplies
from ai_video_generator.planning.plan import Plan
from ai_video_generator.registry import Registry

_HANG_S = 3600.0
_LUMA_BLACK, _CHROMA_ZERO = 16, 128

_TORCH_OUT_OF_MEMORY = (
    "CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 7.79 GiB of"
    " which 1.20 GiB is free. Including non-PyTorch memory, this process has 6.57 GiB memory in"
    " use. Of the allocated memory 6.11 GiB is allocated by PyTorch, and 182.94 MiB is reserved by"
    " PyTorch but unallocated."
)
_TORCH_DEVICE_LOST = (
    "CUDA error: unspecified launch failure\nSearch for `cudaErrorLaunchFailure' in"
    " https://docs.nvidia.com/cuda/cuda-runtime-api/group__CUDART__TYPES.html for more"
    " information.\nCUDA kernel errors might be asynchronously reported at some other API call, so"
    " the stacktrace below might be incorrect."
)
_SAFETENSORS_CUT = "Error while deserializing header: incomplete metadata, file not fully covered"


class Fault(StrEnum):
    """What goes wrong."""

    OUT_OF_MEMORY = "out of memory"
    DEVICE_LOST = "device lost"
    NAN = "nan"
    BLACK = "black"
    HANG = "hang"
    CORRUPT_WEIGHTS = "corrupt weights"
    IMPORT_ERROR = "import error"
    DISK_FULL = "disk full"
    CRASH = "crash"


class Stage(StrEnum):
    """When it goes wrong: while loading, before a frame of the video, after one, while closing."""

    LOAD = "load"
    FIRST = "first"
    MIDDLE = "middle"
    DECODE = "decode"
    LAST = "last"
    CLOSE = "close"


_OF_FRAMES = frozenset({Stage.FIRST, Stage.MIDDLE, Stage.DECODE, Stage.LAST})

POSSIBLE = tuple(
    (fault, stage)
    for fault, stage in itertools.product(Fault, Stage)
    if stage in _OF_FRAMES or fault not in {Fault.NAN, Fault.BLACK}
)
"""All faults at all stages; only frames can be black or not a number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """A backend and what happens to it.

    Attributes:
        base: The real backend that does the work.
        name: What the failing one is called.
        fault: What goes wrong.
        stage: When.
        times: How often, all processes together; None for always.
        folder: Where it is counted.
        changes: Fields of the specification that differ from the real one's.
    """

    base: str
    name: str
    fault: Fault
    stage: Stage
    times: int | None
    folder: Path
    changes: dict[str, Any]

    def strikes(self) -> bool:
        """Whether it happens this time; counts it."""
        for number in itertools.count() if self.times is None else range(self.times):
            try:
                self._mark(number).touch(exist_ok=False)
            except FileExistsError:
                continue
            return True
        return False

    def count(self) -> int:
        """How often it happened."""
        return next(number for number in itertools.count() if not self._mark(number).exists())

    def _mark(self, number: int) -> Path:
        return self.folder / f"{self.name}.{number}.struck"


def write_faulty_backend(
    folder: Path,
    base: str,
    fault: Fault,
    stage: Stage,
    *,
    times: int | None,
    name: str = "faulty",
    **spec_changes: Any,
) -> Registry[type[BaseModel]]:
    """Write a failing backend beside those that this folder has already.

    Args:
        folder: Must be on ``sys.path``, and this folder of tests too.
        base: The real backend that does the work.
        fault: What goes wrong.
        stage: When.
        times: How often, all processes together; None for always.
        name: What it is called.
        **spec_changes: Fields of its `ModelSpec` that differ from the real one's.

    Returns:
        All backends written to this folder.
    """
    if (fault, stage) not in POSSIBLE:
        raise ValueError(f"{fault} cannot happen at {stage}")
    setup = Setup(
        base=base,
        name=name,
        fault=fault,
        stage=stage,
        times=times,
        folder=folder,
        changes=spec_changes,
    )
    return _written(
        folder,
        name,
        "import pickle\n\nfrom corpus.faults import faulty\n\n"
        f"SETUP = pickle.loads({pickle.dumps(setup)!r})\nBACKEND = faulty(SETUP)\n",
    )


def write_real_backend(folder: Path, name: str) -> Registry[type[BaseModel]]:
    """Put a real backend beside the failing ones of this folder, unchanged."""
    return _written(folder, name, f"from ai_video_generator.models.{name} import BACKEND\n")


def times_struck(registry: Registry[type[BaseModel]], name: str) -> int:
    """How often the fault of a written backend happened, all processes together."""
    setup: Setup = importlib.import_module(f"{registry.package}.{name}").SETUP
    return setup.count()


def _written(folder: Path, name: str, text: str) -> Registry[type[BaseModel]]:
    # A package once imported stays imported, so that each folder needs a name of its own.
    package = folder / f"faulty_backends_{zlib.crc32(bytes(folder.absolute())):08x}"
    package.mkdir(exist_ok=True)
    (package / "__init__.py").touch()
    (package / f"{name}.py").write_text(text)
    importlib.invalidate_caches()
    return Registry(package=package.name, attribute="BACKEND")


def faulty(setup: Setup) -> type[BaseModel]:
    """A backend that lets a real one do everything, until the fault strikes."""
    real_class = BACKENDS.load(setup.base)

    class Faulty(BaseModel):
        spec: ClassVar[ModelSpec] = replace(real_class.spec, name=setup.name, **setup.changes)

        def __init__(self) -> None:
            self._real = real_class()

        def load(self, plan: Plan, supplies: Supplies = NO_SUPPLIES) -> None:
            self._real.load(plan, supplies)
            if setup.stage is Stage.LOAD and setup.strikes():
                strike(setup.fault)

        def generate(self, scene: Scene) -> FrameStream:
            return _struck(self._real.generate(scene), scene, setup)

        def close(self) -> None:
            self._real.close()
            if setup.stage is Stage.CLOSE and setup.strikes():
                strike(setup.fault)

    return Faulty


def _struck(frames: FrameStream, scene: Scene, setup: Setup) -> Generator[Frame, None, None]:
    """Pass frames on; the stages are those of the whole video, whatever part of it is made."""
    count = scene.storyboard.frame_count
    at = {Stage.FIRST: 0, Stage.LAST: count - 1}.get(setup.stage, count // 2)
    if setup.stage not in _OF_FRAMES:
        at = -1
    black = False
    with closing(frames):
        for index in scene.wanted:
            if setup.stage is Stage.DECODE:
                frame = next(frames)
            if index == at and setup.strikes():
                black = setup.fault is Fault.BLACK
                strike(setup.fault)
            if setup.stage is not Stage.DECODE:
                frame = next(frames)
            yield _blackened(frame) if black else frame


def _blackened(frame: Frame) -> Frame:
    black = Frame.empty(frame.size)
    black.y[:], black.u[:], black.v[:] = _LUMA_BLACK, _CHROMA_ZERO, _CHROMA_ZERO
    return black


def strike(fault: Fault) -> None:
    """Do what a library does when this happens to it; black frames are up to the caller."""
    match fault:
        case Fault.OUT_OF_MEMORY:
            raise _of_library("torch", "OutOfMemoryError", RuntimeError, _TORCH_OUT_OF_MEMORY)
        case Fault.DEVICE_LOST:
            raise _of_library("torch", "AcceleratorError", RuntimeError, _TORCH_DEVICE_LOST)
        case Fault.CORRUPT_WEIGHTS:
            module = "safetensors._safetensors_rust"
            raise _of_library(module, "SafetensorError", Exception, _SAFETENSORS_CUT)
        case Fault.IMPORT_ERROR:
            importlib.import_module("a_package_that_nobody_has")
        case Fault.DISK_FULL:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "offload/part.safetensors")
        case Fault.NAN:
            Frame.from_rgb(np.full((2, 2, 3), np.nan, np.float32))
        case Fault.HANG:
            time.sleep(_HANG_S)
        case Fault.CRASH:
            ctypes.string_at(0)


def _of_library(module: str, name: str, base: type[Exception], message: str) -> Exception:
    """An exception of a library that need not be installed."""
    error: Exception = type(name, (base,), {"__module__": module})(message)
    return error
