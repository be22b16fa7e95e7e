"""The PyTorch that is installed, asked in a process of its own: loading it takes seconds here."""

import importlib.util
import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from ai_video_generator.errors import AIVideoError
from ai_video_generator.hardware.facts import Accelerator, TorchBuild
from ai_video_generator.hardware.torch_answer import TorchAnswer, torch_build
from ai_video_generator.media.files import appearing

_TIME_LIMIT_S = 20.0
# Loading PyTorch from a cold disk takes up to 10 s; longer, and a driver hangs.
_BOOK = "torch.json"
_ENVIRONMENT = {"CUDA_DEVICE_ORDER": "PCI_BUS_ID"}
# CUDA's own order puts the fastest GPU first; NVML, and so `Accelerator.index`, counts the bus.
_WATCHED = ("CUDA_VISIBLE_DEVICES", "HIP_VISIBLE_DEVICES", "HSA_OVERRIDE_GFX_VERSION")
# What changes the answer without changing the installation.
_MARK = "AIVG "
# Begins the line that is the answer; libraries print what they like before it.
_SCRIPT = """
import json, sys, warnings
import torch
arch_list, devices, said = [], [], ""
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    try:
        if torch.cuda.is_available():
            for index in range(torch.cuda.device_count()):
                device = torch.cuda.get_device_properties(index)
                devices.append({
                    "name": device.name,
                    "capability": [device.major, device.minor],
                    "arch": getattr(device, "gcnArchName", "").split(":")[0],
                })
        if torch.version.cuda or torch.version.hip:
            arch_list = torch._C._cuda_getArchFlags()
            arch_list = arch_list.split() if arch_list else []
    except Exception as error:
        said = f"{type(error).__name__}: {error}"
    said = said or (str(caught[-1].message) if caught else "")
mps = getattr(torch.backends, "mps", None)
xpu = getattr(torch, "xpu", None)
print("\\nAIVG " + json.dumps({
    "version": torch.__version__,
    "cuda": torch.version.cuda or "",
    "hip": torch.version.hip or "",
    "xpu": getattr(torch.version, "xpu", None) or "",
    "arch_list": arch_list,
    "devices": devices,
    "has_mps": bool(mps and mps.is_built()),
    "mps_device_count": int(bool(mps and mps.is_available())),
    "xpu_device_count": xpu.device_count() if xpu and xpu.is_available() else 0,
    "said": said,
}))
"""


def installed_torch(
    accelerators: Sequence[Accelerator], cache_folder: Path, time_limit_s: float = _TIME_LIMIT_S
) -> TorchBuild | None:
    """Ask the PyTorch that this Python would load; None when there is none.

    The answer is kept until PyTorch, a driver or what it may see changes; a failure is not kept.

    Args:
        accelerators: What the drivers tell of, to compare with.
        cache_folder: Where the answer is kept.
        time_limit_s: How long it may take to answer.
    """
    folder = _folder()
    if folder is None:
        return None
    version = _version(folder)
    key = _key(folder, version, accelerators)
    answer = _remembered(cache_folder, key)
    if answer is None:
        answer = _asked(version, time_limit_s)
        if answer.is_lasting:
            _remember(cache_folder, key, answer)
    return torch_build(answer, accelerators)


def _folder() -> Path | None:
    """Where PyTorch lies; nothing of it is imported."""
    try:
        spec = importlib.util.find_spec("torch")
    except (ImportError, ValueError):
        return None
    return Path(spec.origin).parent if spec is not None and spec.origin else None


def _version(folder: Path) -> str:
    """Its version as its own file has it; empty when it does not."""
    try:
        text = (folder / "version.py").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    found = re.search(r"^__version__\s*=\s*['\"]([^'\"]+)", text, re.MULTILINE)
    return found.group(1) if found else ""


def _key(folder: Path, version: str, accelerators: Sequence[Accelerator]) -> list[str]:
    """What the answer depends on."""
    try:
        changed_ns = folder.stat().st_mtime_ns
    except OSError:
        changed_ns = 0
    drivers = [f"{gpu.device} {gpu.uuid} {gpu.driver}" for gpu in accelerators]
    watched = [os.environ.get(name, "") for name in _WATCHED]
    return [sys.executable, str(folder), version, str(changed_ns), *watched, *drivers]


def _asked(version: str, time_limit_s: float) -> TorchAnswer:
    """Load it in another process and read what it prints."""
    unknown = version or "of unknown version"
    try:
        done = subprocess.run(  # noqa: S603 - this Python, and the script above
            [sys.executable, "-P", "-c", _SCRIPT],
            env={**os.environ, **_ENVIRONMENT},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=time_limit_s,
            check=False,
        )
    except subprocess.TimeoutExpired:
        error = f"it did not answer within {time_limit_s:g} seconds"
        return TorchAnswer(version=unknown, error=error)
    except OSError as error:
        return TorchAnswer(version=unknown, error=f"Python cannot be started: {error}")
    for line in reversed(done.stdout.splitlines()):
        if line.startswith(_MARK):
            with suppress(ValueError, TypeError, KeyError):
                return TorchAnswer.read(json.loads(line.removeprefix(_MARK)))
    return TorchAnswer(version=unknown, error=_failure(done))


def _failure(done: "subprocess.CompletedProcess[str]") -> str:
    """Why a process gave no answer, in its own last words."""
    if done.returncode < 0:
        return f"it crashed (signal {-done.returncode})"
    lines = [line.strip() for line in done.stderr.splitlines() if line.strip()]
    if done.returncode > 0 and lines:
        return lines[-1].rstrip(".")
    return "its answer cannot be read"


def _remembered(cache_folder: Path, key: list[str]) -> TorchAnswer | None:
    try:
        book: dict[str, Any] = json.loads((cache_folder / _BOOK).read_text(encoding="utf-8"))
        return TorchAnswer.read(book["answer"]) if book["key"] == key else None
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def _remember(cache_folder: Path, key: list[str], answer: TorchAnswer) -> None:
    """Keep the answer; a cache that cannot be written only costs time."""
    with suppress(AIVideoError, OSError):
        cache_folder.mkdir(parents=True, exist_ok=True)
        with appearing(cache_folder / _BOOK, overwrite=True) as path:
            text = json.dumps({"key": key, "answer": answer.written()}, indent=1)
            path.write_text(text, encoding="utf-8")
