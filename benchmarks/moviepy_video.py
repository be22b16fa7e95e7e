"""A photo and a sound become a video by MoviePy 2, as its users write it.

    python benchmarks/moviepy_video.py photo.jpg sound.mp3 out.mp4 seconds threads '{"crf": "18"}'

It runs in an environment of its own, as MoviePy does not work with current Pillow, so it imports
nothing of this program.
"""

import json
import sys
from pathlib import Path

from moviepy import AudioFileClip, CompositeVideoClip, ImageClip


def main() -> None:
    """Zoom from 1 to 1.3 at 1080p30."""
    photo, sound, output, length, threads, settings = sys.argv[1:]
    seconds, options = float(length), json.loads(settings)
    still = ImageClip(photo).resized(width=1920).with_duration(seconds)
    moving = still.resized(lambda time_s: 1 + 0.3 * time_s / seconds)
    video = CompositeVideoClip([moving.with_position(("center", "center"))], size=(1920, 1080))
    preset = options.pop("preset", "veryfast")
    flags = [part for name, value in options.items() for part in (f"-{name}", value)]
    video.with_audio(AudioFileClip(sound).subclipped(0, seconds)).write_videofile(
        output,
        fps=30,
        codec="libx264",
        audio_codec="aac",
        preset=preset,
        threads=int(threads),
        ffmpeg_params=flags,
        logger=None,
        temp_audiofile_path=str(Path(output).parent),
    )


if __name__ == "__main__":
    main()
