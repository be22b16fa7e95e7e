"""One job by a toy network of so many seconds, and what it cost; run as a process of its own."""

import json
import resource
import sys
import time
from pathlib import Path
from typing import Any

NAME = "stable_video_diffusion"
RATE = 24
_KIB = 1024 if sys.platform == "linux" else 1
# Linux tells resident memory in KiB, macOS in bytes.


def peak_bytes(who: int) -> int:
    """Most resident memory: of this process, or the largest of those it waited for."""
    return resource.getrusage(who).ru_maxrss * _KIB


def long_job(folder: Path, seconds: float) -> dict[str, Any]:
    """Make a video, and tell what it cost and where its cuts are.

    Args:
        folder: For the job and its toys; must exist, on ``sys.path``.
        seconds: Length of the sound.
    """
    from corpus.oddities import write_sound
    from corpus.toy_weights import ToyWeights
    from corpus.toys import Toys

    from ai_video_generator.media.video_file import video_info

    toys = Toys(folder, ToyWeights(folder / "weights"))
    toys.write(NAME, frames=14)
    write_sound(folder / "job" / "song.wav", seconds)
    began_s = time.monotonic()
    result = toys.make(model=NAME, model_options="steps=1", style="calm", fps=str(RATE))
    taken_s = time.monotonic() - began_s
    return {
        "seconds": seconds,
        "taken_s": round(taken_s, 1),
        "frame_count": video_info(result.path).frame_count,
        "pass_count": sum(line.startswith("pass ") for line in toys.log(NAME)),
        "shots_s": [[shot.start_s, shot.end_s] for shot in result.recipe.storyboard.shots],
        "job_bytes": peak_bytes(resource.RUSAGE_SELF),
        "model_bytes": peak_bytes(resource.RUSAGE_CHILDREN),
        "path": str(result.path),
        "errors": [repr(attempt.error) for attempt in result.attempts if attempt.error],
    }


if __name__ == "__main__":
    sys.path[:0] = [sys.argv[1], str(Path(__file__).parent.parent)]
    sys.stdout.write(json.dumps(long_job(Path(sys.argv[1]), float(sys.argv[2]))))
