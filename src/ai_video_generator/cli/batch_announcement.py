"""What is told when a batch ends, once for all of its videos."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from ai_video_generator.cli.batch_tables import FAILED, MADE, BatchRow
from ai_video_generator.core.announcement import Announcement, WorkState


def batch_announcement(
    rows: Sequence[BatchRow], *, seconds: float, is_stopped: bool
) -> Announcement:
    """Sum up a batch; its error is that of the first video that failed.

    Args:
        rows: What became of each video.
        seconds: Wall time of the batch.
        is_stopped: Whether a person stopped it.
    """
    counts = Counter(row.outcome for row in rows)
    failed = [row for row in rows if row.outcome == FAILED]
    state = WorkState.STOPPED if is_stopped else WorkState.FAILED if failed else WorkState.DONE
    return Announcement(
        state=state,
        what=", ".join(f"{count} {outcome}" for outcome, count in counts.items()),
        paths=tuple(Path(row.output) for row in rows if row.outcome == MADE),
        seconds=seconds,
        counts=counts,
        error=f"{Path(failed[0].output).name}: {failed[0].error}" if failed else "",
        hint=failed[0].hint if failed else "",
    )
