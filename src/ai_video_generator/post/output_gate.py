"""Looks at every frame before it is encoded, so that a broken video is never reported as done.

A frame is judged against what the source explains: the part of the still that the storyboard shows
then. A dark picture may give dark frames, a bright one may not; a camera that stands may repeat a
frame, one that moves may not.
"""

from collections import deque
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import NoReturn

import cv2
import numpy as np
from numpy.typing import NDArray

from ai_video_generator.config.choices import Fit
from ai_video_generator.errors import NumericalError, RenderError
from ai_video_generator.media.frames import Frame, FrameStream
from ai_video_generator.media.picture import Picture
from ai_video_generator.media.resolution import Resolution
from ai_video_generator.media.timeline import Timeline
from ai_video_generator.post.source_profile import Expectation, Places, SourceProfile
from ai_video_generator.storyboard.camera_path import dissolve_weight, view_at
from ai_video_generator.storyboard.stage import Stage, stage
from ai_video_generator.storyboard.storyboard import Shot, Storyboard

_FEWEST_PLACES = 64
# Of the places looked at, so many must lie on a picture for a judgement; a strip of 1000:1 has
# fewer.

_BLACK, _NOT_BLACK = 20.0, 36.0
# Mean luma of a frame that is black to the eye (16 is black), and of a source that is clearly not.

_FLAT, _NOT_FLAT = 1.5, 8.0
# Standard deviation of luma in a frame that shows nothing (rounding is below 1), and in a source
# that shows something.

_JUMP = 25.0
# A change of mean luma from one frame to the next that is seen as a flash: a tenth of the range,
# the threshold of ITU-R BT.1702 for a potentially harmful luminance change.

_FLASH_WINDOW_S = 1.0
# One jump may be a cut that the source does not tell of; up and down again within a second is a
# flash.

_SAME = 2
# Luma levels by which rounding changes a frame in which nothing moves.

_MOVED = 8.0
# Luma levels by which the source must have changed somewhere for a frame to be called frozen, and
# more by what a pixel's way can make: a hard edge between two pixels may move so far unseen.


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Look:
    """A frame beside what the source explains, at the places looked at.

    Attributes:
        frame: The frame.
        shots: What it shows.
        seen: Its luma, ``(place_count,)``, float32.
        expected: Luma that the source explains, ``(place_count,)``, float32; NaN where unknown.
        slope: How much it changes within a pixel at most, ``(place_count,)``, float32.
    """

    frame: Frame
    shots: tuple[Shot, ...]
    seen: NDArray[np.float32]
    expected: NDArray[np.float32]
    slope: NDArray[np.float32]


