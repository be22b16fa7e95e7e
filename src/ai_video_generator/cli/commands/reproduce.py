"""``aivg reproduce``: the same video once more, from its own recipe."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from ai_video_generator.cli.flags import RunFlags, settings_from


def reproduce(
    video: Path,
    /,
    *,
    output: Annotated[Path | None, Parameter(name=["--output", "-o"])] = None,
    picture: Annotated[list[Path] | None, Parameter(negative="")] = None,
    sound: Path | None = None,
    json: Annotated[bool, Parameter(negative="")] = False,
    run: RunFlags = None,
) -> None:
    """Make a video once more from the recipe inside it.

    The inputs are looked for where they were, and must be the very same; on the same machine and
    versions the new file equals the old one, byte for byte.

    Args:
        video: A video that this program made.
        output: The new file.
        picture: Where a picture is now; once for each picture, in order.
        sound: Where the sound is now.
        json: Print one JSON document.
        run: What is told at the end, and while it works.
    """
    from ai_video_generator.cli.job import run_job

    run_job(
        lambda generator: generator.reproduce(video, output, images=picture, audio=sound),
        settings=settings_from(None, run),
        name=(output or video).name,
        json=json,
    )


COMMAND = reproduce
