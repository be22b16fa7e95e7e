"""Pictures in memory, and scenes made of them."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ai_video_generator.config.choices import Fit
from ai_video_generator.media.picture import Picture, PictureInfo
from ai_video_generator.media.resolution import Resolution
from ai_video_generator.media.timeline import Timeline
from ai_video_generator.models.base_model import Scene
from ai_video_generator.storyboard.director import direct
from ai_video_generator.storyboard.stage import stage

Pixels = NDArray[np.uint8]


def picture(rgb: Pixels) -> Picture:
    """A picture of these pixels, ``(height, width, 3)``."""
    height, width = rgb.shape[:2]
    info = PictureInfo(
        path=Path("still.png"),
        file_format="PNG",
        size=Resolution(width, height),
        mode="RGB",
        has_profile=False,
    )
    return Picture(info=info, rgb=rgb)


def flat(color: tuple[int, int, int], width: int = 96, height: int = 64) -> Pixels:
    """One colour everywhere."""
    return np.full((height, width, 3), color, np.uint8)


def photo(width: int = 640, height: int = 400, seed: int = 0) -> Pixels:
    """Something like a photograph: noise with as much detail at every scale, light above."""
    random = np.random.default_rng(seed)
    total = np.zeros((height, width, 3), np.float32)
    for level in range(1, 7):
        cells = random.normal(0, 1, (2**level + 1, 2**level + 1, 3)).astype(np.float32)
        total += cv2.resize(cells, (width, height), interpolation=cv2.INTER_CUBIC) / level
    sky = np.linspace(150, 90, height, dtype=np.float32)[:, None, None]
    return np.asarray(np.clip(sky + 35 * total, 0, 255), np.uint8)


def scene_of(
    pictures: Sequence[Picture],
    *,
    size: tuple[int, int] = (160, 90),
    seconds: float = 3.0,
    frame_rate: Fraction = Fraction(24),
    fit: Fit = Fit.FILL,
    seed: int = 0,
    worker_count: int = 1,
) -> tuple[Scene, Timeline]:
    """The scene that the director makes of pictures, and its timeline."""
    frame = Resolution(*size)
    timeline = Timeline.covering(Fraction(seconds), frame_rate)
    stages = [stage(each.info.size, frame, fit) for each in pictures]
    scene = Scene(
        pictures=pictures,
        storyboard=direct(stages, timeline, seed=seed),
        size=frame,
        fit=fit,
        worker_count=worker_count,
    )
    return scene, timeline
