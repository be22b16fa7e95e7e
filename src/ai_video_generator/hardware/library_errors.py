"""What a library's exception means, told by its class and its words; no library is imported.

Vendors' libraries report the same trouble in many ways. The messages known here are those of torch
2.13 (CUDA, ROCm, XPU, MPS, CPU), onnxruntime 1.32, safetensors 0.8, diffusers 0.42, numpy 2.4 and
OpenCV 5.0, and what their predecessors said.
"""

import errno
import json
import pickle
import re
import zipfile
from pathlib import Path

from ai_video_generator.errors import (
    AIVideoError,
    DependencyMissingError,
    DeviceLostError,
    DeviceMemoryError,
    DiskFullError,
    WeightsCorruptError,
    WeightsMissingError,
)
from ai_video_generator.hardware.facts import PROCESSOR

_DISK_FULL = re.compile(r"No space left on device|Disk quota exceeded|StorageFull")

_RAM_FULL = re.compile(
    r"DefaultCPUAllocator|std::bad_alloc|bad allocation|Cannot allocate memory"
    r"|UR_RESULT_ERROR_OUT_OF_HOST_MEMORY|HOST_ALLOCATION_FAILED"
)
_MEMORY_FULL = re.compile(
    r"\bout of memory\b|OutOfMemory|OUT_OF_DEVICE_MEMORY|OUT_OF_RESOURCES"
    r"|Failed to allocate memory for requested buffer|is smaller than requested bytes"
    r"|STATUS_ALLOC_FAILED|DEVICE_ALLOCATION_FAILED|cudaErrorMemoryAllocation"
    # Metal's largest buffer, and NVML that cannot be asked while torch reports a full GPU.
    r"|Invalid buffer size|total bytes of NDArray|NVML_SUCCESS == r INTERNAL ASSERT FAILED",
    re.IGNORECASE,
)
_OPENCV_NO_MEMORY = -4
# cv2.Error.StsNoMem.
_WINDOWS_NO_PAGES = 1455
# ERROR_COMMITMENT_LIMIT: neither RAM nor page file is left.

_DEVICE_LOST = re.compile(
    r"CUDA (driver )?error\b|HIP error\b|CUDA failure \d+|GPU is lost|device-side assert"
    r"|(CUDNN|CUBLAS|CUSOLVER|CUSPARSE|CUFFT|HIPBLAS)_STATUS_"
    r"(EXECUTION_FAILED|INTERNAL_ERROR|NOT_INITIALIZED|MAPPING_ERROR|ARCH_MISMATCH)"
    r"|miopenStatus(Internal|Unknown)Error|_RESULT_ERROR_(DEVICE_LOST|UNKNOWN)\b"
    r"|kIOGPUCommandBufferCallbackError|command buffer exited with error status"
)
_DEVICE_UNUSABLE = re.compile(
    r"no kernel image is available|not compiled with (CUDA|XPU) enabled|Found no NVIDIA driver"
    r"|No CUDA GPUs are available|NVIDIA driver on your system is too old"
)

_WEIGHTS_SUFFIXES = frozenset(
    {".safetensors", ".bin", ".pt", ".pth", ".ckpt", ".onnx", ".gguf", ".tflite", ".npz", ".json"}
)
_MISSING_CLASSES = frozenset({"EntryNotFoundError", "LocalEntryNotFoundError", "NoSuchFile"})
# huggingface_hub, and onnxruntime.
_WEIGHTS_MISSING = re.compile(r"Error no file named|does not appear to have a file named")
_CORRUPT_CLASSES = frozenset({"SafetensorError", "InvalidProtobuf"})
_WEIGHTS_CORRUPT = re.compile(
    r"PytorchStreamReader failed|Error while deserializing header|HeaderTooLarge"
    r"|MetadataIncompleteBuffer|Unable to load weights from|in loading state_dict for"
    r"|is not a valid JSON file|Weights only load failed|saved in the legacy \.tar format"
    r"|No graph was found in the protobuf"
)

_SIZE = r"(\d[\d.]*) ?(bytes|[KMGTPE]i?B)?"
_ASKED = re.compile(
    r"(?:(?:tried|unable|failed) to allocate|buffer of size|requested bytes of|buffer size:) "
    + _SIZE,
    re.IGNORECASE,
)
_FREE = re.compile(rf"of which {_SIZE} is free|Available memory of {_SIZE}")
_METAL = re.compile(
    rf"MPS allocated: {_SIZE}(?:, other allocations: {_SIZE})?, max allowed: {_SIZE}"
)
_PACKAGE = re.compile(r"pip install (?:-U |--upgrade )?([\w.-]+)")

_LONGEST_QUOTE = 300
# Characters of a library's message that are passed on; some print the whole call stack.

_RAM_HINT = "close other programs, or choose a smaller --size"
_GPU_HINT = "close other programs that use the GPU, or choose a smaller --size"
_LOST_HINT = "try again; restart the computer when it happens again"
_UNUSABLE_HINT = "run `aivg doctor`: PyTorch, the driver and this GPU do not fit together"
_DISK_HINT = "free some space"
_WEIGHTS_HINT = "install the model's files again"


def translated(error: BaseException, *, device: str = "") -> AIVideoError | None:
    """Tell our error that a library's exception amounts to; None when it is not known.

    Args:
        error: What was raised; where it says nothing, what it was raised from is asked.
        device: Where the library computed ("cuda:0"); empty when that is not known.
    """
    asked: set[int] = set()
    link: BaseException | None = error
    while link is not None and id(link) not in asked:
        if found := _meaning(link, device):
            return found
        asked.add(id(link))
        link = link.__cause__
    return None


