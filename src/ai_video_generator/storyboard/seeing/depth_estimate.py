"""Depth without a network: what painters know about distance, weighed together.

The lower in the picture, the nearer; the hazier (He et al., "Single Image Haze Removal Using Dark
Channel Prior", 2009), the farther; what is sharp or draws the eye, and above all people, stand
before what does not. A guided filter (He et al., "Guided Image Filtering", 2010) makes the edges of
the map those of the picture.
"""

import cv2
import numpy as np

from ai_video_generator.storyboard.seeing.reduction import Map, Rgb
from ai_video_generator.storyboard.seeing.sharpness import sharpness

ESTIMATE_CONFIDENCE = 0.45
"""How far the estimate may be trusted: its order of distances agrees well with a stereo camera's
on the one scene that was measured (benchmarks/seeing.md), and no other kind of scene was."""

_HEIGHT, _CLEAR, _SHARP = 0.55, 0.2, 0.25
# Weights of height, clearness and sharpness; the height alone already correlates 0.67.

_SCENE, _SALIENT = 0.75, 0.35
# A scene fills three quarters of the range; what draws the eye may come forward by a third.

_SUBJECT_NEAR, _SUBJECT_HEIGHT = 0.85, 0.1
# A subject stands almost nearest, its feet a little before its head.

_HAZE_PX, _HAZE_WHITE = 9, 99.5
# The dark channel's window at 384 pixels (the paper's 15 at 600), and the percentile that is haze.

_FILTER_SHARES, _FILTER_EPSILON = (40, 120), 1e-3
# The guided filter's radii as parts of the width, coarse then fine, and the contrast (squared, of
# 0..1) that counts as an edge.

_RANGE = (1, 99)
# Percentiles that become the nearest and the farthest: single pixels do not decide.


def estimated_depth(rgb: Rgb, saliency: Map, subject: Map | None) -> Map:
    """Estimate how far everything is.

    Args:
        rgb: ``(height, width, 3)``, uint8; 384 pixels are enough.
        saliency: ``(height, width)``, float32, 0..1.
        subject: The subject mask, ``(height, width)``, float32, 0..1; None when there is none.

    Returns:
        ``(height, width)``, float32, 0 the nearest to 1 the farthest.
    """
    gray = np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), np.float32) / np.float32(255)
    height, width = gray.shape
    low = np.repeat(np.linspace(0, 1, height, dtype=np.float32)[:, None], width, axis=1)
    scene = _HEIGHT * low + _CLEAR * _clearness(rgb) + _SHARP * sharpness(rgb)
    near = _SCENE * scene + _SALIENT * cv2.GaussianBlur(saliency, (0, 0), 4)
    if subject is not None:
        near = near * (1 - subject) + subject * (_SUBJECT_NEAR + _SUBJECT_HEIGHT * low)
    for share in _FILTER_SHARES:
        near = _guided(gray, np.asarray(near, np.float32), max(2, width // share))
    return ordered(-near)


def ordered(distance: Map) -> Map:
    """Stretch distances of any unit to 0 the nearest .. 1 the farthest; all 0.5 when all are equal.

    Args:
        distance: ``(height, width)``, finite, larger = farther.
    """
    nearest, farthest = (float(value) for value in np.percentile(distance, _RANGE))
    if farthest - nearest <= np.finfo(np.float32).eps * max(abs(nearest), abs(farthest), 1.0):
        return np.full(distance.shape, 0.5, np.float32)
    return np.asarray(np.clip((distance - nearest) / (farthest - nearest), 0, 1), np.float32)


def _clearness(rgb: Rgb) -> Map:
    """1 where there is no haze, 0 where there is nothing else."""
    window = np.ones((_HAZE_PX, _HAZE_PX), np.uint8)
    dark = cv2.erode(rgb.min(axis=2), window).astype(np.float32)
    return np.asarray(1 - np.clip(dark / (np.percentile(dark, _HAZE_WHITE) + 1), 0, 1), np.float32)


def _guided(guide: Map, map_: Map, radius: int) -> Map:
    """The guided filter, equations 5, 6 and 8 of the paper."""

    def mean(values: Map) -> Map:
        box = (2 * radius + 1, 2 * radius + 1)
        blurred = cv2.boxFilter(values, cv2.CV_32F, box, borderType=cv2.BORDER_REFLECT)
        return np.asarray(blurred, np.float32)

    mean_guide, mean_map = mean(guide), mean(map_)
    covariance = mean(guide * map_) - mean_guide * mean_map
    variance = mean(guide * guide) - mean_guide * mean_guide
    slope = np.asarray(covariance / (variance + _FILTER_EPSILON), np.float32)
    return mean(slope) * guide + mean(mean_map - slope * mean_guide)
