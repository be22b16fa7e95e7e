"""A camera that moves over stills with sub-pixel smoothness; needs nothing but a processor.

Each frame is one affine warp of planes (`cv2.warpAffine`, bilinear, coordinates in floating point):
measured against the ideal path its error is below 0.005 pixels (benchmarks/smoothness.json), where
cropping to whole pixels, as ffmpeg's ``zoompan`` does, is off by half a pixel and shakes.
"""

from collections import deque
from collections.abc import Generator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from math import cos, radians, sin
from typing import ClassVar

import cv2
import numpy as np
from numpy.typing import NDArray

from ai_video_generator.config.model_config import MemoryProfile, ModelSpec
from ai_video_generator.errors import DeviceMemoryError, RenderError
from ai_video_generator.hardware.facts import Precision
from ai_video_generator.media.frames import Frame, FrameStream, Plane
from ai_video_generator.media.resolution import Resolution
from ai_video_generator.models._plates import Plate, fitting_plate, make_plates
from ai_video_generator.models.base_model import BaseModel, Scene
from ai_video_generator.planning.plan import Plan
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
class _Take:
    """A shot with all that is needed to draw any of its frames."""

    shot: Shot
    plate: Plate
    stage: Stage


class KenBurns(BaseModel):
    """Pan, zoom and slight turns over stills, with soft dissolves."""

    spec: ClassVar[ModelSpec] = ModelSpec(
        name="ken_burns",
        title="Ken Burns camera",
        licence="Apache-2.0",
        home="",
        precisions=(Precision.FP32,),
        size_multiple_px=2,
        quality=20,
        cpu_seconds_per_megapixel=0.0055,
        memory=MemoryProfile(
            fixed_bytes=190 * 2**20,
            bytes_per_pixel=15.0,
            bytes_per_worker_pixel=3.0,
            source="benchmarks/memory.json",
        ),
    )

    def load(self, plan: Plan) -> None:
        """Nothing to load: the camera is arithmetic."""

    def generate(self, scene: Scene) -> FrameStream:
        """Draw all frames; see `BaseModel.generate`."""
        return _drawn(scene)


def _drawn(scene: Scene) -> Generator[Frame, None, None]:
    """Draw frames on a pool of threads (OpenCV releases the GIL) and hand them out in order."""
    waiting: deque[Future[Frame]] = deque()
    with ThreadPoolExecutor(scene.worker_count, thread_name_prefix="ken-burns") as pool:
        try:
            for frame_index, takes in _takes_by_frame(scene):
                if frame_index not in scene.wanted:
                    continue
                waiting.append(pool.submit(_draw, takes, frame_index, scene.size))
                if len(waiting) >= scene.worker_count * _AHEAD:
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


def _takes_by_frame(scene: Scene) -> Generator[tuple[int, tuple[_Take, ...]], None, None]:
    """Walk the storyboard; a picture is made ready for its first shot, dropped after its last."""
    plates: dict[int, tuple[Plate, ...]] = {}
    takes: list[_Take] = []
    shots = deque(scene.storyboard.shots)
    for frame_index in range(scene.storyboard.frame_count):
        while shots and shots[0].start_frame == frame_index:
            takes.append(_take(shots.popleft(), scene, plates))
        if any(take.shot.end_frame <= frame_index for take in takes):
            takes = [take for take in takes if frame_index < take.shot.end_frame]
            used = {take.shot.picture for take in takes} | {shot.picture for shot in shots}
            for picture in plates.keys() - used:
                del plates[picture]
        yield frame_index, tuple(takes)


def _take(shot: Shot, scene: Scene, plates: dict[int, tuple[Plate, ...]]) -> _Take:
    picture = scene.pictures[shot.picture]
    zooms = [
        framing.zoom
        for other in scene.storyboard.shots
        if other.picture == shot.picture
        for framing in (other.framing_start, other.framing_end)
    ]
    nearest = max(zooms)
    staged = stage(picture.info.size, scene.size, scene.fit)
    if shot.picture not in plates:
        plates[shot.picture] = make_plates(
            picture, staged, nearest_zoom=nearest, farthest_zoom=min(zooms)
        )
    return _Take(
        shot=shot,
        plate=fitting_plate(
            plates[shot.picture],
            nearest_zoom=nearest,
            shot_nearest_zoom=max(shot.framing_start.zoom, shot.framing_end.zoom),
        ),
        stage=staged,
    )


def _draw(takes: tuple[_Take, ...], frame_index: int, size: Resolution) -> Frame:
    frame = _shown(takes[0], frame_index, size)
    for before, take in pairwise(takes):
        weight = dissolve_weight(before.shot, take.shot, frame_index)
        over = _shown(take, frame_index, size)
        cv2.addWeighted(frame.buffer, 1 - weight, over.buffer, weight, 0, dst=frame.buffer)
    return frame


def _shown(take: _Take, frame_index: int, size: Resolution) -> Frame:
    frame = Frame.empty(size)
    target = take.stage.window
    if target != size:
        frame.y[:], frame.u[:], frame.v[:] = _LUMA_BLACK, _CHROMA_ZERO, _CHROMA_ZERO
    left = (size.width_px - target.width_px) // 4 * 2
    top = (size.height_px - target.height_px) // 4 * 2
    view = view_at(take.shot, frame_index, take.stage.picture_aspect, take.stage.frame_aspect)
    luma, chroma = _matrices(view, take.plate.size, take.stage)
    rows, columns = slice(top, top + target.height_px), slice(left, left + target.width_px)
    half_rows = slice(rows.start // 2, rows.stop // 2)
    half_columns = slice(columns.start // 2, columns.stop // 2)
    _warp(take.plate.y, luma, frame.y[rows, columns])
    both = _warp(
        take.plate.chroma, chroma, np.empty((*frame.u[half_rows, half_columns].shape, 4), np.uint8)
    )
    for channel, plane in enumerate((frame.u, frame.v)):
        cv2.extractChannel(both, channel, dst=plane[half_rows, half_columns])
    return frame


def _warp(source: Plane, matrix: NDArray[np.float64], into: Plane) -> Plane:
    """Draw into an array in place; a view of a larger one will do if its pixels are adjacent."""
    height, width = into.shape[:2]
    cv2.warpAffine(
        source, matrix, (width, height), dst=into, flags=_WARP, borderMode=cv2.BORDER_REPLICATE
    )
    return into


def _matrices(
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


BACKEND = KenBurns
