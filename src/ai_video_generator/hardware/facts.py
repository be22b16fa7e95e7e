"""What this machine is, as plain values that can be stored, sent and replayed."""

from dataclasses import dataclass, field
from enum import StrEnum


class AcceleratorKind(StrEnum):
    """The runtime an accelerator is programmed through."""

    CUDA = "cuda"
    ROCM = "rocm"
    MPS = "mps"
    XPU = "xpu"


class Precision(StrEnum):
    """Number formats a device computes in."""

    FP32 = "fp32"
    FP16 = "fp16"
    BF16 = "bf16"
    FP8 = "fp8"


@dataclass(frozen=True, slots=True, kw_only=True)
class Accelerator:
    """One GPU.

    Attributes:
        kind: Runtime it is programmed through.
        index: Number the driver gives it, from 0.
        name: What the driver calls it.
        total_bytes: All of its memory.
        free_bytes: Memory nobody uses now.
        compute_capability: NVIDIA's (major, minor); None elsewhere.
        precisions: Formats it computes in.
        shares_ram: Whether its memory is the machine's RAM.
        temperature_c: Degrees Celsius; None when not told.
        driver: Driver version as the driver writes it.
    """

    kind: AcceleratorKind
    index: int
    name: str
    total_bytes: int
    free_bytes: int
    compute_capability: tuple[int, int] | None = None
    precisions: tuple[Precision, ...] = (Precision.FP32,)
    shares_ram: bool = False
    temperature_c: int | None = None
    driver: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HardwareFacts:
    """Everything the planner may know of a machine.

    Attributes:
        accelerators: GPUs, the one with most memory first.
        cpu_name: What the maker calls the processor.
        cpu_cores: Cores this process may use, affinity and container quota counted; 1.5 in a
            container that says so.
        cpu_cores_total: Logical cores of the machine.
        cpu_architecture: "x86_64", "arm64", …
        ram_total_bytes: RAM this process may use: the container's limit counted.
        ram_free_bytes: RAM available now.
        disk_free_bytes: Free bytes where output goes.
        system: "Linux", "Darwin", "Windows".
        video_encoders: Encoders that worked when tried (FFmpeg names).
        notes: One sentence for each oddity ("the NVIDIA driver does not answer: …").
    """

    accelerators: tuple[Accelerator, ...] = ()
    cpu_name: str
    cpu_cores: float
    cpu_cores_total: int
    cpu_architecture: str
    ram_total_bytes: int
    ram_free_bytes: int
    disk_free_bytes: int
    system: str
    video_encoders: tuple[str, ...] = ()
    notes: tuple[str, ...] = field(default=())
