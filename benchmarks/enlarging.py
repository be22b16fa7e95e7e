"""How near enlarged photos come to the originals that they were reduced from, and how sharp.

python -m benchmarks.enlarging        # writes enlarging.json and enlarging.md
"""

import time
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ai_video_generator.media.frames import Frame
from ai_video_generator.media.resolution import Resolution
from ai_video_generator.post.resizer import resized
from benchmarks.common import PHOTO, publish, table
from benchmarks.retiming_films import photo

Pixels = NDArray[np.uint8]

SCALES = (1.5, 2.0, 3.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Enlarged:
    """One photo, reduced and enlarged again; luma.

    Attributes:
        photo: Which.
        scale: How much it was reduced.
        psnr_db: Of this program.
        plain_psnr_db: Of Lanczos alone.
        detail: Fine detail as a share of the original's.
        plain_detail: The same of Lanczos alone.
    """

    photo: str
    scale: float
    psnr_db: float
    plain_psnr_db: float
    detail: float
    plain_detail: float


def _photos() -> dict[str, Pixels]:
    meadow = photo(str(PHOTO))
    whole = cv2.resize(meadow, (1920, 1080), interpolation=cv2.INTER_AREA)
    return {
        "meadow": np.asarray(whole, np.uint8),
        "meadow, part": np.ascontiguousarray(meadow[200:1280, 300:2220]),
        "portrait": photo(str(PHOTO.with_name("demo_portrait.jpg"))),
    }


def _psnr_db(one: Pixels, other: Pixels) -> float:
    return float(10 * np.log10(255**2 / ((one.astype(float) - other) ** 2).mean()))


def _detail(luma: Pixels) -> float:
    return float(abs(cv2.Laplacian(luma, cv2.CV_32F))[16:-16, 16:-16].mean())


def _compared(name: str, rgb: Pixels, scale: float) -> Enlarged:
    original = Frame.from_rgb(rgb)
    size = original.size
    small = Resolution(round(size.width_px / scale), round(size.height_px / scale)).snapped(2)
    (reduced,) = resized((each for each in [original]), small)
    (made,) = resized((each for each in [reduced]), size)
    plain = np.asarray(
        cv2.resize(reduced.y, (size.width_px, size.height_px), interpolation=cv2.INTER_LANCZOS4),
        np.uint8,
    )
    return Enlarged(
        photo=name,
        scale=scale,
        psnr_db=_psnr_db(made.y, original.y),
        plain_psnr_db=_psnr_db(plain, original.y),
        detail=_detail(made.y) / _detail(original.y),
        plain_detail=_detail(plain) / _detail(original.y),
    )


def _cpu_ms() -> tuple[float, float]:
    """CPU time of a frame from 1024x576 to 1920x1080, and of Lanczos alone."""
    frame = Frame.from_rgb(np.ascontiguousarray(photo(str(PHOTO))[:576, :1024]))
    size, count = Resolution(1920, 1080), 20
    begun_s = time.process_time()
    for _ in resized((frame for _ in range(count)), size):
        pass
    ours_s = time.process_time() - begun_s
    begun_s = time.process_time()
    for _ in range(count):
        for plane, way in ((frame.y, (1920, 1080)), (frame.u, (960, 540)), (frame.v, (960, 540))):
            cv2.resize(plane, way, interpolation=cv2.INTER_LANCZOS4)
    plain_s = time.process_time() - begun_s
    return ours_s * 1000 / count, plain_s * 1000 / count


def main() -> None:
    """Reduce, enlarge, compare, publish."""
    found = [_compared(name, rgb, scale) for name, rgb in _photos().items() for scale in SCALES]
    ours_ms, plain_ms = _cpu_ms()
    rows = [
        (
            f"{one.photo}, {one.scale:g}x",
            f"{one.psnr_db:.2f}",
            f"{one.plain_psnr_db:.2f}",
            f"{one.detail:.2f}",
            f"{one.plain_detail:.2f}",
        )
        for one in found
    ]
    head = ("photo, enlarged again", "PSNR dB", "Lanczos alone", "detail", "Lanczos alone")
    text = (
        "Photos reduced and enlarged again, luma; detail as a share of the original's:\n\n"
        + table(head, rows)
        + f"\n\n1024x576 to 1920x1080 takes {ours_ms:.1f} CPU ms a frame; `cv2.resize` by Lanczos "
        f"alone, which puts chroma a quarter of its pixel wrong, {plain_ms:.1f}."
    )
    publish(
        "enlarging",
        title="Enlarged frames",
        settings={"scales": SCALES},
        results={"photos": found, "cpu_ms": ours_ms, "plain_cpu_ms": plain_ms},
        text=text,
    )


if __name__ == "__main__":
    main()
