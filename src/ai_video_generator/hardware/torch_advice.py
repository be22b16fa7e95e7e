"""Which PyTorch to install on a machine; pure."""

from ai_video_generator.hardware.facts import Accelerator, AcceleratorKind, HardwareFacts
from ai_video_generator.hardware.torch_answer import is_served

_INDEX = "https://download.pytorch.org/whl"
_JETSON_INDEX = "https://pypi.jetson-ai-lab.io/jp6/cu126"
# NVIDIA's own builds for its boards with JetPack 6; PyTorch's for arm64 are for servers.
_INSTALL = "pip install torch"
_INSTALL_AGAIN = "pip install --force-reinstall torch"
# pip takes a build for another runtime for the same version, and would do nothing.
_DRIVER = "install a newer NVIDIA driver (580 or later): https://www.nvidia.com/drivers"

_TURING, _BLACKWELL, _MAXWELL = (7, 5), (10, 0), (5, 0)
_CUDA_13, _CUDA_12_8, _CUDA_12, _CUDA_11 = (13, 0), (12, 8), (12, 0), (11, 0)
# PyTorch, RELEASE.md, "CUDA Support Matrix" of 2.13: CUDA 12.6 for capabilities 5.0 to 9.0, CUDA
# 13.0 for 7.5 to 12.0. CUDA 12.8, for 12.0 with older drivers, ended with 2.11, CUDA 11.8 with 2.7.
# CUDA, "Minor Version Compatibility": a driver for 12.0 (525) serves builds for 12.6, too.
_ROCM, _XPU, _CPU = "rocm7.2", "xpu", "cpu"
# PyTorch 2.13's other builds.


def torch_fix(facts: HardwareFacts) -> str:
    """The command that installs the PyTorch for this machine; empty when none helps or is needed.

    Where a newer driver must come first, it says that instead.
    """
    if facts.torch is not None and not facts.torch.problem:
        return ""
    command = _INSTALL if facts.torch is None else _INSTALL_AGAIN
    best = next(iter(facts.accelerators), None)
    if best is None or not is_served(best):
        return _for_processor(facts, command)
    if best.kind is AcceleratorKind.MPS:
        return command
    if best.kind is AcceleratorKind.CUDA:
        return _for_cuda(best, facts, command)
    return _build(facts, command, _ROCM if best.kind is AcceleratorKind.ROCM else _XPU)


def _for_processor(facts: HardwareFacts, command: str) -> str:
    """For Linux and Windows the build without gigabytes of CUDA; macOS has one build only."""
    return command if facts.system == "Darwin" else _build(facts, command, _CPU)


def _for_cuda(best: Accelerator, facts: HardwareFacts, command: str) -> str:
    if best.shares_ram and facts.cpu_architecture == "arm64":
        return f"{command} --index-url {_JETSON_INDEX}"
    capability = best.compute_capability or _TURING
    driver = _version(best.runtime_version)
    if capability < _MAXWELL:
        return ""
    if capability >= _BLACKWELL:
        choices: tuple[tuple[tuple[int, int], str], ...] = (
            (_CUDA_13, "cu130"),
            (_CUDA_12_8, "cu128"),
        )
    elif capability >= _TURING:
        choices = ((_CUDA_13, "cu130"), (_CUDA_12, "cu126"), (_CUDA_11, "cu118"))
    else:
        choices = ((_CUDA_12, "cu126"), (_CUDA_11, "cu118"))
    tag = next((tag for needed, tag in choices if driver >= needed), None)
    return _build(facts, command, tag) if tag else _DRIVER


def _build(facts: HardwareFacts, command: str, tag: str) -> str:
    """The command for one build; empty when it is the installed one, whose problem is another."""
    if facts.torch is not None and facts.torch.version.endswith(f"+{tag}"):
        return "" if facts.torch.arch_list else f"{command} --index-url {_INDEX}/{tag}"
    return f"{command} --index-url {_INDEX}/{tag}"


def _version(text: str) -> tuple[int, int]:
    """CUDA's version as numbers; the newest when the driver does not tell."""
    major, _, minor = text.partition(".")
    return (int(major), int(minor)) if major.isdecimal() and minor.isdecimal() else _CUDA_13
