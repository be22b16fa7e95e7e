"""Looks at every frame before it is encoded, so that a broken video is never reported as done.

A frame is judged against what the source explains: the part of the still that the storyboard shows
then. A dark picture may give dark frames, a bright one may not; a camera that stands may repeat a
frame, one that moves may not.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from math import log

import numpy as np
from numpy.typing import NDArray

from ai_video_generator.config.choices import Fit
from ai_video_generator.errors import NumericalError
from ai_video_generator.media.frames import Frame, FrameStream
from ai_video_generator.media.picture import Picture
from ai_video_generator.media.resolution import Resolution
from ai_video_generator.media.timeline import Timeline
from ai_video_generator.post.source_profile import Expectation, SourceProfile
from ai_video_generator.storyboard.camera_path import View, view_at
from ai_video_generator.storyboard.stage import Stage, stage
from ai_video_generator.storyboard.storyboard import Shot, Storyboard

_GRID_ROWS = 36
# About 36 x 64 samples a frame: 0.05 ms, a thousandth of what encoding the frame costs.

_BLACK, _NOT_BLACK = 20.0, 36.0
# Mean luma of a frame that is black to the eye (16 is black), and of a source that is clearly not.

_FLAT, _NOT_FLAT = 1.5, 8.0
# Contrast of a frame that shows nothing (compression noise is below 1), and of a source that shows
# something.

_JUMP = 25.0
# A change of mean luma from one frame to the next that is seen as a flash: a tenth of the range,
# the threshold of ITU-R BT.1702 for a potentially harmful luminance change.

_FLASHES, _FLASH_WINDOW_S = 2, 1.0
# One jump may be a cut that the source does not tell of; up and down again within a second is a
# flash.

_FROZEN_LEVELS = 2
# Luma levels by which compression and rounding change a frame in which nothing moves.

_FROZEN_WAY = 0.005
# The camera's way, as a share of the frame's width, in which a moving frame must have changed: 10
# pixels at 1080p.


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Seen:
    """A frame reduced to what the checks need."""

    frame: Frame
    grid: NDArray[np.int16]
    mean: float
    contrast: float


class OutputGate:
    """Checks a stream of frames while it flows.

    Args:
        pictures: The pictures of the storyboard; each is looked at once, when its first shot comes.
        storyboard: What the camera does.
        size: Size of the frames.
        fit: How pictures fill the frame; never AUTO.
        timeline: The frames' times, for messages.
    """

    def __init__(
        self,
        pictures: Sequence[Picture],
        storyboard: Storyboard,
        *,
        size: Resolution,
        fit: Fit,
        timeline: Timeline,
    ) -> None:
        self._pictures, self._size, self._fit, self._timeline = pictures, size, fit, timeline
        self._shots = deque(storyboard.shots)
        self._shown: list[Shot] = []
        self._profiles: dict[int, tuple[SourceProfile, Stage, tuple[slice, slice]]] = {}
        self._before: tuple[_Seen, Expectation] | None = None
        self._still: tuple[int, _Seen, Shot] | None = None
        self._jumps: deque[int] = deque()

    def checked(self, frames: FrameStream) -> FrameStream:
        """Pass frames on, unchanged, as long as they are what they should be.

        Raises:
            NumericalError: At the first black, flat, frozen, flashing or non-finite frame that the
                source does not explain, naming the time span.
        """
        index = 0
        try:
            for frame in frames:
                self._check(index, frame)
                yield frame
                index += 1
        except NumericalError as error:
            if "at " in str(error):
                raise
            raise NumericalError(f"{error} at {self._time(index)}", hint=error.hint) from error

    def _check(self, index: int, frame: Frame) -> None:
        while self._shots and self._shots[0].start_frame <= index:
            self._shown.append(self._shots.popleft())
        self._shown = [shot for shot in self._shown if index < shot.end_frame]
        shot = self._shown[-1]
        profile, staged, region = self._profile(shot.picture)
        expected = self._expected(index)
        seen = _seen(frame, region)
        if seen.mean <= _BLACK and expected.mean >= _NOT_BLACK:
            self._fail("black", index, index)
        if seen.contrast <= _FLAT and expected.contrast >= _NOT_FLAT:
            self._fail("flat", index, index)
        self._check_flashing(index, seen, expected)
        moving = len(self._shown) == 1 and expected.contrast >= _NOT_FLAT
        self._check_frozen(index, seen, shot if moving else None, staged)
        self._before = (seen, expected)

    def _check_flashing(self, index: int, seen: _Seen, expected: Expectation) -> None:
        if self._before is None:
            return
        before, expected_before = self._before
        unexplained = (seen.mean - before.mean) - (expected.mean - expected_before.mean)
        if abs(unexplained) > _JUMP:
            self._jumps.append(index)
        while self._jumps and index - self._jumps[0] > _FLASH_WINDOW_S * self._timeline.frame_rate:
            self._jumps.popleft()
        if len(self._jumps) >= _FLASHES:
            self._fail("flashing", self._jumps[0], index)

    def _check_frozen(self, index: int, seen: _Seen, shot: Shot | None, staged: Stage) -> None:
        if shot is None:
            self._still = None
            return
        if self._still is None or self._still[2] is not shot:
            self._still = (index, seen, shot)
            return
        since, reference, _ = self._still
        if _differs(seen.grid, reference.grid):
            self._still = (index, seen, shot)
            return
        view, then = (
            view_at(shot, at, staged.picture_aspect, staged.frame_aspect) for at in (index, since)
        )
        if _way(view, then) < _FROZEN_WAY:
            return
        if _differs(seen.frame.y, reference.frame.y):
            self._still = (index, seen, shot)
            return
        self._fail("frozen", since, index)

    def _expected(self, index: int) -> Expectation:
        """What the shots of a frame explain; in a dissolve, between the two, and possibly of low contrast."""
        each = []
        for shot in self._shown:
            profile, staged, _ = self._profile(shot.picture)
            view = view_at(shot, index, staged.picture_aspect, staged.frame_aspect)
            each.append(profile.expectation(view, staged))
        if len(each) == 1:
            return each[0]
        before, after = self._shown
        weight = (index - after.start_frame + 1) / (before.end_frame - after.start_frame + 1)
        return Expectation(
            mean=each[0].mean * (1 - weight) + each[1].mean * weight,
            contrast=min(expectation.contrast for expectation in each) / 2,
        )

    def _profile(self, picture: int) -> tuple[SourceProfile, Stage, tuple[slice, slice]]:
        if picture not in self._profiles:
            source = self._pictures[picture]
            staged = stage(source.info.size, self._size, self._fit)
            inner = source.info.size.fitted_into(self._size) if staged.whole else self._size
            self._profiles[picture] = (SourceProfile(source), staged, _region(inner, self._size))
        return self._profiles[picture]

    def _fail(self, fault: str, first: int, last: int) -> None:
        span = f"at {self._time(first)}"
        if last > first:
            span += f" to {self._time(last)}"
        raise NumericalError(
            f"the frames are {fault} {span}, and the picture does not explain it",
            hint="try another model with --model, or report this with the log file",
        )

    def _time(self, index: int) -> str:
        return f"{float(self._timeline.time_s(index)):.2f} s"


def _region(inner: Resolution, size: Resolution) -> tuple[slice, slice]:
    """Rows and columns of the samples: about 36 rows over the picture's part of the frame."""
    step = max(1, inner.height_px // _GRID_ROWS)
    top, left = (size.height_px - inner.height_px) // 2, (size.width_px - inner.width_px) // 2
    return (
        slice(top + step // 2, top + inner.height_px, step),
        slice(left + step // 2, left + inner.width_px, step),
    )


def _seen(frame: Frame, region: tuple[slice, slice]) -> _Seen:
    grid = frame.y[region].astype(np.int16)
    return _Seen(frame=frame, grid=grid, mean=float(grid.mean()), contrast=float(grid.std()))


def _differs(
    one: NDArray[np.int16] | NDArray[np.uint8], other: NDArray[np.int16] | NDArray[np.uint8]
) -> bool:
    return bool(np.abs(one.astype(np.int16) - other.astype(np.int16)).max() > _FROZEN_LEVELS)


def _way(view: View, other: View) -> float:
    """How far the camera went between two views, as a share of the frame's width."""
    across = abs(view.center_x - other.center_x) / view.width
    upward = abs(view.center_y - other.center_y) / view.width
    return max(across, upward, abs(log(view.width / other.width)) / 2)
