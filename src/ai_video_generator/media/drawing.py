"""A drawing of a few shapes and words that is saved as a picture (PNG) or as vectors (SVG)."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import cv2
import numpy as np
from PIL import Image, ImageColor, ImageDraw

from ai_video_generator.errors import OutputPathError

_FINER = 3
# Pillow draws without smooth edges; three times as fine and reduced, a line a pixel wide is smooth.

_SVG_FONTS = "Inter, Helvetica, Arial, sans-serif"
# Whatever the viewer has of these.


class DrawingFormat(StrEnum):
    """What a drawing can be saved as; the value is the ending of the name."""

    PNG = "png"
    SVG = "svg"


class Align(StrEnum):
    """Which end of a text stands at its place; the values are SVG's."""

    START = "start"
    MIDDLE = "middle"
    END = "end"


_ALIGNED_SHARE = {Align.START: 0.0, Align.MIDDLE: 0.5, Align.END: 1.0}
# How much of a text stands before its place.

_TYPEFACE, _WEIGHT = "sans", 400
# OpenCV 5 carries it, regular, with letters of Latin, Cyrillic, Arabic and Chinese; Pillow's own
# typeface lacks even an e with an accent.

Point = tuple[float, float]
"""Pixels from the left and from the top."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """A filled outline.

    Attributes:
        points: Its corners.
        fill: Colour, ``#rrggbb``.
        opacity: 0..1.
    """

    points: tuple[Point, ...]
    fill: str
    opacity: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line through points.

    Attributes:
        points: Where it goes through.
        colour: ``#rrggbb``.
        width_px: How thick it is.
    """

    points: tuple[Point, ...]
    colour: str
    width_px: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A line of text.

    Attributes:
        text: What it says.
        at: Where its baseline begins, is centred or ends.
        size_px: Height of the type.
        fill: Colour, ``#rrggbb``.
        align: Which end stands at ``at``.
    """

    text: str
    at: Point
    size_px: int
    fill: str
    align: Align = Align.START


class Drawing:
    """Shapes on a plain ground, the later ones on top.

    Args:
        width_px: Width.
        height_px: Height.
        ground: Colour of the ground, ``#rrggbb``.
    """

    def __init__(self, width_px: int, height_px: int, *, ground: str) -> None:
        self.width_px, self.height_px = width_px, height_px
        self._ground = ground
        self._shapes: list[Area | Line | Label] = []

    def area(self, points: Sequence[Point], fill: str, *, opacity: float = 1.0) -> None:
        """Add a filled outline."""
        self._shapes.append(Area(points=tuple(points), fill=fill, opacity=opacity))

    def line(self, points: Sequence[Point], colour: str, *, width_px: float = 1.5) -> None:
        """Add a line through points."""
        self._shapes.append(Line(points=tuple(points), colour=colour, width_px=width_px))

    def box(
        self,
        left: float,
        top: float,
        right: float,
        bottom: float,
        fill: str,
        *,
        opacity: float = 1.0,
    ) -> None:
        """Add a filled rectangle; a line, where it is thin."""
        corners = ((left, top), (right, top), (right, bottom), (left, bottom))
        self.area(corners, fill, opacity=opacity)

    def label(
        self, text: str, at: Point, *, size_px: int, fill: str, align: Align = Align.START
    ) -> None:
        """Add a line of text."""
        self._shapes.append(Label(text=text, at=at, size_px=size_px, fill=fill, align=align))

    def save(self, path: Path, kind: DrawingFormat) -> None:
        """Write the drawing, whatever the path is called.

        Raises:
            OSError: When the file cannot be written.
        """
        if kind is DrawingFormat.SVG:
            path.write_text(self.svg(), encoding="utf-8")
        else:
            self._image().save(path, format="PNG", optimize=True)

    def _image(self) -> Image.Image:
        size = (self.width_px * _FINER, self.height_px * _FINER)
        image = Image.new("RGB", size, self._ground)
        # In mode RGBA, Pillow mixes what is drawn on an RGB image by its opacity.
        draw = ImageDraw.Draw(image, "RGBA")
        for shape in self._shapes:
            if isinstance(shape, Area):
                points = [(x * _FINER, y * _FINER) for x, y in shape.points]
                colour = (*ImageColor.getrgb(shape.fill)[:3], round(255 * shape.opacity))
                draw.polygon(points, fill=colour)
            elif isinstance(shape, Line):
                points = [(x * _FINER, y * _FINER) for x, y in shape.points]
                width = max(1, round(shape.width_px * _FINER))
                draw.line(points, fill=shape.colour, width=width, joint="curve")
        small = image.resize((self.width_px, self.height_px), Image.Resampling.BOX)
        # Type is smooth by itself, and crisper when it is not reduced.
        pixels = np.array(small)
        for shape in self._shapes:
            if isinstance(shape, Label):
                before = _ALIGNED_SHARE[shape.align] * _width_px(shape.text, shape.size_px)
                corner = (round(shape.at[0] - before), round(shape.at[1]))
                ink = ImageColor.getrgb(shape.fill)[:3]
                font = cv2.FontFace(_TYPEFACE)
                cv2.putText(pixels, shape.text, corner, ink, font, shape.size_px, _WEIGHT)
        return Image.fromarray(pixels)

    def svg(self) -> str:
        """The drawing as an SVG document."""
        shapes = "\n".join(map(_as_svg, self._shapes))
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{self.width_px}" '
            f'height="{self.height_px}" viewBox="0 0 {self.width_px} {self.height_px}" '
            f'font-family="{_SVG_FONTS}">\n'
            f'<rect width="100%" height="100%" fill="{self._ground}"/>\n{shapes}\n</svg>\n'
        )


def drawing_format(path: Path) -> DrawingFormat:
    """What a drawing is saved as under this name.

    Raises:
        OutputPathError: When the ending stands for no such format.
    """
    ending = path.suffix.removeprefix(".").lower()
    if ending not in set(DrawingFormat):
        raise OutputPathError(
            f"no drawing is saved as {path.suffix or path.name!r}",
            hint="let the name end in .png or .svg",
        )
    return DrawingFormat(ending)


def shortened_text(text: str, *, size_px: int, width_px: float) -> str:
    """As much of a line of text as fits; an ellipsis stands for the rest."""
    if _width_px(text, size_px) <= width_px:
        return text
    while text and _width_px(f"{text}…", size_px) > width_px:
        text = text[:-1]
    return f"{text.rstrip()}…"


def _as_svg(shape: Area | Line | Label) -> str:
    if isinstance(shape, Label):
        x, y = shape.at
        return (
            f'<text x="{x:.1f}" y="{y:.1f}" font-size="{shape.size_px}" fill="{shape.fill}" '
            f'text-anchor="{shape.align}">{escape(shape.text)}</text>'
        )
    points = quoteattr(" ".join(f"{x:.1f},{y:.1f}" for x, y in shape.points))
    if isinstance(shape, Line):
        return (
            f'<polyline points={points} fill="none" stroke="{shape.colour}" '
            f'stroke-width="{shape.width_px:g}" stroke-linejoin="round"/>'
        )
    see_through = "" if shape.opacity == 1 else f' fill-opacity="{shape.opacity:g}"'
    return f'<polygon points={points} fill="{shape.fill}"{see_through}/>'


def _width_px(text: str, size_px: int) -> int:
    font = cv2.FontFace(_TYPEFACE)
    return cv2.getTextSize((0, 0), text, (0, 0), font, size_px, _WEIGHT)[2]
