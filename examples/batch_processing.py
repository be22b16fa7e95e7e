"""Make several videos, one after another; one that fails does not stop the rest.

What is made already is not made again: start it twice.

    python examples/batch_processing.py [FOLDER]

FOLDER is where the videos go; the current folder otherwise.
"""

import sys
from pathlib import Path
from typing import Any

from ai_video_generator import VideoGenerator

ASSETS = Path(__file__).resolve().parent.parent / "assets"


def main(folder: Path) -> None:
    """Make a wide video, a tall one, one of two pictures, and one that cannot be made."""
    picture, portrait, music = (
        ASSETS / name for name in ("demo.jpg", "demo_portrait.jpg", "demo.mp3")
    )
    inputs: list[dict[str, Any]] = [
        {"image": picture, "audio": music, "output": folder / "wide.mp4", "size": "480p"},
        {"image": portrait, "audio": music, "output": folder / "tall.mp4", "size": "540x960"},
        {"image": [picture, portrait], "audio": music, "output": folder / "both.mp4"},
        {"image": folder / "no-such-picture.jpg", "audio": music, "output": folder / "none.mp4"},
    ]
    generator = VideoGenerator(quality="basic")
    results = generator.generate_batch([{"fps": 15, "overwrite": True} | entry for entry in inputs])
    for entry, result in zip(inputs, results, strict=True):
        name = Path(str(entry["output"])).name
        if result.error is not None:
            print(f"{name}: {result.error}. {result.error.hint}")
        elif result.was_there:
            print(f"{name}: already made")
        else:
            print(f"{name}: {result.seconds:.1f} s, {result.sound_track}")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path())
