"""The commands that mend a machine, as each system has them."""

from collections.abc import Sequence

from ai_video_generator.core.checks.system import System

_NVIDIA_PAGE = "https://www.nvidia.com/drivers"
_DRIVER = {
    System.UBUNTU: "`sudo ubuntu-drivers install && sudo reboot`",
    System.DEBIAN: (
        "with contrib and non-free in the apt sources: "
        "`sudo apt install nvidia-driver firmware-misc-nonfree && sudo reboot`"
    ),
    System.FEDORA: (
        "with RPM Fusion's non-free repository: "
        "`sudo dnf install akmod-nvidia xorg-x11-drv-nvidia-cuda && sudo reboot`"
    ),
    System.ARCH: (
        "`sudo pacman -S nvidia-open nvidia-utils && sudo reboot`; for a GTX 10 or older "
        "nvidia-580xx-dkms from the AUR"
    ),
}
# Ubuntu Server, "NVIDIA drivers installation"; Debian wiki, "NvidiaGraphicsDrivers"; RPM Fusion,
# "Howto/NVIDIA"; Arch, news of the 590 driver: `nvidia` became `nvidia-open`.
_NEWER_DRIVER = {
    System.UBUNTU: "`sudo apt update && sudo apt install nvidia-driver-580 && sudo reboot`",
    System.FEDORA: "`sudo dnf upgrade --refresh && sudo reboot`",
    System.ARCH: "`sudo pacman -Syu && sudo reboot`",
}
# Debian's own stays as old as the release, so it has to come from NVIDIA.
_UPGRADE = {
    System.UBUNTU: "`sudo apt update && sudo apt full-upgrade && sudo reboot`",
    System.DEBIAN: "`sudo apt update && sudo apt full-upgrade && sudo reboot`",
    System.FEDORA: "`sudo dnf upgrade --refresh && sudo reboot`",
    System.ARCH: "`sudo pacman -Syu && sudo reboot`",
}
_AMD_FIRMWARE = {
    System.UBUNTU: "`sudo apt install linux-firmware && sudo reboot`",
    System.DEBIAN: (
        "with non-free-firmware in the apt sources: "
        "`sudo apt install firmware-amd-graphics && sudo reboot`"
    ),
    System.FEDORA: "`sudo dnf install amd-gpu-firmware && sudo reboot`",
    System.ARCH: "`sudo pacman -S linux-firmware-amdgpu && sudo reboot`",
}
_RENTED = frozenset({"colab", "kaggle"})
# Notebooks that a service runs.


def nvidia_driver(system: System, environment: Sequence[str]) -> str:
    """Install NVIDIA's driver."""
    return _on_the_host(environment) or _DRIVER.get(system, f"install it from {_NVIDIA_PAGE}")


def newer_nvidia_driver(system: System, environment: Sequence[str]) -> str:
    """Replace NVIDIA's driver by a newer one."""
    by_hand = f"install driver 580 or later from {_NVIDIA_PAGE}"
    return _on_the_host(environment) or _NEWER_DRIVER.get(system, by_hand)


def amd_firmware(system: System) -> str:
    """Install what amdgpu needs to start a card."""
    return _AMD_FIRMWARE.get(system, "install the amdgpu driver's firmware, then `sudo reboot`")


def upgrade(system: System) -> str:
    """Bring the whole system, its kernel with it, up to date."""
    return _UPGRADE.get(system, "update the system, then restart it")


def restart(system: System, environment: Sequence[str]) -> str:
    """Start the machine anew, or what stands for it."""
    if "container" in environment:
        return "on the host: `docker restart CONTAINER`; if that does not help, restart the host"
    if "wsl" in environment:
        return "in Windows: `wsl --shutdown`"
    return "`shutdown /r /t 0`" if system is System.WINDOWS else "`sudo reboot`"


def device_groups(environment: Sequence[str]) -> str:
    """Let an account use graphics devices."""
    if "container" in environment:
        return "start it with `docker run --gpus all`, or with `--device` and `--group-add video`"
    return "`sudo usermod -aG render,video $USER`, then log out and in again"


def _on_the_host(environment: Sequence[str]) -> str:
    """Where the driver is not this system's business; empty where it is."""
    if _RENTED & set(environment):
        return "nothing: the driver is the service's own"
    if "container" in environment:
        return "install driver 580 or later on the host, which lends it to the container"
    if "wsl" in environment:
        return f"install the driver in Windows ({_NVIDIA_PAGE}), then `wsl --update`"
    return ""
