"""Intel GPUs, as Linux's i915 and xe drivers show them in files."""

import os
from dataclasses import replace
from pathlib import Path

from ai_video_generator.hardware.facts import Accelerator, AcceleratorKind, Precision
from ai_video_generator.hardware.probes._intel_names import CHIPS, Chip
from ai_video_generator.hardware.probes._sysfs import SYS_ROOT, Card, graphics_cards, number, text

_VENDOR = "8086"
_DRIVERS = {"i915", "xe"}
_DOORS = Path("/dev/dri")
_LOCKED = (
    "This account may not compute on Intel GPUs: it needs to read and write /dev/dri/renderD*, "
    "often by joining the groups render and video and logging in again."
)
_RAM_SHARE = 0.5
# Intel, "Shared GPU memory": half of the RAM in Windows; Linux grants more, and the rest of the
# machine needs the other half.


def intel_accelerators(
    sys_root: Path = SYS_ROOT, doors_folder: Path = _DOORS
) -> tuple[tuple[Accelerator, ...], tuple[str, ...]]:
    """Find the Intel GPUs, cards before those that are a part of the processor.

    The order is that of PyTorch and SYCL, which list the strongest first.

    Args:
        sys_root: Where Linux shows devices.
        doors_folder: Where programs reach them.

    Returns:
        The GPUs, and one sentence for each oddity.
    """
    cards = list(graphics_cards(_VENDOR, sys_root))
    found = [_accelerator(card, sys_root) for card in cards if card.driver in _DRIVERS]
    found.sort(key=lambda gpu: gpu.shares_ram)
    notes = [
        f"{_name(card)} cannot compute: no driver serves it; a newer Linux kernel has one."
        for card in cards
        if not card.driver
    ]
    has_card = any(not gpu.shares_ram for gpu in found)
    doors = sorted(doors_folder.glob("renderD*"))
    if has_card and not any(os.access(door, os.R_OK | os.W_OK) for door in doors):
        notes.append(_LOCKED)
    return tuple(replace(gpu, index=index) for index, gpu in enumerate(found)), tuple(notes)


def _accelerator(card: Card, sys_root: Path) -> Accelerator:
    chip = CHIPS.get(card.device)
    own_bytes = _own_bytes(card, chip)
    total_bytes, free_bytes = _memory(card, own_bytes)
    degrees = number(card.sensors / "temp2_input", card.sensors / "temp1_input")
    limit = number(card.sensors / "power1_cap", card.sensors / "power1_max")
    return Accelerator(
        kind=AcceleratorKind.XPU,
        index=0,
        name=_name(card),
        total_bytes=total_bytes,
        free_bytes=free_bytes,
        precisions=_precisions(chip),
        shares_ram=own_bytes == 0,
        core_count=chip.core_count if chip else None,
        clock_mhz=number(
            card.folder / "tile0/gt0/freq0/rp0_freq", card.drm_folder / "gt_RP0_freq_mhz"
        ),
        clock_now_mhz=number(
            card.folder / "tile0/gt0/freq0/act_freq", card.drm_folder / "gt_act_freq_mhz"
        ),
        temperature_c=None if degrees is None else round(degrees / 1000),
        power_limit_w=limit / 1e6 if limit else None,
        driver=f"{card.driver} {text(sys_root / 'module' / card.driver / 'version')}".strip(),
    )


def _name(card: Card) -> str:
    chip = CHIPS.get(card.device)
    return chip.name if chip else f"Intel GPU [{card.vendor}:{card.device}]"


def _own_bytes(card: Card, chip: Chip | None) -> int:
    """Memory of its own: as the driver tells (Intel's i915, xe), or as Intel sells it."""
    told = number(card.drm_folder / "lmem_total_bytes")
    if told is None:
        tiles = card.folder.glob("tile*/physical_vram_size_bytes")
        told = sum(number(tile) or 0 for tile in tiles)
    return told or (chip.total_bytes if chip else 0)


def _memory(card: Card, own_bytes: int) -> tuple[int, int]:
    """Total and free bytes; what the drivers do not tell is taken to be free."""
    import psutil  # type: ignore[import-untyped]  # it ships no types

    if own_bytes:
        told = number(card.drm_folder / "lmem_avail_bytes")
        return own_bytes, own_bytes if told is None else min(told, own_bytes)
    ram = psutil.virtual_memory()
    share = int(ram.total * _RAM_SHARE)
    return share, min(share, int(ram.available))


def _precisions(chip: Chip | None) -> tuple[Precision, ...]:
    """Formats that it computes in: fp16 in every generation that i915 and xe still serve."""
    if chip is not None and chip.has_matrix_units:
        return (Precision.FP32, Precision.FP16, Precision.BF16)
    return (Precision.FP32, Precision.FP16)


PROBE = intel_accelerators
