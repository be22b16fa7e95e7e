"""A photo becomes a video by ffmpeg's zoompan, in one process, through PyAV.

    python -m benchmarks.zoompan_video photo.jpg out.mp4 1800 2 0 '{"preset": "veryfast"}'

What follows the files is the number of frames, encoder threads, the width, and encoder options;
``width`` is that to which the photo is scaled first; 0 leaves it as it is.
"""

import json
import sys
from fractions import Fraction
from typing import Any

import av
import av.filter

RATE = 30


def moving_still(photo: str, frames: int, width: int) -> av.filter.Graph:
    """A graph that gives the frames: a zoom from 1 to 1.3 over the whole video."""
    with av.open(photo) as source:
        still = next(source.decode(video=0))
    still.pts, still.time_base = 0, Fraction(1, RATE)
    zoom = f"z='1+0.3*on/{frames}':x='iw/2-iw/zoom/2':y='ih/2-ih/zoom/2'"
    steps = [
        ("crop", "iw:floor(iw*9/32)*2"),
        *([("scale", f"{width}:-2")] if width else []),
        ("zoompan", f"{zoom}:d={frames}:s=1920x1080:fps={RATE}"),
        ("format", "yuv420p"),
        ("buffersink", None),
    ]
    graph = av.filter.Graph()
    last = graph.add_buffer(
        width=still.width, height=still.height, format=still.format, time_base=still.time_base
    )
    for name, setting in steps:
        following = graph.add(name, setting)
        last.link_to(following)
        last = following
    graph.configure()
    graph.vpush(still)
    graph.vpush(None)
    return graph


def main() -> None:
    """Make the video; no sound."""
    photo, output, frames, threads, width, options = sys.argv[1:]
    graph = moving_still(photo, int(frames), int(width))
    with av.open(output, "w") as container:
        stream: Any = container.add_stream("libx264", rate=RATE, options=json.loads(options))
        stream.width, stream.height, stream.pix_fmt = 1920, 1080, "yuv420p"
        stream.codec_context.thread_count = int(threads)
        for index in range(int(frames)):
            frame = graph.vpull()
            frame.pts, frame.time_base = index, Fraction(1, RATE)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


if __name__ == "__main__":
    main()
