"""``aivg show``: how a video was made, read from the video itself; or the story of a job."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

from cyclopts import CycloptsError, Parameter

from ai_video_generator.cli import console


def show(
    video: str,
    /,
    *,
    json: Annotated[bool, Parameter(negative="")] = False,
    monitor: Path | None = None,
) -> None:
    """Show how a video was made, or how a job went.

    A video tells its inputs, options, plan and versions. A job tells what was asked, what happened
    when, which plans were tried and why, how long it took and what came of it.

    Args:
        video: A video that this program made, or the number of a job from aivg history.
        json: Print one JSON document.
        monitor: Draw what the machine did in the job's last run into this file: .png, .svg, .html.
    """
    from ai_video_generator.cli.job_database import job_number

    number = job_number(video)
    if monitor is not None:
        if number is None:
            raise CycloptsError(msg="--monitor is drawn for a job: give its number.")
        _draw_job(number, monitor)
    if number is None:
        _show_video(Path(video), json=json)
    else:
        _show_job(number, json=json)


def _draw_job(number: int, path: Path) -> None:
    """Draw what the machine did in the last run of a job that was watched.

    Raises:
        InputError: When none was.
    """
    from ai_video_generator.cli.job_database import opened_jobs
    from ai_video_generator.core.telemetry_plot import check_plot, draw_telemetry
    from ai_video_generator.errors import InputError
    from ai_video_generator.hardware.telemetry import telemetry_from_json
    from ai_video_generator.jobs.job_table import job_row
    from ai_video_generator.jobs.measurements import measurements_of

    check_plot(path, overwrite=False)
    with opened_jobs() as database:
        output = job_row(database, number).request.output
        watched = [one for one in measurements_of(database, number) if one.telemetry]
    if not watched:
        raise InputError(f"nobody watched the machine in job {number}")
    title = f"Job {number}: {output.name}"
    draw_telemetry(
        telemetry_from_json(watched[-1].telemetry), watched[-1].stages, path, title=title
    )
    console.note(f"what the machine did: {path}")


def _show_job(number: int, *, json: bool) -> None:
    from ai_video_generator.cli.job_database import opened_jobs
    from ai_video_generator.cli.job_story import story_page
    from ai_video_generator.jobs.story import story_of

    with opened_jobs() as database:
        story = story_of(database, number)
    if json:
        console.answer_json(story.document)
        return
    from rich.console import Console

    screen = Console(highlight=False)
    for part in story_page(story):
        screen.print(part)


def _show_video(video: Path, *, json: bool) -> None:
    from ai_video_generator.core.recipe import read_recipe

    recipe = read_recipe(video)
    if json:
        console.answer_json(recipe)
        return
    from rich.table import Table
    from rich.text import Text

    table = Table(show_header=False, box=None, pad_edge=False)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in _rows(recipe.model_dump(mode="json")):
        table.add_row(name, Text(value))  # a name in brackets is no markup
    console.answer(table)


def _rows(value: object, name: str = "") -> Iterator[tuple[str, str]]:
    """Unfold nested values into lines: ``plan.output_size.width_px``, ``1920``."""
    match value:
        case dict():
            for key, inner in value.items():
                yield from _rows(inner, f"{name}.{key}" if name else str(key))
        case list() if any(isinstance(inner, dict | list) for inner in value):
            for index, inner in enumerate(value):
                yield from _rows(inner, f"{name}.{index}")
        case list():
            yield name, ", ".join(map(str, value))
        case _:
            yield name, "" if value is None else str(value)


COMMAND = show
