"""Room on the disks for a job: a full disk is found before the work, where it can be foreseen."""

from pathlib import Path

from ai_video_generator.errors import DiskFullError
from ai_video_generator.planning.plan import Plan

_DISK_MARGIN_BYTES = 50 * 2**20
# A disk filled to the last byte breaks other programs.


def check_room(plan: Plan, output: Path, free_bytes: int) -> None:
    """Find a disk that is too full for the video.

    Raises:
        DiskFullError: When the estimated file does not fit.
    """
    needed = plan.estimate.disk_bytes + _DISK_MARGIN_BYTES
    if free_bytes < needed:
        raise DiskFullError(
            f"the video will take about {plan.estimate.disk_bytes / 1e6:.0f} MB, "
            f"{str(output.parent)!r} has {free_bytes / 1e6:.0f} MB free",
            hint="free some space, choose another -o, or a smaller --size",
        )


def needed_work_bytes(plan: Plan, folder: Path, output: Path, made_share: float) -> int:
    """What must be free where finished passes are kept.

    Args:
        plan: The plan.
        folder: Where they are kept.
        output: The video, which may need room on the same disk.
        made_share: How many of the passes are there already, 0..1.
    """
    video = plan.estimate.disk_bytes if _on_one_disk(folder, output.parent) else 0
    return round(plan.estimate.work_bytes * (1 - made_share)) + video + _DISK_MARGIN_BYTES


def check_work_room(needed_bytes: int, folder: Path, free_bytes: int) -> None:
    """Find a disk that is too full for the passes of a model.

    Raises:
        DiskFullError: When they do not fit.
    """
    if free_bytes < needed_bytes:
        raise DiskFullError(
            f"finished passes will take up to {needed_bytes / 1e6:.0f} MB, "
            f"{str(folder)!r} has {free_bytes / 1e6:.0f} MB free",
            hint="free some space, choose another cache_folder, or a smaller --size",
        )


def _on_one_disk(one: Path, other: Path) -> bool:
    try:
        return one.stat().st_dev == other.stat().st_dev
    except OSError:
        return True
