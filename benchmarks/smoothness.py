"""How near the camera's moves come to the ideal path, beside ffmpeg's zoompan and cropping.

    python -m benchmarks.smoothness        # writes smoothness.json and smoothness.md

A chart of Gaussian blobs is filmed; in every frame the centre of each blob is found on the luma
plane to a few thousandths of a pixel and compared with where the storyboard says it should be.
The program "drawn exactly" films nothing: its blobs are computed at their ideal places, so it
shows the error of the measurement itself.
"""

import argparse
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from ai_video_generator.media.resolution import Resolution
from ai_video_generator.storyboard.camera_path import view_at
from ai_video_generator.storyboard.storyboard import Shot
from benchmarks.breathing import breathing_of_all
from benchmarks.common import publish, table
from benchmarks.filming import (
    CHART,
    OURS,
    PROGRAMS,
    SIZE,
    Floats,
    Luma,
    Path2D,
    ideal,
    moves,
    ours,
    video_luma,
)

_SIGMA_PX = 14.0
_DARK, _LIGHT = 40.0, 190.0
# A blob of 4 to 6 pixels in the frame, wide enough that 8 bit hardly disturb its centre.
_GROUND = 16 + _DARK * 219 / 255
_WINDOW_PX = 15
_STEP_PX = 0.02
# Steps of the ideal path below this are not judged for their direction: ten times the floor.
LIMIT_POSITION_PX, LIMIT_ACCELERATION_PX = 0.005, 0.008


@dataclass(frozen=True, slots=True, kw_only=True)
class Smoothness:
    """How one program filmed one move.

    Attributes:
        program: What made the frames.
        move: What the camera did.
        position_rms_px: Distance from the ideal path, each axis, less `offset_px`.
        position_max_px: The worst of all blobs and frames.
        acceleration_rms_px: Error of the second difference over frames: what is seen as shaking.
        backward_steps: Steps against the direction of the ideal path.
        steps: Steps judged.
        offset_px: Mean distance of the whole video, which nobody sees.
    """

    program: str
    move: str
    position_rms_px: float
    position_max_px: float
    acceleration_rms_px: float
    backward_steps: int
    steps: int
    offset_px: float


def blob_places() -> Floats:
    """Centres of the blobs in the chart, ``(count, 2)``, at all sorts of fractions of a pixel."""
    columns, rows = np.meshgrid(np.arange(19), np.arange(11))
    random = np.random.default_rng(7)
    grid = np.stack([columns.ravel(), rows.ravel()], 1) * 300.0 + 300.0
    return np.asarray(grid + random.uniform(-25, 25, grid.shape))


def drawn(size: Resolution, places: Floats, sigma_px: float) -> Luma:
    """Blobs on a grey ground, ``(height, width)``; pixel centres lie on whole numbers."""
    plane = np.full((size.height_px, size.width_px), _DARK)
    reach = round(sigma_px * 5)
    for x, y in places:
        left, top = max(0, round(x) - reach), max(0, round(y) - reach)
        columns = np.arange(left, min(size.width_px, round(x) + reach + 1))
        rows = np.arange(top, min(size.height_px, round(y) + reach + 1))
        across = np.exp(-((columns - x) ** 2) / (2 * sigma_px**2))
        upward = np.exp(-((rows - y) ** 2) / (2 * sigma_px**2))
        plane[np.ix_(rows, columns)] += _LIGHT * np.outer(upward, across)
    return np.clip(plane + 0.5, 0, 255).astype(np.uint8)


def centres(plane: Luma, guess: Floats) -> Floats:
    """Find blobs near where they should be: the centroid under a Gaussian window that follows it.

    Args:
        plane: ``(height, width)``.
        guess: ``(count, 2)``, right to a few pixels.
    """
    reach = np.arange(-_WINDOW_PX, _WINDOW_PX + 1)
    corner = np.rint(guess).astype(int)
    rows, columns = corner[:, 1, None] + reach, corner[:, 0, None] + reach
    patches = plane[rows[:, :, None], columns[:, None, :]] - _GROUND
    found = guess.copy()
    for _ in range(6):
        across = np.exp(-((columns - found[:, :1]) ** 2) / (2 * (_WINDOW_PX / 2.4) ** 2))
        upward = np.exp(-((rows - found[:, 1:]) ** 2) / (2 * (_WINDOW_PX / 2.4) ** 2))
        weight = np.einsum("pyx,py,px->p", patches, upward, across)
        x = np.einsum("pyx,py,px->p", patches, upward, across * columns) / weight
        y = np.einsum("pyx,py,px->p", patches, upward * rows, across) / weight
        # The window pulls a centroid towards its own middle; the step is lengthened for that.
        found += (np.stack([x, y], 1) - found) * 1.5
    return found


