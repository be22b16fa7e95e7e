"""Ask for exactly the video that you want.

    python examples/custom_prompts.py [FOLDER]

The built-in camera takes no text; what it takes is a shape, a rate, a fit and a seed. The same
seed gives the same camera moves, another seed gives others: try a few, keep the best.
"""

import sys
from pathlib import Path

from ai_video_generator import VideoGenerator

ASSETS = Path(__file__).resolve().parent.parent / "assets"


def main(folder: Path) -> None:
    """Make three takes of one picture, each with a wish of its own."""
    generator = VideoGenerator()
    wishes: dict[str, dict[str, object]] = {
        "cinema": {"size": "640x268", "fps": "24", "seed": 7},
        "story": {"size": "270x480", "fps": "30", "fit": "blur"},
        "cover": {"size": "360x360", "fps": "25", "fit": "contain", "seed": 3},
    }
    for name, wish in wishes.items():
        video = folder / f"{name}.mp4"
        generator.generate_video(
            ASSETS / "demo.jpg", ASSETS / "demo.mp3", video, overwrite=True, **wish
        )
        print(f"made {video}")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path())
