"""Which video encoders work on this machine: found by encoding two small frames with each.

A hardware encoder that FFmpeg lists may still lack its driver, its chip or a free session; only
trying tells.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from fractions import Fraction
from typing import Any

_WIDTH_PX, _HEIGHT_PX = 256, 144
# NVENC refuses less than 145x49 (H.264) and 192x128 (AV1); more would only cost time.
_FRAME_COUNT = 2
_PIXEL_FORMATS = ("yuv420p", "nv12", "yuv422p10le", "rgb8")
# What is offered, best known first: planar for software, semi-planar for Quick Sync, 10 bit for
# ProRes, one byte for GIF.


_SVT_ERRORS = "1"
# The lowest level of SVT-AV1's log that is not fatal.


def silence_encoders() -> None:
    """Keep SVT-AV1 from writing to the terminal; it asks once a process, at its first use."""
    os.environ.setdefault("SVT_LOG", _SVT_ERRORS)


def working_video_encoders(candidates: Sequence[str]) -> tuple[str, ...]:
    """Those of the candidates that really encode here, in the order given.

    Takes 5 to 30 ms for each; nothing is written to a file or to the terminal.

    Args:
        candidates: FFmpeg's names of encoders ("h264_nvenc"); unknown names simply do not work.
    """
    silence_encoders()
    with _quiet():
        return tuple(name for name in candidates if _works(name))


def _works(name: str) -> bool:
    import av

    try:
        return _encoded_bytes(name) > 0
    except (av.FFmpegError, ValueError, OSError):
        # av.FFmpegError covers what drivers answer (external, not found, invalid data, no
        # permission, unknown encoder).
        return False


def _encoded_bytes(name: str) -> int:
    """Size of two grey frames, encoded in memory."""
    import av

    codec = av.Codec(name, "w")
    if codec.type != "video":
        return 0
    offered = {form.name for form in codec.video_formats or ()}
    pixel_format = next((form for form in _PIXEL_FORMATS if form in offered), _PIXEL_FORMATS[0])
    encoder: Any = av.CodecContext.create(name, "w")  # PyAV's types know no video contexts
    encoder.width, encoder.height, encoder.pix_fmt = _WIDTH_PX, _HEIGHT_PX, pixel_format
    encoder.time_base = Fraction(1, 30)
    encoder.framerate = Fraction(30)
    encoder.thread_count = 1
    frame = av.VideoFrame(_WIDTH_PX, _HEIGHT_PX, pixel_format)
    for plane in frame.planes:
        plane.update(bytes([128]) * plane.buffer_size)
    size: int = 0
    for index in range(_FRAME_COUNT):
        frame.pts, frame.time_base = index, Fraction(1, 30)
        size += sum(packet.size for packet in encoder.encode(frame))
    size += sum(packet.size for packet in encoder.encode(None))
    return size


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep FFmpeg, and the libraries that write to the descriptor itself, off the terminal."""
    import av

    level = av.logging.get_level()
    av.logging.set_level(None)
    try:
        kept = os.dup(2)
    except OSError:
        kept = None  # a program without a terminal has no standard error to keep clean
    if kept is not None:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 2)
        os.close(nowhere)
    try:
        yield
    finally:
        if kept is not None:
            with suppress(OSError):
                os.dup2(kept, 2)
            os.close(kept)
        av.logging.set_level(level)
