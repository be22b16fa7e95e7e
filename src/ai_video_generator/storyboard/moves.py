"""Kinds of camera moves, and how far each goes in its time. Pure, and seeded."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from enum import StrEnum
from math import copysign
from random import Random

from ai_video_generator.storyboard.camera_path import contained
from ai_video_generator.storyboard.face_framing import on_stage
from ai_video_generator.storyboard.ground import Ground, Target
from ai_video_generator.storyboard.keeping import Move, calmed, keeping, toward
from ai_video_generator.storyboard.picture_notes import RegionKind
from ai_video_generator.storyboard.storyboard import Framing

_MAX_TURN_PER_S, _MAX_TURN_DEG = 0.12, 0.7
# Degrees: felt, but not seen as a crooked horizon; only a shot of full length turns so far.

_TRACK_GROWTH = 1.04
# A pan that also grows a little looks less mechanical than one at an even zoom.

_LEAD = 0.25
# A camera that arrives goes a quarter of half its way past the middle of what it looks for, so that
# there is more room where it came to.

_ROOM_ZOOM = 1.25
# A camera that goes over a picture needs room to move, even if its target is larger than the view.

_LEAST_NEAR = 1.08
# Nor does it stand still before a target that fills the picture.

_DETAIL_SHARE = 0.55
# A detail fills about half of the view: enough to be the subject, with air around it.


class Kind(StrEnum):
    """What a shot does."""

    WIDE = "wide"
    DETAIL = "detail"
    PULL_OUT = "pull-out"
    TRACK = "track"
    TILT = "tilt"
    BREATHE_IN = "breathe in"
    BREATHE_OUT = "breathe out"


WHOLE_KINDS = (Kind.BREATHE_IN, Kind.BREATHE_OUT)
"""What a shot does where the whole picture is to be seen."""


def move(kind: Kind, random: Random, on: Ground) -> Move:
    """A move of a kind: inside the picture, and no faster than its manner allows."""
    begin, finish = _MOVES[kind](random, on)
    notes = on.notes
    keeps = notes is not None and any(map(notes.of_kind, _KEPT_KINDS))
    if keeps:
        # A turn cuts off what touches the picture's border.
        begin, finish = replace(begin, rotation_deg=0.0), replace(finish, rotation_deg=0.0)
    begin, finish = (_levelled(framing, on) for framing in (begin, finish))
    turn = max(abs(begin.rotation_deg), abs(finish.rotation_deg))
    stage = on.stage
    begin, finish = (
        contained(framing, stage.picture_aspect, stage.frame_aspect, max_rotation_deg=turn)
        for framing in (begin, finish)
    )
    if notes is None or not keeps:
        return calmed(begin, finish, on)
    return keeping(begin, finish, on, notes)


_KEPT_KINDS = (RegionKind.FACE, RegionKind.TEXT)
# What must not be cut through.


def _levelled(framing: Framing, on: Ground) -> Framing:
    if on.level_deg == 0:
        return framing
    return replace(framing, rotation_deg=framing.rotation_deg + on.level_deg)


def _detail(random: Random, on: Ground, zoom: float) -> Framing:
    """A framing of the target, or about where the rule of thirds puts one."""
    turn = random.choice((0.0, 0.0, 1.0, -1.0)) * random.uniform(0.3, _MAX_TURN_DEG)
    turn = copysign(min(abs(turn), _MAX_TURN_PER_S * on.brisk_s), turn) if on.manner.turns else 0.0
    if on.target is not None:
        center_x, center_y = on.middle((on.target.center_x, on.target.center_y), zoom)
        return Framing(
            center_x=center_x,
            center_y=center_y,
            zoom=zoom,
            rotation_deg=turn if on.level_deg == 0 else 0.0,
        )
    center_x = 0.5 + random.choice((-1, 1)) * random.uniform(0.04, 0.14)
    center_y = on.middle_y + random.choice((-1, 1)) * random.uniform(0.02, 0.12)
    return Framing(center_x=center_x, center_y=center_y, zoom=zoom, rotation_deg=turn)


def _detail_zoom(on: Ground) -> float:
    """How near a detail is seen: the target fills about half of the view."""
    target = on.target
    if target is None or not target.width or not target.height:
        return on.near
    view_height = on.height / on.stage.frame_aspect
    zoom = _DETAIL_SHARE * min(on.width / target.width, view_height / target.height)
    return _whole_in(min(max(zoom, on.growth), on.near), on)


def _whole_in(zoom: float, on: Ground) -> float:
    """A zoom, lessened where the target would be cut."""
    return min(zoom, max(_LEAST_NEAR, on.holding_zoom))


def _whole(on: Ground) -> Framing:
    """The widest view, moved as little as shows the target whole."""
    center_x, center_y = on.middle((0.5, on.middle_y), 1.0)
    return Framing(center_x=center_x, center_y=center_y)


def _wide(random: Random, on: Ground) -> Move:
    """From the whole towards the subject."""
    return _whole(on), _detail(random, on, _whole_in(on.growth, on))


def _push_in(random: Random, on: Ground) -> Move:
    """Nearer to a detail, as far as time allows."""
    near = _detail_zoom(on)
    end = _detail(random, on, near)
    return replace(end, zoom=max(1.0, near / on.growth), rotation_deg=0.0), end


def _pull_out(random: Random, on: Ground) -> Move:
    """From a detail towards the whole."""
    far, near = _push_in(random, on)
    return near, toward(far, replace(_whole(on), zoom=far.zoom), 0.5)


def _track(random: Random, on: Ground) -> Move:
    """Sideways along the picture, nearly at an even zoom; to the target where there is one."""
    way = on.half_pan * on.width
    height = on.track_y + random.uniform(-0.04, 0.04)
    if on.target is not None:
        ends = [(on.target.center_x + side * way * _LEAD, height) for side in _SIDES]
        return _arrival(random, on, ends, (2 * way, 0.0))
    far = on.near / min(_TRACK_GROWTH, on.growth)
    left = Framing(center_x=0.5 - way, center_y=height, zoom=far)
    right = Framing(center_x=0.5 + way, center_y=height, zoom=on.near)
    return (left, right) if random.random() < 0.5 else (right, left)  # noqa: PLR2004 - a coin


def _tilt(random: Random, on: Ground) -> Move:
    """Up or down the picture, nearly at an even zoom; to the target where there is one."""
    way = on.half_pan * on.height
    if on.target is not None:
        x, y = on.target.center_x, on.target.center_y
        ends = [(x, y + side * way * _LEAD) for side in _SIDES]
        return _arrival(random, on, ends, (0.0, 2 * way))
    far = on.near / min(_TRACK_GROWTH, on.growth)
    across = 0.5 + random.uniform(-0.08, 0.08)
    high = Framing(center_x=across, center_y=0.5 - way, zoom=far)
    low = Framing(center_x=across, center_y=0.5 + way, zoom=on.near)
    return (high, low) if random.random() < 0.5 else (low, high)  # noqa: PLR2004 - a coin


_SIDES = (-1.0, 1.0)
# Left and right, or up and down.


def _arrival(
    random: Random, on: Ground, ends: Sequence[tuple[float, float]], way: tuple[float, float]
) -> Move:
    """A way that ends with the target in view, from the side that has more room for it.

    Args:
        random: Decides where both sides have enough.
        on: Where it happens.
        ends: Where the middle of the view should arrive, going to each of `_SIDES`.
        way: How far it goes, right and down.
    """
    near = min(on.near, max(_ROOM_ZOOM, on.holding_zoom))
    far = near / min(_TRACK_GROWTH, on.growth)
    aspects = (on.stage.picture_aspect, on.stage.frame_aspect)
    moves = []
    for side, wish in zip(_SIDES, ends, strict=True):
        x, y = on.middle(wish, near)
        end = contained(Framing(center_x=x, center_y=y, zoom=near), *aspects)
        x, y = end.center_x - side * way[0], end.center_y - side * way[1]
        begin = contained(Framing(center_x=x, center_y=y, zoom=far), *aspects)
        length = abs(end.center_x - begin.center_x) + abs(end.center_y - begin.center_y)
        moves.append((round(length, 3), random.random(), (begin, end)))
    return max(moves, key=lambda one: one[:2])[2]


def _breathe_in(random: Random, on: Ground) -> Move:
    """From the whole picture a little closer, level, because its edges are seen."""
    center_y, zoom = 0.5 + random.uniform(-0.03, 0.03), on.growth
    safe = None if on.notes is None else on.notes.safe_region
    if on.notes is None or safe is None:
        return Framing(), Framing(center_y=center_y, zoom=zoom)
    about = replace(on, target=Target.of(on_stage(safe, on.notes.size, on.stage)))
    zoom = min(zoom, about.holding_zoom)
    (begin_x, begin_y), (end_x, end_y) = (
        about.middle(wish, near) for wish, near in (((0.5, 0.5), 1.0), ((0.5, center_y), zoom))
    )
    return (
        Framing(center_x=begin_x, center_y=begin_y),
        Framing(center_x=end_x, center_y=end_y, zoom=zoom),
    )


def _breathe_out(random: Random, on: Ground) -> Move:
    """From a little closer to the whole picture."""
    close, wide = _breathe_in(random, on)
    return wide, close


_MOVES: dict[Kind, Callable[[Random, Ground], Move]] = {
    Kind.WIDE: _wide,
    Kind.DETAIL: _push_in,
    Kind.PULL_OUT: _pull_out,
    Kind.TRACK: _track,
    Kind.TILT: _tilt,
    Kind.BREATHE_IN: _breathe_in,
    Kind.BREATHE_OUT: _breathe_out,
}
