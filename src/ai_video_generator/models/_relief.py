"""A picture cut into two surfaces by its depth, so that the camera can look behind what is near.

The near surface is the picture itself with gaps beside its outlines, on their far side; the far
surface is the picture whose near things are painted over along their outlines. Each has a nearness
of its own that runs on smoothly where the other one begins: nothing has to be stretched over an
edge, which is what makes a plain displacement look like rubber.

Nearness is 1 - depth: 1 near, 0 far, proportional to inverse distance, as the shift of a pixel
between two eyes is.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ai_video_generator.models._outlines import (
    Floats,
    Pixels,
    outline_of,
    sharpened,
    snapped,
    without_steps,
)
from ai_video_generator.models._painting import RIM_PX, painted
from ai_video_generator.models._plates import inner_share
from ai_video_generator.storyboard.stage import Stage

_WORK_PX = 960
# Longest side at which outlines are found and cut out: half of a full-HD frame; the cut is drawn
# softly over two pixels of it.

_REACH = 0.045
# How far a surface runs on beside an outline, as a share of the picture's width: twice the 2 % by
# which two sides part at most, so that what a surface runs on with is bent by less than half.

_LEAST_REACH_PX = 6.0
# So that rims and the softness of outlines find room beside the lowest step.

_RUN_ON_PX = 3.0
# What a surface runs on with comes from the nearest place of an outline; it is smoothed so that
# corners do not crease it.

_CUT_PX = 0.8
# Softness of the cut, as of a lens.

_TAPER = 0.12
# Where a print lies on a surround, its outermost share lies still, so that its edge stays straight.


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Relief:
    """Two surfaces of what the camera moves over.

    Attributes:
        near: Nearness of the near surface, ``(height, width)``, float32, 0..1.
        far: Nearness of the far surface, the same.
        cover: How much of the near surface is there, ``(height, width)``, uint8, 0..255: 0 in the
            gaps beside outlines.
        holds_still: Whether the picture's edge must not move, as it is seen on a surround.
    """

    near: Floats
    far: Floats
    cover: Pixels
    holds_still: bool = False

    @property
    def has_gaps(self) -> bool:
        """Whether the far surface can be seen at all."""
        return bool((self.cover < 255).any())  # noqa: PLR2004 - fully there


def plain_relief() -> Relief:
    """The relief of a picture without depth: one surface, far away."""
    level = np.zeros((2, 2), np.float32)
    return Relief(near=level, far=level, cover=np.full((2, 2), 255, np.uint8))


def cut(rgb: Pixels, depth: Floats, strength: float = 1.0) -> tuple[Relief, Pixels]:
    """Cut a picture along the outlines of its depth.

    Args:
        rgb: The picture, ``(height, width, 3)``, uint8, sRGB.
        depth: Its depth, ``(map_height, map_width)``, float32, 0 near .. 1 far.
        strength: How far its shots go at most, 0..1, see `Shot`; the less, the narrower is what has
            to be painted over.

    Returns:
        The two surfaces, and the picture as the far surface shows it: painted over where near
        things were.
    """
    height, width = rgb.shape[:2]
    scale = min(1.0, _WORK_PX / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    steep = np.clip(1 - depth, 0, 1).astype(np.float32)
    calm = cv2.resize(sharpened(steep), size, interpolation=cv2.INTER_LINEAR)
    nearness = snapped(np.asarray(calm, np.float32), np.asarray(small, np.float32))
    outline = outline_of(nearness)
    nearness = without_steps(nearness, outline)
    if outline is None:
        full = np.full(nearness.shape, 255, np.uint8)
        return Relief(near=_halved(nearness), far=_halved(nearness), cover=full), rgb
    # The two sides of a low step part less, and so need less to run on with.
    reach = np.maximum(_LEAST_REACH_PX, _REACH * strength * size[0] * (outline.high - outline.low))
    beside = outline.away < reach
    runs = _smoothstep(outline.away / reach)
    gap, band = beside & ~outline.is_near, beside & outline.is_near
    near = np.where(gap, outline.high * (1 - runs) + nearness * runs, nearness)
    far = np.where(band, outline.low * (1 - runs) + nearness * runs, nearness)
    near, far = _softened(near, gap), _softened(far, band)
    cover = _cover(gap & (outline.away > RIM_PX))
    relief = Relief(near=_halved(near), far=_halved(far), cover=cover)
    return relief, painted(rgb, small, band, gap, outline)


def laid(relief: Relief, picture_aspect: float, stage: Stage) -> Relief:
    """Lay the relief of a picture where the picture lies on its stage.

    Args:
        relief: The relief of the picture alone.
        picture_aspect: Width / height of the picture.
        stage: Where the picture is shown.
    """
    if not stage.surround:
        return relief
    near, far = (_on_surround(one, picture_aspect, stage) for one in (relief.near, relief.far))
    height, width = relief.cover.shape
    left, top = _margins(width, height, picture_aspect, stage)
    cover = cv2.copyMakeBorder(
        relief.cover, top, top, left, left, cv2.BORDER_CONSTANT, value=(255,)
    )
    return Relief(near=near, far=far, cover=np.asarray(cover, np.uint8), holds_still=True)


def _on_surround(nearness: Floats, picture_aspect: float, stage: Stage) -> Floats:
    """A map with its outermost share brought to 0, on ground that is 0."""
    height, width = nearness.shape
    across, upward = (
        _smoothstep(
            np.minimum(np.arange(count) + 0.5, count - 0.5 - np.arange(count)) / (count * _TAPER)
        )
        for count in (width, height)
    )
    left, top = _margins(width, height, picture_aspect, stage)
    held = nearness * np.outer(upward, across).astype(np.float32)
    laid_out = cv2.copyMakeBorder(held, top, top, left, left, cv2.BORDER_CONSTANT, value=(0,))
    return np.asarray(laid_out, np.float32)


def _margins(width: int, height: int, picture_aspect: float, stage: Stage) -> tuple[int, int]:
    """Columns left and right, rows above and below, of a map that covers the stage."""
    across, upward = inner_share(picture_aspect, stage)
    return round(width * (1 / across - 1) / 2), round(height * (1 / upward - 1) / 2)


def _softened(nearness: Floats, where: NDArray[np.bool_]) -> Floats:
    """Smooth what a surface runs on with; the rest stays as it is."""
    soft = cv2.GaussianBlur(nearness, (0, 0), sigmaX=_RUN_ON_PX)
    weight = cv2.blur(where.astype(np.float32), (3, 3))
    return np.asarray(nearness + (soft - nearness) * weight * where, np.float32)


def _cover(gap: NDArray[np.bool_]) -> Pixels:
    """The near surface without its gaps, softly cut."""
    soft = cv2.GaussianBlur(1 - gap.astype(np.float32), (0, 0), _CUT_PX)
    return np.asarray(np.clip(soft * 255 + 0.5, 0, 255), np.uint8)


def _halved(nearness: Floats) -> Floats:
    """Half as many rows and columns: surfaces are smooth where they are seen."""
    height, width = nearness.shape
    size = (max(1, (width + 1) // 2), max(1, (height + 1) // 2))
    return np.asarray(cv2.resize(nearness, size, interpolation=cv2.INTER_AREA), np.float32)


def _smoothstep(share: NDArray[np.floating]) -> Floats:
    """From 0 to 1, level at both ends."""
    held = np.clip(share, 0, 1)
    return np.asarray(held * held * (3 - 2 * held), np.float32)
