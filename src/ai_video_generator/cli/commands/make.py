"""``aivg make``: the main job."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from ai_video_generator.cli import console
from ai_video_generator.cli.files import told_apart
from ai_video_generator.cli.flags import JobFlags, RunFlags, settings_from
from ai_video_generator.config.containers import ending_for


def make(
    *files: Path,
    output: Annotated[Path | None, Parameter(name=["--output", "-o"])] = None,
    dry_run: Annotated[bool, Parameter(negative="")] = False,
    json: Annotated[bool, Parameter(negative="")] = False,
    preview: Annotated[bool, Parameter(negative="")] = False,
    preview_as: Annotated[str | None, Parameter(name="--preview-as")] = None,
    monitor: Path | None = None,
    flags: JobFlags = None,
    run: RunFlags = None,
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
        preview: Show roughly what a model is making, in the terminal, where both can.
        preview_as: How to show it: kitty, sixel, blocks, or a FILE.png that is written anew.
        monitor: Draw what the machine did meanwhile into this file, .png, .svg or .html.
        flags: Options of the job.
        run: What is told at the end, and while it works.
    """
    pictures, sound = told_apart(files)
    settings = settings_from(flags, run)
    target = output or Path(sound.stem + ending_for(settings.codec))

    from ai_video_generator.cli.generator import rated_generator
    from ai_video_generator.cli.job import plan_lines, run_job
    from ai_video_generator.cli.preview import preview_choice
    from ai_video_generator.cli.spending import agreed
    from ai_video_generator.jobs.job import Kind, requested

    if monitor is not None:
        from ai_video_generator.core.telemetry_plot import check_plot

        check_plot(monitor, overwrite=settings.overwrite, inputs=(*pictures, sound))
    if not dry_run:
        settings = agreed(settings, [(pictures, sound, target, {})])
        run_job(
            lambda generator: generator.generate(pictures, sound, target),
            request=requested(Kind.MAKE, pictures, sound, target, settings),
            settings=settings,
            json=json,
            preview=preview_choice(asked=preview, text=preview_as),
            monitor=monitor,
        )
        return
    generator = rated_generator(settings)
    plan = generator.plan(pictures, sound, target)
    if json:
        console.answer_json(plan)
    else:
        console.answer("\n".join(plan_lines(plan)))


COMMAND = make
