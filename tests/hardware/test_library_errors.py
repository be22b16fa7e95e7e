"""What libraries said, word for word, and what it means."""

import errno
import importlib
import json
import os
import pickle
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from ai_video_generator.errors import (
    AIVideoError,
    DependencyMissingError,
    DeviceLostError,
    DeviceMemoryError,
    DiskFullError,
    NumericalError,
    WeightsCorruptError,
    WeightsMissingError,
)
from ai_video_generator.hardware.library_errors import translated

_GIB, _MIB = 2**30, 2**20


def raised_by(module: str, name: str, base: type[Exception], message: str) -> Exception:
    """An exception as a library that is not installed here would raise it."""
    error: Exception = type(name, (base,), {"__module__": module})(message)
    return error


def _torch(name: str, message: str) -> Exception:
    return raised_by("torch", name, RuntimeError, message)


def _onnx(name: str, message: str) -> Exception:
    return raised_by("onnxruntime.capi.onnxruntime_pybind11_state", name, Exception, message)


def _safetensors(message: str) -> Exception:
    return raised_by("safetensors._safetensors_rust", "SafetensorError", Exception, message)


# Library and version → what it raised, asked and free bytes.
FULL: dict[str, tuple[Exception, int | None, int | None]] = {
    "torch 2.5 and later, CUDA": (
        _torch(
            "OutOfMemoryError",
            "CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 7.79 GiB"
            " of which 1.25 GiB is free. Including non-PyTorch memory, this process has 6.52 GiB"
            " memory in use. Of the allocated memory 6.11 GiB is allocated by PyTorch, and 182.94"
            " MiB is reserved by PyTorch but unallocated.",
        ),
        2 * _GIB,
        5 * _GIB // 4,
    ),
    "torch 2.9, ROCm": (
        _torch(
            "OutOfMemoryError",
            "HIP out of memory. Tried to allocate 146.00 MiB. GPU 0 has a total capacity of 8.00"
            " GiB of which 0 bytes is free.",
        ),
        146 * _MIB,
        0,
    ),
    "torch 2.9, XPU": (
        _torch(
            "OutOfMemoryError",
            "XPU out of memory. Tried to allocate 59.50 GiB. GPU 0 has a total capacity of 28.50"
            " GiB of which 12.00 GiB is free.",
        ),
        119 * _GIB // 2,
        12 * _GIB,
    ),
    "torch 2.6, MPS": (
        RuntimeError(
            "MPS backend out of memory (MPS allocated: 9.50 GiB, other allocations: 17.25 GiB, max"
            " allowed: 27.25 GiB). Tried to allocate 292.50 MiB on private pool. Use"
            " PYTORCH_MPS_HIGH_WATERMARK_RATIO=0.0 to disable upper limit for memory allocations"
            " (may cause system failure)."
        ),
        585 * _MIB // 2,
        _GIB // 2,
    ),
    "torch 2.0, MPS": (
        RuntimeError(
            "MPS backend out of memory (MPS allocated: 17.50 GB, max allowed: 18.00 GB). Tried to"
            " allocate 768.00 MB on private pool."
        ),
        768 * _MIB,
        _GIB // 2,
    ),
    "torch 2.8, MPS, Metal's largest buffer": (
        RuntimeError("Invalid buffer size: 24.00 GiB"),
        24 * _GIB,
        None,
    ),
    "Metal 3": (
        RuntimeError("Insufficient Memory (00000008:kIOGPUCommandBufferCallbackErrorOutOfMemory)"),
        None,
        None,
    ),
    "torch 2.13, CPU, Linux": (
        RuntimeError(
            "[enforce fail at alloc_cpu.cpp:127] err == 0. DefaultCPUAllocator: can't allocate"
            " memory: you tried to allocate 40000000000000 bytes. Error code 12 (Cannot allocate"
            " memory)"
        ),
        40_000_000_000_000,
        None,
    ),
    "torch 2.1, CPU, Windows": (
        RuntimeError(
            "[enforce fail at alloc_cpu.cpp:80] data. DefaultCPUAllocator: not enough memory: you"
            " tried to allocate 805306368 bytes."
        ),
        805_306_368,
        None,
    ),
    "torch 2.13, CUDA beside torch": (
        _torch("AcceleratorError", "CUDA error: out of memory"),
        None,
        None,
    ),
    "torch 2.4, cuBLAS": (
        RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"),
        None,
        None,
    ),
    "torch 2.4, cuDNN 9": (
        RuntimeError("cuDNN error: CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED"),
        None,
        None,
    ),
    "torch 2.4, Level Zero": (
        RuntimeError(
            "level_zero backend failed with error: 39 (UR_RESULT_ERROR_OUT_OF_DEVICE_MEMORY)"
        ),
        None,
        None,
    ),
    "onnxruntime 1.32, arena": (
        _onnx(
            "RuntimeException",
            "[ONNXRuntimeError] : 6 : RUNTIME_EXCEPTION : Non-zero status code returned while"
            " running Conv node. Name:'/c' Status Message: bfc_arena.cc:359 void*"
            " onnxruntime::BFCArena::AllocateRawInternal(size_t) Available memory of 19968 is"
            " smaller than requested bytes of 1572864",
        ),
        1_572_864,
        19_968,
    ),
    "onnxruntime 1.20, arena grows": (
        _onnx(
            "Fail",
            "BFCArena::AllocateRawInternal Failed to allocate memory for requested buffer of size"
            " 4294967296",
        ),
        4 * _GIB,
        None,
    ),
    "onnxruntime 1.32, CPU": (
        _onnx(
            "RuntimeException",
            "[ONNXRuntimeError] : 6 : RUNTIME_EXCEPTION : Non-zero status code returned while"
            " running Expand node. Name:'' Status Message: std::bad_alloc",
        ),
        None,
        None,
    ),
    "Linux, a map of a file": (OSError(errno.ENOMEM, "Cannot allocate memory"), None, None),
}

