"""Small videos of known content, made with PyAV."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

COLORS = ((200, 40, 30), (40, 160, 60), (30, 60, 190), (230, 220, 120), (120, 120, 120))
# One after another, each for `COLOR_FRAMES`; far enough apart that no codec error confuses them.

COLOR_FRAMES = 10
SOUND_RATE_HZ = 48_000


def color_at(frame_index: int) -> tuple[int, int, int]:
    """The flat colour of a frame of `make_video`."""
    return COLORS[frame_index // COLOR_FRAMES % len(COLORS)]


def flat(color: tuple[int, int, int], width: int, height: int) -> NDArray[np.uint8]:
    """A flat frame: ``(height, width, 3)``, uint8."""
    return np.full((height, width, 3), color, np.uint8)


def make_video(
    path: Path,
    *,
    frame_count: int = 50,
    frame_rate: Fraction = Fraction(30_000, 1001),
    size: tuple[int, int] = (160, 96),
    sound_samples: int = 0,
    tags: dict[str, str] | None = None,
) -> Path:
    """Write H.264 in BT.709 limited range, with key frames every 12 frames, and a silent sound."""
    options = {"movflags": "use_metadata_tags"} if path.suffix == ".mp4" else {}
    with av.open(str(path), "w", options=options) as container:
        container.metadata.update(tags or {})
        video = container.add_stream("libx264", rate=frame_rate, options={"crf": "12", "g": "12"})
        video.width, video.height = size
        video.pix_fmt = "yuv420p"
        codec = video.codec_context
        codec.colorspace = codec.color_primaries = codec.color_trc = codec.color_range = 1
        sound = container.add_stream("flac", rate=SOUND_RATE_HZ) if sound_samples else None
        for index in range(frame_count):
            rgb = av.VideoFrame.from_ndarray(flat(color_at(index), *size), format="rgb24")
            frame = rgb.reformat(format="yuv420p", dst_colorspace=1)
            frame.pts = index
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
        if sound is not None:
            silence = np.zeros((1, 2 * sound_samples), np.int16)
            frame_of_sound = av.AudioFrame.from_ndarray(silence, format="s16", layout="stereo")
            frame_of_sound.sample_rate = SOUND_RATE_HZ
            frame_of_sound.pts = 0
            container.mux(sound.encode(frame_of_sound))
            container.mux(sound.encode(None))
    return path
