"""A camera that moves in the depth of stills, and lets them live a little, on a processor alone.

Where a picture's depth is known its near and its far surface are drawn apart (see `_relief` and
`_parallax`); grain, light and weather are drawn over it (`_living`), water and clouds moved within
it (`_shimmer`). A shot that asks for none of this, or whose picture gives no reason to trust its
depth, is drawn as by `ken_burns`, bit for bit.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from ai_video_generator.config.hardware_config import DEPTH_TRUST
from ai_video_generator.config.model_config import MemoryProfile, ModelSpec
from ai_video_generator.hardware.facts import Precision
from ai_video_generator.media.frames import Frame, FrameStream
from ai_video_generator.models._camera import (
    Camera,
    Staged,
    Take,
    Window,
    shown,
    staged_picture,
)
from ai_video_generator.models._depth_take import DepthTake, depth_take
from ai_video_generator.models._living import Moment, enliven
from ai_video_generator.models._parallax import shown_in_depth
from ai_video_generator.models._plates import Plate, make_plates
from ai_video_generator.models._relief import Relief, cut, laid, plain_relief
from ai_video_generator.models._shimmer import shimmer_of
from ai_video_generator.models.base_model import NO_SUPPLIES, BaseModel, Scene, Supplies
from ai_video_generator.planning.plan import Plan
from ai_video_generator.storyboard.camera_path import view_at
from ai_video_generator.storyboard.storyboard import DepthMove, Detail, Shot


class BasicAnimation(BaseModel):
    """Orbits, dollies and vertigo shots over stills in depth, with living details."""

    spec: ClassVar[ModelSpec] = ModelSpec(
        name="basic_animation",
        title="2.5D animation",
        licence="Apache-2.0",
        home="",
        precisions=(Precision.FP32,),
        size_multiple_px=2,
        quality=30,
        needs_depth=True,
        cpu_seconds_per_megapixel=0.02,
        memory=MemoryProfile(
            fixed_bytes=300 * 2**20,
            bytes_per_pixel=40.0,
            bytes_per_worker_pixel=4.0,
            source="benchmarks/parallax.json",
        ),
    )

    def load(self, plan: Plan, supplies: Supplies = NO_SUPPLIES) -> None:
        """Nothing to load: the camera is arithmetic."""

    def generate(self, scene: Scene) -> FrameStream:
        """Draw all frames; see `BaseModel.generate`."""
        return _Camera(scene).film()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Solid:
    """A picture made ready for moves in depth.

    Attributes:
        relief: Its surfaces, laid on its stage.
        behind: What the far surface shows, at the scales of its plates.
    """

    relief: Relief
    behind: tuple[Plate, ...]


class _Camera(Camera[Take | DepthTake]):
    """Keeps plates and surfaces of the pictures that are seen."""

    thread_name = "basic-animation"

    def __init__(self, scene: Scene) -> None:
        super().__init__(scene)
        self._pictures: dict[int, Staged] = {}
        self._solids: dict[int, _Solid] = {}

    def take(self, shot: Shot) -> Take | DepthTake:
        if shot.picture not in self._pictures:
            self._pictures[shot.picture] = staged_picture(self.scene, shot.picture)
        ready = self._pictures[shot.picture]
        plain = Take(shot=shot, plate=ready.plate_for(shot), stage=ready.stage)
        flow = None
        if shot.detail is Detail.SHIMMER:
            flow = shimmer_of(self.scene.pictures[shot.picture].rgb, ready.stage)
        depth = self._depth(shot)
        if depth is None and flow is None:
            return plain
        if depth is None:
            still = replace(shot, depth_move=DepthMove.NONE)
            return depth_take(replace(plain, shot=still), plain_relief(), plain.plate, flow)
        if shot.picture not in self._solids:
            self._solids[shot.picture] = self._solid(shot.picture, depth, ready)
        solid = self._solids[shot.picture]
        return depth_take(plain, solid.relief, solid.behind[ready.level_for(shot)], flow)

    def _depth(self, shot: Shot) -> NDArray[np.float32] | None:
        """The depth that a shot is to use; None where it needs none, or none can be trusted."""
        if shot.depth_move is DepthMove.NONE or shot.depth_strength <= 0:
            return None
        notes = self.scene.notes[shot.picture] if shot.picture < len(self.scene.notes) else None
        if notes is None or notes.depth is None or notes.depth.confidence < DEPTH_TRUST:
            return None
        return notes.depth.far

    def _solid(self, picture_index: int, depth: NDArray[np.float32], ready: Staged) -> _Solid:
        picture = self.scene.pictures[picture_index]
        strongest = max(
            shot.depth_strength
            for shot in self.scene.storyboard.shots
            if shot.picture == picture_index and shot.depth_move is not DepthMove.NONE
        )
        relief, painted = cut(picture.rgb, depth, strongest)
        relief = laid(relief, picture.size.aspect, ready.stage)
        if painted is picture.rgb:
            return _Solid(relief=relief, behind=ready.plates)
        behind = make_plates(
            replace(picture, rgb=painted),
            ready.stage,
            nearest_zoom=ready.nearest_zoom,
            farthest_zoom=ready.farthest_zoom,
        )
        return _Solid(relief=relief, behind=behind)

    def forget(self, pictures: Sequence[int]) -> None:
        self._pictures = {one: self._pictures[one] for one in pictures if one in self._pictures}
        self._solids = {one: self._solids[one] for one in pictures if one in self._solids}

    def show(self, take: Take | DepthTake, frame_index: int) -> Frame:
        size = self.scene.size
        time_s = float(frame_index / self.scene.frame_rate)
        if isinstance(take, DepthTake):
            frame, plain = shown_in_depth(take, frame_index, size, time_s=time_s), take.plain
        else:
            frame, plain = shown(take, frame_index, size), take
        enliven(Window.of(plain.stage, size).planes(frame), _moment(take, frame_index, time_s))
        return frame


def _moment(take: Take | DepthTake, frame_index: int, time_s: float) -> Moment:
    plain = take.plain if isinstance(take, DepthTake) else take
    shot, stage = plain.shot, plain.stage
    first, now = (
        view_at(shot, index, stage.picture_aspect, stage.frame_aspect)
        for index in (shot.start_frame, frame_index)
    )
    panned = (
        (now.center_x - first.center_x) / now.width,
        (now.center_y - first.center_y) / now.width / stage.picture_aspect,
    )
    look = None
    if isinstance(take, DepthTake) and shot.depth_move is not DepthMove.NONE:
        look = partial(take.nearness_at, now)
    return Moment(
        shot=shot, frame_index=frame_index, time_s=time_s, panned=panned, nearness_at=look
    )


BACKEND = BasicAnimation