class OutputGate:
    """Checks a stream of frames while it flows.

    Args:
        pictures: The pictures of the storyboard; each is looked at once, when its first shot comes.
        storyboard: What the camera does.
        size: Size of the frames.
        fit: How pictures fill the frame; AUTO lets each have its own way.
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
        self._frame_count = storyboard.frame_count
        self._waiting = deque(storyboard.shots)
        self._shots: tuple[Shot, ...] = ()
        self._profiles: dict[int, tuple[SourceProfile, Stage]] = {}
        self._places = Places.of(size)
        self._inner = _inside(self._places)
        self._before: _Look | None = None
        self._still: tuple[int, _Look] | None = None
        self._jumps: deque[tuple[int, float]] = deque()

    def checked(self, frames: FrameStream) -> FrameStream:
        """Pass frames on, unchanged, as long as they are what they should be.

        Raises:
            NumericalError: At the first black, flat, frozen, flashing or non-finite frame that the
                source does not explain, naming the time span.
            RenderError: When there are too few or too many frames, or one has another size.
        """
        index = 0
        with closing(frames):
            while (frame := self._next(frames, index)) is not None:
                self._check(index, frame)
                yield frame
                index += 1
        if index < self._frame_count:
            raise RenderError(f"the model made {index} frames instead of {self._frame_count}")
        self._check_end(index)

    def _next(self, frames: FrameStream, index: int) -> Frame | None:
        try:
            return next(frames, None)
        except NumericalError as error:
            raise NumericalError(f"{error}, at {self._time(index)}", hint=error.hint) from error

    def _check(self, index: int, frame: Frame) -> None:
        if index >= self._frame_count:
            raise RenderError(f"the model made more than {self._frame_count} frames")
        if frame.size != self._size:
            raise RenderError(f"the model made a frame of {frame.size} instead of {self._size}")
        look = self._look(index, frame)
        known = ~np.isnan(look.expected)
        if np.count_nonzero(known) >= _FEWEST_PLACES:
            seen, expected = look.seen[known], look.expected[known]
            if seen.mean() <= _BLACK and expected.mean() >= _NOT_BLACK:
                self._fail("black", index, index)
            if seen.std() <= _FLAT and expected.std() >= _NOT_FLAT:
                self._fail("flat", index, index)
        self._check_flashing(index, _offset(look, self._before) - _offset(self._before, look))
        self._check_frozen(index, look)
        self._before = look

    def _check_end(self, index: int) -> None:
        """Count a last frame that is far too light or dark as half of a flash."""
        self._check_flashing(index, -_offset(self._before))

    def _check_flashing(self, index: int, jump: float) -> None:
        """Look for an unexplained change of light that is taken back within a second."""
        if not abs(jump) > _JUMP:
            return
        longest = _FLASH_WINDOW_S * self._timeline.frame_rate
        while self._jumps and index - self._jumps[0][0] > longest:
            self._jumps.popleft()
        for first, other in self._jumps:
            if jump * other < 0:
                self._fail("flashing", first, index)
        self._jumps.append((index, jump))

    def _check_frozen(self, index: int, look: _Look) -> None:
        if len(look.shots) > 1:
            self._still = None
            return
        if self._still is None or self._still[1].shots != look.shots:
            self._still = (index, look)
            return
        since, reference = self._still
        if not _is_same(look, reference):
            self._still = (index, look)
            return
        change = abs(look.expected - reference.expected)
        moved = change > _MOVED + np.maximum(look.slope, reference.slope)
        if (moved & self._inner).any():
            self._fail("frozen", since, index)

    def _look(self, index: int, frame: Frame) -> _Look:
        begun = len(self._shots)
        while self._waiting and self._waiting[0].start_frame <= index:
            self._shots += (self._waiting.popleft(),)
        if begun and self._shots[0].end_frame <= index:
            self._shots = self._shots[1:]
        first = self._expected(self._shots[0], index)
        expected = first.luma
        if len(self._shots) > 1:
            weight = dissolve_weight(self._shots[0], self._shots[1], index)
            later = self._expected(self._shots[1], index).luma
            expected = expected * (1 - weight) + later * weight
        seen = frame.y[self._places.rows, self._places.columns].astype(np.float32)
        return _Look(
            frame=frame, shots=self._shots, seen=seen, expected=expected, slope=first.slope
        )

    def _expected(self, shot: Shot, index: int) -> Expectation:
        if shot.picture not in self._profiles:
            picture = self._pictures[shot.picture]
            staged = stage(picture.info.size, self._size, self._fit)
            self._profiles[shot.picture] = (SourceProfile(picture, staged), staged)
        profile, staged = self._profiles[shot.picture]
        view = view_at(shot, index, staged.picture_aspect, staged.frame_aspect)
        return profile.expectation(view, self._places)

    def _fail(self, fault: str, first: int, last: int) -> NoReturn:
        span = f"at {self._time(first)}"
        if last > first:
            span += f" to {self._time(last)}"
        raise NumericalError(
            f"the frames are {fault} {span}, and the picture does not explain it",
            hint="try another model with --model, or report this with the log file",
        )

    def _time(self, index: int) -> str:
        return f"{float(self._timeline.time_s(index)):.2f} s"


_BORDER = 2.1
# Percent: one row or column of the grid of 48.


def _inside(places: Places) -> NDArray[np.bool_]:
    """Places that are not the outermost, ``(place_count,)``.

    What comes into view at the border is seen in the source's small copy before it is drawn.
    """
    inside = np.ones(np.shape(places.rows), bool)
    for steps in (places.rows, places.columns):
        low, high = np.percentile(steps, [_BORDER, 100 - _BORDER])
        inside &= (steps > low) & (steps < high)
    return inside


def _is_same(look: _Look, other: _Look) -> bool:
    """Whether nothing moved between two frames; the places looked at nearly always tell."""
    if abs(look.seen - other.seen).max() > _SAME:
        return False
    return bool(cv2.absdiff(look.frame.y, other.frame.y).max() <= _SAME)


def _offset(look: _Look | None, other: _Look | None = None) -> float:
    """How much lighter a frame is than its source, in levels, where ``other`` is known as well."""
    if look is None:
        return 0.0
    difference = look.seen - look.expected
    known = ~np.isnan(difference if other is None else difference + other.expected)
    if np.count_nonzero(known) < _FEWEST_PLACES:
        return 0.0
    return float(difference[known].mean())
