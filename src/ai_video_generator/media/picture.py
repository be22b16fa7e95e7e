"""A still picture in memory."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ai_video_generator.media.resolution import Resolution


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureInfo:
    """Facts of one picture file, read from its header.

    Attributes:
        path: The file.
        file_format: Pillow's name of the format ("JPEG", "HEIF").
        size: Size as seen upright, after the EXIF turn.
        mode: Pillow's name of the pixel layout in the file ("RGB", "CMYK", "I;16").
        has_profile: Whether an ICC profile is embedded.
    """

    path: Path
    file_format: str
    size: Resolution
    mode: str
    has_profile: bool


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Picture:
    """A picture ready for use: upright, opaque, sRGB.

    Attributes:
        info: What the file holds.
        rgb: ``(height, width, 3)``, uint8, 0..255, sRGB; never larger than was asked for, so its
            size may be smaller than ``info.size`` by a common factor.
    """

    info: PictureInfo
    rgb: NDArray[np.uint8]

    @property
    def size(self) -> Resolution:
        """Size of ``rgb``."""
        return Resolution(self.rgb.shape[1], self.rgb.shape[0])
