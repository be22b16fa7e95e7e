"""Shots in depth for the benchmarks: pictures in memory whose depth is known."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ai_video_generator.config.choices import Fit
from ai_video_generator.media.picture import Picture, PictureInfo
from ai_video_generator.media.resolution import Resolution
from ai_video_generator.models.base_model import Scene
from ai_video_generator.storyboard.picture_notes import (
    Depth,
    DepthSource,
    PictureKind,
    PictureNotes,
)
from ai_video_generator.storyboard.storyboard import (
    DepthMove,
    Detail,
    Easing,
    Framing,
    Shot,
    Storyboard,
)
from benchmarks.solid_scene import Eye, Rendering, rendered, room

PICTURE = Resolution(2880, 1620)
HOME = Eye(center=(0.5, 0.5 / PICTURE.aspect), width=1.0)
# The eye that sees just the picture.
MOVES = (DepthMove.ORBIT, DepthMove.DOLLY, DepthMove.VERTIGO)


def room_seen_from_home() -> Rendering:
    """The picture of the room, and its depth."""
    return rendered(room(PICTURE), HOME, PICTURE)


def notes(size: Resolution, depth: NDArray[np.float32]) -> PictureNotes:
    """Notes of a picture of which only the depth is known."""
    return PictureNotes(
        size=size,
        kind=PictureKind.PHOTO,
        regions=(),
        safe_region=None,
        horizon=None,
        turn_deg=0.0,
        flat_share=0.0,
        depth=Depth(far=depth, confidence=0.9, source=DepthSource.NETWORK),
    )


def picture_of(rgb: NDArray[np.uint8]) -> Picture:
    """A picture in memory."""
    size = Resolution(rgb.shape[1], rgb.shape[0])
    info = PictureInfo(
        path=Path("scene.png"), file_format="PNG", size=size, mode="RGB", has_profile=False
    )
    return Picture(info=info, rgb=rgb)


def shot_of(move: DepthMove, frames: int, detail: Detail = Detail.NONE, zoom: float = 1.1) -> Shot:
    """A shot that only moves in depth, so that nothing else has to be compared."""
    still = Framing(zoom=zoom)
    return Shot(
        index=0,
        picture=0,
        start_frame=0,
        frame_count=frames,
        framing_start=still,
        framing_end=still,
        easing=Easing.IN_OUT,
        depth_move=move,
        depth_strength=0.0 if move is DepthMove.NONE else 1.0,
        detail=detail,
    )


def scene_of(picture: Picture, depth: NDArray[np.float32], shot: Shot, size: Resolution) -> Scene:
    """One shot over one picture."""
    return Scene(
        pictures=(picture,),
        storyboard=Storyboard(frame_count=shot.frame_count, shots=(shot,)),
        size=size,
        fit=Fit.FILL,
        notes=(notes(picture.size, depth),),
    )
