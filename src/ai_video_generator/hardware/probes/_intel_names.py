"""What Intel's graphics chips are called, and what their drivers do not tell of them."""

from dataclasses import dataclass

_GIB = 1024**3


@dataclass(frozen=True, slots=True, kw_only=True)
class Chip:
    """An Intel graphics chip.

    Attributes:
        name: What Intel calls it.
        core_count: Its arithmetic units.
        total_bytes: Memory of its own; 0 when it shares the RAM.
        has_matrix_units: Whether it has XMX units, which compute in bf16.
    """

    name: str
    core_count: int
    total_bytes: int = 0
    has_matrix_units: bool = False


def _arc(name: str, xe_cores: int, gibibytes: int) -> Chip:
    return Chip(
        name=f"Intel Arc {name}",
        core_count=xe_cores * 128,
        total_bytes=gibibytes * _GIB,
        has_matrix_units=True,
    )


def _integrated(name: str, units: int, *, has_matrix_units: bool = False) -> Chip:
    return Chip(name=f"Intel {name}", core_count=units * 8, has_matrix_units=has_matrix_units)


CHIPS: dict[str, Chip] = {
    "1916": _integrated("HD Graphics 520", 24),
    "1912": _integrated("HD Graphics 530", 24),
    "5916": _integrated("HD Graphics 620", 24),
    "5917": _integrated("UHD Graphics 620", 24),
    "3ea0": _integrated("UHD Graphics 620", 24),
    "3e92": _integrated("UHD Graphics 630", 24),
    "3e98": _integrated("UHD Graphics 630", 24),
    "9bc5": _integrated("UHD Graphics 630", 24),
    "8a52": _integrated("Iris Plus Graphics", 64),
    "9a49": _integrated("Iris Xe Graphics", 96),
    "9a60": _integrated("UHD Graphics", 32),
    "4680": _integrated("UHD Graphics 770", 32),
    "4692": _integrated("UHD Graphics 730", 24),
    "46a6": _integrated("Iris Xe Graphics", 96),
    "46a8": _integrated("Iris Xe Graphics", 96),
    "46d1": _integrated("UHD Graphics", 32),
    "a780": _integrated("UHD Graphics 770", 32),
    "a7a0": _integrated("Iris Xe Graphics", 96),
    "a7a1": _integrated("Iris Xe Graphics", 96),
    "7d55": _integrated("Arc Graphics", 128),
    "7d51": _integrated("Arc 140T", 128, has_matrix_units=True),
    "64a0": _integrated("Arc 140V", 128, has_matrix_units=True),
    "5690": _arc("A770M", 32, 16),
    "5691": _arc("A730M", 24, 12),
    "5692": _arc("A550M", 16, 8),
    "5693": _arc("A370M", 8, 4),
    "5694": _arc("A350M", 6, 4),
    "56a0": _arc("A770", 32, 16),
    "56a1": _arc("A750", 28, 8),
    "56a2": _arc("A580", 24, 8),
    "56a5": _arc("A380", 8, 6),
    "56a6": _arc("A310", 6, 4),
    "e20b": _arc("B580", 20, 12),
    "e20c": _arc("B570", 18, 10),
    "e212": _arc("Pro B50", 16, 16),
}
"""By PCI number (Mesa's iris_pci_ids.h); units and memory as on ark.intel.com: a unit computes 8
numbers at once, an Xe-core 128."""
