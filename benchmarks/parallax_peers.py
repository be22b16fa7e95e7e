"""Moves in depth beside DepthFlow, and their speed beside crops and zoompan.

    python -m benchmarks.parallax_peers --depthflow PYTHON   # writes parallax_peers.json, .md

PYTHON is that of an environment with `depthflow` and, where there is no GPU, Mesa's llvmpipe
(Debian: libegl1, libgl1-mesa-dri). DepthFlow gets the same picture, the same depth, and the same
camera: its surface is ``height x nearness`` high, and so a ray goes through the picture at
``s zoom + offset height (n - steady) / (1 - height steady)`` when its rays are parallel, and at
``s zoom (1 - height (1 - isometric) n)`` when the camera is above the middle, which are an orbit
and a dolly as they are defined here.
"""

import argparse
import json
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ai_video_generator.media.frames import Frame
from ai_video_generator.models.basic_animation import BasicAnimation
from ai_video_generator.models.ken_burns import KenBurns
from ai_video_generator.storyboard.storyboard import DepthMove, Easing, Framing
from benchmarks.common import HERE, publish, table
from benchmarks.depth_filming import MOVES, PICTURE, picture_of, room_seen_from_home, scene_of
from benchmarks.depth_filming import shot_of as depth_shot
from benchmarks.filming import CHART, SIZE, shot, zoompan
from benchmarks.parallax import OURS, PLAIN, Truth, compared, eye_at, take_of
from benchmarks.parallax_cost import cpu_ms
from benchmarks.solid_scene import Eye, depth_map, rendered, room

_FRAMES = 31
_MOMENTS = (0, 7, 22, 26, _FRAMES - 1)
_HEIGHT = 0.2
# DepthFlow's own default: how high its surface is.
DEPTHFLOW = "DepthFlow"
_SETTINGS: dict[str, tuple[int, float]] = {
    DEPTHFLOW: (50, 1.0),
    f"{DEPTHFLOW}, finest": (100, 2.0),
}
# Its quality in percent and its supersampling: as it is installed, and as fine as it goes.


_SCENE = (
    "A scene of textured planes, rendered exactly from where the camera goes; the programs "
    "get the first rendering and its depth at 384 pixels (DepthFlow as 8 bit, as it reads "
    "pictures). Orbit, dolly and vertigo are the same moves for both: the equations are in "
    "the script. What DepthFlow calls orbital, a dolly on top of an offset, has no counterpart, "
    "and its lens effects and this program's turns were left out."
)
_SPEED = (
    "CPU time of a frame at full HD before encoding, all threads. DepthFlow is made for "
    "GPUs; here Mesa's software OpenGL runs its shader, which "
    "says how it does on a machine without a GPU and nothing else. The crop is in the "
    "colours of standard television, as most scripts have it. How smoothly crops and "
    "zoompan move is in [smoothness.md](smoothness.md)."
)


def state_of(eye: Eye) -> dict[str, Any]:
    """The camera of a scene in DepthFlow's own numbers; its unit is half of the frame's height."""
    held = 1 - eye.closer * eye.pivot
    unit = 2 * PICTURE.aspect
    steady = 0.0 if eye.closer else eye.pivot
    reach = (1 - _HEIGHT * steady) / _HEIGHT * unit
    return {
        "height": _HEIGHT,
        "steady": steady,
        "zoom": eye.width / held,
        "isometric": 1 - eye.closer / _HEIGHT,
        "offset": [-eye.shift[0] * reach, eye.shift[1] * reach],
    }


def depthflow_frames(
    python: Path, eyes: list[Eye], quality: int, ssaa: float
) -> tuple[list[Frame], list[float], str]:
    """Frames of DepthFlow, what each cost in CPU ms, and what drew them."""
    home = room_seen_from_home()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        cv2.imwrite(str(folder / "picture.png"), home.rgb[..., ::-1])
        near = np.rint((1 - depth_map(home)) * 255).astype(np.uint8)
        cv2.imwrite(str(folder / "depth.png"), near)
        job = {
            "picture": "picture.png",
            "depth": "depth.png",
            "size": [SIZE.width_px, SIZE.height_px],
            "quality": quality,
            "ssaa": ssaa,
            "frames": [{"state": state_of(eye), "keep": True} for eye in eyes],
        }
        (folder / "job.json").write_text(json.dumps(job))
        command = [str(python), str(HERE / "depthflow_video.py"), str(folder / "job.json")]
        answer = subprocess.run(command, check=True, capture_output=True, text=True)
        said = json.loads(answer.stdout.splitlines()[-1])
        frames = np.load(folder / "frames.npy")
    # The first frame compiles shaders.
    return [Frame.from_rgb(one) for one in frames], said["costs_ms"][1:], said["renderer"]


