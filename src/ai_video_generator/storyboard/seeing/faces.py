"""Faces of any size: BlazeFace over tiles of ever larger readings, then a second look at each find.

The detector (Bazarevsky et al., "BlazeFace", 2019; MediaPipe's full-range network) sees 192x192
pixels and finds faces of 14 to 150 pixels in them. So the picture is read at sizes that halve from
one to the next, and each is cut into overlapping tiles. Many tiles mean many chances to be wrong;
therefore every find is looked at again from nearby, in the middle of the network's view, at two
sizes and mirrored. Faces keep their score there, patterns lose it (benchmarks/seeing.md).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ai_video_generator.storyboard.picture_notes import Region, RegionKind
from ai_video_generator.storyboard.seeing.networks import FACE_DETECTOR, network
from ai_video_generator.storyboard.seeing.reduction import Rgb, reduced_to

_VIEW_PX, _CELL_COUNT = 192, 48
# Side of the detector's view, and of its grid of answers.

_OUTPUTS = ("reshaped_regressor_face_4", "reshaped_classifier_face_4")

LARGEST_READING_PX = 1850
# Longer side of the largest reading: a face of 39 pixels in a 24-megapixel photo is 12 pixels
# there, the smallest that is found more often than not. Its tiles take 1 s.

_SMALLEST_READING_PX = 96
# The detector misses faces that fill its view; in this reading they fill half of it.

_TILE_STEP_PX = 144
# Tiles overlap by 48 pixels, more than the largest face that the next smaller reading would miss
# (28), so that every face lies whole in some tile.

_FIND_SCORE, _FACE_SCORE = 0.35, 0.6
# A find is worth a second look; its mean score there makes it a face. Of some 200 finds on 35
# photos without faces none reached 0.56; of 36 faces of 39 to 310 pixels none stayed below 0.85.

_SECOND_LOOK_PX = (40, 64)
# How wide a find is made in the second looks: where the detector is surest.

_SECOND_LOOK_WAY, _SECOND_LOOK_GROWTH = 0.35, 1.6
# A second look must find the same face: its middle within so many widths, its width within so many
# times.

_SAME_FACE_OVERLAP = 0.3
# Intersection over union above which two finds are one face: the value of MediaPipe's own graph.

_MAX_SECOND_LOOKS = 150
# A crowd; on patterns of noise it bounds the time to 4 s.

_LEAST_WEIGHT = 0.6
# Of the smallest face beside a large one: even that draws the eye more than anything that is no
# face.


@dataclass(frozen=True, slots=True, kw_only=True)
class _Find:
    """A square in pixels of some reading, and how much it looks like a face, 0..1."""

    center_x: float
    center_y: float
    width: float
    score: float

    def scaled(self, factor: float) -> "_Find":
        return _Find(
            center_x=self.center_x * factor,
            center_y=self.center_y * factor,
            width=self.width * factor,
            score=self.score,
        )


class _Detector:
    """The network, one run at a time."""

    def __init__(self) -> None:
        self._net = network(FACE_DETECTOR)
        steps = (np.arange(_CELL_COUNT, dtype=np.float32) + 0.5) * (_VIEW_PX / _CELL_COUNT)
        self._anchors = np.stack(np.meshgrid(steps, steps), -1).reshape(-1, 2)

    def seen(self, view: Rgb) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Scores and squares of all cells.

        Args:
            view: ``(192, 192, 3)``, uint8.

        Returns:
            ``(2304,)``, 0..1, and ``(2304, 3)``: middle x, middle y, width in pixels of the view.
        """
        blob = cv2.dnn.blobFromImage(view, 1 / 127.5, mean=(127.5, 127.5, 127.5))
        self._net.setInput(blob)
        places, logits = self._net.forward(_OUTPUTS)
        places = np.asarray(places, np.float32).reshape(len(self._anchors), -1)
        logits = np.asarray(logits, np.float32).reshape(-1)
        squares = np.concatenate([places[:, :2] + self._anchors, places[:, 2:3]], 1)
        return 1 / (1 + np.exp(-np.clip(logits, -80, 80))), squares


def faces(rgb: Rgb) -> tuple[Region, ...]:
    """Find faces, the largest first.

    Args:
        rgb: ``(height, width, 3)``, uint8, upright; 24 megapixels help, more do not.

    Raises:
        WeightsError: When the detector's file is missing or damaged.
    """
    detector = _Detector()
    found = []
    for find in _distinct(list(_finds(detector, rgb)))[:_MAX_SECOND_LOOKS]:
        score = _second_look(detector, rgb, find)
        if score >= _FACE_SCORE:
            found.append((find, score))
    found.sort(key=lambda pair: -pair[0].width)
    height, width = rgb.shape[:2]
    return tuple(
        Region(
            center_x=find.center_x / width,
            center_y=find.center_y / height,
            width=min(1.0, find.width / width),
            height=min(1.0, find.width / height),
            weight=_LEAST_WEIGHT + (1 - _LEAST_WEIGHT) * find.width / found[0][0].width,
            kind=RegionKind.FACE,
            confidence=score,
        )
        for find, score in found
    )


