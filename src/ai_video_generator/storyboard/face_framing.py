"""Moves or widens a framing so that no face is cut through or left out. Pure arithmetic.

The rule: as many faces as the stage's widest view can hold together, the weightiest first, are
held; any other lies wholly outside, where any place of a view allows that. The held ones keep as
much of the room round their heads as fits and cuts through no other face. Writing is kept whole
only where moving alone can do it. Among all framings that obey, the nearest to the wished one is
taken: with a view of given size its middle is either the wished one or touches the edge of some
face, so that trying those is trying all.

When both ends of a shot hold a box for the shot's largest turn, so does every view between them:
the views (centre, width) that hold a box form a convex set, and a shot goes straight from one to
the other (see `camera_path.contained`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import cos, radians, sin

import numpy as np
from numpy.typing import NDArray

from ai_video_generator.media.resolution import Resolution
from ai_video_generator.storyboard.camera_path import contained, widest
from ai_video_generator.storyboard.picture_notes import Box, PictureNotes, RegionKind, union
from ai_video_generator.storyboard.stage import Stage
from ai_video_generator.storyboard.storyboard import Framing

_ROOMS = (1.0, 0.75, 0.5, 0.25, 0.0)
# Shares of the room round a head that are tried, the whole first.

_ZOOM_STEPS = 12
# Sizes of view between the wished and the widest that are tried: a fifteenth of the way each is not
# seen.

_MOST_FACES, _MOST_TEXTS = 12, 6
# In a crowd the smallest faces are a texture; this bounds the work to some milliseconds.

_SLACK = 1e-9
# Rounding of the arithmetic, as a share of the picture.


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What a turned view is sure to show, and where it may lie. Shares of the picture.

    Attributes:
        inner_x: Half the width of the upright box inside the view.
        inner_y: Half of that box's height.
        outer_x: Half the width of the upright box round the view: its middle lies so far from the
            picture's sides at least.
        outer_y: Half of that box's height.
    """

    inner_x: float
    inner_y: float
    outer_x: float
    outer_y: float


def sight(framing: Framing, stage: Stage, *, max_rotation_deg: float = 0.0) -> Sight:
    """What a framing is sure to show in any turn up to the shot's largest.

    Args:
        framing: The framing.
        stage: Where the picture is shown.
        max_rotation_deg: Largest turn of the shot, degrees.
    """
    turn_deg = max(abs(framing.rotation_deg), abs(max_rotation_deg))
    turn, aspect = radians(turn_deg), stage.frame_aspect
    half = widest(stage.picture_aspect, aspect) / framing.zoom / 2
    half /= cos(turn) + sin(turn) * max(aspect, 1 / aspect)
    corner = contained(
        replace(framing, center_x=0.0, center_y=0.0),
        stage.picture_aspect,
        aspect,
        max_rotation_deg=turn_deg,
    )
    return Sight(
        inner_x=half,
        inner_y=half * stage.picture_aspect / aspect,
        outer_x=corner.center_x,
        outer_y=corner.center_y,
    )


def held(box: Box, framing: Framing, stage: Stage, *, max_rotation_deg: float = 0.0) -> bool:
    """Whether a framing shows a box of its stage whole."""
    seen = sight(framing, stage, max_rotation_deg=max_rotation_deg)
    return (
        framing.center_x - seen.inner_x <= box.left + _SLACK
        and framing.center_x + seen.inner_x >= box.right - _SLACK
        and framing.center_y - seen.inner_y <= box.top + _SLACK
        and framing.center_y + seen.inner_y >= box.bottom - _SLACK
    )


def cut(box: Box, framing: Framing, stage: Stage, *, max_rotation_deg: float = 0.0) -> bool:
    """Whether the edge of a framing may go through a box of its stage."""
    seen = sight(framing, stage, max_rotation_deg=max_rotation_deg)
    apart = (
        framing.center_x - seen.outer_x >= box.right - _SLACK
        or framing.center_x + seen.outer_x <= box.left + _SLACK
        or framing.center_y - seen.outer_y >= box.bottom - _SLACK
        or framing.center_y + seen.outer_y <= box.top + _SLACK
    )
    return not apart and not held(box, framing, stage, max_rotation_deg=max_rotation_deg)


