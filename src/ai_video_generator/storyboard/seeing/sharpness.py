"""What is in focus: where contrast lies in fine detail, and not in soft slopes.

Comparing detail with the contrast round it, and not with the rest of the picture, keeps a blurred
bright edge from passing for a sharp dim one.
"""

import cv2
import numpy as np

from ai_video_generator.storyboard.seeing.reduction import Map, Rgb

_FINE, _COARSE, _POOL_PX, _POOL_BLUR = 1.2, 3.0, 7, 7.0
# Scales in pixels: detail, the contrast it is compared with, and how far a sharp edge speaks for
# its surroundings.

_EVEN = 0.02
# Contrast that is only noise, of 0..1.

_LEAST_SPREAD = 0.5
# Where the least sharp place is more than half as sharp as the most, all is in focus.


def sharpness(rgb: Rgb) -> Map:
    """How much of the contrast round each pixel is fine detail.

    Args:
        rgb: ``(height, width, 3)``, uint8; 384 pixels are enough.

    Returns:
        ``(height, width)``, float32, 0..1: 1 is the most of this picture.
    """
    gray = np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), np.float32) / np.float32(255)
    fine = np.abs(gray - cv2.GaussianBlur(gray, (0, 0), _FINE))
    slope = np.abs(cv2.Sobel(gray, -1, 1, 0)) + np.abs(cv2.Sobel(gray, -1, 0, 1))
    contrast = cv2.GaussianBlur(slope, (0, 0), _COARSE) + _EVEN
    pooled = cv2.dilate(fine / contrast, np.ones((_POOL_PX, _POOL_PX), np.uint8))
    smooth = cv2.GaussianBlur(pooled, (0, 0), _POOL_BLUR)
    least, most = np.percentile(smooth, (5, 95))
    if most <= 0:
        return np.zeros(gray.shape, np.float32)
    spread = max(most - least, _LEAST_SPREAD * most)
    return np.asarray(np.clip((smooth - most) / spread + 1, 0, 1), np.float32)
