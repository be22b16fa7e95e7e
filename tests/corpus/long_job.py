"""One job by toys that are written already, and what it cost; run as a process of its own.

This process must stay as small as a real job's is: it never imports PyTorch, so that a frame kept
of each second would show.
"""

import json
import resource
import sys
import time
from pathlib import Path
from typing import Any

NAME = "stable_video_diffusion"
FRAMES_PER_S = 24
TELL_PEAK = (
    "import resource; peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
    "        log.open('a').write('peak ' + str(peak) + chr(10))"
)
"""Before each pass the toy writes its process's largest resident memory into its log."""

_UNIT_BYTES = 1 if sys.platform == "darwin" else 1024
# Linux tells resident memory in KiB, macOS in bytes.


def long_job(folder: Path, seconds: float) -> dict[str, Any]:
    """Make a video, and tell what it cost.

    Args:
        folder: Has the toys, written with `TELL_PEAK`.
        seconds: Length of the sound.
    """
    import psutil  # type: ignore[import-untyped]  # it has no types
    from corpus.oddities import write_sound
    from corpus.toys import Toys

    from ai_video_generator.media.video_file import video_info
    from ai_video_generator.progress_tracker import ProgressReport, ProgressTracker

    process, rendering_bytes = psutil.Process(), 0

    def sampled(report: ProgressReport) -> None:
        nonlocal rendering_bytes
        if report.stage == "rendering":
            rendering_bytes = max(rendering_bytes, process.memory_info().rss)

    toys = Toys(folder)
    write_sound(folder / "job" / "song.wav", seconds)
    began_s, known = time.monotonic(), len(toys.log(NAME))
    made = toys.make(
        f"{seconds:g}.mp4",
        model=NAME,
        model_options="steps=1",
        style="calm",
        progress=ProgressTracker(sampled),
    )
    taken_s = time.monotonic() - began_s
    lines = toys.log(NAME)[known:]
    peaks = [int(line[5:]) * _UNIT_BYTES for line in lines if line.startswith("peak ")]
    return {
        "seconds": seconds,
        "taken_s": round(taken_s, 1),
        "frame_count": video_info(made.path).frame_count,
        "pass_count": len(peaks),
        "job_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _UNIT_BYTES,
        "rendering_bytes": rendering_bytes,
        "model_bytes": peaks[-1],
        "failed_attempt_count": len(made.attempts) - 1,
        "has_torch": "torch" in sys.modules,
    }


if __name__ == "__main__":
    sys.path[:0] = [sys.argv[1], str(Path(__file__).parent.parent)]
    sys.stdout.write(json.dumps(long_job(Path(sys.argv[1]), float(sys.argv[2]))))
