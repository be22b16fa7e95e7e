"""Which system this is, as far as commands differ."""

import platform
from enum import StrEnum
from pathlib import Path


class System(StrEnum):
    """Systems whose commands are known; a Linux that is none of the others is just that."""

    UBUNTU = "Ubuntu"
    DEBIAN = "Debian"
    FEDORA = "Fedora"
    ARCH = "Arch Linux"
    LINUX = "Linux"
    MACOS = "macOS"
    WINDOWS = "Windows"


_BY_KERNEL = {"Darwin": System.MACOS, "Windows": System.WINDOWS}
_BY_IDENTIFIER = {
    "ubuntu": System.UBUNTU,
    "debian": System.DEBIAN,
    "fedora": System.FEDORA,
    "rhel": System.FEDORA,
    "arch": System.ARCH,
}
# os-release(5), ID and ID_LIKE: derived systems name what they come from, the nearest first.
_FILES = ("etc/os-release", "usr/lib/os-release")


def this_system(kernel: str | None = None, root: Path = Path("/")) -> System:
    """Tell systems apart, by the kernel's name and by what Linux says of itself.

    Args:
        kernel: "Linux", "Darwin", "Windows"; None asks this machine.
        root: The root of the file system.
    """
    kernel = kernel or platform.system()
    if kernel in _BY_KERNEL:
        return _BY_KERNEL[kernel]
    fields = _os_release(root)
    names = f"{fields.get('ID', '')} {fields.get('ID_LIKE', '')}".split()
    return next((_BY_IDENTIFIER[name] for name in names if name in _BY_IDENTIFIER), System.LINUX)


def _os_release(root: Path) -> dict[str, str]:
    for name in _FILES:
        try:
            lines = (root / name).read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            continue
        pairs = (line.partition("=") for line in lines)
        return {key.strip(): value.strip().strip("\"'").lower() for key, _, value in pairs}
    return {}
