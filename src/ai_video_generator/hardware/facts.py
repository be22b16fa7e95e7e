"""What this machine is, as plain values that can be stored, sent and replayed."""

from dataclasses import dataclass
from enum import StrEnum

PROCESSOR = "cpu"  # the device that is no accelerator, as PyTorch names it
CLOUD = "cloud"  # no device of this machine: somebody else's, for money


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


class Purpose(StrEnum):
    """What a folder is used for."""

    OUTPUT = "output"
    WORK = "work"
    MODELS = "models"


@dataclass(frozen=True, slots=True, kw_only=True)
class Accelerator:
    """One GPU.

    Attributes:
        kind: Runtime it is programmed through.
        index: Number that the runtime gives it, from 0; hidden GPUs are not counted.
        name: What the driver calls it.
        total_bytes: All of its memory; for a GPU that shares the RAM what it may take of that.
        free_bytes: Memory nobody uses now.
        compute_capability: NVIDIA's (major, minor); None elsewhere.
        precisions: Formats it computes in, the widest first.
        shares_ram: Whether its memory is the machine's RAM.
        core_count: Its smallest arithmetic units ("CUDA cores", stream processors); None when not
            told.
        clock_mhz: Their highest clock; None when not told.
        clock_now_mhz: Their clock now; None when not told.
        load: Share of the last second in which it worked, 0..1; None when not told.
        temperature_c: Degrees Celsius; None when not told.
        power_w: Watts it draws now; None when not told.
        power_limit_w: Watts it may draw; None when not told.
        throttle_reasons: Why it runs below its highest clock now ("temperature", "power").
        used_by_others_bytes: What other processes hold of its memory; None when not told.
        is_slice: Whether it is a part of a larger GPU (NVIDIA MIG).
        uuid: The driver's name for this very board; empty when it has none.
        driver: Driver version as the driver writes it.
        runtime_version: The newest runtime that the driver serves ("12.8" for CUDA); empty when not
            told.
    """

    kind: AcceleratorKind
    index: int
    name: str
    total_bytes: int
    free_bytes: int
    compute_capability: tuple[int, int] | None = None
    precisions: tuple[Precision, ...] = (Precision.FP32,)
    shares_ram: bool = False
    core_count: int | None = None
    clock_mhz: int | None = None
    clock_now_mhz: int | None = None
    load: float | None = None
    temperature_c: int | None = None
    power_w: float | None = None
    power_limit_w: float | None = None
    throttle_reasons: tuple[str, ...] = ()
    used_by_others_bytes: int | None = None
    is_slice: bool = False
    uuid: str = ""
    driver: str = ""
    runtime_version: str = ""

    @property
    def device(self) -> str:
        """How plans and libraries name it: "cuda:0"; PyTorch calls ROCm's devices so, too."""
        return f"{self.kind.value}:{self.index}"

    @property
    def teraflops(self) -> float | None:
        """Peak of 32-bit arithmetic: two operations (a fused multiply-add) a core and clock."""
        if self.core_count is None or self.clock_mhz is None:
            return None
        return 2 * self.core_count * self.clock_mhz / 1e6


@dataclass(frozen=True, slots=True, kw_only=True)
class Disk:
    """Where files of one purpose go.

    Attributes:
        purpose: Which files.
        free_bytes: Free bytes there.
        file_system: Kind of file system ("ext4", "ntfs", "nfs4"); empty when not told.
    """

    purpose: Purpose
    free_bytes: int
    file_system: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TorchBuild:
    """The PyTorch that is installed beside this program.

    Attributes:
        version: Its version ("2.13.0+cu128").
        runtime: What it was built for: "cpu", "cuda 12.8", "rocm 6.4", "mps", "xpu".
        arch_list: GPU architectures that it has kernels for ("sm_89", "compute_120", "gfx1100").
        devices: What it says it can use, as in `Accelerator.device`.
        problem: Why it cannot be used, one sentence; empty when it can.
    """

    version: str
    runtime: str
    arch_list: tuple[str, ...] = ()
    devices: tuple[str, ...] = ()
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HardwareFacts:
    """Everything the planner may know of a machine.

    Attributes:
        accelerators: GPUs, the best first: those with memory of their own, by its size.
        cpu_name: What the maker calls the processor.
        cpu_cores: Cores this process may use, affinity and container quota counted; 1.5 in a
            container that says so.
        cpu_cores_total: Logical cores of the machine.
        cpu_cores_physical: Physical cores of the machine; None when not told.
        cpu_clock_mhz: Highest clock; None when not told.
        cpu_architecture: "x86_64", "arm64", …
        cpu_features: Vector extensions that matter here: "sse4_2", "avx", "avx2", "avx512f",
            "avx512_vnni", "amx_tile", "neon", "sve"; sorted.
        ram_total_bytes: RAM this process may use: the container's limit counted.
        ram_free_bytes: RAM available now.
        disks: Where output, work and models go, one each.
        system: "Linux", "Darwin", "Windows".
        environment: What this system runs in: "container", "wsl", "virtual machine", "colab",
            "kaggle"; empty on bare metal.
        video_encoders: Encoders that worked when tried (FFmpeg names).
        torch: The PyTorch that is installed; None without one.
        notes: One sentence for each oddity ("the NVIDIA driver does not answer: …").
    """

    accelerators: tuple[Accelerator, ...] = ()
    cpu_name: str
    cpu_cores: float
    cpu_cores_total: int
    cpu_cores_physical: int | None = None
    cpu_clock_mhz: int | None = None
    cpu_architecture: str
    cpu_features: tuple[str, ...] = ()
    ram_total_bytes: int
    ram_free_bytes: int
    disks: tuple[Disk, ...]
    system: str
    environment: tuple[str, ...] = ()
    video_encoders: tuple[str, ...] = ()
    torch: TorchBuild | None = None
    notes: tuple[str, ...] = ()

    def disk_free_bytes(self, purpose: Purpose) -> int:
        """Free bytes where files of a purpose go; 0 when it is not known."""
        return next((disk.free_bytes for disk in self.disks if disk.purpose is purpose), 0)
