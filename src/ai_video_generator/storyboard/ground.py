"""Where a move happens: what it is about, how far and how near it may go. Pure arithmetic."""

from dataclasses import dataclass
from math import exp, inf
from typing import Self

from ai_video_generator.storyboard.camera_path import PEAK_SPEED, widest
from ai_video_generator.storyboard.picture_notes import Box, PictureNotes
from ai_video_generator.storyboard.stage import Stage
from ai_video_generator.storyboard.styles import Manner

_WHOLE_NEAR_ZOOM = 1.12
# Where the whole picture is to be seen, the camera only breathes.

_SOFT_ZOOM = 1.25
# A camera needs room to move: so near it goes to a picture that is soft then.

_HEAD_ROOM = 0.25
# Where a picture is taller than the frame, a quarter of what does not fit is cut at the top, the
# rest at the bottom: heads and horizons are in the upper half of most photos.

_CALM_SHARE = 0.4
# In silence the camera moves at this share of its speed.

_AIR = 0.02
# Between a thing and the edge of the view, as a share of the picture: less looks like a mistake.


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

    @classmethod
    def of(cls, box: Box) -> Self:
        """What a box holds."""
        return cls(
            center_x=(box.left + box.right) / 2,
            center_y=(box.top + box.bottom) / 2,
            width=box.width,
            height=box.height,
        )


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
    def holding_zoom(self) -> float:
        """The tightest zoom that shows the target whole; 1 at least."""
        if self.target is None:
            return inf
        half_x, half_y = self.halves(1.0)
        across = 2 * half_x / (self.target.width + 2 * _AIR)
        return max(1.0, min(across, 2 * half_y / (self.target.height + 2 * _AIR)))

    def middle(self, wish: tuple[float, float], zoom: float) -> tuple[float, float]:
        """The middle of a view, nearest to the wished one, that shows the target whole.

        Of a target that is wider than the view its middle is shown, of one that is taller its top,
        where heads and rims are. Without a target it is the wish.
        """
        target = self.target
        if target is None:
            return wish
        half_x, half_y = self.halves(zoom)
        left, right = target.center_x - target.width / 2, target.center_x + target.width / 2
        top, bottom = target.center_y - target.height / 2, target.center_y + target.height / 2
        x = _showing(left, right, half_x, wish[0], too_long=target.center_x)
        y = _showing(top, bottom, half_y, wish[1], too_long=top - _AIR + half_y)
        return x, y

    def halves(self, zoom: float) -> tuple[float, float]:
        """Half of a view's width and height, 0..1 of the picture's."""
        return self.width / zoom / 2, self.height / self.stage.frame_aspect / zoom / 2

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


def _showing(low: float, high: float, half: float, wish: float, *, too_long: float) -> float:
    """The middle, nearest to the wished one, of a stretch of view that shows another whole."""
    if high - low + 2 * _AIR > 2 * half:
        return too_long
    return min(max(wish, high + _AIR - half), low - _AIR + half)
