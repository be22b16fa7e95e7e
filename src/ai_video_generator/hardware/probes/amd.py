"""AMD GPUs, as Linux's amdgpu driver shows them in files; nothing of ROCm is loaded."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from ai_video_generator.hardware.facts import Accelerator, AcceleratorKind
from ai_video_generator.hardware.probes._amd_names import NAMES_FILE, card_name
from ai_video_generator.hardware.probes._gfx_version import gfx_version
from ai_video_generator.hardware.probes._sysfs import SYS_ROOT, Card, graphics_cards, number, text
from ai_video_generator.hardware.probes._visible_devices import Candidate, visible_positions

_VENDOR = "1002"
_CORES_PER_UNIT = 64
# Stream processors in a compute unit, in every generation since 2012 (AMD's ISA documents).
_VISIBLE = ("ROCR_VISIBLE_DEVICES", "HIP_VISIBLE_DEVICES")
# ROCm, "GPU isolation techniques": the second counts what the first has left.
_LOCKED = (
    "This account may not compute on AMD GPUs: it needs to read and write {device}, often by "
    "joining the groups render and video and logging in again."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where Linux and ROCm put their files.

    Attributes:
        sys_root: Devices.
        compute_device: What programs compute through.
        rocm_version: The version of ROCm that is installed.
        names: Mesa's list of cards.
    """

    sys_root: Path = SYS_ROOT
    compute_device: Path = Path("/dev/kfd")
    rocm_version: Path = Path("/opt/rocm/.info/version")
    names: Path = NAMES_FILE


def amd_accelerators(
    places: Places | None = None,
) -> tuple[tuple[Accelerator, ...], tuple[str, ...]]:
    """Find the AMD GPUs that ROCm would show this process, counted as ROCm counts them.

    Returns:
        The GPUs, and one sentence for each oddity.
    """
    places = places or Places()
    cards = {card.slot: card for card in graphics_cards(_VENDOR, places.sys_root)}
    notes = [
        f"{card_name(card, places.names)} cannot compute: no driver serves it; install amdgpu."
        for card in cards.values()
        if card.driver not in {"amdgpu", "vfio-pci"}  # the latter lends it to a virtual machine
    ]
    found: list[Accelerator] = []
    for node in _compute_nodes(places.sys_root):
        card = cards.pop(_slot(node), None)
        if card is not None:
            found.append(_accelerator(card, node, len(found), places))
    notes += [
        f"{card_name(card, places.names)} cannot compute: the kernel offers no interface for it."
        for card in cards.values()
        if card.driver == "amdgpu"
    ]
    if found and not os.access(places.compute_device, os.R_OK | os.W_OK):
        notes.append(_LOCKED.format(device=places.compute_device))
    shown = _visible(found)
    if len(shown) < len(found):
        variables = " and ".join(
            f"{name}={os.environ[name]}" for name in _VISIBLE if name in os.environ
        )
        notes.append(f"{variables} hides {len(found) - len(shown)} of {len(found)} AMD GPUs.")
    return shown, tuple(notes)


def _compute_nodes(sys_root: Path) -> Iterator[dict[str, int]]:
    """Properties of the GPUs that can compute, in ROCm's order (kernel, amdkfd topology)."""
    folders = (sys_root / "class/kfd/kfd/topology/nodes").glob("[0-9]*")
    for folder in sorted(folders, key=lambda folder: int(folder.name)):
        lines = text(folder / "properties").splitlines()
        pairs = (line.partition(" ") for line in lines)
        node = {name: int(value) for name, _, value in pairs if value.isdecimal()}
        if node.get("simd_count"):
            yield node


def _slot(node: dict[str, int]) -> str:
    """Address on the PCI bus: a bus of 8 bits, a device of 5, a function of 3."""
    place = node.get("location_id", 0)
    return (
        f"{node.get('domain', 0):04x}:{place >> 8 & 0xFF:02x}:{place >> 3 & 0x1F:02x}.{place & 7}"
    )


def _accelerator(card: Card, node: dict[str, int], index: int, places: Places) -> Accelerator:
    version = gfx_version(node.get("gfx_target_version", 0))
    total_bytes, free_bytes = _memory(card, shares_ram=version.shares_ram)
    units = node["simd_count"] // (node.get("simd_per_cu") or 1)
    load, degrees = number(card.folder / "gpu_busy_percent"), number(card.sensors / "temp1_input")
    hertz = number(card.sensors / "freq1_input")
    unique_id = text(card.folder / "unique_id")
    return Accelerator(
        kind=AcceleratorKind.ROCM,
        index=index,
        name=card_name(card, places.names),
        total_bytes=total_bytes,
        free_bytes=free_bytes,
        precisions=version.precisions,
        shares_ram=version.shares_ram,
        core_count=units * _CORES_PER_UNIT,
        clock_mhz=node.get("max_engine_clk_fcompute") or None,
        clock_now_mhz=None if hertz is None else round(hertz / 1e6),
        load=None if load is None else load / 100,
        temperature_c=None if degrees is None else round(degrees / 1000),
        power_w=_watts(card.sensors / "power1_average", card.sensors / "power1_input"),
        power_limit_w=_watts(card.sensors / "power1_cap"),
        uuid=f"GPU-{unique_id}" if unique_id else "",
        driver=_driver(card, places.sys_root),
        runtime_version=text(places.rocm_version).partition("-")[0],
    )


def _memory(card: Card, *, shares_ram: bool) -> tuple[int, int]:
    """Total and free bytes; of an APU the larger of its own part of the RAM and what it may map.

    Linux lets ROCm allocate from the larger of the two (amdgpu, ``apu_prefer_gtt``).
    """
    pools = ("vram", "gtt") if shares_ram else ("vram",)
    sizes = {pool: number(card.folder / f"mem_info_{pool}_total") or 0 for pool in pools}
    largest = max(pools, key=sizes.__getitem__)
    used = number(card.folder / f"mem_info_{largest}_used") or 0
    return sizes[largest], max(0, sizes[largest] - used)


def _watts(*paths: Path) -> float | None:
    microwatts = number(*paths)
    return None if microwatts is None else microwatts / 1e6


def _driver(card: Card, sys_root: Path) -> str:
    """The driver's name; its version, too, where it is not the kernel's own."""
    version = text(sys_root / "module" / card.driver / "version")
    return f"{card.driver} {version}".strip()


def _visible(found: list[Accelerator]) -> tuple[Accelerator, ...]:
    """Those that the environment leaves, counted anew."""
    for name in _VISIBLE:
        candidates = [Candidate(board=gpu.index, uuid=gpu.uuid) for gpu in found]
        positions = visible_positions(candidates, os.environ.get(name))
        found = [replace(found[position], index=i) for i, position in enumerate(positions)]
    return tuple(found)


PROBE = amd_accelerators
