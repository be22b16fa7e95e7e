"""Peak memory of the whole program: by size of the video, and by length of the sound.

    python -m benchmarks.memory            # writes memory.json and memory.md

A 24-megapixel photo and a minute of sound at four sizes give a line: what the program takes always,
and what each pixel of the frame adds. An hour of sound at a small size and rate is compared with a
minute of it: the pipeline streams, so both should take the same.
"""

import argparse
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.common import Cost, cost_of, in_child, our_program, publish, table, verdict

SIZES = {"480p": (854, 480), "720p": (1280, 720), "1080p": (1920, 1080), "4k": (3840, 2160)}
LIMIT_1080P_BYTES = 500e6
LIMIT_LONG_SHARE = 0.05
_SMALL, _SLOW_RATE = "640x360", "5"
_SHORT_RUNS = 3
# Which pages of the libraries are in memory differs from run to run by some megabytes.


@dataclass(frozen=True, slots=True, kw_only=True)
class Peak:
    """Peak memory of one job.

    Attributes:
        size: Size of the video.
        sound_s: Length of the sound.
        frame_rate: Frames a second.
        peak_bytes: Largest resident memory.
    """

    size: str
    sound_s: float
    frame_rate: str
    peak_bytes: int


def peak(folder: Path, *, size: str, sound_s: float, frame_rate: str) -> Peak:
    """Make one video and note its peak."""
    photo, sound = folder / "photo.jpg", folder / f"sound{sound_s:g}.mp3"
    if not photo.exists():
        in_child("material", "photo", photo)
    if not sound.exists():
        in_child("material", "sound", sound, str(sound_s))
    asked = ("--size", size, "--fps", frame_rate, "--software-encoding", "--overwrite", "-q")
    cost: Cost = cost_of(our_program("make", photo, sound, "-o", folder / "out.mp4", *asked))
    return Peak(size=size, sound_s=sound_s, frame_rate=frame_rate, peak_bytes=cost.peak_bytes)


def fitted(peaks: list[Peak]) -> tuple[float, float]:
    """The line through the peaks by least squares: bytes always, and bytes for each pixel."""
    pixels = [SIZES[one.size][0] * SIZES[one.size][1] for one in peaks]
    mean_x = sum(pixels) / len(peaks)
    mean_y = sum(one.peak_bytes for one in peaks) / len(peaks)
    rise = sum((x - mean_x) * (y.peak_bytes - mean_y) for x, y in zip(pixels, peaks, strict=True))
    slope = rise / sum((x - mean_x) ** 2 for x in pixels)
    return mean_y - slope * mean_x, slope


def measured(folder: Path, seconds: float, long_s: float) -> dict[str, Any]:
    """Run all jobs."""
    peaks = [peak(folder, size=size, sound_s=seconds, frame_rate="30") for size in SIZES]
    fixed_bytes, bytes_per_pixel = fitted(peaks)
    minutes = [
        peak(folder, size=_SMALL, sound_s=60.0, frame_rate=_SLOW_RATE) for _ in range(_SHORT_RUNS)
    ]
    short = sorted(minutes, key=lambda one: one.peak_bytes)[_SHORT_RUNS // 2]
    long = peak(folder, size=_SMALL, sound_s=long_s, frame_rate=_SLOW_RATE)
    return {
        "by_size": peaks,
        "by_length": [short, long],
        "long_over_short": long.peak_bytes / short.peak_bytes,
        "fixed_bytes": round(fixed_bytes),
        "bytes_per_pixel": round(bytes_per_pixel, 1),
    }


def shown(results: dict[str, Any]) -> str:
    """The tables."""
    rows = []
    for one in (*results["by_size"], *results["by_length"]):
        met = verdict(one.peak_bytes, LIMIT_1080P_BYTES) if one.size == "1080p" else ""
        megabytes = f"{one.peak_bytes / 1e6:.0f}"
        rows.append((one.size, f"{one.sound_s:g}", one.frame_rate, megabytes, met))
    change = results["long_over_short"] - 1
    return (
        table(("size", "sound s", "frames/s", "peak MB", "at most 500 MB"), rows)
        + f"\n\nThe long sound takes {100 * change:+.1f} % (within "
        f"{100 * LIMIT_LONG_SHARE:.0f} %: {verdict(abs(change), LIMIT_LONG_SHARE)}). "
        f"The line through the sizes: {results['fixed_bytes'] / 1e6:.0f} MB, and "
        f"{results['bytes_per_pixel']} bytes for each pixel of the frame."
    )


def main() -> None:
    """Measure and publish."""
    parser = argparse.ArgumentParser(description="peak memory of the program")
    parser.add_argument("--seconds", type=float, default=60.0, help="sound of the sized jobs")
    parser.add_argument("--long", type=float, default=3600.0, help="the long sound, seconds")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        results = measured(Path(folder), asked.seconds, asked.long)
    publish(
        "memory",
        title="Peak memory",
        settings=vars(asked),
        results=results,
        text=shown(results),
    )


if __name__ == "__main__":
    main()
