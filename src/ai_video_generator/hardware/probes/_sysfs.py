"""What Linux shows of the graphics cards on the PCI bus, as files (kernel ABI, sysfs-bus-pci)."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SYS_ROOT = Path("/sys")

_GRAPHICS_CLASSES = ("0x03", "0x12")
# PCI Code and ID Assignment: display controllers, and processing accelerators such as MI300X.


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A graphics card on the PCI bus.

    Attributes:
        slot: Its address ("0000:03:00.0").
        folder: Its files.
        vendor: Maker's number, as in "10de".
        device: Maker's number of the chip, as in "744c".
        revision: Maker's number of the model, as in "c8".
        driver: Kernel driver that serves it; empty when none does.
    """

    slot: str
    folder: Path
    vendor: str
    device: str
    revision: str
    driver: str

    @property
    def drm_folder(self) -> Path:
        """Its folder as a display device (…/drm/card0); one that is not there when it is none."""
        cards = sorted(self.folder.glob("drm/card[0-9]*"))
        return cards[0] if cards else self.folder / "drm" / "card"

    @property
    def sensors(self) -> Path:
        """Folder of its temperature and power; one that is not there when it has none."""
        folders = sorted(self.folder.glob("hwmon/hwmon*"))
        return folders[0] if folders else self.folder / "hwmon"


def graphics_cards(vendor: str, sys_root: Path = SYS_ROOT) -> Iterator[Card]:
    """The graphics cards of one maker, in the order of their addresses."""
    for folder in sorted((sys_root / "bus/pci/devices").glob("*")):
        is_graphics = text(folder / "class").startswith(_GRAPHICS_CLASSES)
        if is_graphics and _hexadecimal(folder / "vendor") == vendor:
            yield Card(
                slot=folder.name,
                folder=folder,
                vendor=vendor,
                device=_hexadecimal(folder / "device"),
                revision=_hexadecimal(folder / "revision"),
                driver=(folder / "driver").resolve().name if (folder / "driver").exists() else "",
            )


def text(path: Path) -> str:
    """A file's text without the white space around it; empty when it cannot be read."""
    try:
        return path.read_text(errors="replace").strip()
    except OSError:
        return ""


def number(*paths: Path) -> int | None:
    """The whole number in the first of the files that holds one."""
    for path in paths:
        try:
            return int(text(path))
        except ValueError:
            continue
    return None


def _hexadecimal(path: Path) -> str:
    return text(path).lower().removeprefix("0x")