def _meaning(error: BaseException, device: str) -> AIVideoError | None:
    if isinstance(error, AIVideoError):
        return error
    # A full disk is asked for before damaged weights and full memory before a lost device, because
    # libraries report the one by way of the other ("CUDA error: out of memory").
    return (
        _disk_full(error)
        or _ram_full(error)
        or _memory_full(error, device)
        or _device_lost(error, device)
        or _dependency_missing(error)
        or _weights_missing(error)
        or _weights_corrupt(error)
    )


def _disk_full(error: BaseException) -> AIVideoError | None:
    full = isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}
    if not full and not _DISK_FULL.search(str(error)):
        return None
    path = getattr(error, "filename", None)
    return DiskFullError(
        f"the disk is full at {str(path)!r}" if path else "the disk is full", hint=_DISK_HINT
    )


def _ram_full(error: BaseException) -> AIVideoError | None:
    full = (
        isinstance(error, MemoryError)
        or (isinstance(error, OSError) and error.errno == errno.ENOMEM)
        or getattr(error, "winerror", None) == _WINDOWS_NO_PAGES
        or (type(error).__module__ == "cv2" and getattr(error, "code", 0) == _OPENCV_NO_MEMORY)
        or _RAM_FULL.search(str(error))
    )
    return _too_little("this computer", str(error), _RAM_HINT) if full else None


def _memory_full(error: BaseException, device: str) -> AIVideoError | None:
    if not _MEMORY_FULL.search(_told(error)):
        return None
    if device == PROCESSOR:
        return _too_little("this computer", str(error), _RAM_HINT)
    return _too_little(device or "the GPU", str(error), _GPU_HINT)


def _device_lost(error: BaseException, device: str) -> AIVideoError | None:
    unusable = _DEVICE_UNUSABLE.search(str(error))
    if not unusable and not (
        type(error).__name__ == "AcceleratorError" or _DEVICE_LOST.search(str(error))
    ):
        return None
    return DeviceLostError(
        f"{device or 'the GPU'} failed: {_quote(error)}",
        hint=_UNUSABLE_HINT if unusable else _LOST_HINT,
    )


def _dependency_missing(error: BaseException) -> AIVideoError | None:
    if not isinstance(error, ImportError):
        return None
    named = _PACKAGE.search(str(error))
    package = named[1] if named else (error.name or "").partition(".")[0]
    if isinstance(error, ModuleNotFoundError) and error.name:
        message = f"the package {package!r} is not installed"
    else:
        message = f"a package cannot be used: {_quote(error)}"
    return DependencyMissingError(message, hint=f"pip install -U {package}" if package else "")


def _weights_missing(error: BaseException) -> AIVideoError | None:
    missing = type(error).__name__ in _MISSING_CLASSES or bool(_WEIGHTS_MISSING.search(str(error)))
    if isinstance(error, FileNotFoundError):
        # Some libraries set no file name; then the message ends with it.
        path = str(error.filename or str(error).strip("\"'"))
        missing = missing or Path(path).suffix in _WEIGHTS_SUFFIXES
    if not missing:
        return None
    return WeightsMissingError(f"a model file is missing: {_quote(error)}", hint=_WEIGHTS_HINT)


def _weights_corrupt(error: BaseException) -> AIVideoError | None:
    corrupt = (
        isinstance(error, (zipfile.BadZipFile, pickle.UnpicklingError, EOFError))
        # The libraries that talk to services derive classes of their own from it.
        or type(error) is json.JSONDecodeError
        or type(error).__name__ in _CORRUPT_CLASSES
        or _WEIGHTS_CORRUPT.search(str(error))
    )
    if not corrupt:
        return None
    return WeightsCorruptError(f"a model file is damaged: {_quote(error)}", hint=_WEIGHTS_HINT)


def _too_little(place: str, message: str, hint: str) -> DeviceMemoryError:
    asked, free = _asked_bytes(message), _free_bytes(message)
    figures = [
        f"{figure / 1e9:.1f} GB {what}"
        for figure, what in ((asked, "were asked for"), (free, "free"))
        if figure is not None
    ]
    text = f"{place} has too little memory"
    if figures:
        text += f": {', '.join(figures)}"
    return DeviceMemoryError(text, hint=hint, asked_bytes=asked, free_bytes=free)


def _asked_bytes(message: str) -> int | None:
    match = _ASKED.search(message)
    return _bytes(match[1], match[2]) if match else None


def _free_bytes(message: str) -> int | None:
    if match := _FREE.search(message):
        return _bytes(match[1] or match[3], match[2] or match[4])
    if match := _METAL.search(message):
        used = _bytes(match[1], match[2]) + _bytes(match[3] or "0", match[4])
        return max(0, _bytes(match[5], match[6]) - used)
    return None


def _bytes(number: str, unit: str | None) -> int:
    """Size in bytes; where libraries write "GB" they mean 2**30 as well."""
    power = "BKMGTPE".index(unit[0].upper()) if unit else 0
    return round(float(number) * (1 << 10 * power))


def _told(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"


def _quote(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    first = lines[0].rstrip(".") if lines else ""
    return first[:_LONGEST_QUOTE] or type(error).__name__
