"""Make a video from the bundled picture and music.

    python examples/basic_usage.py [FOLDER]

FOLDER is where the video goes; the current folder otherwise.
"""

import sys
from pathlib import Path

from ai_video_generator import VideoGenerator

ASSETS = Path(__file__).resolve().parent.parent / "assets"


def main(folder: Path) -> None:
    """Plan, explain the plan, and make the video."""
    generator = VideoGenerator(quality="basic")
    picture, music, video = ASSETS / "demo.jpg", ASSETS / "demo.mp3", folder / "basic_usage.mp4"

    for reason in generator.plan(picture, music, video).reasons:
        print(f"{reason.topic}: {reason.choice}, because {reason.because}")

    path = generator.generate_video(picture, music, video, overwrite=True)
    print(f"made {path}")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path())
