"""How much of a picture is empty, and how much of it was drawn rather than photographed."""

import cv2
import numpy as np

from ai_video_generator.storyboard.seeing.reduction import Map, Rgb

_NEIGHBOURHOOD_PX = 9
# At 384 pixels a side: a fortieth of the picture, the size of a thing that is seen at a glance.

_FLAT = 3.0
# Standard deviation of brightness, levels: clear sky and studio backgrounds stay below, blurred
# foliage does not.

_PATCH_PX, _PATCHES_A_SIDE = 48, 12
# 144 patches of the picture as it is stored show its grain; all pixels of 24 megapixels would take
# ten times as long to say the same.


def flat_share(rgb: Rgb) -> float:
    """Part of a picture that is empty, 0..1.

    Args:
        rgb: ``(height, width, 3)``, uint8; 384 pixels are enough.
    """
    return float((_local_spread(rgb) < _FLAT).mean())


def drawn_share(rgb: Rgb) -> float:
    """Part of a picture where pixels side by side are equal to the last bit, 0..1.

    The grain of a sensor leaves few equal neighbours, and lossless drawings have little else.
    JPEG pictures keep part of that: blocks without content are even.

    Args:
        rgb: ``(height, width, 3)``, uint8, as it is stored: reducing it makes grain even.
    """
    height, width = rgb.shape[:2]
    equal, seen = 0, 0
    for top in _starts(height):
        for left in _starts(width):
            patch = rgb[top : top + _PATCH_PX, left : left + _PATCH_PX]
            equal += int((patch[:, 1:] == patch[:, :-1]).all(axis=2).sum())
            seen += patch.shape[0] * (patch.shape[1] - 1)
    return equal / seen if seen else 1.0


def _local_spread(rgb: Rgb) -> Map:
    """Standard deviation of brightness round each pixel, levels."""
    gray = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY).astype(np.float32)
    box = (_NEIGHBOURHOOD_PX, _NEIGHBOURHOOD_PX)
    mean, square = cv2.blur(gray, box), cv2.blur(gray * gray, box)
    return np.asarray(np.sqrt(np.maximum(square - mean * mean, 0)), np.float32)


def _starts(length: int) -> list[int]:
    last = max(0, length - _PATCH_PX)
    return sorted({last * step // (_PATCHES_A_SIDE - 1) for step in range(_PATCHES_A_SIDE)})
