"""A shot in depth made ready: what it turns round, where it goes, how close it has to be."""

from dataclasses import dataclass, replace
from math import copysign
from random import Random
from typing import Protocol

import numpy as np

from ai_video_generator.models._camera import Take
from ai_video_generator.models._outlines import Floats
from ai_video_generator.models._plates import Plate
from ai_video_generator.models._relief import Relief
from ai_video_generator.storyboard.camera_path import View, half_extents, view_at
from ai_video_generator.storyboard.storyboard import DepthMove, Shot

APART = 0.04
# Way of the nearest against the farthest pixel over a shot of strength 1, in widths of the frame,
# as the storyboard defines it.

_RISE = 0.25
# An orbit rises or falls by a quarter of its way at most: eyes expect a camera to move sideways.

_PAN_SEEN = 0.01
# A pan shorter than a hundredth of the picture has no direction that an orbit would contradict.

_PIVOT_SHARE = 0.1
# The subject is what lies in the middle tenth of the view.


class Flow(Protocol):
    """A small motion of parts of a picture."""

    def moved(self, x: Floats, y: Floats, time_s: float) -> tuple[Floats, Floats]:
        """Where places, 0..1 of what the camera moves over, come from at a time; the same shape."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DepthTake:
    """A shot in depth with all that is needed to draw any of its frames.

    Attributes:
        plain: The shot without depth.
        relief: The surfaces of the picture, laid on its stage.
        behind: What the far surface shows, at the same scale.
        pivot: Nearness of what keeps its place.
        heading: Direction in which near things go, columns and rows: ORBIT; their sum of squares
            is 1 or less.
        sign: Whether a DOLLY or VERTIGO goes towards the picture (1) or away from it (-1).
        closer: Share of the view's width that is shown, so that nothing beyond the edge is.
        flow: What moves within the picture; None where nothing does.
    """

    plain: Take
    relief: Relief
    behind: Plate
    pivot: float = 0.0
    heading: tuple[float, float] = (1.0, 0.0)
    sign: float = 1.0
    closer: float = 1.0
    flow: Flow | None = None

    def nearness_at(self, view: View, x: float, y: float) -> float:
        """Nearness of what is seen at a place of the frame, 0..1 right and down."""
        height, width = self.relief.near.shape
        stage = self.plain.stage
        across = view.center_x + (x - 0.5) * view.width
        upward = view.center_y + (y - 0.5) * view.width * stage.picture_aspect / stage.frame_aspect
        column = min(width - 1, max(0, int(across * width)))
        row = min(height - 1, max(0, int(upward * height)))
        return float(self.relief.near[row, column])


def depth_take(plain: Take, relief: Relief, behind: Plate, flow: Flow | None = None) -> DepthTake:
    """Make a shot in depth ready: where it turns, where it goes, how close it has to be."""
    shot = plain.shot
    random = Random(shot.index * 7919 + shot.picture)  # noqa: S311 - camera moves are no secret
    pan = shot.framing_end.center_x - shot.framing_start.center_x
    side = random.choice((-1.0, 1.0))
    if abs(pan) > _PAN_SEEN:
        # A camera that goes right sees near things go left.
        side = -copysign(1.0, pan)
    rise = random.uniform(-_RISE, _RISE)
    sign = random.choice((-1.0, 1.0))
    if shot.framing_end.zoom != shot.framing_start.zoom:
        sign = copysign(1.0, shot.framing_end.zoom - shot.framing_start.zoom)
    take = DepthTake(
        plain=plain,
        relief=relief,
        behind=behind,
        pivot=_pivot(shot, relief),
        heading=(side * (1 - rise * rise) ** 0.5, rise),
        sign=sign,
        flow=flow,
    )
    return replace(take, closer=_closer(take))


def _pivot(shot: Shot, relief: Relief) -> float:
    """Nearness of what a move turns round."""
    if relief.holds_still or shot.depth_move is DepthMove.DOLLY:
        return 0.0
    height, width = relief.near.shape
    x = (shot.framing_start.center_x + shot.framing_end.center_x) / 2 * width
    y = (shot.framing_start.center_y + shot.framing_end.center_y) / 2 * height
    half = max(1.0, _PIVOT_SHARE / 2 * max(width, height))
    rows = slice(max(0, int(y - half)), int(y + half) + 1)
    columns = slice(max(0, int(x - half)), int(x + half) + 1)
    return float(np.median(relief.near[rows, columns]))


def _closer(take: DepthTake) -> float:
    """How much closer the camera must be for a move not to look beyond the picture's edge.

    Views lie on a straight way between two framings, and what is needed grows evenly with a view's
    width: what is enough at both ends is enough between them.
    """
    shot, stage = take.plain.shot, take.plain.stage
    if take.relief.holds_still or shot.depth_move is DepthMove.NONE:
        return 1.0
    apart = APART * shot.depth_strength
    lowest, highest = float(take.relief.far.min()), float(take.relief.near.max())
    most = max(abs(highest - take.pivot), abs(lowest - take.pivot))
    if shot.depth_move is DepthMove.ORBIT:
        shift, growth = apart / 2 * most, 1.0
    else:
        shift, growth = 0.0, (1 + apart * most) / (1 - apart)
    result = 1.0
    for frame_index in (shot.start_frame, shot.end_frame - 1):
        view = view_at(shot, frame_index, stage.picture_aspect, stage.frame_aspect)
        halves = half_extents(
            view.width, view.rotation_deg, stage.picture_aspect, stage.frame_aspect
        )
        for half, center, heading, aspect in (
            (halves[0], view.center_x, take.heading[0], 1.0),
            (halves[1], view.center_y, take.heading[1], stage.picture_aspect),
        ):
            needed = half * growth + shift * abs(heading) * view.width * aspect
            result = min(result, min(center, 1 - center) / needed)
    return result
