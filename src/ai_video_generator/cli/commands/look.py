"""``aivg look``: what the program sees in a picture."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

if TYPE_CHECKING:
    from ai_video_generator.storyboard.picture_notes import PictureNotes


def look(
    photo: Path,
    /,
    *,
    output: Annotated[Path | None, Parameter(name=["--output", "-o"])] = None,
    json: Annotated[bool, Parameter(negative="")] = False,
) -> None:
    """Show what is seen in a picture: faces, subjects, writing, horizon, depth, what may live.

    Args:
        photo: Any picture.
        output: A picture to draw it on; its name says the format.
        json: Print one JSON document, without the depth map itself.
    """
    from ai_video_generator.cli.console import answer, answer_json
    from ai_video_generator.config.settings import load_settings
    from ai_video_generator.core.cache_book import CacheBook
    from ai_video_generator.core.depth_model import depth_model
    from ai_video_generator.media.files import check_output
    from ai_video_generator.media.image_file import read_picture
    from ai_video_generator.storyboard.picture_reading import READING, read_notes

    if output is not None:
        check_output(output, overwrite=True, inputs=(photo,))
    picture = read_picture(photo, needed=READING)
    folder = CacheBook(load_settings().values.cache_folder).folder
    notes = read_notes(picture.rgb, depth_model=depth_model(folder))
    if output is not None:
        from ai_video_generator.core.notes_sheet import notes_sheet

        notes_sheet(picture.rgb, notes, output)
    if json:
        answer_json(_facts(notes))
        return
    from rich.table import Table
    from rich.text import Text

    table = Table(show_header=False, box=None, pad_edge=False)
    for name, value in _rows(notes):
        table.add_row(name, value)
    if output is not None:
        table.add_row("drawn on", Text(str(output), overflow="fold"))
    answer(table)


def _facts(notes: "PictureNotes") -> dict[str, Any]:
    """All but the depth map, which is thousands of numbers."""
    from ai_video_generator.storyboard.living_details import living_details

    names = (
        "size",
        "kind",
        "regions",
        "safe_region",
        "horizon",
        "turn_deg",
        "flat_share",
        "scenery",
    )
    facts = {name: getattr(notes, name) for name in names}
    depth = notes.depth
    facts["depth"] = depth and {"source": depth.source, "confidence": depth.confidence}
    facts["living"] = [living for group in living_details(notes) for living in group]
    return facts


def _rows(notes: "PictureNotes") -> Iterator[tuple[str, str]]:
    from ai_video_generator.storyboard.living_details import living_details

    yield "picture", f"{notes.kind}, {notes.size}"
    for region in notes.regions:
        place = f"at {region.center_x:.0%} {region.center_y:.0%}"
        size = f"{region.width:.0%} by {region.height:.0%}"
        sure = f"weight {region.weight:.2f}, confidence {region.confidence:.0%}"
        yield region.kind, f"{place}, {size}, {sure}"
    if (safe := notes.safe_region) is not None:
        across, down = (
            f"{safe.left:.0%} to {safe.right:.0%}",
            f"{safe.top:.0%} to {safe.bottom:.0%}",
        )
        yield "keep in view", f"{across} across, {down} down"
    if notes.horizon is not None:
        turn = f", turned by {notes.turn_deg:+.1f}°" if notes.turn_deg else ""
        height = f"{notes.horizon.center_y:.0%} of the height"
        yield "horizon", f"{notes.horizon.angle_deg:+.1f}° at {height}{turn}"
    yield "empty", f"{notes.flat_share:.0%}"
    if notes.depth is not None:
        yield "depth", f"{notes.depth.source}, confidence {notes.depth.confidence:.0%}"
    for living in (one for group in living_details(notes) for one in group):
        yield "may live", f"{living.detail}: {living.why}"


COMMAND = look
