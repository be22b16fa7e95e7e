"""One picture that shows what was seen in a picture: its regions and horizon beside its depth."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from ai_video_generator.errors import OutputPathError
from ai_video_generator.media.files import appearing
from ai_video_generator.media.resolution import Resolution
from ai_video_generator.storyboard.picture_notes import (
    Box,
    Depth,
    DepthSource,
    Horizon,
    PictureNotes,
    RegionKind,
)
from ai_video_generator.storyboard.seeing.reduction import Rgb, reduced_to

_PANEL_PX = 1000
# Longer side of each panel: two fill a large screen, side by side or one above the other.

_GAP_PX, _BACKGROUND = 12, (18, 18, 20)
# The dark grey of a contact sheet.

_COLORS: dict[RegionKind, tuple[int, int, int]] = {
    RegionKind.FACE: (255, 205, 60),
    RegionKind.SUBJECT: (70, 200, 255),
    RegionKind.SALIENT: (255, 120, 190),
    RegionKind.TEXT: (140, 235, 120),
}
_PLAIN_COLOR, _HORIZON_COLOR = (255, 255, 255), (255, 90, 70)
# Bright and far apart in hue, so that they are told apart on any photo; the safe region is white,
# because it belongs to none of them.

_VEIL_SHARE = 0.7
# Brightness that is left of what lies outside the safe region.

_LINE_PX, _DASH_PX, _LABEL_PX = 3, 14, 22
# On a panel of 1000 pixels: plain, and not in the way.

_LABEL_BACKGROUND = (0, 0, 0, 170)

_FORMATS = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".webp": "WEBP"}
_JPEG_QUALITY = 90
# Visually without loss for photographs at this size.


def notes_sheet(rgb: Rgb, notes: PictureNotes, output_path: Path) -> Path:
    """Draw notes over their picture, and the depth map beside it.

    The file appears only when it is whole, and replaces an older one.

    Args:
        rgb: The picture, ``(height, width, 3)``, uint8; of any size, of the shape that was read.
        notes: What was seen in it.
        output_path: The picture to make; its suffix (.png, .jpg, .webp) chooses the format.

    Returns:
        ``output_path``.

    Raises:
        OutputPathError: When the suffix is none of those, or the file cannot be written.
        DiskFullError: When there is no room left.
    """
    picture_format = _FORMATS.get(output_path.suffix.lower())
    if picture_format is None:
        raise OutputPathError(
            f"{str(output_path)!r} names no kind of picture that is made here",
            hint=f"end the name in one of: {', '.join(_FORMATS)}",
        )
    size = Resolution(rgb.shape[1], rgb.shape[0]).fitted_into(Resolution(_PANEL_PX, _PANEL_PX))
    panels = [_seen_panel(_scaled(rgb, size), notes)]
    if notes.depth is not None:
        panels.append(_depth_panel(notes.depth, size))
    sheet = _side_by_side(panels)
    with appearing(output_path, overwrite=True) as temporary:
        sheet.save(temporary, picture_format, quality=_JPEG_QUALITY, optimize=True)
    return output_path


def _scaled(rgb: Rgb, size: Resolution) -> Rgb:
    small = reduced_to(rgb, _PANEL_PX)
    box = (size.width_px, size.height_px)
    return np.asarray(cv2.resize(small, box, interpolation=cv2.INTER_CUBIC), np.uint8)


def _seen_panel(rgb: Rgb, notes: PictureNotes) -> Image.Image:
    panel = Image.fromarray(_veiled(rgb, notes.safe_region))
    draw = ImageDraw.Draw(panel, "RGBA")
    if notes.safe_region is not None:
        _dashed(draw, _pixels(notes.safe_region, panel))
    for region in reversed(notes.regions):
        left, top, right, bottom = _pixels(region.box.inside_picture(), panel)
        width = _LINE_PX + (region.kind is RegionKind.FACE)
        draw.rectangle((left, top, right, bottom), outline=_COLORS[region.kind], width=width)
    if notes.horizon is not None:
        _draw_horizon(draw, notes.horizon, panel)
    labels = _Labels(panel)
    for region in notes.regions:
        left, top, _, bottom = _pixels(region.box.inside_picture(), panel)
        # A salient place often begins just below a face, which its label would hide.
        height = bottom if region.kind is RegionKind.SALIENT else top
        labels.write(left, height, f"{region.kind} {region.weight:.2f}", _COLORS[region.kind])
    if notes.horizon is not None:
        text = f"horizon {notes.horizon.angle_deg:+.1f}°"
        labels.write(panel.width, notes.horizon.center_y * panel.height, text, _HORIZON_COLOR)
    labels.write(0, panel.height, _summary(notes), _PLAIN_COLOR)
    return panel


def _veiled(rgb: Rgb, safe: Box | None) -> Rgb:
    """Darken what may go out of view."""
    if safe is None:
        return rgb
    height, width = rgb.shape[:2]
    veiled = np.asarray(rgb * np.float32(_VEIL_SHARE), np.uint8)
    rows = slice(round(safe.top * height), round(safe.bottom * height))
    columns = slice(round(safe.left * width), round(safe.right * width))
    veiled[rows, columns] = rgb[rows, columns]
    return veiled


def _depth_panel(depth: Depth, size: Resolution) -> Image.Image:
    """Near is bright."""
    near = np.asarray((1 - depth.far) * 255, np.uint8)
    box = (size.width_px, size.height_px)
    large = cv2.resize(near, box, interpolation=cv2.INTER_CUBIC)
    colored = cv2.cvtColor(cv2.applyColorMap(large, cv2.COLORMAP_INFERNO), cv2.COLOR_BGR2RGB)
    panel = Image.fromarray(np.asarray(colored, np.uint8))
    source = "a network" if depth.source is DepthSource.NETWORK else "an estimate"
    text = f"depth by {source}, bright is near, confidence {depth.confidence:.0%}"
    _Labels(panel).write(0, panel.height, text, _PLAIN_COLOR)
    return panel


def _side_by_side(panels: list[Image.Image]) -> Image.Image:
    """Wide panels one above the other, tall ones beside each other."""
    width, height = panels[0].size
    across, down = (1, len(panels)) if width > height else (len(panels), 1)
    size = (across * (width + _GAP_PX) + _GAP_PX, down * (height + _GAP_PX) + _GAP_PX)
    sheet = Image.new("RGB", size, _BACKGROUND)
    for index, panel in enumerate(panels):
        column, row = (0, index) if across == 1 else (index, 0)
        left, top = column * (width + _GAP_PX), row * (height + _GAP_PX)
        sheet.paste(panel, (_GAP_PX + left, _GAP_PX + top))
    return sheet


def _pixels(box: Box, panel: Image.Image) -> tuple[float, float, float, float]:
    width, height = panel.width - 1, panel.height - 1
    return box.left * width, box.top * height, box.right * width, box.bottom * height


def _dashed(draw: ImageDraw.ImageDraw, box: tuple[float, float, float, float]) -> None:
    left, top, right, bottom = box
    for start in np.arange(left, right, 2 * _DASH_PX):
        end = min(float(start) + _DASH_PX, right)
        for height in (top, bottom):
            draw.line((float(start), height, end, height), fill=_PLAIN_COLOR, width=_LINE_PX - 1)
    for start in np.arange(top, bottom, 2 * _DASH_PX):
        end = min(float(start) + _DASH_PX, bottom)
        for side in (left, right):
            draw.line((side, float(start), side, end), fill=_PLAIN_COLOR, width=_LINE_PX - 1)


def _draw_horizon(draw: ImageDraw.ImageDraw, horizon: Horizon, panel: Image.Image) -> None:
    rise = np.tan(np.radians(horizon.angle_deg)) * panel.width / 2
    height = horizon.center_y * panel.height
    ends = (0.0, height - rise, float(panel.width), height + rise)
    draw.line(ends, fill=_HORIZON_COLOR, width=_LINE_PX)


def _summary(notes: PictureNotes) -> str:
    turn = f", turn {notes.turn_deg:+.1f}°" if notes.turn_deg else ""
    return f"{notes.kind}, {notes.flat_share:.0%} empty{turn}"


class _Labels:
    """Writes on one panel, no label over another.

    Args:
        panel: What to write on.
    """

    def __init__(self, panel: Image.Image) -> None:
        self._draw = ImageDraw.Draw(panel, "RGBA")
        self._size = panel.size
        self._font = ImageFont.load_default(_LABEL_PX * 0.72)
        self._taken: list[Box] = []

    def write(self, x: float, y: float, text: str, color: tuple[int, int, int]) -> None:
        """Write above a point, or below labels that are there; not where there is no room."""
        padding = _LABEL_PX * 0.35
        width = self._draw.textlength(text, font=self._font) + 2 * padding
        left = min(max(x, 0.0), max(self._size[0] - width, 0.0))
        lowest = float(self._size[1] - _LABEL_PX)
        top = min(max(y - _LABEL_PX, 0.0), lowest)
        place = Box(left=left, top=top, right=left + width, bottom=top + _LABEL_PX)
        while any(_overlap(place, other) for other in self._taken):
            top += _LABEL_PX
            if top > lowest:
                return
            place = replace(place, top=top, bottom=top + _LABEL_PX)
        self._taken.append(place)
        self._draw.rectangle((left, top, place.right, place.bottom), fill=_LABEL_BACKGROUND)
        middle = (left + padding, top + _LABEL_PX / 2)
        self._draw.text(middle, text, font=self._font, fill=color, anchor="lm")


def _overlap(one: Box, other: Box) -> bool:
    across = one.left < other.right and other.left < one.right
    return across and one.top < other.bottom and other.top < one.bottom