def beside(python: Path, move: DepthMove, costs: dict[str, list[float]]) -> list[Truth]:
    """Compare all programs with what a camera would have seen."""
    home = room_seen_from_home()
    depth, picture = depth_map(home), picture_of(home.rgb)
    scene = scene_of(picture, depth, depth_shot(move, _FRAMES), SIZE)
    take = take_of(scene)
    eyes = {index: eye_at(take, index) for index in _MOMENTS}
    planes = room(PICTURE)
    moments = {index: rendered(planes, eye, SIZE) for index, eye in eyes.items()}
    ours, plain = list(BasicAnimation().generate(scene)), list(KenBurns().generate(scene))
    films: dict[str, Callable[[int], Frame]] = {
        OURS: ours.__getitem__,
        PLAIN: plain.__getitem__,
    }
    for name, (quality, ssaa) in _SETTINGS.items():
        frames, spent_ms, renderer = depthflow_frames(python, list(eyes.values()), quality, ssaa)
        films[name] = dict(zip(_MOMENTS, frames, strict=True)).__getitem__
        costs.setdefault(f"{name} ({renderer})", []).extend(spent_ms)
    return [compared(move, program, film, moments) for program, film in films.items()]


def speeds() -> dict[str, float]:
    """CPU time of a frame at full HD before it is encoded, ms."""
    home = room_seen_from_home()
    depth, picture = depth_map(home), picture_of(home.rgb)
    found = {
        "this program, plain move": cpu_ms(
            KenBurns(), scene_of(picture, depth, depth_shot(DepthMove.NONE, 40), SIZE)
        )
    }
    for move in MOVES:
        scene = scene_of(picture, depth, depth_shot(move, 40), SIZE)
        found[f"this program, {move.value}"] = cpu_ms(BasicAnimation(), scene)
    for name, way in (("averaged", cv2.INTER_AREA), ("interpolated", cv2.INTER_LINEAR)):
        found[f"whole-pixel crop, {name}"] = _median_ms(_crops(home.rgb, way))
    chart = cv2.resize(home.rgb[..., 1], (CHART.width_px, CHART.height_px))
    zoom = shot(Framing(), Framing(zoom=1.25), Easing.LINEAR, 40)
    for width_px in (1920, 3840):
        film = zoompan(np.asarray(chart, np.uint8), zoom, width_px)
        found[f"zoompan, {width_px} px input"] = _median_ms(film)
    return found


def _crops(rgb: NDArray[np.uint8], way: int) -> Iterator[NDArray[np.uint8]]:
    """A zoom by whole-pixel crops, resized, in the planes that an encoder takes."""
    height, width = rgb.shape[:2]
    for index in range(40):
        share = 1 / (1 + 0.25 * index / 39)
        across, upward = round(width * share), round(height * share)
        left, top = (width - across) // 2, (height - upward) // 2
        part = rgb[top : top + upward, left : left + across]
        frame = cv2.resize(part, (SIZE.width_px, SIZE.height_px), interpolation=way)
        yield np.asarray(cv2.cvtColor(frame, cv2.COLOR_RGB2YUV_I420), np.uint8)


def _median_ms(film: Iterator[Any]) -> float:
    """CPU time of a frame, all threads; the middle of five parts."""
    next(film)
    parts = []
    for _ in range(5):
        start_s = time.process_time()
        for _ in range(6):
            next(film)
        parts.append((time.process_time() - start_s) / 6)
    return float(1000 * np.median(parts))


def shown(truths: list[Truth], costs: dict[str, float]) -> str:
    """The tables."""
    rows = [
        (
            one.move,
            one.program,
            *(f"{db:.1f}" for db in (one.psnr_db, one.psnr_edges_db, one.psnr_uncovered_db)),
            f"{one.detail_uncovered:.0%}",
        )
        for one in truths
    ]
    header = ("move", "drawn by", "PSNR dB", "at outlines", "uncovered", "its fine detail")
    speed_rows = [(name, f"{ms:.1f}") for name, ms in sorted(costs.items(), key=lambda one: one[1])]
    parts = (_SCENE, table(header, rows), _SPEED, table(("1080p", "CPU ms a frame"), speed_rows))
    return "\n\n".join(parts)


def main() -> None:
    """Measure and publish."""
    parser = argparse.ArgumentParser(description="moves in depth beside other programs")
    parser.add_argument("--depthflow", type=Path, required=True, help="Python that has depthflow")
    asked = parser.parse_args()
    spent: dict[str, list[float]] = {}
    truths = [one for move in MOVES for one in beside(asked.depthflow, move, spent)]
    costs = {**speeds(), **{name: float(np.median(ms)) for name, ms in spent.items()}}
    version = subprocess.run(
        [
            str(asked.depthflow),
            "-c",
            "import importlib.metadata as m; print(m.version('depthflow'))",
        ],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()
    publish(
        "parallax_peers",
        title="Moves in depth beside others, 1080p",
        settings={"depthflow": version, "frames": _FRAMES, "moments": _MOMENTS},
        results={"truth": truths, "cpu_ms": costs},
        text=shown(truths, costs),
    )


if __name__ == "__main__":
    main()
