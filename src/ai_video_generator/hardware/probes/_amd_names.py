"""What AMD's graphics cards are called."""

from pathlib import Path

from ai_video_generator.hardware.probes._sysfs import Card, text

NAMES_FILE = Path("/usr/share/libdrm/amdgpu.ids")
"""Mesa's list of all cards; on nearly every Linux desktop, in few containers."""

_NAMES = {
    ("1435", "ae"): "AMD Custom GPU 0932",
    ("150e", "c1"): "AMD Radeon 890M Graphics",
    ("1586", "c1"): "AMD Radeon 8060S Graphics",
    ("15bf", "c1"): "AMD Radeon 780M Graphics",
    ("163f", "ae"): "AMD Custom GPU 0405",
    ("1681", "c7"): "AMD Radeon 680M",
    ("731f", "c1"): "AMD Radeon RX 5700 XT",
    ("73bf", "c1"): "AMD Radeon RX 6800 XT",
    ("73df", "c1"): "AMD Radeon RX 6700 XT",
    ("73ff", "c7"): "AMD Radeon RX 6600",
    ("740f", "02"): "AMD Instinct MI210",
    ("744c", "c8"): "AMD Radeon RX 7900 XTX",
    ("744c", "cc"): "AMD Radeon RX 7900 XT",
    ("747e", "c8"): "AMD Radeon RX 7800 XT",
    ("7480", "cf"): "AMD Radeon RX 7600",
    ("74a1", "00"): "AMD Instinct MI300X",
    ("7550", "c0"): "AMD Radeon RX 9070 XT",
    ("7550", "c3"): "AMD Radeon RX 9070",
    ("7590", "c0"): "AMD Radeon RX 9060 XT",
}
# By number of chip and of model; a few of amdgpu.ids (libdrm), for where that file is missing.


def card_name(card: Card, names_file: Path = NAMES_FILE) -> str:
    """A card's name: as its firmware tells, as Mesa's list has it, or its numbers."""
    told = text(card.folder / "product_name")
    if told:
        return told if told.startswith("AMD") else f"AMD {told}"
    for line in text(names_file).splitlines():
        numbers = [word.strip() for word in line.split(",", 2)]
        if [word.lower() for word in numbers[:2]] == [card.device, card.revision]:
            return numbers[2]
    return _NAMES.get((card.device, card.revision), f"AMD GPU [{card.vendor}:{card.device}]")
