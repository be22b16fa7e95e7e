"""What moves in depth and living details cost: CPU time, memory, bytes of the file.

python -m benchmarks.parallax_cost 1920 1080 basic_animation    # one job; `parallax` uses it
"""

import sys
import tempfile
import time
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ai_video_generator.config.choices import Codec, Quality
from ai_video_generator.config.video_codecs import encoders_of
from ai_video_generator.encoding.video_encoder import write_video
from ai_video_generator.media.picture import Picture
from ai_video_generator.media.resolution import Resolution
from ai_video_generator.media.timeline import Timeline
from ai_video_generator.models.base_model import BACKENDS, BaseModel, Scene
from ai_video_generator.models.basic_animation import BasicAnimation
from ai_video_generator.models.ken_burns import KenBurns
from ai_video_generator.planning.plan import EncoderChoice
from ai_video_generator.storyboard.storyboard import DepthMove, Detail
from benchmarks.common import PHOTO, cost_of
from benchmarks.depth_filming import MOVES, picture_of, room_seen_from_home, scene_of, shot_of
from benchmarks.filming import SIZE
from benchmarks.solid_scene import depth_map

_SIZES = (Resolution(1280, 720), Resolution(1920, 1080), Resolution(3840, 2160))
_WORKERS = 2
_NEEDED = 1.8
# Pictures are read at 1.8 times the frame's size at most, as in a job.


def cpu_ms(backend: BaseModel, scene: Scene) -> float:
    """CPU time of a frame, all threads, the making ready left out; the middle of five parts."""
    stream = backend.generate(scene)
    next(stream)
    parts = []
    for _ in range(5):
        start_s = time.process_time()
        for _ in range(6):
            next(stream)
        parts.append((time.process_time() - start_s) / 6)
    stream.close()
    return float(1000 * np.median(parts))


def costs() -> dict[str, float]:
    """CPU time of each move, and of an orbit with each detail, at full HD, ms."""
    home = room_seen_from_home()
    depth, picture = depth_map(home), picture_of(home.rgb)

    def cost(move: DepthMove, detail: Detail, backend: BaseModel) -> float:
        return cpu_ms(backend, scene_of(picture, depth, shot_of(move, 40, detail), SIZE))

    found = {"ken_burns": cost(DepthMove.NONE, Detail.NONE, KenBurns())}
    for move in MOVES:
        found[move.value] = cost(move, Detail.NONE, BasicAnimation())
    for detail in tuple(Detail)[1:]:
        found[f"orbit, {detail.value}"] = cost(DepthMove.ORBIT, detail, BasicAnimation())
    return found


def photo() -> tuple[Picture, NDArray[np.float32]]:
    """The bundled photo, and a plausible depth: near below, nearest the flower."""
    bgr = cv2.imread(str(PHOTO))
    if bgr is None:
        raise FileNotFoundError(f"cannot read {PHOTO}")
    rgb = np.ascontiguousarray(bgr[..., ::-1])
    height, width = 216, 384
    rows, columns = np.mgrid[:height, :width]
    near = 0.1 + 0.6 * rows / height
    flower = ((columns / width - 0.26) / 0.15) ** 2 + ((rows / height - 0.34) / 0.27) ** 2 < 1
    depth = np.asarray(1 - np.where(flower, 0.9, near), np.float32)
    return picture_of(np.asarray(rgb, np.uint8)), depth


def encoded_bytes(scene: Scene, path: Path) -> int:
    """Encode the frames of a scene with the usual settings of libx264; the size of the file."""
    spec = next(one for one in encoders_of(Codec.H264) if not one.hardware)
    settings = spec.settings[Quality.AUTO]
    encoder = EncoderChoice(
        codec=Codec.H264,
        name=spec.name,
        pixel_format=spec.pixel_format,
        options=dict(settings.options),
        threads=_WORKERS,
    )
    write_video(
        path,
        BasicAnimation().generate(scene),
        size=scene.size,
        timeline=Timeline(frame_rate=Fraction(30), frame_count=scene.storyboard.frame_count),
        encoder=encoder,
        container="mp4",
        sound=None,
        sound_choice=None,
        tags={},
    )
    return path.stat().st_size


def size_ratios(frames: int) -> dict[str, float]:
    """Size of a video with each detail, as a share of the one without."""
    picture, depth = photo()
    with tempfile.TemporaryDirectory() as folder:
        sizes = {
            detail: encoded_bytes(
                scene_of(picture, depth, shot_of(DepthMove.ORBIT, frames, detail), SIZE),
                Path(folder) / f"{detail.value}.mp4",
            )
            for detail in Detail
        }
    return {one.value: sizes[one] / sizes[Detail.NONE] for one in tuple(Detail)[1:]}


def memory() -> dict[str, dict[str, float]]:
    """What depth takes more than the plain camera, by workers: a line through the sizes."""
    found = {}
    for workers in (1, 3):
        pixels, more = [], []
        for size in _SIZES:
            peaks = [
                cost_of(
                    (
                        sys.executable,
                        "-m",
                        "benchmarks.parallax_cost",
                        *map(str, (size.width_px, size.height_px, name, workers)),
                    )
                ).peak_bytes
                for name in ("ken_burns", "basic_animation")
            ]
            pixels.append(size.pixel_count)
            more.append(peaks[1] - peaks[0])
        slope, fixed = np.polyfit(pixels, more, 1)
        found[f"{workers} workers"] = {
            "more_fixed_bytes": float(fixed),
            "more_bytes_per_pixel": float(slope),
        }
    return found


def main() -> None:
    """Draw one shot of a photo, for its peak of memory."""
    width, height, name, workers = sys.argv[1:5]
    size = Resolution(int(width), int(height))
    picture, depth = photo()
    rgb = cv2.resize(picture.rgb, (round(size.width_px * _NEEDED), round(size.height_px * _NEEDED)))
    scene = scene_of(
        picture_of(np.asarray(rgb, np.uint8)), depth, shot_of(DepthMove.ORBIT, 12), size
    )
    del picture, rgb
    for _ in BACKENDS.load(name)().generate(replace(scene, worker_count=int(workers))):
        pass


if __name__ == "__main__":
    main()