LOST: dict[str, tuple[Exception, str]] = {
    "torch 2.13, illegal access": (
        _torch(
            "AcceleratorError",
            "CUDA error: an illegal memory access was encountered\nSearch for"
            " `cudaErrorIllegalAddress' in https://docs.nvidia.com/cuda/ for more information.",
        ),
        "CUDA error: an illegal memory access was encountered",
    ),
    "torch 2.4, launch": (
        RuntimeError("CUDA error: unspecified launch failure\nCUDA kernel errors might be"),
        "CUDA error: unspecified launch failure",
    ),
    "torch 2.4, assertion": (
        RuntimeError("CUDA error: device-side assert triggered"),
        "CUDA error: device-side assert triggered",
    ),
    "torch 2.4, memory of the board": (
        RuntimeError("CUDA error: uncorrectable ECC error encountered"),
        "CUDA error: uncorrectable ECC error encountered",
    ),
    "torch 2.4, driver goes": (
        RuntimeError("CUDA error: driver shutting down"),
        "CUDA error: driver shutting down",
    ),
    "torch 2.13, an architecture unknown to it": (
        _torch(
            "AcceleratorError",
            "CUDA error: no kernel image is available for execution on the device",
        ),
        "no kernel image is available",
    ),
    "torch 2.13, CPU build": (AssertionError("Torch not compiled with CUDA enabled"), "CUDA"),
    "torch 2.9, ROCm": (
        _torch("AcceleratorError", "HIP error: an illegal memory access was encountered"),
        "HIP error",
    ),
    "torch 2.4, cuDNN": (
        RuntimeError("cuDNN error: CUDNN_STATUS_EXECUTION_FAILED"),
        "CUDNN_STATUS_EXECUTION_FAILED",
    ),
    "torch 2.7, XPU": (
        RuntimeError("level_zero backend failed with error: 20 (UR_RESULT_ERROR_DEVICE_LOST)"),
        "UR_RESULT_ERROR_DEVICE_LOST",
    ),
    "torch 2.8, MPS": (
        RuntimeError(
            "command buffer exited with error status.\n\tThe Metal Performance Shaders operations"
            " encoded on it may not have completed."
        ),
        "command buffer exited with error status",
    ),
    "onnxruntime 1.20, CUDA": (
        _onnx("Fail", "CUDA failure 700: an illegal memory access was encountered ; GPU=0"),
        "CUDA failure 700",
    ),
}

