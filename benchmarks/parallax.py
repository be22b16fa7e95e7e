"""How true, smooth and cheap moves in depth are, beside a plain move and a plain displacement.

    python -m benchmarks.parallax            # writes parallax.json and parallax.md

A scene of textured planes is rendered exactly from where each move takes the camera; the program
gets the first rendering, with its depth at 384 pixels, and its frames are compared with the others.
"One surface" is what most programs do: the picture displaced by its depth, without a second surface
behind it.
"""

import argparse
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ai_video_generator.media.frames import Frame
from ai_video_generator.models import basic_animation
from ai_video_generator.models._depth_take import APART, DepthTake
from ai_video_generator.models._parallax import shown_in_depth
from ai_video_generator.models.base_model import Scene
from ai_video_generator.models.basic_animation import BasicAnimation
from ai_video_generator.models.ken_burns import KenBurns
from ai_video_generator.storyboard.camera_path import eased, view_at
from ai_video_generator.storyboard.storyboard import DepthMove, Framing
from benchmarks.common import publish, table, verdict
from benchmarks.depth_filming import (
    HOME,
    MOVES,
    PICTURE,
    picture_of,
    room_seen_from_home,
    scene_of,
    shot_of,
)
from benchmarks.filming import CHART, SIZE, Floats, Luma, ideal
from benchmarks.parallax_cost import costs, memory, size_ratios
from benchmarks.smoothness import Smoothness, blob_places, drawn, judged
from benchmarks.solid_scene import (
    Eye,
    Plane,
    Rendering,
    depth_map,
    ellipse,
    everywhere,
    rendered,
    room,
)

_SIGMA_PX = 14.0
LIMIT_CPU_MS, LIMIT_STRAIGHT_PX, LIMIT_SIZE_RATIO = 60.0, 0.5, 1.5
_FRAMES, _SIZE_FRAMES = 31, 120
# A file of a few frames is mostly its key frame.
_EDGE_PX = 6

OURS, ONE, PLAIN = "two surfaces", "one surface", "plain move"


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """How near frames come to what a camera would have seen; PSNR of luma, dB.

    Attributes:
        move: What the camera did, at full strength.
        program: What drew the frames.
        psnr_db: All pixels.
        psnr_edges_db: Pixels within 6 of an outline.
        psnr_uncovered_db: Pixels that nobody sees in the picture.
        detail_uncovered: Fine detail there, as a share of the true one: a smear is near 0.
    """

    move: str
    program: str
    psnr_db: float
    psnr_edges_db: float
    psnr_uncovered_db: float
    detail_uncovered: float


def take_of(scene: Scene) -> DepthTake:
    """The shot as the backend makes it ready: it says what the camera turns round."""
    take = basic_animation._Camera(scene).take(scene.storyboard.shots[0])  # noqa: SLF001
    if not isinstance(take, DepthTake):
        raise TypeError("the shot is not in depth")
    return take


def eye_at(take: DepthTake, frame_index: int) -> Eye:
    """Where a real camera would be."""
    shot, stage = take.plain.shot, take.plain.stage
    view = view_at(shot, frame_index, stage.picture_aspect, stage.frame_aspect)
    phase = eased(frame_index / (shot.frame_count - 1), shot.easing) - 0.5
    way, width = APART * shot.depth_strength * phase, view.width * take.closer
    center = (view.center_x, view.center_y / stage.picture_aspect)
    if shot.depth_move is DepthMove.ORBIT:
        shift = (way * width * take.heading[0], way * width * take.heading[1])
        return Eye(center=center, width=width, shift=shift, pivot=take.pivot)
    return Eye(center=center, width=width, closer=2 * way * take.sign, pivot=take.pivot)


def one_surface(take: DepthTake, depth: NDArray[np.float32]) -> DepthTake:
    """The same shot with the picture displaced by its depth, and nothing behind it."""
    nearness = np.asarray(1 - depth, np.float32)
    relief = replace(take.relief, near=nearness, far=nearness, cover=np.full((2, 2), 255, np.uint8))
    return replace(take, relief=relief)


def psnr_db(difference: Floats) -> float:
    """Peak signal to noise ratio of 8 bit, dB."""
    return float(10 * np.log10(255**2 / max(1e-9, float((difference**2).mean()))))


