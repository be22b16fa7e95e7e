"""Sees to it that a failed attempt's memory is free again before the next one begins."""

import gc
import logging
import time
import traceback
from collections.abc import Callable

from ai_video_generator.hardware.facts import CLOUD, PROCESSOR
from ai_video_generator.hardware.memory import free_device_bytes

_log = logging.getLogger(__name__)

_LIMIT_S, _STEP_S = 5.0, 0.2
# Drivers give memory back within a second after a process has ended; one that takes longer is told.
_SHARE = 0.95
# Other programs take and give meanwhile.


def free_before_attempt(device: str) -> int | None:
    """Free bytes of an accelerator; None for others, or where it does not tell."""
    return None if device in (PROCESSOR, CLOUD) else free_device_bytes(device)


def forget_frames(error: BaseException | None) -> None:
    """Let go of all that the functions held in which an error passed: pictures, frames, encoders.

    The error keeps its message and its trace's lines.
    """
    while error is not None:
        traceback.clear_frames(error.__traceback__)
        error = error.__cause__ or error.__context__
    gc.collect()


def released(
    device: str,
    before_bytes: int | None,
    *,
    read: Callable[[str], int | None] = free_device_bytes,
    sleep: Callable[[float], None] = time.sleep,
) -> bool:
    """Wait until a device has its memory back, five seconds at most.

    Args:
        device: As in `Accelerator.device`.
        before_bytes: What was free before the attempt; None does not wait.
        read: Reads what is free now; None where it is not told.
        sleep: Waits so many seconds.

    Returns:
        Whether it has; also where it cannot be known.
    """
    if before_bytes is None:
        return True
    now_bytes = read(device)
    for _ in range(round(_LIMIT_S / _STEP_S)):
        if now_bytes is None or now_bytes >= _SHARE * before_bytes:
            _log.info("%s: %s bytes free, %d before the attempt", device, now_bytes, before_bytes)
            return True
        sleep(_STEP_S)
        now_bytes = read(device)
    kept = before_bytes - (now_bytes or 0)
    _log.warning("%s keeps %.1f GB after a failed attempt", device, kept / 1e9)
    return False
