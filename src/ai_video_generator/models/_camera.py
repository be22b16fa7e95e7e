"""What all cameras over stills share: shots on a pool of threads, plates, matrices, dissolves.

A camera says what it keeps of a picture and how it shows a shot at a frame; this module walks the
storyboard, keeps a picture's things from its first shot to its last, and hands frames out in order.
"""

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from math import cos, radians, sin
from typing import Generic, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from ai_video_generator.errors import DeviceMemoryError, RenderError
from ai_video_generator.media.frames import Frame, Plane
from ai_video_generator.media.resolution import Resolution
from ai_video_generator.models._plates import Plate, fitting_plate, make_plates
from ai_video_generator.models.base_model import Scene
from ai_video_generator.storyboard.camera_path import View, dissolve_weight, view_at
from ai_video_generator.storyboard.stage import Stage, stage
from ai_video_generator.storyboard.storyboard import Shot

_WARP = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP

_AHEAD = 2
# Frames in flight per worker: one being made, one waiting, so that no worker idles and memory stays
# small.

_MEMORY_HINT = "close other programs, or choose a smaller --size"

_LUMA_BLACK, _CHROMA_ZERO = 16, 128


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Staged:
    """A picture made ready for the camera.

    Attributes:
        stage: Where it is shown.
        plates: The picture at fitting scales, finest first.
        nearest_zoom: The tightest zoom of any of its shots.
        farthest_zoom: The widest zoom of any of its shots.
    """

    stage: Stage
    plates: tuple[Plate, ...]
    nearest_zoom: float
    farthest_zoom: float

    def plate_for(self, shot: Shot) -> Plate:
        """The plate that suits a shot."""
        return self.plates[self.level_for(shot)]

    def level_for(self, shot: Shot) -> int:
        """Number of the plate that suits a shot."""
        return fitting_plate(
            len(self.plates),
            nearest_zoom=self.nearest_zoom,
            shot_nearest_zoom=max(shot.framing_start.zoom, shot.framing_end.zoom),
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Take:
    """A shot with all that is needed to draw any of its frames."""

    shot: Shot
    plate: Plate
    stage: Stage


@dataclass(frozen=True, slots=True)
class Window:
    """The part of a frame that the camera fills, and the same part of its chroma."""

    rows: slice
    columns: slice

    @classmethod
    def of(cls, stage: Stage, size: Resolution) -> "Window":
        """The middle of a frame of this size."""
        target = stage.window
        left = (size.width_px - target.width_px) // 4 * 2
        top = (size.height_px - target.height_px) // 4 * 2
        return cls(slice(top, top + target.height_px), slice(left, left + target.width_px))

    def planes(self, frame: Frame) -> tuple[Plane, Plane, Plane]:
        """Y, U and V of a frame inside the window; views."""
        rows = slice(self.rows.start // 2, self.rows.stop // 2)
        columns = slice(self.columns.start // 2, self.columns.stop // 2)
        return frame.y[self.rows, self.columns], frame.u[rows, columns], frame.v[rows, columns]


TakeT = TypeVar("TakeT")


class Camera(ABC, Generic[TakeT]):
    """Draws the frames of a scene.

    Args:
        scene: What is filmed.
    """

    thread_name: str

    def __init__(self, scene: Scene) -> None:
        self.scene = scene

    @abstractmethod
    def take(self, shot: Shot) -> TakeT:
        """Make a shot ready; called once, in order, before any of its frames is drawn."""

    @abstractmethod
    def forget(self, pictures: Sequence[int]) -> None:
        """Drop what is kept of all other pictures; their shots are over."""

    @abstractmethod
    def show(self, take: TakeT, frame_index: int) -> Frame:
        """Draw a shot at a frame; called from several threads at once."""

    def film(self) -> Generator[Frame, None, None]:
        """Draw frames on a pool of threads (OpenCV releases the GIL) and hand them out in order."""
        waiting: deque[Future[Frame]] = deque()
        workers = self.scene.worker_count
        with ThreadPoolExecutor(workers, thread_name_prefix=self.thread_name) as pool:
            try:
                for frame_index, takes in self._takes_by_frame():
                    waiting.append(pool.submit(self._draw, takes, frame_index))
                    if len(waiting) >= workers * _AHEAD:
                        yield waiting.popleft().result()
                while waiting:
                    yield waiting.popleft().result()
            except MemoryError as error:
                raise DeviceMemoryError("the memory is full", hint=_MEMORY_HINT) from error
            except cv2.error as error:
                if error.code == cv2.Error.StsNoMem:
                    raise DeviceMemoryError("the memory is full", hint=_MEMORY_HINT) from error
                raise RenderError(f"a frame could not be drawn: {error}") from error
            finally:
                pool.shutdown(wait=True, cancel_futures=True)

    def _takes_by_frame(
        self,
    ) -> Generator[tuple[int, tuple[tuple[Shot, TakeT], ...]], None, None]:
        """Walk the wanted frames with the shots that each shows."""
        wanted = self.scene.wanted
        shots = deque(shot for shot in self.scene.storyboard.shots if _is_seen(shot, wanted))
        takes: list[tuple[Shot, TakeT]] = []
        for frame_index in wanted:
            while shots and shots[0].start_frame <= frame_index:
                shot = shots.popleft()
                takes.append((shot, self.take(shot)))
            if any(shot.end_frame <= frame_index for shot, _ in takes):
                takes = [(shot, take) for shot, take in takes if frame_index < shot.end_frame]
                left = {shot.picture for shot, _ in takes} | {shot.picture for shot in shots}
                self.forget(sorted(left))
            yield frame_index, tuple(takes)

    def _draw(self, takes: tuple[tuple[Shot, TakeT], ...], frame_index: int) -> Frame:
        frame = self.show(takes[0][1], frame_index)
        for (before, _), (shot, take) in pairwise(takes):
            weight = dissolve_weight(before, shot, frame_index)
            over = self.show(take, frame_index)
            cv2.addWeighted(frame.buffer, 1 - weight, over.buffer, weight, 0, dst=frame.buffer)
        return frame


def _is_seen(shot: Shot, wanted: range) -> bool:
    return bool(wanted) and shot.start_frame <= wanted[-1] and wanted[0] < shot.end_frame


def staged_picture(scene: Scene, picture_index: int) -> Staged:
    """Make a picture ready for all its shots."""
    picture = scene.pictures[picture_index]
    zooms = [
        framing.zoom
        for shot in scene.storyboard.shots
        if shot.picture == picture_index
        for framing in (shot.framing_start, shot.framing_end)
    ]
    staged = stage(picture.info.size, scene.size, scene.fit)
    nearest, farthest = max(zooms), min(zooms)
    plates = make_plates(picture, staged, nearest_zoom=nearest, farthest_zoom=farthest)
    return Staged(stage=staged, plates=plates, nearest_zoom=nearest, farthest_zoom=farthest)


def blank(stage: Stage, size: Resolution) -> Frame:
    """A frame whose bars, where it has any, are black, and whose window is not drawn yet."""
    frame = Frame.empty(size)
    if stage.window != size:
        frame.y[:], frame.u[:], frame.v[:] = _LUMA_BLACK, _CHROMA_ZERO, _CHROMA_ZERO
    return frame


def shown(take: Take, frame_index: int, size: Resolution) -> Frame:
    """Draw a shot at a frame: one affine warp of the plate."""
    frame = blank(take.stage, size)
    view = view_at(take.shot, frame_index, take.stage.picture_aspect, take.stage.frame_aspect)
    luma, chroma = matrices(view, take.plate.size, take.stage)
    y, u, v = Window.of(take.stage, size).planes(frame)
    _warp(take.plate.y, luma, y)
    both = _warp(take.plate.chroma, chroma, np.empty((*u.shape, 4), np.uint8))
    for channel, plane in enumerate((u, v)):
        cv2.extractChannel(both, channel, dst=plane)
    return frame


def _warp(source: Plane, matrix: NDArray[np.float64], into: Plane) -> Plane:
    """Draw into an array in place; a view of a larger one will do if its pixels are adjacent."""
    height, width = into.shape[:2]
    cv2.warpAffine(
        source, matrix, (width, height), dst=into, flags=_WARP, borderMode=cv2.BORDER_REPLICATE
    )
    return into


def matrices(
    view: View, plate: Resolution, stage: Stage
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Maps from frame to plate, pixels centred on integers, of luma and of chroma, ``(2, 3)``."""
    turn = radians(view.rotation_deg)
    # Rows and columns have a scale each, because a plate's sides are rounded to even pixels.
    across = view.width * plate.width_px / stage.window.width_px
    upward = view.width * plate.height_px * stage.picture_aspect / stage.window.width_px
    linear = np.array(
        [[across * cos(turn), -across * sin(turn)], [upward * sin(turn), upward * cos(turn)]]
    )
    middle = np.array([stage.window.width_px - 1, stage.window.height_px - 1]) / 2
    center = np.array([view.center_x * plate.width_px, view.center_y * plate.height_px]) - 0.5
    luma = np.column_stack([linear, center - linear @ middle])
    # Chroma (i, j) lies at luma (2i, 2j + 1/2) in frame and plate alike, see Frame.
    half_row = np.array([0.0, 0.5])
    chroma = np.column_stack([linear, (luma[:, 2] + linear @ half_row - half_row) / 2])
    return luma, chroma
