"""Decides what the camera does: how long each shot lasts and where it moves. Pure, and seeded.

The bounds keep a move calm enough to watch for minutes: at most `_MAX_ZOOM_PER_S`, `_MAX_PAN_PER_S`
and `_MAX_TURN_PER_S`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import ceil, copysign, exp
from random import Random

from ai_video_generator.media.timeline import Timeline
from ai_video_generator.storyboard.camera_path import PEAK_SPEED, contained, pan_between, widest
from ai_video_generator.storyboard.stage import Stage
from ai_video_generator.storyboard.storyboard import Framing, Shot, Storyboard

_SHOT_S = 8.0
# Wished length of a shot. Slide-show editors default to 5..10 s a still; below 6 s moves feel
# hurried.

_MAX_SHOT_S = 12.0
# A longer move either crawls or leaves the picture.

_DISSOLVE_S = 0.9
# Soft enough not to be seen as a cut, short enough that two pictures are not read at once.

_MAX_DISSOLVE_SHARE = 0.25
# A short shot dissolves for a quarter of its length at most, so that half of it is seen alone.

_MAX_ZOOM_PER_S, _MAX_PAN_PER_S = 0.033, 0.04
# Growth of the picture a second, and way of its middle a second as a share of the view's width,
# where a move is fastest. At 1080p a pan is then at most 77 pixels a second, 2 degrees of sight a
# second on a screen that fills 50 degrees.

_MAX_TURN_PER_S = 0.12
# Degrees; so that only a shot of full length turns by `_MAX_TURN_DEG`.

_NEAR_ZOOM = 1.32
# The tightest view: three quarters of the picture's width, so that a photo of output size is
# magnified only 1.3 times.

_WHOLE_NEAR_ZOOM = 1.12
# Where the whole picture is to be seen, the camera only breathes.

_HEAD_ROOM = 0.25
# Where a picture is taller than the frame, a quarter of what does not fit is cut at the top, the
# rest at the bottom: heads and horizons are in the upper half of most photos.

_MAX_TURN_DEG = 0.7
# Felt, but not seen as a crooked horizon.

_TRACK_GROWTH = 1.04
# A pan that also grows a little looks less mechanical than one at an even zoom.


Move = tuple[Framing, Framing]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Room:
    """What a move may use.

    Attributes:
        brisk_s: Seconds that the move would take at its highest speed all the way.
        near: The tightest zoom.
        width: Width of the widest view, as a share of the picture's width.
        height: The same length as a share of the picture's height; above 1 in wide pictures.
        middle_y: Where views are centred, 0..1 of the picture's height.
    """

    brisk_s: float
    near: float
    width: float
    height: float
    middle_y: float

    @property
    def growth(self) -> float:
        """The largest zoom ratio of a move."""
        return min(self.near, exp(_MAX_ZOOM_PER_S * self.brisk_s))

    @property
    def half_pan(self) -> float:
        """Half the longest way of a move near the picture, in widths of the widest view."""
        return _MAX_PAN_PER_S * self.brisk_s / self.near / 2


def _somewhere(random: Random, zoom: float, room: _Room) -> Framing:
    """A framing off the middle, about where the rule of thirds puts it."""
    center_x = 0.5 + random.choice((-1, 1)) * random.uniform(0.04, 0.14)
    center_y = room.middle_y + random.choice((-1, 1)) * random.uniform(0.02, 0.12)
    turn = random.choice((0.0, 0.0, 1.0, -1.0)) * random.uniform(0.3, _MAX_TURN_DEG)
    turn = copysign(min(abs(turn), _MAX_TURN_PER_S * room.brisk_s), turn)
    return Framing(center_x=center_x, center_y=center_y, zoom=zoom, rotation_deg=turn)


def _push_in(random: Random, room: _Room) -> Move:
    """From a wide view to a detail."""
    wide = random.uniform(1.0, max(1.0, room.near / room.growth))
    return Framing(center_y=room.middle_y, zoom=wide), _somewhere(random, wide * room.growth, room)


def _pull_out(random: Random, room: _Room) -> Move:
    """From a detail to a wide view."""
    wide, close = _push_in(random, room)
    return close, wide


def _track(random: Random, room: _Room) -> Move:
    """Sideways along the picture, nearly at an even zoom."""
    way = room.half_pan * room.width
    height = room.middle_y + random.uniform(-0.08, 0.08)
    far = room.near / min(_TRACK_GROWTH, room.growth)
    left = Framing(center_x=0.5 - way, center_y=height, zoom=far)
    right = Framing(center_x=0.5 + way, center_y=height, zoom=room.near)
    return (left, right) if random.random() < 0.5 else (right, left)  # noqa: PLR2004 - a coin


def _tilt(random: Random, room: _Room) -> Move:
    """Up or down the picture, nearly at an even zoom."""
    way = room.half_pan * room.height
    side = 0.5 + random.uniform(-0.08, 0.08)
    far = room.near / min(_TRACK_GROWTH, room.growth)
    high = Framing(center_x=side, center_y=0.5 - way, zoom=far)
    low = Framing(center_x=side, center_y=0.5 + way, zoom=room.near)
    return (high, low) if random.random() < 0.5 else (low, high)  # noqa: PLR2004 - a coin


_MOVES: tuple[Callable[[Random, _Room], Move], ...] = (_push_in, _track, _pull_out, _tilt)


def _breathe_in(random: Random, room: _Room) -> Move:
    """From the whole picture a little closer, level, because its edges are seen."""
    return Framing(), Framing(center_y=0.5 + random.uniform(-0.03, 0.03), zoom=room.growth)


def _breathe_out(random: Random, room: _Room) -> Move:
    """From a little closer to the whole picture."""
    close, wide = _breathe_in(random, room)
    return wide, close


_WHOLE_MOVES = (_breathe_in, _breathe_out)


def direct(stages: Sequence[Stage], timeline: Timeline, *, seed: int = 0) -> Storyboard:
    """Lay shots over a timeline.

    The first shot begins wide, so that the picture is seen before its parts are. Every picture gets
    an equal share of the time, in order; a share longer than a shot is split into several, each
    with a move of another kind than the one before, dissolving softly into each other. Where there
    are more pictures than frames, the last ones are not shown.

    Args:
        stages: Where each picture is shown; at least one.
        timeline: Frames of the video.
        seed: The same seed gives the same storyboard.
    """
    random = Random(seed)  # noqa: S311 - camera moves are no secret
    spans = _spans(len(stages), timeline, random)
    shots = []
    for index, (picture, start, end) in enumerate(spans):
        first = start - (_dissolve(spans, index, timeline) if index else 0)
        move_s = float((end - first - 1) / timeline.frame_rate)
        begin, finish = _move(random, stages[picture], move_s, index)
        shots.append(
            Shot(
                index=index,
                picture=picture,
                start_frame=first,
                frame_count=end - first,
                framing_start=begin,
                framing_end=finish,
            )
        )
    return Storyboard(frame_count=timeline.frame_count, shots=tuple(shots))


def _move(random: Random, stage: Stage, move_s: float, index: int) -> Move:
    """A calm move inside the picture, of another kind than that of the index before."""
    moves = _WHOLE_MOVES if stage.whole else _MOVES
    width = widest(stage.picture_aspect, stage.frame_aspect)
    room = _Room(
        brisk_s=move_s / PEAK_SPEED,
        near=_WHOLE_NEAR_ZOOM if stage.whole else _NEAR_ZOOM,
        width=width,
        height=width * stage.picture_aspect,
        middle_y=0.5 - _HEAD_ROOM * (1 - width * stage.picture_aspect / stage.frame_aspect),
    )
    if index == 0:
        room = replace(room, near=room.growth)
    begin, finish = moves[index % len(moves)](random, room)
    turn = max(abs(begin.rotation_deg), abs(finish.rotation_deg))
    begin, finish = (
        contained(framing, stage.picture_aspect, stage.frame_aspect, max_rotation_deg=turn)
        for framing in (begin, finish)
    )
    return _calmed(begin, finish, stage, room)


def _calmed(begin: Framing, finish: Framing, stage: Stage, room: _Room) -> Move:
    """Shorten the way of a move that is too fast, at its nearer end, which has room around it."""
    way = pan_between(begin, finish, stage.picture_aspect, stage.frame_aspect)
    longest = _MAX_PAN_PER_S * room.brisk_s
    if way <= longest:
        return begin, finish
    if begin.zoom > finish.zoom:
        return _toward(begin, finish, longest / way), finish
    return begin, _toward(finish, begin, longest / way)


def _toward(near: Framing, far: Framing, share: float) -> Framing:
    return replace(
        near,
        center_x=far.center_x + (near.center_x - far.center_x) * share,
        center_y=far.center_y + (near.center_y - far.center_y) * share,
    )


def _spans(picture_count: int, timeline: Timeline, random: Random) -> list[tuple[int, int, int]]:
    """Split the timeline into (picture, first frame, end frame), each at least one frame long."""
    count = timeline.frame_count
    pictures = min(picture_count, count)
    spans = []
    for picture in range(pictures):
        first, end = count * picture // pictures, count * (picture + 1) // pictures
        seconds = float((end - first) / timeline.frame_rate)
        parts = max(round(seconds / _SHOT_S), ceil(seconds / _MAX_SHOT_S), 1)
        weights = [random.uniform(0.85, 1.15) for _ in range(parts)]
        inner = (
            first + round((end - first) * sum(weights[:part]) / sum(weights))
            for part in range(1, parts)
        )
        spans += [(picture, a, b) for a, b in pairwise((first, *inner, end))]
    return spans


def _dissolve(spans: list[tuple[int, int, int]], index: int, timeline: Timeline) -> int:
    """Frames in which the shot before dissolves into this one."""
    shorter = min(end - first for _, first, end in spans[index - 1 : index + 1])
    return min(round(_DISSOLVE_S * timeline.frame_rate), int(shorter * _MAX_DISSOLVE_SHARE))
