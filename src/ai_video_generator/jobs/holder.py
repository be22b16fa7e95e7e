"""Who works on a job: a process with a lock that the system takes away when the process ends."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ai_video_generator.core.folder_lock import held, is_held, locked

_MARK_BYTES = 8
# No two of a billion processes share it.


@contextmanager
def holding(folder: Path) -> Iterator[str]:
    """Be able to hold jobs while the block runs; gives the mark that `lives` knows.

    Args:
        folder: The data folder.
    """
    mark = secrets.token_hex(_MARK_BYTES)
    path = _lock(folder, mark)
    path.parent.mkdir(parents=True, exist_ok=True)
    with held(path):
        yield mark


def lives(folder: Path, mark: str) -> bool:
    """Whether the process of a mark lives; clears away what it left if it does not.

    Args:
        folder: The data folder.
        mark: From `holding`; an empty one lives not.
    """
    path = _lock(folder, mark)
    if not mark or not path.exists():
        return False
    if is_held(path):
        return True
    path.unlink(missing_ok=True)
    return False


@contextmanager
def device_taken(
    folder: Path, device: str, *, on_wait: Callable[[], None], check: Callable[[], None]
) -> Iterator[None]:
    """Be the only worker of a device on this machine while the block runs; wait for another one.

    Args:
        folder: The data folder.
        device: As in `Accelerator.device`, or "cpu".
        on_wait: Called once when another process has it.
        check: Called while waiting; may raise, which ends the waiting.
    """
    with locked(_device_lock(folder, device), on_wait=on_wait, check=check):
        yield


def has_worker(folder: Path, device: str) -> bool:
    """Whether a process on this machine works on a device now.

    Args:
        folder: The data folder.
        device: As in `device_taken`.
    """
    path = _device_lock(folder, device)
    return path.exists() and is_held(path)


def _device_lock(folder: Path, device: str) -> Path:
    return folder / "running" / f"device-{device.replace(':', '-')}.lock"


def _lock(folder: Path, mark: str) -> Path:
    return folder / "running" / f"{mark}.lock"
