"""Lines of writing: rows of thin strokes of one brightness on an even ground. No network.

Strokes are what a morphological top-hat (or its dark counterpart) leaves; strokes side by side are
joined to a line. Foliage and brickwork have strokes too, but their ground is uneven and their
strokes have many brightnesses.
"""

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from ai_video_generator.storyboard.picture_notes import Region, RegionKind
from ai_video_generator.storyboard.seeing.reduction import Rgb, reduced_to

_READING_PX = 1280
# Writing that can be read in a 720p video is at least 12 pixels high here.

_STROKE_SIZES_PX = (9, 31)
# Thickest stroke of small print, and of a headline; each gets a look of its own.

_CONTRASTS = (40, 110)
# Levels between stroke and ground: below the first, writing is hard to read and easy to mistake; at
# the second, a title over a photo stands alone, where all below it would be joined with the photo.

_MIN_HEIGHT_PX, _MAX_HEIGHT_SHARE = 6, 0.25
# Lower lines cannot be read; higher ones are no lines.

_MIN_ASPECT = 2.0
# Width by height of a line: a word of three letters.

_MIN_FILL, _MAX_FILL = 0.12, 0.62
# Part of a line that is stroke: thin script to bold capitals.

_STROKES_A_HEIGHT = 0.9
# A line as wide as high crosses about two upright strokes in any script; less than half of that is
# a ruler or a fence.

_GROUND_SPREAD, _STROKE_SPREAD = 0.15, 0.5
# Standard deviations of the ground and of the strokes, as a share of the contrast between them.

_MIN_WIDTH_SHARE = 0.06
# Of the picture's width: 11 of 60 photos without writing have specks like lines, nearly all
# narrower; a field of stars has three that are not.

_MOST_WEIGHT, _LEAST_WEIGHT = 0.7, 0.4
# A headline draws the eye like a subject, small print like a salient place.

_JOIN_HEIGHTS = 0.9
# Lines nearer than this many of their heights belong to one paragraph.


def text_regions(rgb: Rgb) -> tuple[Region, ...]:
    """Find paragraphs and single lines of writing, the weightiest first.

    Args:
        rgb: ``(height, width, 3)``, uint8.
    """
    reading = reduced_to(rgb, _READING_PX)
    gray = cv2.cvtColor(reading, cv2.COLOR_RGB2GRAY)
    lines = [
        line
        for size in _STROKE_SIZES_PX
        for way in (cv2.MORPH_TOPHAT, cv2.MORPH_BLACKHAT)
        for contrast in _CONTRASTS
        for line in _lines(np.asarray(gray, np.uint8), way, size, contrast)
    ]
    height, width = gray.shape
    regions = []
    for left, top, right, bottom, line_height in _paragraphs(lines):
        if right - left < _MIN_WIDTH_SHARE * width:
            continue
        size = min(1.0, line_height / (height * _MAX_HEIGHT_SHARE))
        regions.append(
            Region(
                center_x=(left + right) / 2 / width,
                center_y=(top + bottom) / 2 / height,
                width=(right - left) / width,
                height=(bottom - top) / height,
                weight=_LEAST_WEIGHT + (_MOST_WEIGHT - _LEAST_WEIGHT) * size**0.5,
                kind=RegionKind.TEXT,
                confidence=min(1.0, (right - left) / (bottom - top) / (4 * _MIN_ASPECT)),
            )
        )
    return tuple(sorted(regions, key=lambda region: -region.weight))


_Line = tuple[int, int, int, int]
# Left, top, right, bottom in pixels of the reading.


def _lines(gray: NDArray[np.uint8], way: int, stroke_px: int, contrast: int) -> Iterator[_Line]:
    """Lines of strokes up to a thickness and above a contrast, bright or dark."""
    kernel = cv2.getStructuringElement(cv2.MORPH_RECT, (stroke_px, stroke_px))
    relief = cv2.morphologyEx(gray, way, kernel)
    strokes = (relief > contrast).astype(np.uint8)
    bridge = cv2.getStructuringElement(cv2.MORPH_RECT, (2 * stroke_px, 1))
    joined = cv2.morphologyEx(strokes, cv2.MORPH_CLOSE, bridge)
    count, labels, boxes, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    highest = gray.shape[0] * _MAX_HEIGHT_SHARE
    for label in range(1, count):
        left, top, width, height, _area = (int(value) for value in boxes[label])
        if not _MIN_HEIGHT_PX <= height <= highest or width < _MIN_ASPECT * height:
            continue
        rows, columns = slice(top, top + height), slice(left, left + width)
        own = (labels[rows, columns] == label) & (strokes[rows, columns] > 0)
        if _is_writing(gray[rows, columns], own, strokes[rows, columns] > 0):
            yield left, top, left + width, top + height


def _is_writing(
    gray: NDArray[np.uint8], own: NDArray[np.bool_], strokes: NDArray[np.bool_]
) -> bool:
    """Whether strokes in a box are those of a line of writing."""
    height, width = own.shape
    if not _MIN_FILL <= float(own.mean()) <= _MAX_FILL:
        return False
    crossings = np.abs(np.diff(own.astype(np.int8), axis=1)).sum(axis=1) / 2
    if float(np.percentile(crossings, 75)) < _STROKES_A_HEIGHT * width / height:
        return False
    near = cv2.dilate(strokes.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    ground, ink = gray[~near], gray[own]
    if ground.size < _MIN_HEIGHT_PX or not ink.size:
        return False
    contrast = abs(float(np.median(ink)) - float(np.median(ground)))
    return (
        contrast > _CONTRASTS[0]
        and float(ground.std()) < _GROUND_SPREAD * contrast
        and float(ink.std()) < _STROKE_SPREAD * contrast
    )


def _paragraphs(lines: list[_Line]) -> list[tuple[int, int, int, int, int]]:
    """Join lines that lie close together; each with the height of its highest line."""
    blocks: list[tuple[int, int, int, int, int]] = []
    for line in sorted(lines, key=lambda line: line[1]):
        block = (*line, line[3] - line[1])
        while (near := next((other for other in blocks if _near(block, other)), None)) is not None:
            blocks.remove(near)
            block = (
                min(block[0], near[0]),
                min(block[1], near[1]),
                max(block[2], near[2]),
                max(block[3], near[3]),
                max(block[4], near[4]),
            )
        blocks.append(block)
    return blocks


def _near(one: tuple[int, int, int, int, int], other: tuple[int, int, int, int, int]) -> bool:
    reach = _JOIN_HEIGHTS * min(one[4], other[4])
    return (
        one[0] - reach < other[2]
        and other[0] - reach < one[2]
        and one[1] - reach < other[3]
        and other[1] - reach < one[3]
    )
