"""One picture that shows a whole video: evenly spaced frames with their times."""

from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from ai_video_generator.core.sheet_grid import grid, label, picture_format, save_sheet
from ai_video_generator.media.resolution import Resolution
from ai_video_generator.media.timeline import clock_text
from ai_video_generator.media.video_file import frames_at, video_info

_CELL_BOX = Resolution(480, 480)
# Four columns of a wide video make a sheet 1952 pixels wide: sharp on a web page, small as a file.


def contact_sheet(video_path: Path, output_path: Path, *, columns: int = 4, rows: int = 3) -> Path:
    """Lay evenly spaced frames of a video out in a grid, each with its time.

    A video of fewer frames than cells gets as many cells as it has frames. The file appears only
    when it is whole, and replaces an older one.

    Args:
        video_path: A video.
        output_path: The picture to make; its suffix (.png, .jpg, .webp) chooses the format.
        columns: Frames side by side, at least 1.
        rows: Rows of frames, at least 1.

    Returns:
        ``output_path``.

    Raises:
        InputError: When the video cannot be read.
        OutputPathError: When the suffix is none of those, or the file cannot be written.
        DiskFullError: When there is no room left.
    """
    picture_format(output_path)
    info = video_info(video_path)
    count = min(columns * rows, info.frame_count)
    step_s = info.video_duration_s / count
    times_s = [step_s * index + step_s / 2 for index in range(count)]
    cell = info.size.fitted_into(_CELL_BOX)
    tiles = []
    for index, frame in enumerate(frames_at(video_path, times_s)):
        resized = cv2.resize(frame, (cell.width_px, cell.height_px), interpolation=cv2.INTER_AREA)
        tile = Image.fromarray(np.asarray(resized, np.uint8))
        label(tile, _time_text(times_s[index], step_s))
        tiles.append(tile)
    save_sheet(grid(tiles, columns), output_path)
    return output_path


def _time_text(time_s: Fraction, step_s: Fraction) -> str:
    """A clock, with tenths where whole seconds would repeat."""
    if step_s >= 1:
        return clock_text(float(time_s))
    minutes, tenths = divmod(int(time_s * 10), 600)
    return f"{minutes}:{tenths // 10:02d}.{tenths % 10}"