def on_stage(box: Box, picture: Resolution, stage: Stage) -> Box:
    """Where a box of the picture lies on what the camera moves over.

    Args:
        box: In shares of the picture.
        picture: Size of the picture.
        stage: Where it is shown; with a surround the picture is only a part of the stage.
    """
    if not stage.surround:
        return box
    across = min(1.0, picture.aspect / stage.picture_aspect)
    upward = min(1.0, stage.picture_aspect / picture.aspect)
    return Box(
        left=0.5 + (box.left - 0.5) * across,
        top=0.5 + (box.top - 0.5) * upward,
        right=0.5 + (box.right - 0.5) * across,
        bottom=0.5 + (box.bottom - 0.5) * upward,
    )


def nudged(
    framing: Framing, notes: PictureNotes, stage: Stage, *, max_rotation_deg: float = 0.0
) -> Framing:
    """Move a framing, and widen it where that is not enough, by the rule of this module.

    Args:
        framing: The framing wished for.
        notes: What was seen in the picture.
        stage: Where the picture is shown.
        max_rotation_deg: Largest turn of the shot, degrees.

    Returns:
        A framing inside the picture with the same turn; the wished one (contained) where it obeys.
    """
    faces = [
        (
            on_stage(region.box.inside_picture(), notes.size, stage),
            on_stage(region.kept_box, notes.size, stage),
        )
        for region in notes.of_kind(RegionKind.FACE)[:_MOST_FACES]
    ]
    texts = [
        on_stage(region.kept_box, notes.size, stage)
        for region in notes.of_kind(RegionKind.TEXT)[:_MOST_TEXTS]
    ]
    turn_deg = max(abs(framing.rotation_deg), abs(max_rotation_deg))
    wished = _contained(framing, stage, turn_deg)
    if not faces and not texts:
        return wished
    wide = _contained(replace(wished, zoom=1.0), stage, turn_deg)
    views = [
        (zoom, sight(replace(wished, zoom=zoom), stage, max_rotation_deg=turn_deg))
        for zoom in _zooms(wished.zoom, wide.zoom)
    ]
    widest_view = views[-1][1]
    chosen, rest = _parted(faces, widest_view)
    best, fewest = wished, len(faces) + 1
    for together in _roomy(chosen, widest_view):
        # The first view that is wide enough. A wider one would not cut through fewer of the rest:
        # where it leaves a face out, so does the part of it that is as small as this one.
        zoom, view = next(pair for pair in views if together is None or _fits(together, pair[1]))
        found, cut_count = _nearest(replace(wished, zoom=zoom), view, together, rest, texts)
        if cut_count < fewest:
            best, fewest = found, cut_count
        if fewest == 0:
            break
    return best


def _contained(framing: Framing, stage: Stage, turn_deg: float) -> Framing:
    return contained(framing, stage.picture_aspect, stage.frame_aspect, max_rotation_deg=turn_deg)


def _zooms(wished: float, wide: float) -> list[float]:
    """From the wished zoom to the widest, by even factors."""
    return [wished * (wide / wished) ** (step / _ZOOM_STEPS) for step in range(_ZOOM_STEPS)] + [
        wide
    ]


def _fits(box: Box, view: Sight) -> bool:
    """Whether a view can lie in the picture and hold a box."""
    return all(low <= high + _SLACK for low, high in _middles(box, view))


def _middles(box: Box | None, view: Sight) -> tuple[tuple[float, float], tuple[float, float]]:
    """Where the middle of a view may lie, across and upward, for it to hold a box."""
    if box is None:
        return (view.outer_x, 1 - view.outer_x), (view.outer_y, 1 - view.outer_y)
    return (
        (
            max(box.right - view.inner_x, view.outer_x),
            min(box.left + view.inner_x, 1 - view.outer_x),
        ),
        (
            max(box.bottom - view.inner_y, view.outer_y),
            min(box.top + view.inner_y, 1 - view.outer_y),
        ),
    )