def judged(program: str, name: str, frames: Iterable[Luma], path: Path2D, count: int) -> Smoothness:
    """Compare what was filmed with the ideal path."""
    room = _WINDOW_PX + 4
    whole = np.stack([path(index) for index in range(count)])
    inside = (whole > room) & (whole < [SIZE.width_px - 1 - room, SIZE.height_px - 1 - room])
    want = whole[:, inside.all((0, 2))]
    got = np.stack([centres(frame, want[index]) for index, frame in enumerate(frames)])
    if len(got) != count:
        raise RuntimeError(f"{program} made {len(got)} frames instead of {count}")
    error = got - want
    offset = error.mean((0, 1))
    step, truth = np.diff(got, axis=0), np.diff(want, axis=0)
    moving = np.linalg.norm(truth, axis=2) > _STEP_PX
    backward = ((step * truth).sum(2) < 0) & moving
    return Smoothness(
        program=program,
        move=name,
        position_rms_px=float(np.sqrt(((error - offset) ** 2).mean())),
        position_max_px=float(np.abs(error - offset).max()),
        acceleration_rms_px=float(np.sqrt((np.diff(error, n=2, axis=0) ** 2).mean())),
        backward_steps=int(backward.sum()),
        steps=int(moving.sum()),
        offset_px=float(np.linalg.norm(offset)),
    )


def exactly(places: Floats, move: Shot) -> Iterator[Luma]:
    """Frames whose blobs are drawn where they should be."""
    path = ideal(move, places)
    for index in range(move.frame_count):
        view = view_at(move, index, CHART.aspect, SIZE.aspect)
        sigma = _SIGMA_PX * SIZE.width_px / (view.width * CHART.width_px)
        yield video_luma(drawn(SIZE, path(index), sigma))


def main() -> None:
    """Film, measure, publish."""
    parser = argparse.ArgumentParser(description="smoothness of camera moves")
    parser.add_argument("--frames", type=int, default=150, help="frames of each move, 30 a second")
    frames = parser.parse_args().frames
    places = blob_places()
    chart = drawn(CHART, places, _SIGMA_PX)
    results = []
    for name, move in moves(frames).items():
        path = ideal(move, places)
        films = {"drawn exactly": exactly(places, move), OURS: ours(chart, move)}
        if name in ("zoom, linear", "pan, zoom, linear"):
            films |= {program: PROGRAMS[program](chart, move) for program in list(PROGRAMS)[1:]}
        results += [judged(program, name, film, path, frames) for program, film in films.items()]
    sharp = breathing_of_all()
    text = table(
        ("move", "program", "position RMS px", "max px", "acceleration RMS px", "backward steps"),
        [
            (
                one.move,
                one.program,
                f"{one.position_rms_px:.4f}",
                f"{one.position_max_px:.3f}",
                f"{one.acceleration_rms_px:.4f}",
                f"{one.backward_steps} of {one.steps}",
            )
            for one in results
        ],
    )
    mine = [one for one in results if one.program == OURS]
    met = all(
        one.position_rms_px <= LIMIT_POSITION_PX
        and one.acceleration_rms_px <= LIMIT_ACCELERATION_PX
        and one.backward_steps == 0
        for one in mine
    )
    text += (
        f"\n\nLimits for this program: position {LIMIT_POSITION_PX} px, acceleration "
        f"{LIMIT_ACCELERATION_PX} px, no backward step: {'all met' if met else '**not met**'}.\n\n"
    )
    text += table(
        ("breathing of sharpness, slow zoom", "RMS"),
        [(program, f"{100 * share:.2f} %") for program, share in sharp.items()],
    )
    publish(
        "smoothness",
        title="Smoothness of camera moves, 1080p30",
        settings={"frames": frames, "size": str(SIZE), "chart": str(CHART)},
        results={"limits_met": met, "moves": results, "breathing_rms": sharp},
        text=text,
    )


if __name__ == "__main__":
    main()
