"""One GPU, or one slice of a GPU, read from NVIDIA's management library (NVML)."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from ai_video_generator.hardware.facts import Accelerator, AcceleratorKind, Precision

T = TypeVar("T")

_FP16_CAPABILITY, _BF16_CAPABILITY, _FP8_CAPABILITY = (5, 3), (8, 0), (8, 9)
# CUDA C++ Programming Guide, table "Arithmetic Instructions" and tensor core formats: fp16 from
# 5.3, bf16 from Ampere, fp8 from Ada.
_BROKEN_FP16 = "GTX 16"
# The GTX 16 series has 7.5 but no tensor cores; diffusion models return black frames in fp16 on it.
_CORES_PER_PROCESSOR = {(8, 0): 64}
_CORES_PER_NEWER_PROCESSOR = 128
# CUDA C++ Programming Guide, "Compute Capabilities": A100 64; H100 and Blackwell, the other GPUs
# that can be sliced, 128.
_REASONS = (
    (0x60, "temperature"),
    (0x84, "power"),
    (0x08, "hardware slowdown"),
    (0x02, "a clock limit"),
)
# nvml.h, ``nvmlClocksEventReasons``: thermal slowdown by software 0x20 and hardware 0x40; power cap
# 0x04 and power brake 0x80; hardware slowdown of whatever kind 0x08; clocks set by hand 0x02.


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """What all GPUs of a machine, or all slices of a GPU, have in common.

    Attributes:
        index: NVML's number of the GPU.
        handle: NVML's handle of it.
        driver: Version of the driver.
        runtime_version: Newest CUDA that the driver serves.
    """

    index: int
    handle: Any
    driver: str
    runtime_version: str


def precisions_of(capability: tuple[int, int], name: str) -> tuple[Precision, ...]:
    """Formats that a GPU of this compute capability computes in, the widest first."""
    found = [Precision.FP32]
    if capability >= _FP16_CAPABILITY and _BROKEN_FP16 not in name:
        found.append(Precision.FP16)
    if capability >= _BF16_CAPABILITY:
        found.append(Precision.BF16)
    if capability >= _FP8_CAPABILITY:
        found.append(Precision.FP8)
    return tuple(found)


def throttle_reasons_of(bits: int) -> tuple[str, ...]:
    """NVML's reasons for a low clock in plain words; being idle is none."""
    found = [word for mask, word in _REASONS if bits & mask]
    if "hardware slowdown" in found and found[0] != "hardware slowdown":
        found.remove("hardware slowdown")  # it is set beside the reason that it stands for
    return tuple(found)


def read(board: Board) -> Iterator[Accelerator]:
    """Read a GPU; one that is cut into slices (MIG) is read as its slices.

    Raises:
        NVMLError: When it refuses what is needed; what some GPUs do not tell stays unknown.
    """
    import pynvml

    slices = list(_slices(board.handle))
    if not slices and not _is_sliced(board.handle):
        yield _accelerator(board, board.handle, core_count=_told(_core_count, board.handle))
    capability = pynvml.nvmlDeviceGetCudaComputeCapability(board.handle)
    per_processor = _CORES_PER_PROCESSOR.get(tuple(capability), _CORES_PER_NEWER_PROCESSOR)
    for handle in slices:
        processors = _told(_processor_count, handle)
        cores = processors * per_processor if processors else None
        yield _accelerator(board, handle, core_count=cores, is_slice=True)


def _accelerator(
    board: Board, handle: Any, *, core_count: int | None, is_slice: bool = False
) -> Accelerator:
    """Read what is a slice's own from its handle, and what it shares from the board's."""
    import pynvml

    name = _text(pynvml.nvmlDeviceGetName(handle))
    major, minor = pynvml.nvmlDeviceGetCudaComputeCapability(board.handle)
    total_bytes, free_bytes, shares_ram = _memory(handle)
    return Accelerator(
        kind=AcceleratorKind.CUDA,
        index=board.index,
        name=name,
        total_bytes=total_bytes,
        free_bytes=free_bytes,
        compute_capability=(major, minor),
        precisions=precisions_of((major, minor), name),
        shares_ram=shares_ram,
        core_count=core_count,
        clock_mhz=_told(_highest_clock, board.handle),
        clock_now_mhz=_told(_clock_now, board.handle),
        load=None if is_slice else _told(_load, handle),
        temperature_c=_told(_temperature, board.handle),
        power_w=_told(_power, board.handle),
        power_limit_w=_told(_power_limit, board.handle),
        throttle_reasons=throttle_reasons_of(_told(_clock_reasons, board.handle) or 0),
        used_by_others_bytes=_told(_used_by_others, handle),
        is_slice=is_slice,
        uuid=_told(lambda: _text(pynvml.nvmlDeviceGetUUID(handle))) or "",
        driver=board.driver,
        runtime_version=board.runtime_version,
    )


