"""Films that are known at every moment, to be retimed: a camera move, a scene in depth, things.

Every film lasts as long as wanted and can be had at any rate, so that what a program puts between
two frames can be compared with what was there.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ai_video_generator.config.choices import Fit
from ai_video_generator.media.frames import Frame
from ai_video_generator.media.resolution import Resolution
from ai_video_generator.models.base_model import Scene
from ai_video_generator.models.ken_burns import KenBurns
from ai_video_generator.storyboard.storyboard import Easing, Framing, Storyboard
from benchmarks.common import PHOTO
from benchmarks.depth_filming import HOME, PICTURE, picture_of
from benchmarks.filming import shot
from benchmarks.solid_scene import Eye, rendered, room

Pixels = NDArray[np.uint8]
Mask = NDArray[np.bool_]

_FINE_RATE = 840
# Frames a second of the shot that is filmed: a multiple of 7, 8, 24, 30 and 60.
_EDGE_PX = 6
_PORTRAIT = PHOTO.with_name("demo_portrait.jpg")


@dataclass(frozen=True, slots=True, eq=False)
class Moment:
    """A frame, and where its outlines are; None where nothing moves before anything else."""

    frame: Frame
    outlines: Mask | None


Film = Callable[[Resolution, int, int], Iterator[Moment]]
# Size, frames a second, number of frames.


def photo(path: str) -> Pixels:
    """A bundled photo, ``(height, width, 3)``."""
    return np.asarray(Image.open(path).convert("RGB"))


def camera(size: Resolution, rate: int, count: int) -> Iterator[Moment]:
    """A pan with a zoom and a turn over a photo: 60 pixels a second at 576p."""
    step = _FINE_RATE // rate
    whole = 4 * _FINE_RATE + 1
    begin = Framing(center_x=0.4, center_y=0.45, zoom=1.2, rotation_deg=-2)
    end = Framing(center_x=0.58, center_y=0.52, zoom=1.7, rotation_deg=2)
    move = shot(begin, end, Easing.LINEAR, whole)
    scene = Scene(
        pictures=(picture_of(photo(str(PHOTO))),),
        storyboard=Storyboard(frame_count=whole, shots=(move,)),
        size=size,
        fit=Fit.FILL,
        frames=range(0, count * step, step),
    )
    return (Moment(frame, None) for frame in KenBurns().generate(scene))


def orbit(size: Resolution, rate: int, count: int) -> Iterator[Moment]:
    """The camera goes sideways round things in depth, seen as a real one would."""
    planes = room(PICTURE)
    for index in range(count):
        way = 0.05 * (index / rate - 0.5)
        eye = Eye(center=HOME.center, width=0.9, shift=(way, way / 4), pivot=0.5)
        seen = rendered(planes, eye, size)
        edges = cv2.morphologyEx(
            seen.plane.astype(np.uint8), cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)
        )
        near = cv2.dilate(edges, np.ones((2 * _EDGE_PX + 1, 2 * _EDGE_PX + 1), np.uint8))
        yield Moment(Frame.from_rgb(seen.rgb), np.asarray(near > 0))


def thing(radius: float, speed: float) -> Film:
    """A disc, with a portrait on it, turns and crosses a photo that moves the other way.

    Args:
        radius: Of the disc, pixels at 576p.
        speed: Of the disc, pixels a second at 576p; the photo has 40 the other way.
    """

    def film(size: Resolution, rate: int, count: int) -> Iterator[Moment]:
        scale = size.height_px / 576
        width, height = 2 * size.width_px, 2 * size.height_px
        behind = cv2.resize(photo(str(PHOTO)), (width * 3 // 2, height * 3 // 2))
        face = photo(str(_PORTRAIT))
        columns, rows = np.meshgrid(np.arange(width), np.arange(height))
        for index in range(count):
            time_s = index / rate
            x = width / 4 + 2 * scale * speed * time_s
            y = height / 2 + 60 * scale * np.sin(2 * time_s)
            reach = 2 * scale * radius
            away = reach - np.hypot(columns - x, rows - y)
            move = np.array([[1.0, 0, width / 8 + 80 * scale * time_s], [0, 1, height / 5]])
            turn = np.radians(12 * time_s)
            linear = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]) * (
                256 / reach
            )
            onto = np.column_stack([linear, 256 - linear @ [x, y]])
            ground, disc = (
                cv2.warpAffine(
                    picture,
                    matrix,
                    (width, height),
                    flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
                    borderMode=cv2.BORDER_REFLECT,
                )
                for picture, matrix in ((behind, move), (face, onto))
            )
            ground[away > 0] = disc[away > 0]
            frame = (size.width_px, size.height_px)
            rgb = cv2.resize(ground, frame, interpolation=cv2.INTER_AREA)
            near = abs(away[::2, ::2]) < 2 * _EDGE_PX
            yield Moment(Frame.from_rgb(np.asarray(rgb, np.uint8)), near)

    return film


FILMS: dict[str, Film] = {
    "camera over a photo": camera,
    "camera round things in depth": orbit,
    "thing before a photo": thing(130, 110),
    "small thing, very fast": thing(24, 500),
}


def times(rate: int, out_rate: int, count: int) -> list[Fraction]:
    """Where frames of the one rate fall between frames of the other, counted in those."""
    return [Fraction(index * rate, out_rate) for index in range(count)]
