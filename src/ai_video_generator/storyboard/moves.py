"""Kinds of camera moves, and how far each goes in its time. Pure, and seeded."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from math import copysign, exp, inf
from random import Random

from ai_video_generator.storyboard.camera_path import (
    PEAK_SPEED,
    contained,
    pan_between,
    widest,
)
from ai_video_generator.storyboard.face_framing import nudged
from ai_video_generator.storyboard.picture_notes import PictureNotes, RegionKind
from ai_video_generator.storyboard.stage import Stage
from ai_video_generator.storyboard.storyboard import Framing
from ai_video_generator.storyboard.styles import Manner

_MAX_TURN_PER_S, _MAX_TURN_DEG = 0.12, 0.7
# Degrees: felt, but not seen as a crooked horizon; only a shot of full length turns so far.

_WHOLE_NEAR_ZOOM = 1.12
# Where the whole picture is to be seen, the camera only breathes.

_SOFT_ZOOM = 1.25
# A camera needs room to move: so near it goes to a picture that is soft then.

_HEAD_ROOM = 0.25
# Where a picture is taller than the frame, a quarter of what does not fit is cut at the top, the
# rest at the bottom: heads and horizons are in the upper half of most photos.

_TRACK_GROWTH = 1.04
# A pan that also grows a little looks less mechanical than one at an even zoom.

_CALM_SHARE = 0.4
# In silence the camera moves at this share of its speed.

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What a shot is about: a place of the picture.

    Attributes:
        center_x: Middle, 0..1 of the picture's width.
        center_y: Middle, 0..1 of the picture's height.
        width: Width, 0..1 of the picture's; 0 is a point.
        height: Height, 0..1 of the picture's.
    """

    center_x: float
    center_y: float
    width: float = 0.0
    height: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Where a move happens, and how far it may go.

    Attributes:
        stage: Where the picture is shown.
        manner: How fast the camera may be.
        brisk_s: Seconds that the move would take at its highest speed all the way.
        near: The tightest zoom.
        target: What the shot is about; None looks for a place by the rule of thirds.
        middle_y: Where wide views are centred, 0..1 of the picture's height.
        track_y: Where tracks go along, 0..1 of the picture's height.
        level_deg: Turn that corrects a crooked horizon, degrees.
        notes: What was seen in the picture, so that no face is cut; None where nobody looked.
    """

    stage: Stage
    manner: Manner
    brisk_s: float
    near: float
    target: Target | None
    middle_y: float
    track_y: float
    level_deg: float
    notes: PictureNotes | None

    @property
    def width(self) -> float:
        """Width of the widest view, as a share of the picture's width."""
        return widest(self.stage.picture_aspect, self.stage.frame_aspect)

    @property
    def height(self) -> float:
        """The same length as a share of the picture's height; above 1 in wide pictures."""
        return self.width * self.stage.picture_aspect

    @property
    def growth(self) -> float:
        """The largest zoom ratio of a move."""
        return min(self.near, exp(self.manner.zoom_per_s * self.brisk_s))

    @property
    def half_pan(self) -> float:
        """Half the longest way of a move near the picture, in widths of the widest view."""
        return self.manner.pan_per_s * self.brisk_s / self.near / 2


def ground(
    stage: Stage,
    manner: Manner,
    *,
    seconds: float,
    energy: float,
    whole: bool = False,
    sharp_zoom: float = inf,
    target: Target | None = None,
    horizon_y: float | None = None,
    level_deg: float = 0.0,
    notes: PictureNotes | None = None,
) -> Ground:
    """Say where a move happens.

    Args:
        stage: Where the picture is shown.
        manner: How fast the camera may be.
        seconds: Length of the move.
        energy: Loudness of the sound meanwhile, 0..1; the camera slows down in silence.
        whole: Whether all that fills the frame is to be seen.
        sharp_zoom: The tightest zoom at which the picture is still sharp; a little more is taken
            where that is hardly any.
        target: What the shot is about.
        horizon_y: Height of the horizon, 0..1 of the picture's height.
        level_deg: Turn that corrects a crooked horizon, degrees.
        notes: What was seen in the picture.
    """
    lively = _CALM_SHARE + (1 - _CALM_SHARE) * min(1.0, 2 * energy)
    height = widest(stage.picture_aspect, stage.frame_aspect) * stage.picture_aspect
    near = min(manner.near_zoom, max(_SOFT_ZOOM, sharp_zoom))
    middle_y = 0.5 - _HEAD_ROOM * (1 - height / stage.frame_aspect)
    return Ground(
        stage=stage,
        manner=manner,
        brisk_s=lively * seconds / PEAK_SPEED,
        near=_WHOLE_NEAR_ZOOM if stage.whole or whole else near,
        target=target,
        middle_y=middle_y,
        track_y=middle_y if horizon_y is None else horizon_y,
        level_deg=level_deg,
        notes=notes,
    )


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
        return Framing(
            center_x=on.target.center_x,
            center_y=on.target.center_y,
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


def _wide(random: Random, on: Ground) -> Move:
    """From the whole towards the subject."""
    return Framing(center_y=on.middle_y), _detail(random, on, on.growth)


def _push_in(random: Random, on: Ground) -> Move:
    """Nearer to a detail, as far as time allows."""
    near = _detail_zoom(on)
    end = _detail(random, on, near)
    return replace(end, zoom=max(1.0, near / on.growth), rotation_deg=0.0), end


def _pull_out(random: Random, on: Ground) -> Move:
    """From a detail towards the whole."""
    far, near = _push_in(random, on)
    middle = Framing(center_x=0.5, center_y=on.middle_y, zoom=far.zoom)
    return near, _toward(far, middle, 0.5)


def _track(random: Random, on: Ground) -> Move:
    """Sideways along the picture, nearly at an even zoom."""
    way = on.half_pan * on.width
    height = on.track_y + random.uniform(-0.04, 0.04)
    far = on.near / min(_TRACK_GROWTH, on.growth)
    middle = 0.5 if on.target is None else on.target.center_x
    left = Framing(center_x=middle - way, center_y=height, zoom=far)
    right = Framing(center_x=middle + way, center_y=height, zoom=on.near)
    return (left, right) if random.random() < 0.5 else (right, left)  # noqa: PLR2004 - a coin


def _tilt(random: Random, on: Ground) -> Move:
    """Up or down the picture, nearly at an even zoom."""
    way = on.half_pan * on.height
    side = 0.5 + random.uniform(-0.08, 0.08) if on.target is None else on.target.center_x
    far = on.near / min(_TRACK_GROWTH, on.growth)
    high = Framing(center_x=side, center_y=0.5 - way, zoom=far)
    low = Framing(center_x=side, center_y=0.5 + way, zoom=on.near)
    return (high, low) if random.random() < 0.5 else (low, high)  # noqa: PLR2004 - a coin


def _breathe_in(random: Random, on: Ground) -> Move:
    """From the whole picture a little closer, level, because its edges are seen."""
    return Framing(), Framing(center_y=0.5 + random.uniform(-0.03, 0.03), zoom=on.growth)


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
