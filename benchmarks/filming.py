"""The same camera move by several programs: ours, ffmpeg's zoompan, cropping to whole pixels."""

from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import partial
from math import cos, log, radians, sin
from pathlib import Path

import av
import av.filter
import cv2
import numpy as np
from numpy.typing import NDArray

from ai_video_generator.config.choices import Fit
from ai_video_generator.media.picture import Picture, PictureInfo
from ai_video_generator.media.resolution import Resolution
from ai_video_generator.models.base_model import Scene
from ai_video_generator.models.ken_burns import KenBurns
from ai_video_generator.storyboard.camera_path import view_at
from ai_video_generator.storyboard.storyboard import Easing, Framing, Shot, Storyboard

SIZE = Resolution(1920, 1080)
CHART = Resolution(6016, 3384)
# 16:9 exactly, so that every program shows the same part of it.
RATE = 30

Luma = NDArray[np.uint8]
Floats = NDArray[np.float64]
Path2D = Callable[[int], Floats]
Film = Callable[[Luma, Shot], Iterator[Luma]]


def shot(begin: Framing, end: Framing, easing: Easing, frames: int) -> Shot:
    """One shot that is the whole video."""
    return Shot(
        index=0,
        picture=0,
        start_frame=0,
        frame_count=frames,
        framing_start=begin,
        framing_end=end,
        easing=easing,
    )


def moves(frames: int) -> dict[str, Shot]:
    """The moves that are filmed, by name."""
    near, far = Framing(zoom=1.25), Framing()
    here = Framing(center_x=0.45, center_y=0.46, zoom=1.12)
    there = Framing(center_x=0.55, center_y=0.52, zoom=1.32)
    left = Framing(center_x=0.45, center_y=0.46, zoom=1.12, rotation_deg=-0.7)
    right = Framing(center_x=0.55, center_y=0.52, zoom=1.32, rotation_deg=0.7)
    pairs = {"zoom": (far, near), "pan, zoom": (here, there), "pan, zoom, turn": (left, right)}
    return {
        f"{name}, {easing.value}": shot(*pair, easing, frames)
        for easing in (Easing.LINEAR, Easing.IN_OUT)
        for name, pair in pairs.items()
    }


def ideal(move: Shot, places: Floats) -> Path2D:
    """Where the blobs are in each frame, by the storyboard's own arithmetic."""

    def at(index: int) -> Floats:
        view = view_at(move, index, CHART.aspect, SIZE.aspect)
        scale = view.width * CHART.width_px / SIZE.width_px
        turn = radians(view.rotation_deg)
        away = places + 0.5 - [view.center_x * CHART.width_px, view.center_y * CHART.height_px]
        turned = away @ np.array([[cos(turn), -sin(turn)], [sin(turn), cos(turn)]])
        middle = [(SIZE.width_px - 1) / 2, (SIZE.height_px - 1) / 2]
        return np.asarray(turned / scale + middle)

    return at


def video_luma(chart: Luma) -> Luma:
    """The levels that a grey picture has in a video, 16..235."""
    return np.asarray(np.rint(16 + chart * (219 / 255)), np.uint8)


def ours(chart: Luma, move: Shot) -> Iterator[Luma]:
    """The real camera, through its public door."""
    info = PictureInfo(
        path=Path("chart.png"), file_format="PNG", size=CHART, mode="L", has_profile=False
    )
    picture = Picture(info=info, rgb=np.repeat(chart[..., None], 3, 2))
    scene = Scene(
        pictures=(picture,),
        storyboard=Storyboard(frame_count=move.frame_count, shots=(move,)),
        size=SIZE,
        fit=Fit.FILL,
        worker_count=2,
    )
    return (frame.y for frame in KenBurns().generate(scene))


def zoompan(chart: Luma, move: Shot, width_px: int) -> Iterator[Luma]:
    """FFmpeg's zoompan on a yuv420p input of this width, as people use it; linear moves only."""
    height_px = width_px * 9 // 16
    small = cv2.resize(video_luma(chart), (width_px, height_px), interpolation=cv2.INTER_AREA)
    planes = np.full((height_px * 3 // 2, width_px), 128, np.uint8)
    planes[:height_px] = small
    begin, end = move.framing_start, move.framing_end
    way, growth = f"(on/{move.frame_count - 1})", log(end.zoom / begin.zoom)
    share = f"((1-exp(-{growth!r}*{way}))/(1-exp(-{growth!r})))"
    x = f"iw*({begin.center_x}+{end.center_x - begin.center_x!r}*{share})-iw/zoom/2"
    y = f"ih*({begin.center_y}+{end.center_y - begin.center_y!r}*{share})-ih/zoom/2"
    options = f"z='{begin.zoom}*exp({growth!r}*{way})':x='{x}':y='{y}'"
    graph = av.filter.Graph()
    source = graph.add_buffer(
        width=width_px,
        height=height_px,
        format=av.VideoFormat("yuv420p"),
        time_base=Fraction(1, RATE),
    )
    size = f"{SIZE.width_px}x{SIZE.height_px}"
    pan = graph.add("zoompan", f"{options}:d={move.frame_count}:s={size}:fps={RATE}")
    graph.link_nodes(source, pan, graph.add("buffersink")).configure()
    still = av.VideoFrame.from_ndarray(planes, format="yuv420p")
    still.pts, still.time_base = 0, Fraction(1, RATE)
    graph.vpush(still)
    graph.vpush(None)
    for _ in range(move.frame_count):
        yield np.asarray(graph.vpull().to_ndarray()[: SIZE.height_px], np.uint8)


def cropped(chart: Luma, move: Shot) -> Iterator[Luma]:
    """Whole-pixel crops, resized: what most scripts do."""
    luma = video_luma(chart)
    for index in range(move.frame_count):
        view = view_at(move, index, CHART.aspect, SIZE.aspect)
        width, height = (round(view.width * side) for side in (CHART.width_px, CHART.height_px))
        left = round(view.center_x * CHART.width_px - view.width * CHART.width_px / 2)
        top = round(view.center_y * CHART.height_px - view.width * CHART.height_px / 2)
        part = luma[max(0, top) : top + height, max(0, left) : left + width]
        yield np.asarray(
            cv2.resize(part, (SIZE.width_px, SIZE.height_px), interpolation=cv2.INTER_AREA),
            np.uint8,
        )


OURS = "this program"
PROGRAMS: dict[str, Film] = {
    OURS: ours,
    "zoompan, 1920 px input": partial(zoompan, width_px=1920),
    "zoompan, 3840 px input": partial(zoompan, width_px=3840),
    "zoompan, 6016 px input": partial(zoompan, width_px=6016),
    "whole-pixel crop, resized": cropped,
}
