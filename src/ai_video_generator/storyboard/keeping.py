"""A move made slow enough for its style, and safe for faces and writing. Pure arithmetic."""

from dataclasses import replace

from ai_video_generator.storyboard.camera_path import pan_between
from ai_video_generator.storyboard.face_framing import nudged
from ai_video_generator.storyboard.ground import Ground
from ai_video_generator.storyboard.picture_notes import PictureNotes
from ai_video_generator.storyboard.storyboard import Framing

Move = tuple[Framing, Framing]
"""Where a shot begins, and where it ends."""


def keeping(begin: Framing, finish: Framing, on: Ground, notes: PictureNotes) -> Move:
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
        if obeys(begin, finish, *_on_the_way(begin, finish)):
            return begin, finish
        begin, finish = kept(begin), kept(finish)
    # No way over the picture keeps the faces: towards them or away then, from the wider view.
    wide = min(begin, finish, key=lambda framing: framing.zoom)
    near = replace(wide, zoom=wide.zoom * on.growth)
    while not obeys(near, *_on_the_way(wide, near)) and near.zoom > wide.zoom * _LEAST_GROWTH:
        near = replace(near, zoom=(near.zoom * wide.zoom) ** 0.5)
    if not obeys(near):
        near = wide
    return (wide, near) if begin.zoom <= finish.zoom else (near, wide)


_TRIES = 3
# Each time the speed is cut the view may have to give way again.
_LEAST_GROWTH = 1.005
# Slower is standing still.
_SAME = 1e-6
_STEPS = 15
# A face that is whole at both ends may be cut between them, if only for a moment; so many places on
# the way are looked at.


def _alike(one: Framing, other: Framing) -> bool:
    return (
        abs(one.center_x - other.center_x) < _SAME
        and abs(one.center_y - other.center_y) < _SAME
        and abs(one.zoom / other.zoom - 1) < _SAME
    )


def _on_the_way(begin: Framing, finish: Framing) -> list[Framing]:
    """Framings between two: middle and width of the view go straight from one to the other."""
    return [_between(begin, finish, step / (_STEPS + 1)) for step in range(1, _STEPS + 1)]


def _between(begin: Framing, finish: Framing, share: float) -> Framing:
    return replace(
        begin,
        zoom=1 / ((1 - share) / begin.zoom + share / finish.zoom),
        center_x=begin.center_x + (finish.center_x - begin.center_x) * share,
        center_y=begin.center_y + (finish.center_y - begin.center_y) * share,
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
        return toward(begin, finish, longest / way), finish
    return begin, toward(finish, begin, longest / way)


def toward(near: Framing, far: Framing, share: float) -> Framing:
    """A framing moved nearer to another: only a share of the way between them is left."""
    return replace(
        near,
        center_x=far.center_x + (near.center_x - far.center_x) * share,
        center_y=far.center_y + (near.center_y - far.center_y) * share,
    )
