"""A camera that moves over stills with sub-pixel smoothness; needs nothing but a processor.

Each frame is one affine warp of planes (`cv2.warpAffine`, bilinear, coordinates in floating point):
measured against the ideal path its error is below 0.005 pixels (benchmarks/smoothness.json), where
cropping to whole pixels, as ffmpeg's ``zoompan`` does, is off by half a pixel and shakes.
"""

from collections.abc import Sequence
from typing import ClassVar

from ai_video_generator.config.model_config import MemoryProfile, ModelSpec
from ai_video_generator.hardware.facts import Precision
from ai_video_generator.media.frames import Frame, FrameStream
from ai_video_generator.models._camera import Camera, Staged, Take, shown, staged_picture
from ai_video_generator.models.base_model import NO_SUPPLIES, BaseModel, Scene, Supplies
from ai_video_generator.planning.plan import Plan
from ai_video_generator.storyboard.storyboard import Shot


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

    def load(self, plan: Plan, supplies: Supplies = NO_SUPPLIES) -> None:
        """Nothing to load: the camera is arithmetic."""

    def generate(self, scene: Scene) -> FrameStream:
        """Draw all frames; see `BaseModel.generate`."""
        return _Camera(scene).film()


class _Camera(Camera[Take]):
    """Keeps the plates of the pictures that are seen."""

    thread_name = "ken-burns"

    def __init__(self, scene: Scene) -> None:
        super().__init__(scene)
        self._pictures: dict[int, Staged] = {}

    def take(self, shot: Shot) -> Take:
        if shot.picture not in self._pictures:
            self._pictures[shot.picture] = staged_picture(self.scene, shot.picture)
        ready = self._pictures[shot.picture]
        return Take(shot=shot, plate=ready.plate_for(shot), stage=ready.stage)

    def forget(self, pictures: Sequence[int]) -> None:
        self._pictures = {one: self._pictures[one] for one in pictures if one in self._pictures}

    def show(self, take: Take, frame_index: int) -> Frame:
        return shown(take, frame_index, self.scene.size)


BACKEND = KenBurns
