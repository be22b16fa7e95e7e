"""Folders that look like Linux's /sys on machines with other graphics cards."""

from collections.abc import Mapping
from pathlib import Path

AMDGPU, I915, XE = "amdgpu", "i915", "xe"


def write_files(folder: Path, files: Mapping[str, object]) -> Path:
    """Write files of one line each; return the folder."""
    for name, value in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{value}\n")
    return folder


def card(root: Path, slot: str, numbers: str, driver: str, files: Mapping[str, object]) -> Path:
    """Add a graphics card to a /sys; return its folder.

    Args:
        root: The /sys.
        slot: Address on the PCI bus ("03:00.0").
        numbers: Of maker, chip and model ("1002:744c:c8").
        driver: Kernel driver; empty for none.
        files: What the driver shows, relative to the card's folder.
    """
    vendor, device, revision = numbers.split(":")
    folder = root / "bus/pci/devices" / f"0000:{slot}"
    own = {"class": "0x030000", "vendor": f"0x{vendor}", "device": f"0x{device}"}
    write_files(folder, {**own, "revision": f"0x{revision}", **files})
    if driver:
        module = root / "bus/pci/drivers" / driver
        module.mkdir(parents=True, exist_ok=True)
        (folder / "driver").symlink_to(module)
    return folder


def compute_node(root: Path, number: int, slot: str, **properties: int) -> None:
    """Add a node of AMD's compute interface that stands for the card at a slot."""
    bus, device, function = (int(part, 16) for part in slot.replace(".", ":").split(":"))
    place = bus << 8 | device << 3 | function
    lines = [f"{name} {value}" for name, value in {"location_id": place, **properties}.items()]
    folder = root / "class/kfd/kfd/topology/nodes" / str(number)
    write_files(folder, {"properties": "\n".join(lines)})
