"""A frame of a picture in depth: both surfaces of a relief, each moved by its own nearness.

A pixel of the frame asks where on a surface it comes from (backward mapping). A surface moves by
its nearness at that very place, so the answer is found by fixed point iteration on a coarse grid:
``q = r - move(nearness(q))``, r being the place that the camera without depth shows. What is added
to r is smooth, and is interpolated between the nodes; r itself is exact.
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from ai_video_generator.media.frames import Frame, Plane
from ai_video_generator.media.resolution import Resolution
from ai_video_generator.models._camera import Window, blank, matrices
from ai_video_generator.models._depth_take import APART, DepthTake
from ai_video_generator.models._outlines import Floats
from ai_video_generator.models._plates import Plate
from ai_video_generator.models._relief import Relief
from ai_video_generator.storyboard.camera_path import View, eased, view_at
from ai_video_generator.storyboard.storyboard import DepthMove

_GRID_PX, _GRID_NODES = 4, 480
# A node for four pixels of the frame, or 8, 16, 32, so that there are never more than 480 in a row:
# maps have no more places.

_STEPS = 3
# A step of the iteration leaves less than half of the error where a surface is bent most, and a
# tenth on slopes of photographs.

_STRIP_ROWS, _TILE_COLUMNS = 64, 128
# Maps of 64 rows of a full-HD frame fit into a processor's cache; tiles without a gap do not ask
# for the far surface.

_THERE = 255


def shown_in_depth(take: DepthTake, frame_index: int, size: Resolution, *, time_s: float) -> Frame:
    """Draw a shot in depth at a frame.

    Args:
        take: The shot.
        frame_index: Frame of the video, within the shot.
        size: Size of the frame.
        time_s: When the frame is seen, for what moves within the picture.
    """
    plain = take.plain
    stage, plate = plain.stage, plain.plate
    frame = blank(stage, size)
    view = view_at(plain.shot, frame_index, stage.picture_aspect, stage.frame_aspect)
    view = replace(view, width=view.width * take.closer)
    luma, chroma = matrices(view, plate.size, stage)
    grid = _Grid.of(stage.window, luma)
    bends = _Bends(take=take, view=view, grid=grid, frame_index=frame_index, time_s=time_s)
    near, far = (
        _Layer(plate=shown, bend=bends.of(nearness), luma=luma, chroma=chroma, step_px=grid.step_px)
        for shown, nearness in ((plate, take.relief.near), (take.behind, take.relief.far))
    )
    planes = Window.of(stage, size).planes(frame)
    for top in range(0, stage.window.height_px, _STRIP_ROWS):
        rows = slice(top, min(stage.window.height_px, top + _STRIP_ROWS))
        _draw_strip(planes, rows, near, far, take.relief)
    return frame


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Grid:
    """Nodes of a frame's window, and one more on every side.

    Attributes:
        step_px: Pixels from node to node; a node lies in the middle of a square of so many pixels.
        x: Column of the plate that the plain camera shows at each node, ``(rows, columns)``.
        y: The row, the same.
    """

    step_px: int
    x: Floats
    y: Floats

    @classmethod
    def of(cls, window: Resolution, luma: NDArray[np.float64]) -> "_Grid":
        """The grid of a window whose pixels a matrix brings to the plate."""
        step = _GRID_PX
        while max(window.width_px, window.height_px) > step * _GRID_NODES:
            step *= 2
        x = (np.arange(-1, -(-window.width_px // step) + 1) + 0.5) * step - 0.5
        y = (np.arange(-1, -(-window.height_px // step) + 1) + 0.5)[:, None] * step - 0.5
        places = [(line[0] * x + line[1] * y + line[2]).astype(np.float32) for line in luma]
        return cls(step_px=step, x=places[0], y=places[1])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Bends:
    """How far the surfaces of a shot are from the plain camera's places, at a frame."""

    take: DepthTake
    view: View
    grid: _Grid
    frame_index: int
    time_s: float

    def of(self, nearness: Floats) -> tuple[Floats, Floats]:
        """Plate pixels right and down at each node, for a surface of this nearness."""
        shot, plate = self.take.plain.shot, self.take.plain.plate.size
        span = max(1, shot.frame_count - 1)
        phase = eased((self.frame_index - shot.start_frame) / span, shot.easing) - 0.5
        way = APART * shot.depth_strength * phase
        x, y = self.grid.x, self.grid.y
        if shot.depth_move is DepthMove.ORBIT:
            x, y = self._orbited(nearness, way)
        elif shot.depth_move is not DepthMove.NONE:
            x, y = self._approached(nearness, 2 * way * self.take.sign)
        if self.take.flow is not None:
            width, height = np.float32(plate.width_px), np.float32(plate.height_px)
            to = self.take.flow.moved((x + 0.5) / width, (y + 0.5) / height, self.time_s)
            x, y = to[0] * width - 0.5, to[1] * height - 0.5
        return x - self.grid.x, y - self.grid.y

    def _orbited(self, nearness: Floats, way: float) -> tuple[Floats, Floats]:
        """Places that are seen after a way sideways, in widths of the view for nearness 1."""
        plate, x, y = self.take.plain.plate.size, self.grid.x, self.grid.y
        step_x, step_y = (
            np.float32(way * self.view.width * plate.width_px * part) for part in self.take.heading
        )
        for _ in range(_STEPS):
            ahead = _looked_up(nearness, x, y, plate) - np.float32(self.take.pivot)
            x, y = self.grid.x - ahead * step_x, self.grid.y - ahead * step_y
        return x, y

    def _approached(self, nearness: Floats, closer: float) -> tuple[Floats, Floats]:
        """Places that are seen after a way towards the picture.

        A camera that comes closer by t sees what has nearness n, at the distance 1 / n, grown by
        1 / (1 - t n); half a frame's width from the middle that is a way of t / 2 frames.
        """
        plate, x, y = self.take.plain.plate.size, self.grid.x, self.grid.y
        middle_x = np.float32(self.view.center_x * plate.width_px - 0.5)
        middle_y = np.float32(self.view.center_y * plate.height_px - 0.5)
        for _ in range(_STEPS):
            seen = 1 - np.float32(closer) * _looked_up(nearness, x, y, plate)
            growth = seen / np.float32(1 - closer * self.take.pivot)
            x = middle_x + (self.grid.x - middle_x) * growth
            y = middle_y + (self.grid.y - middle_y) * growth
        return x, y


