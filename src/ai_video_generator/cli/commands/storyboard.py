"""``aivg storyboard``: what the camera will do, as a file that a person can edit."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from ai_video_generator.cli import console
from ai_video_generator.cli.files import told_apart
from ai_video_generator.cli.flags import JobFlags, settings_from


def storyboard(
    *files: Path,
    output: Annotated[Path | None, Parameter(name=["--output", "-o"])] = None,
    preview: Path | None = None,
    flags: JobFlags = None,
) -> None:
    """Direct the camera for these files, and write what it will do; make no video.

    aivg storyboard photo.jpg song.mp3 -o story.json --preview sheet.png

    Edit the file, then follow it: aivg make photo.jpg song.mp3 --storyboard story.json

    Args:
        files: One picture or more, and one sound.
        output: The JSON file to make; otherwise it is printed.
        preview: A picture to draw, each shot with its way and its time.
        flags: Options of the job.
    """
    pictures, sound = told_apart(files)
    settings = settings_from(flags)

    from ai_video_generator.cli.generator import rated_generator
    from ai_video_generator.media.files import appearing, check_output
    from ai_video_generator.storyboard.storyboard_file import storyboard_text

    for path in (output, preview):
        if path is not None:
            check_output(path, overwrite=settings.overwrite, inputs=(*pictures, sound))
    generator = rated_generator(settings)
    made = generator.storyboard(pictures, sound, preview=preview)
    text = storyboard_text(made)
    if output is None:
        console.answer(text.rstrip())
        return
    with appearing(output, overwrite=settings.overwrite) as path:
        path.write_text(text, encoding="utf-8")
    console.answer(output)


COMMAND = storyboard
