"""CPU seconds for a minute of 1080p30 from a 24-megapixel photo, beside other ways to make it.

    python -m benchmarks.speed                    # writes speed.json and speed.md
    python -m benchmarks.speed --seconds 10       # a quick look

Every program runs in processes of its own, with the same x264 settings, and its CPU time is what
the kernel counted, children included: unlike time by the clock it hardly depends on what else the
machine does. "encoding alone" is the time inside the encoder process only, see `benchmarks.stages`.
MoviePy is installed into an environment of its own, as it does not work with current Pillow.
"""

import argparse
import json
import shutil
import sys
import tempfile
import venv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.common import (
    HERE,
    ROOT,
    Cost,
    cost_of,
    in_child,
    median_cost,
    our_program,
    publish,
    table,
    verdict,
)

RATE = 30
MOVIEPY_S = 10.0
# MoviePy draws every frame at the same cost; ten seconds of it are a minute by multiplication.
LIMITS = {"encoding alone": 1.25, "zoompan": 0.85, "MoviePy 2": 1 / 8}

_IMPORTS = (
    "import ai_video_generator.core.video_generator, ai_video_generator.core.rendering, "
    "ai_video_generator.models.ken_burns, ai_video_generator.cli.main, rich.progress"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """What is measured, and where.

    Attributes:
        folder: A folder that goes away.
        photo: The photo.
        sound: The sound.
        seconds: Length of the video.
        repeats: Runs of each; the median counts.
        threads: Encoder threads that the program planned.
        options: Encoder options that the program planned.
    """

    folder: Path
    photo: Path
    sound: Path
    seconds: float
    repeats: int
    threads: str
    options: dict[str, str]

    @property
    def frames(self) -> str:
        """Frames of the video."""
        return str(round(self.seconds * RATE))

    def cost(self, command: list[str]) -> Cost:
        """Measure one command."""
        return median_cost(command, repeats=self.repeats)


def ours(bench: Bench) -> Cost:
    """This program, whole."""
    return bench.cost(our_command(bench.photo, bench.sound, bench.folder / "ours.mp4"))


def our_command(photo: Path, sound: Path, output: Path) -> list[str]:
    """The command line of the job."""
    asked = ("--size", "1080p", "--fps", str(RATE), "--software-encoding", "--overwrite", "-q")
    return our_program("make", photo, sound, "-o", output, *asked)


def zoompan(bench: Bench, width: int) -> Cost:
    """FFmpeg's zoompan and encoder in one process."""
    output = str(bench.folder / "zoompan.mp4")
    return bench.cost(
        [
            *(sys.executable, "-m", "benchmarks.zoompan_video", str(bench.photo), output),
            *(bench.frames, bench.threads, str(width), json.dumps(bench.options)),
        ]
    )


def ffmpeg(bench: Bench) -> Cost | None:
    """The same by the ffmpeg command, whatever version is installed."""
    program = shutil.which("ffmpeg")
    if program is None:
        return None
    pan = (
        f"crop=iw:floor(iw*9/32)*2,zoompan=z='1+0.3*on/{bench.frames}':x='iw/2-iw/zoom/2':"
        f"y='ih/2-ih/zoom/2':d={bench.frames}:s=1920x1080:fps={RATE},format=yuv420p"
    )
    flags = [part for name, value in bench.options.items() for part in (f"-{name}", value)]
    return bench.cost(
        [
            *(program, "-v", "error", "-y", "-i", str(bench.photo), "-i", str(bench.sound)),
            *("-vf", pan, "-c:v", "libx264", *flags, "-threads", bench.threads),
            *("-c:a", "aac", "-b:a", "192k", str(bench.folder / "ffmpeg.mp4")),
        ]
    )


def moviepy(bench: Bench) -> Cost | None:
    """MoviePy; ten seconds of it, in an environment made for it."""
    python = ROOT / "build" / "moviepy" / "bin" / "python"
    try:
        if not python.exists():
            venv.create(python.parents[1], with_pip=True)
            cost_of([str(python), "-m", "pip", "install", "-q", "moviepy==2.2.1"])
        return cost_of(
            [
                *(str(python), str(HERE / "moviepy_video.py"), str(bench.photo)),
                *(str(bench.sound), str(bench.folder / "moviepy.mp4")),
                *(str(min(MOVIEPY_S, bench.seconds)), bench.threads, json.dumps(bench.options)),
            ]
        )
    except RuntimeError as error:
        print(f"MoviePy is not measured: {error}", file=sys.stderr)
        return None


def measured(folder: Path, seconds: float, repeats: int) -> dict[str, Any]:
    """Run everything.

    Returns:
        CPU seconds by program, CPU seconds of our stages, and what was planned.
    """
    photo, sound = folder / "photo.jpg", folder / "sound.mp3"
    in_child("material", "photo", photo)
    in_child("material", "sound", sound, str(seconds))
    parts = [in_child("stages", photo, sound) for _ in range(repeats)]
    middle = sorted(parts, key=lambda part: part["stages_cpu_s"]["encode, alone"])[len(parts) // 2]
    bench = Bench(
        folder=folder,
        photo=photo,
        sound=sound,
        seconds=seconds,
        repeats=repeats,
        threads=str(middle["encoder_threads"]),
        options=middle["encoder_options"],
    )
    runs: dict[str, Callable[[], Cost | None]] = {
        "this program": lambda: ours(bench),
        "zoompan": lambda: zoompan(bench, 0),
        "zoompan, photo scaled to 1920 px first": lambda: zoompan(bench, 1920),
        "zoompan, photo scaled to 8000 px first": lambda: zoompan(bench, 8000),
        "zoompan, ffmpeg command": lambda: ffmpeg(bench),
    }
    costs = {name: cost for name, run in runs.items() if (cost := run()) is not None}
    cpu_s = {name: cost.cpu_s for name, cost in costs.items()}
    cpu_s["encoding alone"] = middle["stages_cpu_s"]["encode, alone"]
    cpu_s["encoding alone, plain veryfast"] = middle["encode_veryfast_cpu_s"]
    other = moviepy(bench)
    if other is not None:
        cpu_s["MoviePy 2"] = other.cpu_s * seconds / min(MOVIEPY_S, seconds)
    stages = {
        "start and import": cost_of([sys.executable, "-c", _IMPORTS]).cpu_s,
        **middle["stages_cpu_s"],
    }
    stages["sound, file, and what parts cost each other"] = cpu_s["this program"] - sum(
        stages.values()
    )
    plan = {name: middle[name] for name in ("encoder", "encoder_options", "encoder_threads")}
    return {"cpu_s": cpu_s, "stages_cpu_s": stages, **plan}


def shown(results: dict[str, Any], seconds: float) -> str:
    """The tables."""
    cpu_s, mine = results["cpu_s"], results["cpu_s"]["this program"]
    rows = []
    for name, spent in sorted(cpu_s.items(), key=lambda entry: entry[1]):
        ratio, limit = mine / spent, LIMITS.get(name)
        judged = "" if limit is None else f"{limit:.3g}: {verdict(ratio, limit)}"
        frame_ms = spent / seconds / RATE * 1000
        rows.append((name, f"{spent:.1f}", f"{frame_ms:.1f}", f"{ratio:.2f}", judged))
    header = ("program", "CPU s", "CPU ms a frame", "this program / it", "limit: met")
    options = " ".join(f"{name}={value}" for name, value in results["encoder_options"].items())
    text = f"{seconds:g} s of 1080p30, {results['encoder']} {options}.\n\n" + table(header, rows)
    stages = results["stages_cpu_s"].items()
    split = [(name, f"{spent:.2f}", f"{100 * spent / mine:.1f} %") for name, spent in stages]
    return f"{text}\n\n" + table(("stage of this program", "CPU s", "share"), split)


def main() -> None:
    """Measure and publish."""
    parser = argparse.ArgumentParser(description="CPU time of a job, beside other programs")
    parser.add_argument("--seconds", type=float, default=60.0, help="length of the video")
    parser.add_argument("--repeats", type=int, default=1, help="runs of each; the median counts")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        results = measured(Path(folder), asked.seconds, asked.repeats)
    publish(
        "speed",
        title=f"CPU time for {asked.seconds:g} s of 1080p30 from a 24-megapixel photo",
        settings=vars(asked),
        results=results,
        text=shown(results, asked.seconds),
    )


if __name__ == "__main__":
    main()