def _looked_up(nearness: Floats, x: Floats, y: Floats, plate: Resolution) -> Floats:
    """Nearness at places of the plate."""
    height, width = nearness.shape
    across, upward = np.float32(width / plate.width_px), np.float32(height / plate.height_px)
    found = cv2.remap(
        nearness,
        (x + 0.5) * across - 0.5,
        (y + 0.5) * upward - 0.5,
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.asarray(found, np.float32)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Layer:
    """A surface to be drawn.

    Attributes:
        plate: Its picture.
        bend: How far each node of the grid comes from elsewhere, plate pixels.
        luma: The plain camera's map from frame to plate, see `matrices`.
        chroma: The same of chroma.
        step_px: Pixels of the frame from node to node.
    """

    plate: Plate
    bend: tuple[Floats, Floats]
    luma: NDArray[np.float64]
    chroma: NDArray[np.float64]
    step_px: int

    def light(self, rows: slice, columns: slice) -> Plane:
        """Luma of a part of the window."""
        return _sampled(self.plate.y, self._maps(self.luma, rows, columns, 1))

    def color(self, rows: slice, columns: slice) -> Plane:
        """Chroma of a part of the half-size window, as in `Plate`."""
        return _sampled(self.plate.chroma, self._maps(self.chroma, rows, columns, 2))

    def covered(self, cover: Plane, rows: slice, columns: slice) -> Plane:
        """How much of the surface is there, in a part of the half-size window."""
        # Half-size pixel (x, y) lies in the middle of four pixels, at (2x + 1/2, 2y + 1/2).
        middle = self.luma[:, :2].sum(1) / 2
        matrix = np.column_stack([self.luma[:, :2], (self.luma[:, 2] + middle) / 2])
        x, y = self._maps(matrix, rows, columns, 2)
        size = self.plate.size
        across, upward = cover.shape[1] / size.width_px, cover.shape[0] / size.height_px
        return _sampled(
            cover,
            (
                x * np.float32(2 * across) + np.float32(0.5 * across - 0.5),
                y * np.float32(2 * upward) + np.float32(0.5 * upward - 0.5),
            ),
        )

    def _maps(
        self, matrix: NDArray[np.float64], rows: slice, columns: slice, coarseness: int
    ) -> tuple[Floats, Floats]:
        """Columns and rows of the source for a part of a plane, 1 or 2 times as coarse as luma."""
        step = self.step_px // coarseness
        first_row, first_column = rows.start // step, columns.start // step
        # A node stands first in the array that lies before the window.
        nodes = np.s_[
            first_row : -(-rows.stop // step) + 2, first_column : -(-columns.stop // step) + 2
        ]
        top, left = rows.start - (first_row - 1) * step, columns.start - (first_column - 1) * step
        x = np.arange(columns.start, columns.stop)
        y = np.arange(rows.start, rows.stop)[:, None]
        maps = []
        for line, bend in zip(matrix, self.bend, strict=True):
            part = bend[nodes]
            size = (part.shape[1] * step, part.shape[0] * step)
            whole = np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_LINEAR), np.float32)
            places = whole[top : top + len(y), left : left + len(x)]
            if coarseness != 1:
                places /= np.float32(coarseness)
            places += (line[0] * x + line[2]).astype(np.float32)
            if line[1]:
                places += (line[1] * y).astype(np.float32)
            maps.append(places)
        return maps[0], maps[1]


def _sampled(source: Plane, maps: tuple[Floats, Floats]) -> Plane:
    found = cv2.remap(source, *maps, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(found, np.uint8)


def _draw_strip(
    planes: tuple[Plane, Plane, Plane], rows: slice, near: _Layer, far: _Layer, relief: Relief
) -> None:
    """Draw some rows of a window, in place: the near surface, and the far one in its gaps."""
    width = planes[0].shape[1]
    half = slice(rows.start // 2, rows.stop // 2)
    light, color = near.light(rows, slice(0, width)), near.color(half, slice(0, width // 2))
    if relief.has_gaps:
        there = near.covered(relief.cover, half, slice(0, width // 2))
        for left in range(0, width // 2, _TILE_COLUMNS // 2):
            halves = slice(left, min(width // 2, left + _TILE_COLUMNS // 2))
            if there[:, halves].min() < _THERE:
                columns = slice(halves.start * 2, halves.stop * 2)
                share = there[:, halves].astype(np.float32) / np.float32(_THERE)
                _mix(color[:, halves], far.color(half, halves), share)
                behind = far.light(rows, columns)
                full = cv2.resize(share, behind.shape[::-1], interpolation=cv2.INTER_LINEAR)
                _mix(light[:, columns], behind, np.asarray(full, np.float32))
    planes[0][rows] = light
    for channel, plane in enumerate(planes[1:]):
        cv2.extractChannel(color, channel, dst=plane[half])


def _mix(over: Plane, behind: Plane, share: Floats) -> None:
    """Keep a share of a part of a plane, 0..1, and give the rest to what is behind it; in place."""
    over[:] = cv2.blendLinear(np.ascontiguousarray(over), behind, share, 1 - share)
