"""NVIDIA GPUs, as the driver's management library (NVML) tells of them; no CUDA context is made."""

import ctypes
import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from ai_video_generator.hardware.facts import Accelerator
from ai_video_generator.hardware.probes._nvml import Board, read
from ai_video_generator.hardware.probes._nvml_faults import driver_sentence, gpu_sentence
from ai_video_generator.hardware.probes._sysfs import SYS_ROOT, graphics_cards
from ai_video_generator.hardware.probes._visible_devices import Candidate, visible_positions

_VENDOR = "10de"
_WSL_LIBRARY = Path("/usr/lib/wsl/lib/libnvidia-ml.so.1")
# Windows' driver puts it there; not every Linux distribution looks in that folder.
_TAKEN = {"nvidia", "vfio-pci"}
# Drivers that already have a card: NVIDIA's own, whose library a container may lack, and the one
# that lends it to a virtual machine.
_VISIBLE = "CUDA_VISIBLE_DEVICES"


def nvidia_accelerators(
    sys_root: Path = SYS_ROOT, wsl_library: Path = _WSL_LIBRARY
) -> tuple[tuple[Accelerator, ...], tuple[str, ...]]:
    """Find the NVIDIA GPUs that CUDA would show this process, counted in the order of the PCI bus.

    Args:
        sys_root: Where Linux shows devices.
        wsl_library: Where Windows puts NVML for Linux programs.

    Returns:
        The GPUs, and one sentence for each that cannot be used.
    """
    import pynvml

    try:
        with _library(wsl_library):
            return _all_devices(pynvml.nvmlDeviceGetCount())
    except pynvml.NVMLError as error:
        cards = graphics_cards(_VENDOR, sys_root)
        has_card = any(card.driver not in _TAKEN for card in cards)
        sentence = driver_sentence(error.value, str(error), has_card=has_card)
        return (), (sentence,) if sentence else ()


@contextmanager
def _library(wsl_library: Path) -> Iterator[None]:
    """Open NVML, and close it whatever happens."""
    import pynvml

    try:
        pynvml.nvmlInit()
    except pynvml.NVMLError_LibraryNotFound:
        try:
            ctypes.CDLL(str(wsl_library))  # found by its own name from now on
        except OSError as error:
            raise pynvml.NVMLError(pynvml.NVML_ERROR_LIBRARY_NOT_FOUND) from error
        pynvml.nvmlInit()
    try:
        yield
    finally:
        with suppress(pynvml.NVMLError):
            pynvml.nvmlShutdown()


def _all_devices(count: int) -> tuple[tuple[Accelerator, ...], tuple[str, ...]]:
    import pynvml

    driver = str(pynvml.nvmlSystemGetDriverVersion())
    runtime = _version_text(pynvml.nvmlSystemGetCudaDriverVersion_v2())
    found: list[Accelerator] = []
    notes: list[str] = []
    for index in range(count):
        try:
            handle = pynvml.nvmlDeviceGetHandleByIndex(index)
            found += read(Board(index=index, handle=handle, driver=driver, runtime_version=runtime))
        except pynvml.NVMLError as error:
            notes.append(gpu_sentence(index, error.value, str(error)))
    shown, sentences = _visible(found, os.environ.get(_VISIBLE))
    return shown, (*notes, *sentences)


def _version_text(number: int) -> str:
    """CUDA's 12080 as "12.8"."""
    return f"{number // 1000}.{number % 1000 // 10}"


def _visible(
    found: Sequence[Accelerator], variable: str | None
) -> tuple[tuple[Accelerator, ...], tuple[str, ...]]:
    """Those that CUDA shows, with its numbers, and what to know of the others."""
    candidates = [Candidate(board=gpu.index, uuid=gpu.uuid) for gpu in found]
    positions = visible_positions(candidates, variable)
    shown = tuple(replace(found[position], index=index) for index, position in enumerate(positions))
    notes = []
    if len(shown) < len(found):
        notes.append(f"{_VISIBLE}={variable} hides {len(found) - len(shown)} of {len(found)} GPUs.")
    if sum(gpu.is_slice for gpu in shown) > 1:
        notes.append(
            "CUDA uses one slice of a GPU in a process, the first that is visible: choose another "
            f"with {_VISIBLE}=MIG-…, as `nvidia-smi -L` lists them."
        )
    return shown, tuple(notes)


class _Probe:
    """Asks NVML; held open, it need not be started for every question.

    NVML counts how often it was opened (nvml.h, ``nvmlInit``), and starts and ends once.
    """

    def __init__(self) -> None:
        self._held = ExitStack()

    def __call__(self) -> tuple[tuple[Accelerator, ...], tuple[str, ...]]:
        return nvidia_accelerators()

    def hold(self) -> None:
        """Open the library; where it cannot be opened, the next question tells why."""
        import pynvml

        with suppress(pynvml.NVMLError):
            self._held.enter_context(_library(_WSL_LIBRARY))

    def release(self) -> None:
        """Close what `hold` has opened."""
        self._held.close()


PROBE = _Probe()
