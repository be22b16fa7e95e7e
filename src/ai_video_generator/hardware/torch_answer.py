"""What an installed PyTorch says of itself, and what that means on this machine; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

from ai_video_generator.hardware.facts import (
    Accelerator,
    AcceleratorKind,
    Precision,
    TorchBuild,
)
from ai_video_generator.hardware.torch_kernels import has_amd_kernels, has_kernels

_OVERRIDES = {"gfx103": "10.3.0", "gfx110": "11.0.0"}
# ROCm's cards of one family run the kernels of its first; AMD publishes those only.


@dataclass(frozen=True, slots=True, kw_only=True)
class TorchDevice:
    """A GPU as PyTorch sees it.

    Attributes:
        name: What PyTorch calls it.
        capability: CUDA compute capability (major, minor).
        arch: AMD's name of its instructions ("gfx1100"); empty elsewhere.
    """

    name: str
    capability: tuple[int, int]
    arch: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TorchAnswer:
    """What PyTorch says of itself.

    Attributes:
        version: Its version.
        cuda: CUDA it was built for; empty without.
        hip: ROCm it was built for; empty without.
        xpu: Intel's runtime it was built for; empty without.
        arch_list: GPU architectures that it has kernels for.
        devices: GPUs that it sees.
        has_mps: Whether it was built for Apple's GPUs.
        mps_device_count: Apple GPUs that it sees.
        xpu_device_count: Intel GPUs that it sees.
        said: What it said while it looked for GPUs.
        error: Why it does not answer; empty when it does.
    """

    version: str
    cuda: str = ""
    hip: str = ""
    xpu: str = ""
    arch_list: tuple[str, ...] = ()
    devices: tuple[TorchDevice, ...] = ()
    has_mps: bool = False
    mps_device_count: int = 0
    xpu_device_count: int = 0
    said: str = ""
    error: str = ""

    @classmethod
    def read(cls, values: Mapping[str, Any]) -> Self:
        """Read an answer from JSON.

        Raises:
            KeyError: When something is missing.
            TypeError: When something unknown is there.
        """
        devices = tuple(
            TorchDevice(
                name=str(device["name"]),
                capability=(int(device["capability"][0]), int(device["capability"][1])),
                arch=str(device["arch"]),
            )
            for device in values["devices"]
        )
        lists = {"devices": devices, "arch_list": tuple(map(str, values["arch_list"]))}
        return cls(**{**values, **lists})

    def written(self) -> dict[str, Any]:
        """This answer for JSON."""
        return asdict(self)

    @property
    def is_lasting(self) -> bool:
        """Whether asking again would say the same: not after a failure, which may be mended."""
        return not self.error and (bool(self.devices) or not self.said)

    @property
    def runtime(self) -> str:
        """What it was built for: "cuda 12.8", "rocm 6.4", "xpu", "mps" or "cpu"."""
        if self.cuda:
            return f"cuda {self.cuda}"
        if self.hip:
            return f"rocm {'.'.join(self.hip.split('.')[:2])}"
        if self.xpu or self.version.endswith("+xpu"):
            return "xpu"
        return "mps" if self.has_mps else "cpu"


def torch_build(answer: TorchAnswer, accelerators: Sequence[Accelerator]) -> TorchBuild:
    """What an answer means on a machine with these accelerators."""
    return TorchBuild(
        version=answer.version,
        runtime=answer.runtime,
        arch_list=answer.arch_list,
        devices=_usable(answer),
        problem=_problem(answer, accelerators),
    )


def _usable(answer: TorchAnswer) -> tuple[str, ...]:
    """The devices that it sees and has kernels for, as in `Accelerator.device`."""
    kind = AcceleratorKind.ROCM if answer.hip else AcceleratorKind.CUDA
    found = [
        f"{kind.value}:{index}"
        for index, device in enumerate(answer.devices)
        if _runs_on(answer, device)
    ]
    found += [f"{AcceleratorKind.MPS.value}:{i}" for i in range(answer.mps_device_count)]
    found += [f"{AcceleratorKind.XPU.value}:{i}" for i in range(answer.xpu_device_count)]
    return tuple(found)


def _runs_on(answer: TorchAnswer, device: TorchDevice) -> bool:
    if answer.hip:
        return has_amd_kernels(answer.arch_list, device.arch)
    return has_kernels(answer.arch_list, device.capability)


def _problem(answer: TorchAnswer, accelerators: Sequence[Accelerator]) -> str:
    """Why it cannot be used on this machine's best accelerator; empty when it can."""
    title = f"PyTorch {answer.version}"
    if answer.error:
        return f"{title} cannot be used: {answer.error}."
    if not accelerators or not is_served(accelerators[0]):
        return ""
    best = accelerators[0]
    if answer.runtime.split()[0] != best.kind:
        built = "the processor" if answer.runtime == "cpu" else answer.runtime
        return f"{title} was built for {built} and cannot use the {best.name}."
    if best.kind is AcceleratorKind.CUDA:
        return _cuda_problem(answer, best, title)
    if best.kind is AcceleratorKind.ROCM:
        return _rocm_problem(answer, title)
    return "" if _usable(answer) else f"{title} does not find the {best.name}."


def is_served(accelerator: Accelerator) -> bool:
    """Whether some PyTorch serves a GPU.

    Intel's older integrated GPUs have none (PyTorch, "Getting Started on Intel GPU"), and AMD's
    integrated ones only by the grace of ROCm.
    """
    if accelerator.kind is AcceleratorKind.XPU:
        return Precision.BF16 in accelerator.precisions
    return accelerator.kind is not AcceleratorKind.ROCM or not accelerator.shares_ram


def _cuda_problem(answer: TorchAnswer, best: Accelerator, title: str) -> str:
    driver = best.runtime_version
    if driver and int(driver.partition(".")[0]) < int(answer.cuda.partition(".")[0]):
        # Within one major version older drivers serve newer builds (CUDA, "Minor Version
        # Compatibility").
        return (
            f"{title} needs a driver for CUDA {answer.cuda.partition('.')[0]}, but driver "
            f"{best.driver} serves {driver} at most."
        )
    capability = best.compute_capability
    if capability is not None and not has_kernels(answer.arch_list, capability):
        major, minor = capability
        return f"{title} has no kernels for the {best.name} (sm_{major}{minor})."
    if not answer.devices:
        return f"{title} does not find the {best.name}" + _because(answer) + "."
    return ""


def _rocm_problem(answer: TorchAnswer, title: str) -> str:
    if not answer.devices:
        return f"{title} finds no GPU" + _because(answer) + "."
    device = answer.devices[0]
    if _runs_on(answer, device):
        return ""
    override = next((v for name, v in _OVERRIDES.items() if device.arch.startswith(name)), "")
    help_ = f"; set HSA_OVERRIDE_GFX_VERSION={override} and try again" if override else ""
    return f"{title} has no kernels for the {device.name} ({device.arch}){help_}."


def _because(answer: TorchAnswer) -> str:
    """Its own words, on one line."""
    return f": {' '.join(answer.said.split()).rstrip('.')}" if answer.said else ""