def _finds(detector: _Detector, rgb: Rgb) -> Iterator[_Find]:
    """All finds of all readings, in pixels of the picture."""
    reading = reduced_to(rgb, LARGEST_READING_PX)
    while True:
        longest = max(reading.shape[:2])
        for left, top in _tiles(reading):
            scores, squares = detector.seen(_cut(reading, left, top, _VIEW_PX))
            for index in np.flatnonzero(scores > _FIND_SCORE):
                x, y, width = (float(value) for value in squares[index])
                find = _Find(
                    center_x=left + x, center_y=top + y, width=width, score=float(scores[index])
                )
                yield find.scaled(max(rgb.shape[:2]) / longest)
        if longest <= _SMALLEST_READING_PX:
            return
        reading = reduced_to(reading, _next_size(longest))


def _next_size(longest_px: int) -> int:
    """Half as large, but not past the reading that one tile holds whole, nor past the smallest."""
    floor = _VIEW_PX if longest_px > _VIEW_PX else _SMALLEST_READING_PX
    return max(longest_px // 2, floor)


def _tiles(reading: Rgb) -> Iterator[tuple[int, int]]:
    """Upper left corners of the tiles, evenly spread."""
    height, width = reading.shape[:2]
    for top in _starts(height):
        for left in _starts(width):
            yield left, top


def _starts(length: int) -> list[int]:
    if length <= _VIEW_PX:
        return [(length - _VIEW_PX) // 2]
    steps = -(-(length - _VIEW_PX) // _TILE_STEP_PX)
    return [round(step * (length - _VIEW_PX) / steps) for step in range(steps + 1)]


def _cut(rgb: Rgb, left: int, top: int, side: int) -> Rgb:
    """A square of a picture; black where it reaches beyond."""
    square = np.zeros((side, side, 3), np.uint8)
    height, width = rgb.shape[:2]
    inner_left, inner_top = max(left, 0), max(top, 0)
    part = rgb[inner_top : min(top + side, height), inner_left : min(left + side, width)]
    rows, columns = part.shape[:2]
    row, column = inner_top - top, inner_left - left
    square[row : row + rows, column : column + columns] = part
    return square


def _distinct(finds: list[_Find]) -> list[_Find]:
    """Of finds that overlap the best one, best first."""
    boxes = [
        (find.center_x - find.width / 2, find.center_y - find.width / 2, find.width, find.width)
        for find in finds
    ]
    scores = [find.score for find in finds]
    kept = cv2.dnn.NMSBoxes(boxes, scores, _FIND_SCORE, _SAME_FACE_OVERLAP)
    return [finds[int(index)] for index in np.asarray(kept).ravel()]


def _second_look(detector: _Detector, rgb: Rgb, find: _Find) -> float:
    """Mean score of a find from nearby, 0..1: at two sizes, each also mirrored."""
    scores: list[float] = []
    for wanted_px in _SECOND_LOOK_PX:
        side = max(1, round(find.width * _VIEW_PX / wanted_px))
        left, top = round(find.center_x - side / 2), round(find.center_y - side / 2)
        part = _cut(rgb, left, top, side)
        way = cv2.INTER_AREA if side > _VIEW_PX else cv2.INTER_LINEAR
        view = np.asarray(cv2.resize(part, (_VIEW_PX, _VIEW_PX), interpolation=way), np.uint8)
        looks = (view, np.ascontiguousarray(view[:, ::-1]))
        scores += [_score_in_the_middle(*detector.seen(look), wanted_px) for look in looks]
    return float(np.mean(scores))


def _score_in_the_middle(
    scores: NDArray[np.float32], squares: NDArray[np.float32], wanted_px: int
) -> float:
    away = np.hypot(squares[:, 0] - _VIEW_PX / 2, squares[:, 1] - _VIEW_PX / 2)
    near = away < _SECOND_LOOK_WAY * wanted_px
    alike = np.abs(np.log(np.maximum(squares[:, 2], 1e-3) / wanted_px)) < np.log(
        _SECOND_LOOK_GROWTH
    )
    return float(scores[near & alike].max(initial=0.0))