CORRUPT: dict[str, Exception] = {
    "safetensors 0.8, cut": _safetensors(
        "Error while deserializing header: incomplete metadata, file not fully covered"
    ),
    "safetensors 0.4": raised_by(
        "safetensors_rust",
        "SafetensorError",
        Exception,
        "Error while deserializing header: HeaderTooLarge",
    ),
    "torch 2.13, cut": RuntimeError(
        "PytorchStreamReader failed reading zip archive: failed finding central directory"
    ),
    "torch 2.13, a page instead of weights": pickle.UnpicklingError("Weights only load failed."),
    "torch 2.13, nothing in it": EOFError(),
    "torch 2.13, another model": RuntimeError(
        "Error(s) in loading state_dict for Linear:\n\tsize mismatch for weight"
    ),
    "diffusers 0.42": OSError(
        "Unable to load weights from checkpoint file for 'unet.safetensors' at 'unet.safetensors'."
    ),
    "transformers 5": OSError(
        "It looks like the config file at 'config.json' is not a valid JSON file."
    ),
    "onnxruntime 1.32": _onnx(
        "InvalidProtobuf",
        "[ONNXRuntimeError] : 7 : INVALID_PROTOBUF : Load model from html.onnx failed:Protobuf"
        " parsing failed.",
    ),
}

MISSING: dict[str, Exception] = {
    "safetensors 0.8": FileNotFoundError("No such file or directory: /models/none.safetensors"),
    "torch 2.13": FileNotFoundError(errno.ENOENT, "No such file or directory", "none.pt"),
    "diffusers 0.42": OSError(
        "Error no file named diffusion_pytorch_model.bin found in directory /models/svd."
    ),
    "huggingface_hub 1.0": raised_by(
        "huggingface_hub.errors",
        "LocalEntryNotFoundError",
        FileNotFoundError,
        "Cannot find the requested files in the disk cache",
    ),
    "onnxruntime 1.32": _onnx(
        "NoSuchFile", "[ONNXRuntimeError] : 3 : NO_SUCHFILE : Load model from none.onnx failed"
    ),
}


@pytest.mark.parametrize("name", FULL)
def test_full_memory_is_told_with_its_figures(name: str) -> None:
    raised, asked_bytes, free_bytes = FULL[name]
    error = translated(raised, device="cuda:0")
    assert type(error) is DeviceMemoryError
    assert error.hint
    assert (error.asked_bytes, error.free_bytes) == (asked_bytes, free_bytes)
    assert ("were asked for" in str(error)) == (asked_bytes is not None)
    assert ("free" in str(error)) == (free_bytes is not None)


def test_full_memory_names_the_device_that_is_full() -> None:
    gpu, ram = FULL["torch 2.5 and later, CUDA"][0], FULL["torch 2.13, CPU, Linux"][0]
    assert (
        str(translated(gpu, device="cuda:1"))
        == "cuda:1 has too little memory: 2.1 GB were asked for, 1.3 GB free"
    )
    assert str(translated(gpu)).startswith("the GPU has too little memory")
    assert str(translated(ram, device="cuda:1")).startswith("this computer has too little memory")
    arena = FULL["onnxruntime 1.20, arena grows"][0]
    assert str(translated(arena, device="cpu")).startswith("this computer")


@pytest.mark.parametrize("name", LOST)
def test_a_lost_device_is_told_in_the_librarys_words(name: str) -> None:
    raised, words = LOST[name]
    error = translated(raised, device="cuda:0")
    assert type(error) is DeviceLostError
    assert words in str(error)
    assert str(error).startswith("cuda:0 failed: ")
    assert "\n" not in str(error)


@pytest.mark.parametrize(
    ("name", "fits"),
    [
        ("torch 2.13, an architecture unknown to it", False),
        ("torch 2.13, CPU build", False),
        ("torch 2.4, launch", True),
    ],
)
def test_a_gpu_that_the_build_cannot_use_is_a_case_for_the_doctor(name: str, fits: bool) -> None:
    error = translated(LOST[name][0])
    assert error is not None
    assert ("aivg doctor" in error.hint) != fits


@pytest.mark.parametrize("name", CORRUPT)
def test_damaged_weights(name: str) -> None:
    assert type(translated(CORRUPT[name])) is WeightsCorruptError


@pytest.mark.parametrize("name", MISSING)
def test_missing_weights(name: str) -> None:
    assert type(translated(MISSING[name])) is WeightsMissingError


def test_another_missing_file_is_not_a_matter_of_weights() -> None:
    assert translated(FileNotFoundError(errno.ENOENT, "No such file", "photo.jpg")) is None