def truth_of(move: DepthMove) -> list[Truth]:
    """Compare the programs with the true frames of a move, at five moments."""
    planes = room(PICTURE)
    home = room_seen_from_home()
    depth, picture = depth_map(home), picture_of(home.rgb)
    scene = scene_of(picture, depth, shot_of(move, _FRAMES), SIZE)
    take = take_of(scene)
    single = one_surface(take, depth)
    plain = list(KenBurns().generate(scene))
    ours = list(BasicAnimation().generate(scene))
    films: dict[str, Callable[[int], Frame]] = {
        OURS: ours.__getitem__,
        ONE: lambda index: shown_in_depth(single, index, SIZE, time_s=0.0),
        PLAIN: plain.__getitem__,
    }
    moments = {
        index: rendered(planes, eye_at(take, index), SIZE) for index in (0, 7, 22, 26, _FRAMES - 1)
    }
    return [compared(move, program, film, moments) for program, film in films.items()]


def compared(
    move: DepthMove, program: str, film: Callable[[int], Frame], moments: dict[int, Rendering]
) -> Truth:
    """Compare a program's frames with what a camera would have seen at some moments."""
    everything, edges, uncovered, details = [], [], [], []
    for index, real in moments.items():
        seen, true = film(index).y.astype(np.float64), Frame.from_rgb(real.rgb).y.astype(float)
        numbers = real.plane.astype(np.uint8)
        outline = cv2.morphologyEx(numbers, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
        reach = np.ones((2 * _EDGE_PX + 1, 2 * _EDGE_PX + 1), np.uint8)
        near_edge = cv2.dilate(outline, reach) > 0
        hidden = real.uncovered > 0.5
        inner = cv2.erode(hidden.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
        everything.append((seen - true).ravel())
        edges.append((seen - true)[near_edge])
        uncovered.append((seen - true)[hidden])
        fine = [abs(cv2.Laplacian(plane, cv2.CV_64F))[inner].mean() for plane in (seen, true)]
        details.append(fine[0] / fine[1])
    return Truth(
        move=move.value,
        program=program,
        psnr_db=psnr_db(np.concatenate(everything)),
        psnr_edges_db=psnr_db(np.concatenate(edges)),
        psnr_uncovered_db=psnr_db(np.concatenate(uncovered)),
        detail_uncovered=float(np.mean(details)),
    )


def straightness_px(move: DepthMove) -> float:
    """How far rules on a flat wall are from straight, at most, beside a thing that moves."""
    wall = np.full((PICTURE.height_px, PICTURE.width_px, 3), 150, np.uint8)
    rules = np.arange(180, PICTURE.width_px - 100, 120)
    profile = np.zeros(PICTURE.width_px)
    for rule in rules:
        profile += np.exp(-((np.arange(PICTURE.width_px) - rule) ** 2) / (2 * 5.0**2))
    wall = np.asarray(wall - 90 * np.minimum(profile, 1)[None, :, None], np.uint8)
    thing = np.full_like(wall, 60)
    thing[..., 0] = 150
    planes = (
        Plane(texture=wall, nearness=0.1, shape=everywhere),
        Plane(texture=thing, nearness=0.9, shape=ellipse(0.5, 0.28, 0.13, 0.2)),
    )
    home = rendered(planes, HOME, PICTURE)
    # A network's map is never even: 1 % of noise.
    noise = np.random.default_rng(3).normal(0, 0.01, depth_map(home).shape)
    depth = np.clip(depth_map(home) + noise, 0, 1).astype(np.float32)
    scene = scene_of(picture_of(home.rgb), depth, shot_of(move, _FRAMES), SIZE)
    take = take_of(scene)
    worst = 0.0
    for index in (0, 10, _FRAMES - 1):
        frame = next(BasicAnimation().generate(replace(scene, frames=range(index, index + 1))))
        real = rendered(planes, eye_at(take, index), SIZE)
        usable = (real.plane == 0) & (real.uncovered < 0.01)
        apart = np.ones((31, 31), np.uint8)
        usable = cv2.erode(usable.astype(np.uint8), apart) > 0
        worst = max(worst, _bent_px(frame.y, Frame.from_rgb(real.rgb).y, usable))
    return worst


def _bent_px(seen: Luma, true: Luma, usable: NDArray[np.bool_]) -> float:
    """The largest distance of a rule from the straight line through it."""
    dark = np.clip(150.0 - seen, 0, None)
    middle = np.where(usable[len(true) // 8], 150.0 - true[len(true) // 8], 0)
    peaks = [
        column
        for column in range(20, len(middle) - 20)
        if middle[column] > 40 and middle[column] == middle[column - 9 : column + 10].max()
    ]
    worst = 0.0
    for peak in peaks:
        columns = np.arange(peak - 14, peak + 15)
        rows = np.flatnonzero(usable[:, columns].all(1))
        part = dark[np.ix_(rows, columns)]
        part = part - part.min(1, keepdims=True)
        keep = part.sum(1) > 100
        at = (part[keep] * columns).sum(1) / part[keep].sum(1)
        line = np.polynomial.Polynomial.fit(rows[keep], at, 1)
        # Centroids of 8 bit scatter by a tenth of a pixel; a bend is longer than 9 rows.
        rest = np.convolve(at - line(rows[keep]), np.full(9, 1 / 9), "valid")
        worst = max(worst, float(abs(rest).max()))
    return worst


def smoothness_of(move: DepthMove, frames: int) -> Smoothness:
    """Track blobs on a slope, near below and far above, against their ideal path."""
    places = blob_places()
    chart = drawn(CHART, places, _SIGMA_PX)
    rows = (np.arange(216) + 0.5) / 216
    depth = np.repeat((1 - rows).astype(np.float32)[:, None], 384, axis=1)
    shot = replace(
        shot_of(move, frames),
        framing_start=Framing(center_x=0.47, zoom=1.25),
        framing_end=Framing(center_x=0.53, center_y=0.52, zoom=1.35),
    )
    scene = scene_of(picture_of(np.repeat(chart[..., None], 3, 2)), depth, shot, SIZE)
    take = take_of(scene)
    nearness = places[:, 1] / CHART.height_px

    def path(index: int) -> Floats:
        eye = eye_at(take, index)
        center = np.array([eye.center]) * CHART.width_px
        held = 1 - eye.closer * eye.pivot
        moved = center + (places - center) * (held / (1 - eye.closer * nearness))[:, None]
        moved += np.array([eye.shift]) * CHART.width_px * (nearness - eye.pivot)[:, None]
        return ideal(shot, moved)(index)

    film: Iterator[Luma] = (frame.y for frame in BasicAnimation().generate(scene))
    return judged(OURS, move.value, film, path, frames)


def shown(results: dict[str, Any]) -> str:
    """The tables."""
    text = table(
        ("move", "drawn with", "PSNR dB", "at outlines", "uncovered", "its fine detail"),
        [
            (
                one.move,
                one.program,
                f"{one.psnr_db:.1f}",
                f"{one.psnr_edges_db:.1f}",
                f"{one.psnr_uncovered_db:.1f}",
                f"{100 * one.detail_uncovered:.0f} %",
            )
            for one in results["truth"]
        ],
    )
    text += "\n\n" + table(
        ("move", "rules on a wall bend at most", f"<= {LIMIT_STRAIGHT_PX} px"),
        [
            (move, f"{bend:.2f} px", verdict(bend, LIMIT_STRAIGHT_PX))
            for move, bend in results["straightness_px"].items()
        ],
    )
    text += "\n\n" + table(
        ("tracked points on a slope", "position RMS px", "max px", "acceleration RMS px", "back"),
        [
            (
                one.move,
                f"{one.position_rms_px:.4f}",
                f"{one.position_max_px:.3f}",
                f"{one.acceleration_rms_px:.4f}",
                f"{one.backward_steps} of {one.steps}",
            )
            for one in results["smoothness"]
        ],
    )
    text += "\n\n" + table(
        ("1080p", "CPU ms a frame", f"<= {LIMIT_CPU_MS:.0f} ms"),
        [
            (name, f"{cost:.1f}", verdict(cost, LIMIT_CPU_MS))
            for name, cost in results["cpu_ms"].items()
        ],
    )
    text += "\n\n" + table(
        ("detail", "file size, without = 1", f"<= {LIMIT_SIZE_RATIO}"),
        [
            (name, f"{ratio:.2f}", verdict(ratio, LIMIT_SIZE_RATIO))
            for name, ratio in results["size_ratios"].items()
        ],
    )
    more = results["memory"]
    text += "\n\nMemory beyond the plain camera's: " + "; ".join(
        f"{one['more_fixed_bytes'] / 1e6:.0f} MB and {one['more_bytes_per_pixel']:.1f} bytes for "
        f"each pixel of the frame with {name}"
        for name, one in more.items()
    )
    return text + "."


def main() -> None:
    """Measure and publish."""
    parser = argparse.ArgumentParser(description="moves in depth")
    parser.add_argument("--frames", type=int, default=90, help="frames of the tracked moves")
    frames = parser.parse_args().frames
    results: dict[str, Any] = {
        "memory": memory(),
        "cpu_ms": costs(),
        "size_ratios": size_ratios(_SIZE_FRAMES),
        "truth": [one for move in MOVES for one in truth_of(move)],
        "straightness_px": {move.value: straightness_px(move) for move in MOVES},
        "smoothness": [smoothness_of(move, frames) for move in MOVES],
    }
    publish(
        "parallax",
        title="Moves in depth, 1080p",
        settings={"frames": frames, "size": str(SIZE), "picture": str(PICTURE), "strength": 1.0},
        results=results,
        text=shown(results),
    )


if __name__ == "__main__":
    main()
