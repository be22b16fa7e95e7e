"""Pictures whose depth is known, and shots that move in it."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from corpus.stills import Pixels, picture
from numpy.typing import NDArray

from ai_video_generator.config.choices import Fit
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

Floats = NDArray[np.float32]


def notes_of(far: Floats, confidence: float = 0.9) -> PictureNotes:
    """Notes of a picture of which only the depth is known."""
    return PictureNotes(
        size=Resolution(far.shape[1], far.shape[0]),
        kind=PictureKind.PHOTO,
        regions=(),
        safe_region=None,
        horizon=None,
        turn_deg=0.0,
        flat_share=0.0,
        depth=Depth(far=far, confidence=confidence, source=DepthSource.NETWORK),
    )


def disc_depth(
    width: int = 192, height: int = 108, x: float = 0.5, near: float = 0.9, far: float = 0.1
) -> Floats:
    """Depth of a wall with a disc before it, a third of the height wide; near and far: nearness."""
    rows, columns = np.mgrid[:height, :width] + 0.5
    disc = np.hypot(columns - x * width, rows - height / 2) < height / 3
    return np.where(disc, 1 - near, 1 - far).astype(np.float32)


def depth_scene(
    rgb: Pixels,
    far: Floats | None,
    move: DepthMove = DepthMove.ORBIT,
    *,
    strength: float = 1.0,
    detail: Detail = Detail.NONE,
    framings: Sequence[Framing] = (Framing(zoom=1.15), Framing(zoom=1.15)),
    frame_count: int = 21,
    confidence: float = 0.9,
    size: tuple[int, int] = (320, 180),
    fit: Fit = Fit.FILL,
    **changes: Any,
) -> Scene:
    """One shot over one picture of known depth."""
    shot = Shot(
        index=0,
        picture=0,
        start_frame=0,
        frame_count=frame_count,
        framing_start=framings[0],
        framing_end=framings[1],
        easing=Easing.IN_OUT,
        depth_move=move,
        depth_strength=strength,
        detail=detail,
    )
    return Scene(
        pictures=[picture(rgb)],
        storyboard=Storyboard(frame_count=frame_count, shots=(shot,)),
        size=Resolution(*size),
        fit=fit,
        notes=[None if far is None else notes_of(far, confidence)],
        **changes,
    )
