"""Whether any frame of a film looks beyond its picture: every frame is drawn again to find out.

Cameras draw the outermost pixels again where they look beyond a picture, which nobody could tell
from the picture itself. Here what lies beyond is drawn with level 0 instead, darker than anything
in a video (16..235), and every pixel of every frame is looked at. Grain, light and weather are left
out: they are drawn over the frame and would hide it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from unittest.mock import patch

import cv2
import numpy as np
from numpy.typing import NDArray

from ai_video_generator.models.base_model import Scene
from ai_video_generator.models.basic_animation import BasicAnimation
from ai_video_generator.storyboard.camera_path import widest
from ai_video_generator.storyboard.stage import stage
from ai_video_generator.storyboard.storyboard import Detail, Framing, Shot, Storyboard

DARKEST = 12
# A pixel of which a quarter or more lies beyond a black picture's edge is below, any other is not.


@contextmanager
def _nothing_beyond() -> Iterator[None]:
    """Let pictures (but not maps of depth) end in level 0 where they are drawn."""
    warp, remap = cv2.warpAffine, cv2.remap

    def warped(source: NDArray[Any], *given: Any, **named: Any) -> Any:
        return warp(source, *given, **{**named, "borderMode": cv2.BORDER_CONSTANT})

    def remapped(source: NDArray[Any], *given: Any, **named: Any) -> Any:
        if source.dtype == np.uint8 and source.ndim == 2:
            named["borderMode"] = cv2.BORDER_CONSTANT
        return remap(source, *given, **named)

    with patch.object(cv2, "warpAffine", warped), patch.object(cv2, "remap", remapped):
        yield


def frames_beyond(scene: Scene) -> list[int]:
    """The frames of a scene in which something beyond a picture is seen."""
    shots = tuple(
        shot if shot.detail is Detail.SHIMMER else replace(shot, detail=Detail.NONE)
        for shot in scene.storyboard.shots
    )
    scene = replace(scene, storyboard=replace(scene.storyboard, shots=shots))
    with _nothing_beyond():
        return [
            index
            for index, frame in enumerate(BasicAnimation().generate(scene))
            if (frame.y < DARKEST).any()
        ]


def looks_beyond(scene: Scene) -> Scene:
    """The same pictures, and a camera that goes a hundredth of the first one too far."""
    picture = scene.pictures[0].info.size
    width = widest(stage(picture, scene.size, scene.fit).picture_aspect, scene.size.aspect)
    inside = Framing(center_x=width / 4 + 0.01, zoom=2.0)
    shot = Shot(
        index=0,
        picture=0,
        start_frame=0,
        frame_count=2,
        framing_start=inside,
        framing_end=replace(inside, center_x=width / 4 - 0.01),
    )
    return replace(scene, storyboard=Storyboard(frame_count=2, shots=(shot,)))
