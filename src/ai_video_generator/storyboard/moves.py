"""Kinds of camera moves, and how far each goes in its time. Pure, and seeded."""

from collections.abc import Callable
from dataclasses import replace
from enum import StrEnum
from math import copysign
from random import Random

from ai_video_generator.storyboard.camera_path import contained, pan_between
from ai_video_generator.storyboard.face_framing import nudged, on_stage
from ai_video_generator.storyboard.ground import Ground, Target
from ai_video_generator.storyboard.picture_notes import PictureNotes, RegionKind
from ai_video_generator.storyboard.storyboard import Framing

_MAX_TURN_PER_S, _MAX_TURN_DEG = 0.12, 0.7
# Degrees: felt, but not seen as a crooked horizon; only a shot of full length turns so far.

_TRACK_GROWTH = 1.04
# A pan that also grows a little looks less mechanical than one at an even zoom.

_LEAD = 0.25
# A camera that arrives goes a quarter of half its way past the middle of what it looks for, so that
# there is more room where it came to.

_ASIDE = 0.1
# What lies farther from the middle than a tenth of the picture has more of it on one side.

_DETAIL_SHARE = 0.55
# A detail fills about half of the view: enough to be the subject, with air around it.

Move = tuple[Framing, Framing]


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
    return _keeping(begin, finish, on, notes)


_KEPT_KINDS = (RegionKind.FACE, RegionKind.TEXT)
# What must not be cut through.


def _keeping(begin: Framing, finish: Framing, on: Ground, notes: PictureNotes) -> Move:
    """The nearest move that cuts through no face and leaves none out that it could hold.

    Views between two that hold a face hold it too, because a shot goes straight from one to the
    other (see `camera_path.contained`).
    """
    turn = max(abs(begin.rotation_deg), abs(finish.rotation_deg))

    def kept(framing: Framing) -> Framing:
        return nudged(framing, notes, on.stage, max_rotation_deg=turn)

    def obeys(*framings: Framing) -> bool:
        return all(_alike(framing, kept(framing)) for framing in framings)

    begin, finish = kept(begin), kept(finish)
    for _ in range(_TRIES):
        begin, finish = calmed(*_slowed(begin, finish, on), on)
        if obeys(begin, finish, _between(begin, finish)):
            return begin, finish
        begin, finish = kept(begin), kept(finish)
    # No way over the picture keeps the faces: towards them or away then, from the wider view.
    wide = min(begin, finish, key=lambda framing: framing.zoom)
    near = replace(wide, zoom=wide.zoom * on.growth)
    while not obeys(near, _between(wide, near)) and near.zoom > wide.zoom * _LEAST_GROWTH:
        near = replace(near, zoom=(near.zoom * wide.zoom) ** 0.5)
    if not obeys(near):
        near = wide
    return (wide, near) if begin.zoom <= finish.zoom else (near, wide)


_TRIES = 3
# Each time the speed is cut the view may have to give way again.
_LEAST_GROWTH = 1.005
# Slower is standing still.
_SAME = 1e-6


def _alike(one: Framing, other: Framing) -> bool:
    return (
        abs(one.center_x - other.center_x) < _SAME
        and abs(one.center_y - other.center_y) < _SAME
        and abs(one.zoom / other.zoom - 1) < _SAME
    )


def _between(begin: Framing, finish: Framing) -> Framing:
    """The framing halfway: middle and width of the view are the means."""
    return replace(
        begin,
        zoom=2 / (1 / begin.zoom + 1 / finish.zoom),
        center_x=(begin.center_x + finish.center_x) / 2,
        center_y=(begin.center_y + finish.center_y) / 2,
    )


def _slowed(begin: Framing, finish: Framing, on: Ground) -> Move:
    """Bring the nearer end back to what the camera reaches in time."""
    if finish.zoom > begin.zoom * on.growth:
        return begin, replace(finish, zoom=begin.zoom * on.growth)
    if begin.zoom > finish.zoom * on.growth:
        return replace(begin, zoom=finish.zoom * on.growth), finish
    return begin, finish


