"""One picture that shows a storyboard: each shot's way over its picture, with its time."""

from collections.abc import Sequence
from math import cos, radians, sin
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from ai_video_generator.core.sheet_grid import grid, label, picture_format, save_sheet
from ai_video_generator.media.image_file import read_picture
from ai_video_generator.media.picture import Picture
from ai_video_generator.media.resolution import Resolution
from ai_video_generator.media.timeline import clock_text
from ai_video_generator.storyboard.camera_path import widest
from ai_video_generator.storyboard.stage import Stage
from ai_video_generator.storyboard.storyboard import Detail, Framing
from ai_video_generator.storyboard.storyboard_file import ShotEntry, StoryboardFile

_CELL = Resolution(420, 420)
# Five columns of wide pictures make a sheet that fills a screen.
_COLUMNS = 5
_BEGIN, _END, _WAY = (255, 255, 255), (255, 176, 32), (255, 176, 32)
# Where a shot begins is white, where it arrives amber, as is the way between.
_MARGIN = (10, 10, 12)


def storyboard_sheet(
    file: StoryboardFile, pictures: Sequence[Path], stages: Sequence[Stage], output: Path
) -> Path:
    """Draw each shot: its picture, the view it begins with, the one it ends with, and its time.

    Args:
        file: The storyboard.
        pictures: Its pictures.
        stages: Where each picture is shown.
        output: The picture to make; its ending chooses the format. Replaces an older one.

    Raises:
        OutputPathError: When the ending is none of a picture, or the file cannot be written.
        ImageUnreadableError: When a picture cannot be read.
    """
    picture_format(output)
    used = sorted({shot.picture for shot in file.shots})
    read = {number: read_picture(pictures[number - 1], needed=_CELL) for number in used}
    tiles = [
        _tile(number, shot, read[shot.picture], stages[shot.picture - 1])
        for number, shot in enumerate(file.shots, start=1)
    ]
    save_sheet(grid(tiles, _COLUMNS), output)
    return output


def _tile(number: int, shot: ShotEntry, picture: Picture, on: Stage) -> Image.Image:
    still = _ground(Image.fromarray(np.asarray(picture.rgb, np.uint8)), on)
    still.thumbnail((_CELL.width_px, _CELL.height_px * 2 // 3))
    tile = Image.new("RGB", (_CELL.width_px, _CELL.height_px * 2 // 3), _MARGIN)
    left, top = (tile.width - still.width) // 2, (tile.height - still.height) // 2
    tile.paste(still, (left, top))
    draw = ImageDraw.Draw(tile)
    corners = [
        [(left + x * still.width, top + y * still.height) for x, y in _corners(framing, on)]
        for framing in (shot.begin.framing, shot.end.framing)
    ]
    middles = [
        (left + entry.x * still.width, top + entry.y * still.height)
        for entry in (shot.begin, shot.end)
    ]
    for color, points in zip((_BEGIN, _END), corners, strict=True):
        draw.polygon(points, outline=color, width=3)
    for begin, end in zip(*corners, strict=True):
        draw.line([begin, end], fill=_WAY, width=1)
    draw.line(middles, fill=_WAY, width=3)
    x, y = middles[1]
    draw.ellipse((x - 5, y - 5, x + 5, y + 5), fill=_END)
    times = f"{clock_text(shot.start_s)} for {shot.end_s - shot.start_s:.1f} s"
    depth = str(shot.depth_move) if shot.depth_strength else ""
    detail = "" if shot.detail is Detail.NONE else str(shot.detail)
    label(tile, "  ".join(filter(None, (str(number), times, depth, detail))))
    return tile


def _ground(still: Image.Image, on: Stage) -> Image.Image:
    """What the camera moves over: the picture, or the picture with its surround."""
    if not on.surround:
        return still
    size = Resolution(*still.size)
    wide = max(size.width_px, round(size.height_px * on.picture_aspect))
    high = round(wide / on.picture_aspect)
    ground = still.resize((wide, high)).filter(ImageFilter.GaussianBlur(wide / 30))
    ground.paste(still, ((wide - size.width_px) // 2, (high - size.height_px) // 2))
    return ground


def _corners(framing: Framing, on: Stage) -> list[tuple[float, float]]:
    """The corners of a view, as shares of the picture's width and height."""
    width = widest(on.picture_aspect, on.frame_aspect) / framing.zoom
    height = width / on.frame_aspect
    turn = radians(framing.rotation_deg)
    found = []
    for across, upward in ((-1, -1), (1, -1), (1, 1), (-1, 1)):
        x, y = across * width / 2, upward * height / 2
        found.append(
            (
                framing.center_x + x * cos(turn) - y * sin(turn),
                framing.center_y + (x * sin(turn) + y * cos(turn)) * on.picture_aspect,
            )
        )
    return found