def test_real_damage_is_told(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{'model': ")
    (tmp_path / "weights.npz").write_bytes(b"<html>" * 100)
    assert type(_error_of(lambda: json.loads((tmp_path / "config.json").read_text()))) is (
        WeightsCorruptError
    )
    assert type(_error_of(lambda: zipfile.ZipFile(tmp_path / "weights.npz"))) is WeightsCorruptError
    assert type(_error_of(lambda: np.load(tmp_path / "none.npz"))) is WeightsMissingError


def test_a_package_that_is_missing_is_named() -> None:
    error = _error_of(lambda: importlib.import_module("a_package_that_nobody_has.part"))
    assert type(error) is DependencyMissingError
    assert str(error) == "the package 'a_package_that_nobody_has' is not installed"
    assert error.hint == "pip install -U a_package_that_nobody_has"


def test_a_package_that_is_too_old_is_named() -> None:
    error = _error_of(lambda: exec("from numpy import a_name_that_it_lacks"))  # noqa: S102
    assert type(error) is DependencyMissingError
    assert "cannot import name 'a_name_that_it_lacks' from 'numpy'" in str(error)
    assert error.hint == "pip install -U numpy"


def test_what_a_library_says_to_install_is_the_hint() -> None:
    error = translated(
        ImportError(
            "\nWanPipeline requires the ftfy library but it was not found in your environment. You"
            " can install it with pip: `pip install ftfy`\n"
        )
    )
    assert error is not None
    assert (type(error), error.hint) == (DependencyMissingError, "pip install -U ftfy")


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk(number: int) -> None:
    error = translated(OSError(number, os.strerror(number), "/cache/part"))
    assert type(error) is DiskFullError
    assert "/cache/part" in str(error)


def test_a_full_disk_told_by_safetensors_is_no_damage() -> None:
    error = translated(
        _safetensors(
            'Error while serializing: I/O error: Os { code: 28, kind: StorageFull, message: "No'
            ' space left on device" }'
        )
    )
    assert type(error) is DiskFullError


def test_a_real_full_disk() -> None:
    if not Path("/dev/full").exists():
        pytest.skip("there is no /dev/full")
    with Path("/dev/full").open("wb", buffering=0) as full:
        assert type(_error_of(lambda: full.write(b"x"))) is DiskFullError


def test_numpys_full_memory_has_its_figure() -> None:
    error = _error_of(lambda: np.empty((10**6, 10**8)))
    assert type(error) is DeviceMemoryError
    assert error.asked_bytes == pytest.approx(8e14, rel=0.01)


def test_pythons_full_memory() -> None:
    assert type(_error_of(lambda: bytearray(2**62))) is DeviceMemoryError


_OPENCV_IN_LITTLE_MEMORY = """
import resource, cv2, numpy
from ai_video_generator.hardware.library_errors import translated
resource.setrlimit(resource.RLIMIT_AS, (3 << 30, 3 << 30))
try:
    cv2.resize(numpy.zeros((4, 4), numpy.uint8), (100_000, 100_000))
except cv2.error as error:
    meant = translated(error)
    print(type(meant).__name__, meant.asked_bytes)
"""


@pytest.mark.skipif(os.name == "nt", reason="memory is limited by POSIX means")
def test_opencvs_full_memory_has_its_figure() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _OPENCV_IN_LITTLE_MEMORY], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["DeviceMemoryError", "10000000000"]


def test_what_an_error_was_raised_from_counts() -> None:
    outer = ValueError("the pipeline could not be made")
    outer.__cause__ = FULL["torch 2.9, ROCm"][0]
    assert type(translated(outer)) is DeviceMemoryError
    outer.__cause__ = known = NumericalError("NaN")
    assert translated(outer) is known


def test_a_ring_of_causes_ends() -> None:
    one, other = ValueError("one"), ValueError("other")
    one.__cause__, other.__cause__ = other, one
    assert translated(one) is None


@pytest.mark.parametrize(
    "error",
    [
        ValueError("width must be a multiple of 8"),
        RuntimeError("The size of tensor a (4) must match the size of tensor b (5)"),
        KeyError("unet"),
        IndexError(),
    ],
)
def test_a_mistake_in_code_is_not_translated(error: Exception) -> None:
    assert translated(error) is None


def _error_of(call: Callable[[], object]) -> AIVideoError | None:
    with pytest.raises(BaseException) as caught:  # noqa: PT011 - any library's class
        call()
    return translated(caught.value)
