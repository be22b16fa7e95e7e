"""Pictures on their way to a cloud, and videos on their way back: cropped so that both agree.

The frames of a plan have the video's shape, a cloud's videos one of a few others. What is sent is
the frame in the middle of such a shape, with its edges mirrored outwards; what comes back is cut to
the same middle. So nothing of a shot's framing is lost, and nothing is stretched.
"""

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ai_video_generator.config.cloud_profile import middle_of
from ai_video_generator.errors import AIVideoError, CloudError
from ai_video_generator.media.frames import Frame, FrameStream
from ai_video_generator.media.resolution import Resolution
from ai_video_generator.media.video_file import frames_at, video_info
from ai_video_generator.models.base_model import Scene
from ai_video_generator.models.ken_burns import KenBurns

Pixels = NDArray[np.uint8]

_SHAPE_TOLERANCE = 0.02
# Video sizes are rounded to multiples of 16: 1584x672 for 21:9 is 1 % off.
_MISSING_FRAMES = 2
# A video of n seconds may lack its last frame, and its time may be rounded by another.


def still(scene: Scene, frame: Resolution) -> Pixels:
    """The picture that a pass begins with, sRGB ``(height, width, 3)``, in a cloud's shape."""
    middle = middle_of(frame, scene.size)
    if scene.continues is not None:
        rgb = _scaled(scene.continues.to_rgb(), middle)
    else:
        start = scene.wanted.start
        film = replace(scene, size=middle, frames=range(start, start + 1), worker_count=1)
        with closing(KenBurns().generate(film)) as frames:
            rgb = next(frames).to_rgb()
    left, top = _corner(frame, middle)
    return np.asarray(
        cv2.copyMakeBorder(
            rgb,
            top,
            frame.height_px - middle.height_px - top,
            left,
            frame.width_px - middle.width_px - left,
            cv2.BORDER_REFLECT_101,
        ),
        np.uint8,
    )


def png(rgb: Pixels) -> bytes:
    """An sRGB picture as a PNG file."""
    _, file = cv2.imencode(".png", cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR))
    return file.tobytes()


def clip_frames(path: Path, scene: Scene, frame: Resolution) -> FrameStream:
    """The frames of a pass out of a cloud's video, at the scene's own rate and size."""
    middle = middle_of(frame, scene.size)
    left, top = _corner(frame, middle)
    times = (index / scene.frame_rate for index in range(len(scene.wanted)))
    for rgb in frames_at(path, times):
        whole = _scaled(rgb, frame)
        cut = whole[top : top + middle.height_px, left : left + middle.width_px]
        yield Frame.from_rgb(_scaled(np.ascontiguousarray(cut), scene.size))


def check_clip(path: Path, scene: Scene, frame: Resolution) -> None:
    """See that a video can be read, and is as long and of the shape that was asked for.

    Raises:
        CloudError: When it is not.
    """
    try:
        info = video_info(path)
        *_, _ = frames_at(path, [0, info.video_duration_s])
    except AIVideoError as error:
        raise CloudError(f"the cloud's video cannot be read: {error}") from error
    needed_s = (len(scene.wanted) - _MISSING_FRAMES) / scene.frame_rate
    if info.video_duration_s < needed_s:
        raise CloudError(
            f"the cloud's video lasts {float(info.video_duration_s):.2f} s instead of "
            f"{float(needed_s):.2f} s"
        )
    if abs(info.size.aspect / frame.aspect - 1) > _SHAPE_TOLERANCE:
        raise CloudError(f"the cloud's video has {info.size} pixels instead of {frame}")


def _corner(frame: Resolution, middle: Resolution) -> tuple[int, int]:
    """Left and top of the middle."""
    return (frame.width_px - middle.width_px) // 2, (frame.height_px - middle.height_px) // 2


def _scaled(rgb: Pixels, size: Resolution) -> Pixels:
    height, width = rgb.shape[:2]
    if (width, height) == (size.width_px, size.height_px):
        return rgb
    shrinks = size.pixel_count < width * height
    how = cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(rgb, (size.width_px, size.height_px), interpolation=how), np.uint8)
