"""A grid of labelled pictures, and how it becomes a file."""

from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from ai_video_generator.errors import OutputPathError
from ai_video_generator.media.files import appearing

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


def picture_format(path: Path) -> str:
    """Pillow's name of the format that a file's ending stands for.

    Raises:
        OutputPathError: When it stands for none of those that are made.
    """
    found = _FORMATS.get(path.suffix.lower())
    if found is None:
        raise OutputPathError(
            f"{str(path)!r} names no kind of picture that is made here",
            hint=f"end the name in one of: {', '.join(_FORMATS)}",
        )
    return found


def save_sheet(sheet: Image.Image, path: Path) -> None:
    """Write a picture; it appears only when it is whole, and replaces an older one.

    Raises:
        OutputPathError: When the ending is none of a picture, or the file cannot be written.
        DiskFullError: When there is no room left.
    """
    kind = picture_format(path)
    with appearing(path, overwrite=True) as temporary:
        sheet.save(temporary, kind, quality=_JPEG_QUALITY, optimize=True)


def grid(tiles: Sequence[Image.Image], columns: int) -> Image.Image:
    """Lay tiles of one size out in rows.

    Args:
        tiles: At least one.
        columns: Tiles side by side, at least 1.
    """
    width, height = tiles[0].size
    columns = min(columns, len(tiles))
    rows = -(-len(tiles) // columns)
    sheet = Image.new(
        "RGB",
        (columns * (width + _GAP_PX) + _GAP_PX, rows * (height + _GAP_PX) + _GAP_PX),
        _BACKGROUND,
    )
    for index, tile in enumerate(tiles):
        row, column = divmod(index, columns)
        left, top = _GAP_PX + column * (width + _GAP_PX), _GAP_PX + row * (height + _GAP_PX)
        sheet.paste(tile, (left, top))
    return sheet


def label(tile: Image.Image, text: str) -> None:
    """Write a text into the lower left corner, on a rounded veil that keeps it readable."""
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
