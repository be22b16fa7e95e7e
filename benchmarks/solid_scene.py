"""A scene in depth that is known exactly: textured planes, rendered from wherever the camera is.

The first rendering is the picture that the program is given, with its depth; the others are what a
real camera would have seen. Planes are rendered at twice the frame's size and averaged, so that
their outlines are as soft as a camera's.
"""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ai_video_generator.media.resolution import Resolution

Floats = NDArray[np.float64]
Texture = NDArray[np.uint8]
Shape = Callable[[Floats, Floats], NDArray[np.bool_]]
# Whether a plane is at a place: columns 0..1 and rows in the same unit, so that circles are round.

SUPERSAMPLING = 2
_DEPTH_PX = 384


@dataclass(frozen=True, slots=True, kw_only=True)
class Plane:
    """A textured plane, or a part of one.

    Attributes:
        texture: ``(height, width, 3)``, uint8, over the whole picture.
        nearness: Nearness at the top row of the picture, 0 far .. 1 near.
        slope: What it gains down to a row one picture width below, as a floor does.
        shape: Where the plane is, in the first picture.
    """

    texture: Texture
    nearness: float
    slope: float = 0.0
    shape: Shape


@dataclass(frozen=True, slots=True, kw_only=True)
class Eye:
    """Where the camera is.

    Attributes:
        center: Middle of the view, in picture widths from the top left corner.
        width: Width of the view, picture widths, for what is at the pivot.
        shift: Way of the camera sideways and down, in picture widths for nearness 1.
        closer: Way towards the picture, as a share of the distance of what has nearness 1.
        pivot: Nearness of what keeps its place and size.
    """

    center: tuple[float, float]
    width: float
    shift: tuple[float, float] = (0.0, 0.0)
    closer: float = 0.0
    pivot: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendering:
    """What a camera sees.

    Attributes:
        rgb: ``(height, width, 3)``, uint8.
        nearness: ``(height, width)``, float64.
        uncovered: Share of each pixel that no one sees in the first picture, ``(height, width)``.
        plane: Number of the plane that is seen, ``(height, width)``.
    """

    rgb: Texture
    nearness: Floats
    uncovered: Floats
    plane: NDArray[np.intp]


