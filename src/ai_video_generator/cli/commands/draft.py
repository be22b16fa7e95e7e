"""``aivg draft``: the whole video, small and at once."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from ai_video_generator.cli.files import told_apart
from ai_video_generator.cli.flags import JobFlags, RunFlags, settings_from


def draft(
    *files: Path,
    output: Annotated[Path | None, Parameter(name=["--output", "-o"])] = None,
    json: Annotated[bool, Parameter(negative="")] = False,
    flags: JobFlags = None,
    run: RunFlags = None,
) -> None:
    """Make the whole video at 360p, many times faster than it plays, to see every shot.

    aivg draft photo.jpg song.mp3

    The same flags and files given to aivg make show the same frames, only larger.

    Args:
        files: One picture or more, and one sound.
        output: The video; otherwise the sound's name with -draft behind it, here.
        json: Print the whole result as one JSON document instead of the file's path.
        flags: Options of the job; size and quality are the draft's own.
        run: What is told at the end, and while it works.
    """
    pictures, sound = told_apart(files)
    settings = settings_from(flags, run)
    target = output or Path(f"{sound.stem}-draft.mp4")

    from ai_video_generator.cli.job import run_job

    run_job(
        lambda generator: generator.generate_draft(pictures, sound, target),
        settings=settings,
        name=target.name,
        json=json,
    )


COMMAND = draft