def calmed(begin: Framing, finish: Framing, on: Ground) -> Move:
    """Shorten the way of a move that is too fast, at its nearer end, which has room around it."""
    way = pan_between(begin, finish, on.stage.picture_aspect, on.stage.frame_aspect)
    longest = on.manner.pan_per_s * on.brisk_s
    if way <= longest:
        return begin, finish
    if begin.zoom > finish.zoom:
        return _toward(begin, finish, longest / way), finish
    return begin, _toward(finish, begin, longest / way)


def _levelled(framing: Framing, on: Ground) -> Framing:
    if on.level_deg == 0:
        return framing
    return replace(framing, rotation_deg=framing.rotation_deg + on.level_deg)


def _toward(near: Framing, far: Framing, share: float) -> Framing:
    return replace(
        near,
        center_x=far.center_x + (near.center_x - far.center_x) * share,
        center_y=far.center_y + (near.center_y - far.center_y) * share,
    )


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
    return min(max(zoom, on.growth), on.near)


def _whole(on: Ground) -> Framing:
    """The widest view, moved as little as shows the target whole."""
    center_x, center_y = on.middle((0.5, on.middle_y), 1.0)
    return Framing(center_x=center_x, center_y=center_y)


def _wide(random: Random, on: Ground) -> Move:
    """From the whole towards the subject."""
    return _whole(on), _detail(random, on, on.growth)


def _push_in(random: Random, on: Ground) -> Move:
    """Nearer to a detail, as far as time allows."""
    near = _detail_zoom(on)
    end = _detail(random, on, near)
    return replace(end, zoom=max(1.0, near / on.growth), rotation_deg=0.0), end


def _pull_out(random: Random, on: Ground) -> Move:
    """From a detail towards the whole."""
    far, near = _push_in(random, on)
    return near, _toward(far, replace(_whole(on), zoom=far.zoom), 0.5)


def _track(random: Random, on: Ground) -> Move:
    """Sideways along the picture, nearly at an even zoom; to the target where there is one."""
    way = on.half_pan * on.width
    height = on.track_y + random.uniform(-0.04, 0.04)
    far = on.near / min(_TRACK_GROWTH, on.growth)
    if on.target is not None:
        side = _side(random, on.target.center_x)
        x, y = on.middle((on.target.center_x + side * way * _LEAD, height), on.near)
        return (
            Framing(center_x=x - side * 2 * way, center_y=y, zoom=far),
            Framing(center_x=x, center_y=y, zoom=on.near),
        )
    left = Framing(center_x=0.5 - way, center_y=height, zoom=far)
    right = Framing(center_x=0.5 + way, center_y=height, zoom=on.near)
    return (left, right) if random.random() < 0.5 else (right, left)  # noqa: PLR2004 - a coin


def _tilt(random: Random, on: Ground) -> Move:
    """Up or down the picture, nearly at an even zoom; to the target where there is one."""
    way = on.half_pan * on.height
    far = on.near / min(_TRACK_GROWTH, on.growth)
    if on.target is not None:
        side = _side(random, on.target.center_y)
        wish = (on.target.center_x, on.target.center_y + side * way * _LEAD)
        x, y = on.middle(wish, on.near)
        return (
            Framing(center_x=x, center_y=y - side * 2 * way, zoom=far),
            Framing(center_x=x, center_y=y, zoom=on.near),
        )
    across = 0.5 + random.uniform(-0.08, 0.08)
    high = Framing(center_x=across, center_y=0.5 - way, zoom=far)
    low = Framing(center_x=across, center_y=0.5 + way, zoom=on.near)
    return (high, low) if random.random() < 0.5 else (low, high)  # noqa: PLR2004 - a coin


def _side(random: Random, place: float) -> float:
    """Which way to go to a place, 1 or -1: from the side that has more of the picture."""
    if abs(place - 0.5) > _ASIDE:
        return copysign(1.0, place - 0.5)
    return random.choice((-1.0, 1.0))


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
