"""Breathing: how the sharpness of a picture changes while the camera moves over it.

    python -m benchmarks.breathing        # prints shares; benchmarks.smoothness publishes them

A slow zoom over fine texture is filmed. Where a program's filter treats some sub-pixel positions
more softly than others, patches of the picture go soft and sharp in turn. Measured in patches
that follow the move, less the slow change that zooming itself brings.
"""

import json
from collections.abc import Iterator

import cv2
import numpy as np
from PIL import Image

from ai_video_generator.models import _plates
from ai_video_generator.storyboard.camera_path import view_at
from ai_video_generator.storyboard.storyboard import Easing, Framing, Shot
from benchmarks.filming import (
    CHART,
    OURS,
    PROGRAMS,
    SIZE,
    Film,
    Floats,
    Luma,
    ideal,
    ours,
    shot,
    video_luma,
)

_FRAMES = 40
_PLATE_SCALES = (1.0, 1.15, 1.5, 1.8)


def texture() -> Luma:
    """A chart of fine texture, as in photographs: noise of every size, equally strong."""
    random = np.random.default_rng(11)
    total = np.zeros((CHART.height_px, CHART.width_px), np.float32)
    for size in (1, 2, 4, 8, 16, 32):
        small = random.normal(0, 11, (CHART.height_px // size + 1, CHART.width_px // size + 1))
        whole = (CHART.width_px, CHART.height_px)
        total += cv2.resize(small.astype(np.float32), whole, interpolation=cv2.INTER_CUBIC)
    return np.clip(total + 128, 0, 255).astype(np.uint8)


def perfect(chart: Luma, move: Shot) -> Iterator[Luma]:
    """Every frame resampled with a wide Lanczos filter: slow, and as good as it gets."""
    picture = Image.fromarray(video_luma(chart))
    for index in range(move.frame_count):
        view = view_at(move, index, CHART.aspect, SIZE.aspect)
        width, height = view.width * CHART.width_px, view.width * CHART.height_px
        left = view.center_x * CHART.width_px - width / 2
        top = view.center_y * CHART.height_px - height / 2
        box = (left, top, left + width, top + height)
        size = (SIZE.width_px, SIZE.height_px)
        yield np.asarray(picture.resize(size, Image.Resampling.LANCZOS, box=box))


def breathing(film: Film, chart: Luma, move: Shot, places: Floats) -> float:
    """Change of sharpness, RMS over patches and frames, as a share of the sharpness."""
    path = ideal(move, places)
    sharpness = []
    for index, frame in enumerate(film(chart, move)):
        edges = np.abs(cv2.Laplacian(frame, cv2.CV_32F, ksize=1))
        local = cv2.boxFilter(edges, -1, (33, 33))
        at = np.rint(path(index)).astype(int)
        sharpness.append(local[at[:, 1], at[:, 0]])
    values = np.array(sharpness) / np.mean(sharpness, axis=0)
    times = np.arange(len(values))
    slow = np.polynomial.polynomial.polyfit(times, values, 2)
    rest = values - np.polynomial.polynomial.polyval(times, slow).T
    return float(np.sqrt((rest**2).mean()))


def breathing_of_all() -> dict[str, float]:
    """Breathing of each program, and of our camera with plates of other scales."""
    move = shot(Framing(zoom=1.04), Framing(zoom=1.045), Easing.LINEAR, _FRAMES)
    columns, rows = np.meshgrid(np.arange(900, 5200, 400), np.arange(600, 2900, 300))
    places = np.stack([columns.ravel(), rows.ravel()], 1).astype(np.float64)
    chart = texture()
    films: dict[str, Film] = {"Lanczos from the original": perfect, **PROGRAMS}
    result = {name: breathing(film, chart, move, places) for name, film in films.items()}
    usual = _plates.OVERSAMPLING
    for scale in _PLATE_SCALES:
        _plates.OVERSAMPLING = scale
        name = f"{OURS}, plates {scale} x the frame instead of {usual}"
        result[name] = breathing(ours, chart, move, places)
    _plates.OVERSAMPLING = usual
    return result


if __name__ == "__main__":
    print(json.dumps(breathing_of_all(), indent=2))
