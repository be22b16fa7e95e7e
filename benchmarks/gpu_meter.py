"""Memory and time of one pass on a GPU, by stage: loading, encoding, steps, decoding.

On the processor the same calls measure time alone, and the process's resident memory.
"""

import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import psutil  # type: ignore[import-untyped]  # it ships no types
import torch

_WARM_PX = 64
_OUT_OF_MEMORY = torch.OutOfMemoryError


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What one stage took.

    Attributes:
        name: "loading", "encoding", "steps", "decoding".
        seconds: By the clock, all work on the device done.
        allocated_bytes: The most that tensors took; None without a GPU.
        reserved_bytes: The most that PyTorch held for them; None without a GPU.
    """

    name: str
    seconds: float
    allocated_bytes: int | None
    reserved_bytes: int | None


@dataclass(slots=True)
class Meter:
    """Notes stages and steps as they end.

    Attributes:
        device: "cuda:0" or "cpu".
        context_bytes: What the device holds for this process beside tensors; 0 without a GPU.
        stages: Those that ended.
        step_ends_s: When each step ended.
        others_bytes: What was in use on the device before this process came.
    """

    device: str
    context_bytes: int = 0
    stages: list[Stage] = field(default_factory=list)
    step_ends_s: list[float] = field(default_factory=list)
    others_bytes: int = 0
    _began_s: float = field(default_factory=time.perf_counter)

    @property
    def on_gpu(self) -> bool:
        """Whether there is memory of a device to measure."""
        return self.device.startswith("cuda")

    def warm_up(self) -> None:
        """Load the libraries that a network needs, and see what the context takes."""
        if not self.on_gpu:
            return
        with suppress(Exception):  # without the driver's library others are counted as ours
            self.others_bytes = device_used_bytes()
        values = torch.ones(1, 3, _WARM_PX, _WARM_PX, dtype=torch.float16, device=self.device)
        torch.nn.functional.conv2d(values, values[:, :, :3, :3])
        values[0, 0] @ values[0, 0]
        del values
        self._settle()
        torch.cuda.empty_cache()
        self.context_bytes = self._context_now()

    def cap(self, limit_bytes: int) -> None:
        """Let the process use no more of the device than this, the context counted."""
        if not self.on_gpu:
            return
        total = torch.cuda.mem_get_info()[1]
        share = max(0.0, (limit_bytes - self.context_bytes) / total)
        torch.cuda.set_per_process_memory_fraction(min(1.0, share))

    def stage(self, name: str) -> None:
        """A stage has ended, and the next begins."""
        self._settle()
        now = time.perf_counter()
        allocated = reserved = None
        if self.on_gpu:
            allocated = torch.cuda.max_memory_allocated()
            reserved = torch.cuda.max_memory_reserved()
            torch.cuda.reset_peak_memory_stats()
        self.stages.append(
            Stage(
                name=name,
                seconds=now - self._began_s,
                allocated_bytes=allocated,
                reserved_bytes=reserved,
            )
        )
        self._began_s = now

    def step(self) -> None:
        """A step of the denoiser has ended."""
        self._settle()
        self.step_ends_s.append(time.perf_counter())

    def seconds_of(self, name: str) -> float | None:
        """Time of a stage; None where it never ended."""
        return next((one.seconds for one in self.stages if one.name == name), None)

    def step_seconds(self) -> float | None:
        """Time of a step, the first left out because it also warms up; None of fewer than two."""
        ends = self.step_ends_s
        return (ends[-1] - ends[0]) / (len(ends) - 1) if len(ends) > 1 else None

    def allocated_bytes(self) -> int | None:
        """The most that tensors took at any time, with the context; None without a GPU."""
        return self._most([one.allocated_bytes for one in self.stages])

    def peak_bytes(self) -> int | None:
        """The most that the process held at any time, its context counted; None without a GPU."""
        return self._most([one.reserved_bytes for one in self.stages])

    def _most(self, counts: list[int | None]) -> int | None:
        known = [count for count in counts if count is not None]
        return max(known) + self._context_now() if known else None

    def _context_now(self) -> int:
        """The context as it is by now: kernels are loaded into it as they are first used."""
        free, total = torch.cuda.mem_get_info()
        held = torch.cuda.memory_reserved() + self.others_bytes
        return max(self.context_bytes, int(total - free - held))

    def _settle(self) -> None:
        if self.on_gpu:
            torch.cuda.synchronize()


def device_used_bytes() -> int:
    """What the driver says is in use on the first GPU; asked without a context of our own."""
    import pynvml

    pynvml.nvmlInit()
    try:
        handle = pynvml.nvmlDeviceGetHandleByIndex(0)
        return int(pynvml.nvmlDeviceGetMemoryInfo(handle).used)
    finally:
        pynvml.nvmlShutdown()


def resident_bytes() -> int:
    """Memory of this process."""
    return int(psutil.Process().memory_info().rss)


def is_out_of_memory(error: BaseException) -> bool:
    """Whether a device's memory was full; cuDNN and cuBLAS say so in words of their own."""
    said = str(error).lower()
    return isinstance(error, _OUT_OF_MEMORY) or any(
        words in said for words in ("out of memory", "alloc_failed", "cudnn_status_alloc")
    )


def first_call(module: Any, told: Any) -> None:
    """Call ``told`` when a module is first run, before it does anything."""

    def once(*_: Any) -> None:
        handle.remove()
        told()

    handle = module.register_forward_pre_hook(once)
