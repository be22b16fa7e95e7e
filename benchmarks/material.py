"""Pictures and sounds for the benchmarks, made anew and always the same.

python -m benchmarks.material photo photo.jpg         # 24 megapixels, from the bundled picture
python -m benchmarks.material sound sound.mp3 60      # seconds
"""

import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.common import PHOTO

WIDTH, HEIGHT = 6000, 4000
_GRAIN = 3.0
# Standard deviation in levels, as of a camera at ISO 400: an enlargement alone would be smoother
# than any photo.

_RATE = 44100


def make_photo(path: Path, source: Path = PHOTO) -> None:
    """Write a 24-megapixel JPEG: the source, cropped to 3:2, enlarged, with seeded grain."""
    small = cv2.imread(str(source))
    if small is None:
        raise FileNotFoundError(f"cannot read {source}")
    height, width = small.shape[:2]
    crop_w, crop_h = min(width, height * 3 // 2), min(height, width * 2 // 3)
    left, top = (width - crop_w) // 2, (height - crop_h) // 2
    crop = small[top : top + crop_h, left : left + crop_w]
    large = cv2.resize(crop, (WIDTH, HEIGHT), interpolation=cv2.INTER_LANCZOS4)
    random = np.random.default_rng(24)
    for start in range(0, HEIGHT, 500):
        band = large[start : start + 500]
        grain = random.normal(0.5, _GRAIN, band.shape[:2]).astype(np.float32)
        band[:] = np.clip(band + grain[..., None], 0, 255)
    if not cv2.imwrite(str(path), large, [cv2.IMWRITE_JPEG_QUALITY, 92]):
        raise OSError(f"cannot write {path}")


def make_sound(path: Path, seconds: float) -> None:
    """Write a piece that is not cheap to encode: a chord that swells, and noise on the beat."""
    codec = {".mp3": "libmp3lame", ".wav": "pcm_s16le", ".m4a": "aac"}[path.suffix]
    random = np.random.default_rng(1)
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream(codec, rate=_RATE, layout="stereo")
        total = round(seconds * _RATE)
        for start in range(0, total, _RATE):
            times = np.arange(start, min(start + _RATE, total)) / _RATE
            frame = av.AudioFrame.from_ndarray(_second(times, random), "s16", "stereo")
            frame.sample_rate, frame.pts, frame.time_base = _RATE, start, Fraction(1, _RATE)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def _second(times: NDArray[np.float64], random: np.random.Generator) -> NDArray[np.int16]:
    swell = 0.6 + 0.4 * np.sin(times * 1.3)
    chord = sum(np.sin(2 * np.pi * pitch * times) for pitch in (220.0, 277.2, 329.6)) * swell
    beat = random.normal(0, 1, len(times)) * np.exp(-((times * 2) % 1) * 12)
    left, right = 0.15 * chord + 0.2 * beat, 0.15 * chord - 0.1 * beat
    both = np.stack([left, right], 1).reshape(1, -1)
    return (np.clip(both, -1, 1) * 32767).astype(np.int16)


def main() -> None:
    """Make what the command line names."""
    kind, path, *rest = sys.argv[1:]
    if kind == "photo":
        make_photo(Path(path), *map(Path, rest))
    else:
        make_sound(Path(path), float(rest[0]))


if __name__ == "__main__":
    main()
