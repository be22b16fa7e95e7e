"""How the camera gets from one framing to another, and what it sees on the way. Pure arithmetic.

Zoom is interpolated exponentially, so that the picture grows by the same factor every second; the
centre moves in proportion to the width of the view, which is the only way that keeps the speed on
the screen constant while zooming (van Wijk and Nuij, "Smooth and efficient zooming and panning",
2003, section 4.1).
"""

from dataclasses import dataclass, replace
from math import atan2, cos, degrees, expm1, hypot, log, pi, radians, sin

from ai_video_generator.storyboard.storyboard import Easing, Framing, Shot

_RAMP = 0.25
# Part of a shot in which the camera gets going, and again to come to rest: 1.5 to 3 s of a 6 to 12
# s shot.

PEAK_SPEED = 1.0 / (1.0 - _RAMP)
# The highest speed of a move with both ramps, as a multiple of its mean speed.

_EVEN_ZOOM = 1e-9
# Below this logarithm of the zoom ratio the move is a plain pan; the general formula would divide
# by zero.


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A rectangle of the picture, in fractions of the picture.

    Attributes:
        center_x: Middle, 0..1 of the picture's width.
        center_y: Middle, 0..1 of the picture's height.
        width: Width before the turn, as a fraction of the picture's width.
        rotation_deg: Turn, degrees clockwise.
    """

    center_x: float
    center_y: float
    width: float
    rotation_deg: float


def widest(picture_aspect: float, frame_aspect: float) -> float:
    """Width of the largest upright view of the frame's shape, 0..1 of the picture's width."""
    return min(1.0, frame_aspect / picture_aspect)


def eased(progress: float, easing: Easing) -> float:
    """Map time to way, both 0..1.

    IN_OUT has raised-cosine ramps of speed on both sides and constant speed between them, so that
    position, speed and acceleration are continuous.
    """
    if easing is Easing.LINEAR:
        return progress
    if progress > 0.5:  # noqa: PLR2004 - the second half mirrors the first
        return 1.0 - eased(1.0 - progress, easing)
    if progress >= _RAMP:
        return PEAK_SPEED * (progress - _RAMP / 2)
    return PEAK_SPEED * (progress / 2 - _RAMP / (2 * pi) * sin(pi * progress / _RAMP))


def view_at(shot: Shot, frame_index: int, picture_aspect: float, frame_aspect: float) -> View:
    """What a shot shows at a frame of the video.

    Args:
        shot: The shot.
        frame_index: Frame of the video, within the shot.
        picture_aspect: Width / height of the picture.
        frame_aspect: Width / height of the frame.
    """
    span = max(1, shot.frame_count - 1)
    way = eased((frame_index - shot.start_frame) / span, shot.easing)
    start, end = shot.framing_start, shot.framing_end
    growth = log(end.zoom / start.zoom)
    # How much of the change of the view's width, width(way) = width0 * exp(-growth * way), is done.
    share = way if abs(growth) < _EVEN_ZOOM else expm1(-growth * way) / expm1(-growth)
    return View(
        center_x=start.center_x + (end.center_x - start.center_x) * share,
        center_y=start.center_y + (end.center_y - start.center_y) * share,
        width=widest(picture_aspect, frame_aspect) / start.zoom * (1.0 + expm1(-growth) * share),
        rotation_deg=start.rotation_deg + (end.rotation_deg - start.rotation_deg) * way,
    )


def half_extents(
    width: float, rotation_deg: float, picture_aspect: float, frame_aspect: float
) -> tuple[float, float]:
    """Half the width and height of the box round a turned view, in fractions of the picture."""
    turn = abs(radians(rotation_deg))
    half_width = width / 2
    across = cos(turn) + sin(turn) / frame_aspect
    upward = cos(turn) + sin(turn) * frame_aspect
    return half_width * across, half_width * picture_aspect / frame_aspect * upward


def contained(
    framing: Framing, picture_aspect: float, frame_aspect: float, *, max_rotation_deg: float = 0.0
) -> Framing:
    """Zoom in and move a framing as little as needed for its view to lie inside the picture.

    When both ends of a shot are contained for the shot's largest rotation, so is every view between
    them: a view is a point (centre, width), the allowed ones form a convex set, and a shot goes
    straight from one to the other.

    Args:
        framing: The framing wished for.
        picture_aspect: Width / height of the picture.
        frame_aspect: Width / height of the frame.
        max_rotation_deg: Largest turn of the shot, degrees.
    """
    turn = max(abs(framing.rotation_deg), abs(max_rotation_deg))
    base = widest(picture_aspect, frame_aspect)
    # The box of a very long view is widest before the largest turn: where its diagonal lies level.
    level, upright = degrees(atan2(1.0, frame_aspect)), degrees(atan2(frame_aspect, 1.0))
    half_x, _ = half_extents(base, min(turn, level), picture_aspect, frame_aspect)
    _, half_y = half_extents(base, min(turn, upright), picture_aspect, frame_aspect)
    zoom = max(framing.zoom, 2 * half_x, 2 * half_y, 1.0)
    half_x, half_y = min(half_x / zoom, 0.5), min(half_y / zoom, 0.5)
    return replace(
        framing,
        zoom=zoom,
        center_x=min(max(framing.center_x, half_x), 1 - half_x),
        center_y=min(max(framing.center_y, half_y), 1 - half_y),
    )


def pan_between(start: Framing, end: Framing, picture_aspect: float, frame_aspect: float) -> float:
    """How far a move goes over the screen, in widths of the view, its zoom left out of account."""
    across, upward = end.center_x - start.center_x, (end.center_y - start.center_y) / picture_aspect
    growth = log(end.zoom / start.zoom)
    # The view's width shrinks on the way; what counts is its logarithmic mean.
    share = 1.0 if abs(growth) < _EVEN_ZOOM else -expm1(-growth) / growth
    return hypot(across, upward) * start.zoom / (widest(picture_aspect, frame_aspect) * share)


def dissolve_weight(before: Shot, after: Shot, frame_index: int) -> float:
    """How much of the later of two overlapping shots is seen in a frame they share, 0..1."""
    return overlap_weight(range(after.start_frame, before.end_frame), frame_index)


def overlap_weight(shared: range, frame_index: int) -> float:
    """How much of the later is seen in a frame that an earlier and a later share, 0..1.

    It rises from one frame before the shared ones, where it would be 0, to one behind them, where
    it would be 1, slowly at both ends: 3 x^2 - 2 x^3, within 0.011 of a raised cosine.
    """
    done = (frame_index - shared.start + 1) / (len(shared) + 1)
    return done * done * (3 - 2 * done)
