"""A backend from outside: every shot comes out of a mosaic whose tiles grow finer."""

from collections.abc import Generator
from contextlib import closing
from typing import Annotated, Any, ClassVar

import cv2
import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel as Options
from pydantic import ConfigDict, Field

from ai_video_generator import BaseModel
from ai_video_generator.config.model_config import MemoryProfile, ModelSpec
from ai_video_generator.hardware.facts import Precision
from ai_video_generator.media.frames import Frame, FrameStream
from ai_video_generator.models.base_model import NO_SUPPLIES, Scene, Supplies, read_options
from ai_video_generator.models.ken_burns import KenBurns
from ai_video_generator.planning.plan import Plan


class MosaicOptions(Options):
    """What ``--model-options`` takes for this backend: ``tile=32, seconds=1.5``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    tile: Annotated[int, Field(ge=4, le=128, description="Side of the first tiles, pixels.")] = 24
    seconds: Annotated[float, Field(gt=0, le=5, description="How long tiles grow finer.")] = 0.8


class Mosaic(BaseModel):
    """The camera's frames, laid in tiles where a shot begins."""

    spec: ClassVar[ModelSpec] = ModelSpec(
        name="mosaic",
        title="Shots out of a mosaic",
        licence="Apache-2.0",
        home="",
        precisions=(Precision.FP32,),
        size_multiple_px=2,
        quality=5,  # below the camera's 20: made when it is asked for, never by itself
        cpu_seconds_per_megapixel=0.006,
        memory=MemoryProfile(
            fixed_bytes=190 * 2**20,
            bytes_per_pixel=18.0,
            bytes_per_worker_pixel=3.0,
            source="the camera's, and a frame more",
        ),
    )
    options_class: ClassVar[type[Options]] = MosaicOptions

    def __init__(self) -> None:
        self._camera = KenBurns()
        self._options: Any = MosaicOptions()

    def load(self, plan: Plan, supplies: Supplies = NO_SUPPLIES) -> None:
        """Read the options; there are no weights.

        Raises:
            SettingsError: When there is no such option, or not that value.
        """
        self._options = read_options(MosaicOptions, supplies.options, self.spec.name)
        self._camera.load(plan)

    def generate(self, scene: Scene) -> FrameStream:
        """Make exactly the frames ``scene.wanted``, in order; see `BaseModel.generate`."""
        with closing(self._camera.generate(scene)) as frames:
            for index, frame in zip(scene.wanted, frames, strict=True):
                yield tiled(frame, self._tile_px(scene, index))

    def close(self) -> None:
        """Give back what the camera took."""
        self._camera.close()

    def _tile_px(self, scene: Scene, index: int) -> int:
        """Side of the tiles of a frame, pixels: it depends on nothing but the frame's place."""
        shot = max(
            (one for one in scene.storyboard.shots if one.start_frame <= index),
            key=lambda one: one.start_frame,
        )
        age = float((index - shot.start_frame) / scene.frame_rate)
        left = max(0.0, 1.0 - age / self._options.seconds)
        return max(1, int(self._options.tile * left + 0.5))


def tiled(frame: Frame, tile_px: int) -> Frame:
    """A new frame whose tiles each have their mean colour.

    Args:
        frame: Left as it is.
        tile_px: Side of a tile, pixels; below 2 nothing is tiled.
    """
    made = Frame.empty(frame.size)
    for source, target in zip(_planes(frame), _planes(made), strict=True):
        # Colour is stored at half the size of light.
        side_px = tile_px if source.shape == frame.y.shape else tile_px // 2
        target[:] = _tiled_plane(source, side_px)
    return made


def _planes(frame: Frame) -> Generator[NDArray[np.uint8], None, None]:
    yield from (frame.y, frame.u, frame.v)


def _tiled_plane(plane: NDArray[np.uint8], side_px: int) -> NDArray[np.uint8]:
    if side_px < 2:  # noqa: PLR2004 - a tile of one pixel is the pixel
        return plane
    height, width = plane.shape
    tiles = (max(1, width // side_px), max(1, height // side_px))
    small = cv2.resize(plane, tiles, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_NEAREST), np.uint8)
