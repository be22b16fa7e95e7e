"""What each refusal of NVIDIA's management library (NVML) means, and what helps."""

_PERMISSION, _NOT_LOADED, _NO_LIBRARY, _LOST, _RESET, _MISMATCH = 4, 9, 12, 15, 16, 18
_UNKNOWN = 999
# nvml.h, ``nvmlReturn_t``.

NO_DRIVER = (
    "An NVIDIA graphics card is in this machine, but its driver is not installed: install it from "
    "nvidia.com or your system's packages, then restart."
)
"""A card on the bus, and no library to ask."""

_DRIVER_FAULTS = {
    _PERMISSION: (
        "This account may not use the NVIDIA driver: it needs to read and write /dev/nvidiactl and "
        "/dev/nvidia0, often by joining the groups video and render and logging in again."
    ),
    _NOT_LOADED: (
        "The NVIDIA driver is installed but not running: restart the machine; if that does not "
        "help, install the driver again (Secure Boot refuses one that is not signed)."
    ),
    _MISMATCH: (
        "The NVIDIA driver was updated while it ran (driver/library version mismatch): restart "
        "the machine."
    ),
    _UNKNOWN: (
        "The NVIDIA driver answers with an unknown error, often after the machine slept: restart "
        "it."
    ),
}
_NOTHING_IN_REACH = (
    "The NVIDIA driver is installed, but no NVIDIA GPU is in reach: plug an external one in, or "
    "switch it on in the firmware's settings."
)
_GPU_FAULTS = {
    _PERMISSION: (
        "This account may not use NVIDIA GPU {index}: it needs to read and write "
        "/dev/nvidia{index}."
    ),
    _LOST: (
        "NVIDIA GPU {index} has fallen off the bus: restart the machine; if it is an external one, "
        "check its cable first."
    ),
    _RESET: "NVIDIA GPU {index} needs a reset: restart the machine.",
    _UNKNOWN: (
        "NVIDIA GPU {index} answers with an unknown error, often after the machine slept: restart "
        "it."
    ),
}


def driver_sentence(code: int, said: str, *, has_card: bool) -> str:
    """Say why no GPU can be asked; empty when there simply is none.

    Args:
        code: NVML's number of the error.
        said: NVML's own words.
        has_card: Whether an NVIDIA graphics card is on the PCI bus.
    """
    if code == _NO_LIBRARY:
        return NO_DRIVER if has_card else ""
    if code == _NOT_LOADED and not has_card:
        return _NOTHING_IN_REACH
    return _DRIVER_FAULTS.get(code, f"The NVIDIA driver does not answer: {_plain(said)}.")


def gpu_sentence(index: int, code: int, said: str) -> str:
    """Say why one GPU of several cannot be asked."""
    unknown = f"NVIDIA GPU {index} cannot be read: {_plain(said)}."
    return _GPU_FAULTS.get(code, unknown).format(index=index)


def _plain(said: str) -> str:
    """What NVML said, without the full stop that some of its messages have."""
    return said.rstrip(".")
