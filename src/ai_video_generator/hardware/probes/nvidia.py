"""NVIDIA GPUs, as the driver's management library (NVML) tells of them; no CUDA context is made."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar

from ai_video_generator.hardware.facts import Accelerator, AcceleratorKind, Precision

T = TypeVar("T")

_FP16_CAPABILITY, _BF16_CAPABILITY, _FP8_CAPABILITY = (5, 3), (8, 0), (8, 9)
# CUDA C++ Programming Guide, table "Arithmetic Instructions" and tensor core formats: fp16 from
# 5.3, bf16 from Ampere, fp8 from Ada.
_BROKEN_FP16 = "GTX 16"
# The GTX 16 series has 7.5 but no tensor cores; diffusion models return black frames in fp16 on it.


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One GPU as NVML tells it.

    Attributes:
        index: NVML's number.
        name: Name, as text.
        total_bytes: Memory of the board.
        free_bytes: Memory nobody uses.
        capability: CUDA compute capability (major, minor).
        temperature_c: Degrees Celsius; None when the board does not tell.
        driver: Version of the driver.
    """

    index: int
    name: str
    total_bytes: int
    free_bytes: int
    capability: tuple[int, int]
    temperature_c: int | None
    driver: str


def accelerator_of(reading: Reading) -> Accelerator:
    """What a reading means for a planner."""
    return Accelerator(
        kind=AcceleratorKind.CUDA,
        index=reading.index,
        name=reading.name,
        total_bytes=reading.total_bytes,
        free_bytes=reading.free_bytes,
        compute_capability=reading.capability,
        precisions=precisions_of(reading.capability, reading.name),
        temperature_c=reading.temperature_c,
        driver=reading.driver,
    )


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


def nvidia_accelerators() -> tuple[tuple[Accelerator, ...], tuple[str, ...]]:
    """Find the NVIDIA GPUs.

    Returns:
        The GPUs, and one sentence for each thing that NVML refused to tell.
    """
    import pynvml

    try:
        pynvml.nvmlInit()
    except pynvml.NVMLError_LibraryNotFound:
        return (), ("No NVIDIA driver is installed.",)
    except pynvml.NVMLError as error:
        return (), (f"The NVIDIA driver does not answer: {_said(error)}.",)
    try:
        return _all_devices(pynvml.nvmlDeviceGetCount(), _text(pynvml.nvmlSystemGetDriverVersion()))
    except pynvml.NVMLError as error:
        return (), (f"The NVIDIA driver stopped answering: {_said(error)}.",)
    finally:
        with suppress(pynvml.NVMLError):
            pynvml.nvmlShutdown()


def _all_devices(count: int, driver: str) -> tuple[tuple[Accelerator, ...], tuple[str, ...]]:
    import pynvml

    found: list[Accelerator] = []
    notes: list[str] = []
    for index in range(count):
        try:
            found.append(accelerator_of(_read(index, driver)))
        except pynvml.NVMLError as error:
            notes.append(f"NVIDIA GPU {index} cannot be read: {_said(error)}.")
    return tuple(found), tuple(notes)


def _read(index: int, driver: str) -> Reading:
    import pynvml

    handle = pynvml.nvmlDeviceGetHandleByIndex(index)
    memory = pynvml.nvmlDeviceGetMemoryInfo(handle)
    major, minor = pynvml.nvmlDeviceGetCudaComputeCapability(handle)
    return Reading(
        index=index,
        name=_text(pynvml.nvmlDeviceGetName(handle)),
        total_bytes=int(memory.total),
        free_bytes=int(memory.free),
        capability=(major, minor),
        temperature_c=_told(
            lambda: int(pynvml.nvmlDeviceGetTemperature(handle, pynvml.NVML_TEMPERATURE_GPU))
        ),
        driver=driver,
    )


def _told(question: Callable[[], T]) -> T | None:
    """The answer to a question that some boards do not answer."""
    import pynvml

    try:
        return question()
    except pynvml.NVMLError:
        return None


def _said(error: Exception) -> str:
    """What NVML said, without the full stop that some of its messages have."""
    return str(error).rstrip(".")


def _text(value: str | bytes) -> str:
    """NVML's strings are bytes in older releases of its Python binding."""
    return value.decode(errors="replace") if isinstance(value, bytes) else value


PROBE = nvidia_accelerators
