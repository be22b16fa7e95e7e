"""``aivg make``: the main job."""

import mimetypes
from pathlib import Path
from typing import Annotated

from cyclopts import CycloptsError, Parameter

from ai_video_generator.cli import console
from ai_video_generator.cli.flags import JobFlags, settings_from
from ai_video_generator.config.choices import Codec
from ai_video_generator.config.containers import CONTAINERS


def make(
    *files: Path,
    output: Annotated[Path | None, Parameter(name=["--output", "-o"])] = None,
    dry_run: Annotated[bool, Parameter(negative="")] = False,
    json: Annotated[bool, Parameter(negative="")] = False,
    flags: JobFlags = None,
) -> None:
    """Make one video from a picture, or several, and a sound.

    aivg make photo.jpg song.mp3 -o video.mp4

    Pictures come first, in the order shown, and the sound last. A name that begins with a dash
    goes after two dashes: aivg make -o video.mp4 -- -photo.jpg song.mp3

    Args:
        files: One picture or more, and one sound.
        output: The video; its ending says the file type. Otherwise the sound's name, here.
        dry_run: Say what would be made, how and why, and make nothing.
        json: Print the whole result as one JSON document instead of the file's path.
        flags: Options of the job.
    """
    pictures, sound = told_apart(files)
    settings = settings_from(flags)
    target = output or Path(sound.stem + _ending(settings.codec))

    from ai_video_generator.cli.job import plan_lines, run_job
    from ai_video_generator.core.video_generator import VideoGenerator

    if not dry_run:
        run_job(
            lambda generator: generator.generate(pictures, sound, target),
            settings=settings,
            json=json,
        )
        return
    plan = VideoGenerator(settings=settings).plan(pictures, sound, target)
    if json:
        console.answer_json(plan)
    else:
        console.answer("\n".join(plan_lines(plan)))


def told_apart(files: tuple[Path, ...]) -> tuple[list[Path], Path]:
    """Find the sound among the files: the only one whose name says so, else the last.

    Raises:
        CycloptsError: When there are fewer than two files.
    """
    if len(files) < 2:  # noqa: PLR2004  # one picture and one sound
        raise CycloptsError(msg="make takes at least one picture and one sound.")
    kinds = [(mimetypes.guess_type(file.name)[0] or "").partition("/")[0] for file in files]
    heard = [index for index, kind in enumerate(kinds) if kind in {"audio", "video"}]
    index = heard[0] if len(heard) == 1 else len(files) - 1
    return [*files[:index], *files[index + 1 :]], files[index]


def _ending(codec: Codec | None) -> str:
    """The first file type that holds this compression."""
    return next(
        container.suffixes[0]
        for container in CONTAINERS
        if codec is None or codec in container.codecs
    )


COMMAND = make