def _parted(
    faces: Sequence[tuple[Box, Box]], wide: Sight
) -> tuple[list[tuple[Box, Box]], list[tuple[Box, Box]]]:
    """The faces that the widest view can hold together, the weightiest first, and the others."""
    chosen: list[tuple[Box, Box]] = []
    rest: list[tuple[Box, Box]] = []
    for face in faces:
        whole = union([bare for bare, _ in [*chosen, face]])
        fits = whole is not None and _fits(whole, wide)
        (chosen if fits else rest).append(face)
    return chosen, rest


def _roomy(chosen: Sequence[tuple[Box, Box]], wide: Sight) -> list[Box | None]:
    """What is to be held, with all the room round the heads that fits, then with less."""
    boxes = [union([_between(*face, room) for face in chosen]) for room in _ROOMS]
    return [box for box in boxes if box is not None and _fits(box, wide)] or [None]


def _between(bare: Box, kept: Box, room: float) -> Box:
    return Box(
        left=bare.left + (kept.left - bare.left) * room,
        top=bare.top + (kept.top - bare.top) * room,
        right=bare.right + (kept.right - bare.right) * room,
        bottom=bare.bottom + (kept.bottom - bare.bottom) * room,
    )


def _nearest(
    wished: Framing,
    view: Sight,
    together: Box | None,
    rest: Sequence[tuple[Box, Box]],
    texts: Sequence[Box],
) -> tuple[Framing, int]:
    """The best place of a view: by faces, heads and texts cut, then by its way; the faces cut."""
    groups = [[bare for bare, _ in rest], [kept for _, kept in rest], list(texts)]
    (low_x, high_x), (low_y, high_y) = _middles(together, view)
    edges = [box for group in groups for box in group]
    xs = _stops(
        wished.center_x,
        low_x,
        high_x,
        [(box.left, box.right) for box in edges],
        (view.inner_x, view.outer_x),
    )
    ys = _stops(
        wished.center_y,
        low_y,
        high_y,
        [(box.top, box.bottom) for box in edges],
        (view.inner_y, view.outer_y),
    )
    away = np.hypot(xs[None, :] - wished.center_x, ys[:, None] - wished.center_y)
    counts = [_cut_count(xs, ys, view, group) for group in groups]
    order = np.lexsort((away.ravel(), *(count.ravel() for count in reversed(counts))))
    row, column = np.unravel_index(int(order[0]), away.shape)
    placed = replace(wished, center_x=float(xs[column]), center_y=float(ys[row]))
    return placed, int(counts[0][row, column])


def _stops(
    wished: float,
    low: float,
    high: float,
    edges: Sequence[tuple[float, float]],
    halves: tuple[float, float],
) -> NDArray[np.float64]:
    """Middles worth trying along one axis: the wished one, and where the view touches an edge."""
    inner, outer = halves
    stops = {wished, low, high}
    for near, far in edges:
        stops |= {far - inner, near + inner, far + outer, near - outer}
    if low > high:
        return np.array([(low + high) / 2])
    return np.array(sorted({min(max(stop, low), high) for stop in stops}))


def _cut_count(
    xs: NDArray[np.float64], ys: NDArray[np.float64], view: Sight, boxes: Sequence[Box]
) -> NDArray[np.int64]:
    """How many boxes a view cuts through, for each middle, ``(y, x)``."""
    counts = np.zeros((len(ys), len(xs)), np.int64)
    for box in boxes:
        inside_x = (xs - view.inner_x <= box.left + _SLACK) & (
            xs + view.inner_x >= box.right - _SLACK
        )
        inside_y = (ys - view.inner_y <= box.top + _SLACK) & (
            ys + view.inner_y >= box.bottom - _SLACK
        )
        apart_x = (xs - view.outer_x >= box.right - _SLACK) | (
            xs + view.outer_x <= box.left + _SLACK
        )
        apart_y = (ys - view.outer_y >= box.bottom - _SLACK) | (
            ys + view.outer_y <= box.top + _SLACK
        )
        whole = inside_x[None, :] & inside_y[:, None]
        apart = apart_x[None, :] | apart_y[:, None]
        counts += ~(whole | apart)
    return counts