def _memory(handle: Any) -> tuple[int, int, bool]:
    """Total and free bytes, and whether they are the machine's RAM, of which NVML tells nothing."""
    import psutil  # type: ignore[import-untyped]  # it ships no types
    import pynvml

    try:
        memory = pynvml.nvmlDeviceGetMemoryInfo(handle)
    except pynvml.NVMLError_NotSupported:
        ram = psutil.virtual_memory()
        return int(ram.total), int(ram.available), True
    return int(memory.total), int(memory.free), False


def _is_sliced(handle: Any) -> bool:
    import pynvml

    mode = _told(pynvml.nvmlDeviceGetMigMode, handle)
    return bool(mode and mode[0] == pynvml.NVML_DEVICE_MIG_ENABLE)


def _slices(handle: Any) -> Iterator[Any]:
    """Handles of the slices that a GPU is cut into."""
    import pynvml

    if not _is_sliced(handle):
        return
    for position in range(_told(pynvml.nvmlDeviceGetMaxMigDeviceCount, handle) or 0):
        found = _told(pynvml.nvmlDeviceGetMigDeviceHandleByIndex, handle, position)
        if found is not None:
            yield found


def _core_count(handle: Any) -> int:
    import pynvml

    return int(pynvml.nvmlDeviceGetNumGpuCores(handle))


def _processor_count(handle: Any) -> int:
    import pynvml

    return int(pynvml.nvmlDeviceGetAttributes_v2(handle).multiprocessorCount)


def _highest_clock(handle: Any) -> int:
    import pynvml

    return int(pynvml.nvmlDeviceGetMaxClockInfo(handle, pynvml.NVML_CLOCK_SM))


def _clock_now(handle: Any) -> int:
    import pynvml

    return int(pynvml.nvmlDeviceGetClockInfo(handle, pynvml.NVML_CLOCK_SM))


def _load(handle: Any) -> float:
    import pynvml

    return int(pynvml.nvmlDeviceGetUtilizationRates(handle).gpu) / 100


def _temperature(handle: Any) -> int:
    import pynvml

    return int(pynvml.nvmlDeviceGetTemperature(handle, pynvml.NVML_TEMPERATURE_GPU))


def _power(handle: Any) -> float:
    import pynvml

    return int(pynvml.nvmlDeviceGetPowerUsage(handle)) / 1000


def _power_limit(handle: Any) -> float:
    import pynvml

    return int(pynvml.nvmlDeviceGetEnforcedPowerLimit(handle)) / 1000


def _clock_reasons(handle: Any) -> int:
    import pynvml

    # The older of two names: drivers before R535 do not know the newer.
    return int(pynvml.nvmlDeviceGetCurrentClocksThrottleReasons(handle))


def _used_by_others(handle: Any) -> int | None:
    """Memory of all other processes; None when one does not tell (Windows)."""
    import pynvml

    processes = [
        *pynvml.nvmlDeviceGetComputeRunningProcesses_v3(handle),
        *pynvml.nvmlDeviceGetGraphicsRunningProcesses_v3(handle),
    ]
    by_process = {process.pid: process.usedGpuMemory for process in processes}
    by_process.pop(os.getpid(), None)
    return None if None in by_process.values() else sum(map(int, by_process.values()))


def _told(question: Callable[..., T], *arguments: Any) -> T | None:
    """The answer to a question that some boards and drivers do not answer."""
    import pynvml

    try:
        return question(*arguments)
    except pynvml.NVMLError:
        return None


def _text(value: str | bytes) -> str:
    """NVML's strings are bytes in older releases of its Python binding."""
    return value.decode(errors="replace") if isinstance(value, bytes) else value
