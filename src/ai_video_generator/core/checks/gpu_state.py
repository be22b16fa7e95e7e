"""Whether the GPUs are free and cool enough to be of use now."""

from collections.abc import Iterator

from ai_video_generator.core.checks.check import Check, State, one_line, size_text
from ai_video_generator.core.checks.system import System
from ai_video_generator.hardware.facts import Accelerator, AcceleratorKind, HardwareFacts

_LEAST_FREE_SHARE = 0.3
# A desktop and a browser leave three quarters of an 8 GB card free; less than this, and another
# model or game holds it.
_HOT = frozenset({"temperature", "hardware slowdown"})
# `Accelerator.throttle_reasons` that are trouble; reaching the power limit is usual under load.
_COOLER_SHARE = 0.8
# A fifth less power costs a GPU some percent of its speed, and ten degrees.
_WHO = {
    AcceleratorKind.CUDA: "`nvidia-smi` lists the programs that hold it: close them",
    AcceleratorKind.ROCM: "`rocm-smi --showpids` lists the programs that hold it: close them",
}


def gpu_memory_check(facts: HardwareFacts, system: System) -> Iterator[Check]:
    """One finding for each GPU that is nearly full, or one that all is well."""
    own = [gpu for gpu in facts.accelerators if not gpu.shares_ram and gpu.total_bytes]
    full = [gpu for gpu in own if gpu.free_bytes < _LEAST_FREE_SHARE * gpu.total_bytes]
    for gpu in full:
        held = gpu.used_by_others_bytes
        others = f"; other programs hold {size_text(held)}" if held else ""
        yield Check(
            name="GPU memory",
            state=State.WARNING,
            said=f"{_free(gpu)}{others}",
            mend=_who(gpu, system),
        )
    if not own:
        yield Check(name="GPU memory", said="no GPU has memory of its own")
    elif not full:
        yield Check(name="GPU memory", said=", ".join(map(_free, own)))


def _free(gpu: Accelerator) -> str:
    return f"{gpu.device} {size_text(gpu.free_bytes)} of {size_text(gpu.total_bytes)} free"


def _who(gpu: Accelerator, system: System) -> str:
    if system is System.WINDOWS:
        return "close the programs that the Task Manager lists under GPU"
    return _WHO.get(gpu.kind, "close other programs that use it")


def gpu_heat_check(facts: HardwareFacts) -> Iterator[Check]:
    """One finding for each GPU that slows itself down, or one that all is well."""
    hot = [gpu for gpu in facts.accelerators if _HOT & set(gpu.throttle_reasons)]
    for gpu in hot:
        degrees = "" if gpu.temperature_c is None else f" at {gpu.temperature_c} degrees"
        yield Check(
            name="GPU heat",
            state=State.WARNING,
            said=f"{gpu.device} ({one_line(gpu.name)}) slows itself down{degrees}",
            mend=_cooler(gpu),
        )
    if not hot:
        told = [gpu for gpu in facts.accelerators if gpu.temperature_c is not None]
        said = ", ".join(f"{gpu.device} {gpu.temperature_c} degrees" for gpu in told)
        yield Check(name="GPU heat", said=said or "no GPU tells its temperature")


def _cooler(gpu: Accelerator) -> str:
    mend = "free its air of dust, or let the program pause: `aivg make --max-temperature 80`"
    if gpu.kind is AcceleratorKind.CUDA and gpu.power_limit_w and not gpu.is_slice:
        watts = round(gpu.power_limit_w * _COOLER_SHARE)
        mend += f"; less power helps, too: `sudo nvidia-smi -i {gpu.index} -pl {watts}`"
    return mend
