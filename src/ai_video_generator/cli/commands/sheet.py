"""``aivg sheet``: a video's frames at one glance."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from ai_video_generator.cli import console


def sheet(
    video: Path,
    /,
    *,
    output: Annotated[Path, Parameter(name=["--output", "-o"])],
    columns: int = 4,
    rows: int = 3,
) -> None:
    """Lay frames of a video out on one picture, evenly over its length.

    Args:
        video: Any video.
        output: The picture to write; its name says the format.
        columns: Frames in a row.
        rows: Rows.
    """
    from ai_video_generator.core.contact_sheet import contact_sheet

    console.answer(contact_sheet(video, output, columns=columns, rows=rows))


COMMAND = sheet
