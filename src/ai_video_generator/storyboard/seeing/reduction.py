"""Smaller readings of a picture: every look but that for small faces needs few pixels."""

import numpy as np
from numpy.typing import NDArray

from ai_video_generator.media.image_pixels import reduced
from ai_video_generator.media.resolution import Resolution

Rgb = NDArray[np.uint8]
Map = NDArray[np.float32]


def reduced_to(rgb: Rgb, longest_px: int) -> Rgb:
    """A picture reduced by areas so that its longer side fits; one that fits is returned as it is.

    Args:
        rgb: ``(height, width, 3)``, uint8.
        longest_px: The longer side of the result, at most; at least 1.
    """
    if max(rgb.shape[:2]) <= longest_px:
        return rgb
    size = Resolution(rgb.shape[1], rgb.shape[0])
    return reduced(rgb, size.fitted_into(Resolution(longest_px, longest_px)))
