"""One picture that shows a whole video: evenly spaced frames with their times."""

from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from ai_video_generator.errors import OutputPathError
from ai_video_generator.media.files import appearing
from ai_video_generator.media.resolution import Resolution
from ai_video_generator.media.timeline import clock_text
from ai_video_generator.media.video_file import frames_at, video_info

_CELL_BOX = Resolution(480, 480)
# Four columns of a wide video make a sheet 1952 pixels wide: sharp on a web page, small as a file.

_GAP_PX = 8
_BACKGROUND = (18, 18, 20)
# Darker than a video's black bars look beside a bright frame, lighter than black, so that dark
# frames keep an edge.

_LABEL_HEIGHT_SHARE = 0.055
_LABEL_MIN_PX = 11
# Of the longer side of a cell; below 11 pixels the built-in font's digits run together.

_LABEL_BACKGROUND, _LABEL_COLOR = (0, 0, 0, 150), (255, 255, 255, 235)

_FORMATS = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".webp": "WEBP"}
_JPEG_QUALITY = 90
# Visually without loss for photographs at this size.


def contact_sheet(video_path: Path, output_path: Path, *, columns: int = 4, rows: int = 3) -> Path:
    """Lay evenly spaced frames of a video out in a grid, each with its time.

    A video of fewer frames than cells gets as many cells as it has frames. The file appears only
    when it is whole, and replaces an older one.

    Args:
        video_path: A video.
        output_path: The picture to make; its suffix (.png, .jpg, .webp) chooses the format.
        columns: Frames side by side, at least 1.
        rows: Rows of frames, at least 1.

    Returns:
        ``output_path``.

    Raises:
        InputError: When the video cannot be read.
        OutputPathError: When the suffix is none of those, or the file cannot be written.
        DiskFullError: When there is no room left.
    """
    picture_format = _FORMATS.get(output_path.suffix.lower())
    if picture_format is None:
        raise OutputPathError(
            f"{str(output_path)!r} names no kind of picture that is made here",
            hint=f"end the name in one of: {', '.join(_FORMATS)}",
        )
    info = video_info(video_path)
    count = min(columns * rows, info.frame_count)
    step_s = info.video_duration_s / count
    times_s = [step_s * index + step_s / 2 for index in range(count)]
    cell = info.size.fitted_into(_CELL_BOX)
    columns = min(columns, count)
    sheet = _empty_sheet(cell, columns, -(-count // columns))
    for index, frame in enumerate(frames_at(video_path, times_s)):
        resized = cv2.resize(frame, (cell.width_px, cell.height_px), interpolation=cv2.INTER_AREA)
        tile = Image.fromarray(np.asarray(resized, np.uint8))
        _label(tile, _time_text(times_s[index], step_s))
        row, column = divmod(index, columns)
        left = _GAP_PX + column * (cell.width_px + _GAP_PX)
        top = _GAP_PX + row * (cell.height_px + _GAP_PX)
        sheet.paste(tile, (left, top))
    with appearing(output_path, overwrite=True) as temporary:
        sheet.save(temporary, picture_format, quality=_JPEG_QUALITY, optimize=True)
    return output_path


def _empty_sheet(cell: Resolution, columns: int, rows: int) -> Image.Image:
    width = columns * (cell.width_px + _GAP_PX) + _GAP_PX
    height = rows * (cell.height_px + _GAP_PX) + _GAP_PX
    return Image.new("RGB", (width, height), _BACKGROUND)


def _time_text(time_s: Fraction, step_s: Fraction) -> str:
    """A clock, with tenths where whole seconds would repeat."""
    if step_s >= 1:
        return clock_text(float(time_s))
    minutes, tenths = divmod(int(time_s * 10), 600)
    return f"{minutes}:{tenths // 10:02d}.{tenths % 10}"


def _label(tile: Image.Image, text: str) -> None:
    """Write a time into the lower left corner, on a rounded veil that keeps it readable."""
    height = max(_LABEL_MIN_PX, round(max(tile.size) * _LABEL_HEIGHT_SHARE))
    font = ImageFont.load_default(height * 0.72)
    draw = ImageDraw.Draw(tile, "RGBA")
    margin, padding = height * 0.35, height * 0.38
    width = draw.textlength(text, font=font) + 2 * padding
    bottom = tile.height - margin
    box = (margin, bottom - height, margin + width, bottom)
    draw.rounded_rectangle(box, radius=height * 0.3, fill=_LABEL_BACKGROUND)
    middle = (margin + padding, bottom - height / 2)
    draw.text(middle, text, font=font, fill=_LABEL_COLOR, anchor="lm")