def texture(seed: int, color: tuple[int, int, int], size: Resolution) -> Texture:
    """Noise of every size, equally strong, round a colour."""
    random = np.random.default_rng(seed)
    total = np.zeros((size.height_px, size.width_px, 3), np.float32)
    for step in (2, 4, 8, 16, 32, 64, 128):
        shape = (size.height_px // step + 2, size.width_px // step + 2)
        cells = random.normal(0, 6, shape).astype(np.float32)
        whole = cv2.resize(cells, (size.width_px, size.height_px), interpolation=cv2.INTER_CUBIC)
        total += whole[..., None]
    return np.asarray(np.clip(total + np.array(color, np.float32), 0, 255), np.uint8)


def rendered(planes: tuple[Plane, ...], eye: Eye, size: Resolution) -> Rendering:
    """Render planes, the farthest first in the list, as a pinhole camera sees them."""
    width, height = size.width_px * SUPERSAMPLING, size.height_px * SUPERSAMPLING
    scale = eye.width / width
    x, y = np.meshgrid(
        (np.arange(width) + 0.5 - width / 2) * scale, (np.arange(height) + 0.5 - height / 2) * scale
    )
    rgb = np.zeros((height, width, 3), np.uint8)
    nearness, uncovered = np.zeros((height, width)), np.zeros((height, width))
    number = np.zeros((height, width), np.intp)
    for index, plane in enumerate(planes):
        at_x, at_y = _hit(plane, eye, x, y)
        there = plane.shape(at_x, at_y)
        texture_scale = plane.texture.shape[1]
        seen = cv2.remap(
            plane.texture,
            (at_x * texture_scale - 0.5).astype(np.float32),
            (at_y * texture_scale - 0.5).astype(np.float32),
            cv2.INTER_CUBIC,
            borderMode=cv2.BORDER_REFLECT_101,
        )
        rgb[there] = seen[there]
        nearness[there] = (plane.nearness + plane.slope * at_y)[there]
        hidden = np.zeros_like(there)
        for other in planes[index + 1 :]:
            hidden |= other.shape(at_x, at_y)
        uncovered[there], number[there] = hidden[there], index
    frame = (size.width_px, size.height_px)
    return Rendering(
        rgb=np.asarray(cv2.resize(rgb, frame, interpolation=cv2.INTER_AREA), np.uint8),
        nearness=np.asarray(cv2.resize(nearness, frame, interpolation=cv2.INTER_AREA)),
        uncovered=np.asarray(cv2.resize(uncovered, frame, interpolation=cv2.INTER_AREA)),
        plane=number[::SUPERSAMPLING, ::SUPERSAMPLING],
    )


def _hit(plane: Plane, eye: Eye, x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Where rays meet a plane, in the first picture's picture widths.

    A point of nearness n at place p is seen at ``center + (p - center) (1 - closer pivot) / (1 -
    closer n) + shift (n - pivot)``; on a plane n is linear in the row, so this is solved exactly.
    """
    held = 1 - eye.closer * eye.pivot
    center_x, center_y = eye.center
    base, slope = plane.nearness, plane.slope
    # (row - cy) held = (y - shift_y (n - pivot)) (1 - closer n), n = base + slope row; without a
    # way towards the picture or without one sideways it is linear.
    if eye.closer:
        level = 1 - eye.closer * base
        row = (y * level + center_y * held) / (held + y * eye.closer * slope)
    else:
        row = (y + center_y - eye.shift[1] * (base - eye.pivot)) / (1 + eye.shift[1] * slope)
    near = base + slope * row
    column = center_x + (x - eye.shift[0] * (near - eye.pivot)) * (1 - eye.closer * near) / held
    return column, row


def depth_map(rendering: Rendering) -> NDArray[np.float32]:
    """The depth of a rendering as a depth network would give it: small, 0 near .. 1 far."""
    height, width = rendering.nearness.shape
    scale = _DEPTH_PX / max(height, width)
    size = (round(width * scale), round(height * scale))
    small = cv2.resize(rendering.nearness, size, interpolation=cv2.INTER_AREA)
    return np.asarray(1 - small, np.float32)


def ellipse(x: float, y: float, half_width: float, half_height: float) -> Shape:
    """An upright ellipse."""
    return lambda u, v: ((u - x) / half_width) ** 2 + ((v - y) / half_height) ** 2 < 1


def rectangle(left: float, top: float, right: float, bottom: float) -> Shape:
    """An upright rectangle."""
    return lambda u, v: (u > left) & (u < right) & (v > top) & (v < bottom)


def everywhere(u: Floats, _: Floats) -> NDArray[np.bool_]:
    """All of a plane."""
    return np.ones(u.shape, bool)


def below(row: float) -> Shape:
    """All of a plane below a row."""
    return lambda _, v: v > row


def room(size: Resolution) -> tuple[Plane, ...]:
    """A wall, a floor that rises to it, a round thing at middle distance and two near ones."""
    return (
        Plane(texture=texture(1, (120, 130, 150), size), nearness=0.1, shape=everywhere),
        # The floor meets the wall at row 0.36, where both are 0.1 near.
        Plane(
            texture=texture(2, (110, 90, 70), size),
            nearness=0.1 - 0.36 * 2.6,
            slope=2.6,
            shape=below(0.36),
        ),
        Plane(
            texture=texture(3, (170, 120, 90), size),
            nearness=0.5,
            shape=ellipse(0.58, 0.26, 0.11, 0.15),
        ),
        Plane(
            texture=texture(4, (70, 100, 70), size),
            nearness=0.9,
            shape=rectangle(0.22, 0.16, 0.34, 0.47),
        ),
        Plane(
            texture=texture(5, (150, 150, 60), size),
            nearness=0.8,
            shape=ellipse(0.86, 0.40, 0.06, 0.09),
        ),
    )
