"""Whether a PyTorch has machine code for a GPU."""

import re
from collections.abc import Sequence

_GENERIC = "-generic"
_ENTRY = re.compile(r"(sm|compute)_(\d+)(\d)([af]?)")


def has_kernels(arch_list: Sequence[str], capability: tuple[int, int]) -> bool:
    """Whether one of the architectures runs on a GPU of this compute capability.

    CUDA C++ Programming Guide, "Application Compatibility": code for ``sm_86`` runs on the same
    major version from the same minor version on; ``compute_86`` is compiled for all that came
    later; what ends in "a" or "f" runs on that very GPU, or on that family alone.

    Args:
        arch_list: As PyTorch names them ("sm_86", "compute_120"); when it names none, it is
            believed.
        capability: Major and minor version.
    """
    entries = [found for name in arch_list if (found := _ENTRY.fullmatch(name))]
    return not entries or any(_runs(entry, capability) for entry in entries)


def has_amd_kernels(arch_list: Sequence[str], arch: str) -> bool:
    """Whether one of the architectures runs on an AMD GPU.

    LLVM, "User Guide for AMDGPU Backend", "Generic processors": ``gfx10-3-generic`` runs on all of
    ``gfx103…``; what follows a colon are settings.

    Args:
        arch_list: As PyTorch names them ("gfx1100"); when it names none, it is believed.
        arch: The GPU's instructions ("gfx1032").
    """
    names = [name.partition(":")[0] for name in arch_list]
    families = [name for name in names if name.endswith(_GENERIC)]
    prefixes = tuple(name.removesuffix(_GENERIC).replace("-", "") for name in families)
    return not names or arch in names or (bool(prefixes) and arch.startswith(prefixes))


def _runs(entry: re.Match[str], capability: tuple[int, int]) -> bool:
    kind, major, minor, limit = entry.groups()
    built_for = int(major), int(minor)
    if limit == "a":
        return capability == built_for
    if kind == "compute" and not limit:
        return capability >= built_for
    return capability[0] == built_for[0] and capability >= built_for
