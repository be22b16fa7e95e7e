"""How well the time of a job is foretold: by the release's figures, and by this machine's history.

    python -m benchmarks.estimates         # writes estimates.json and estimates.md

Real jobs of many sizes and lengths, one after another, with an empty cache at the start. Before
each, the planner says what it expects without any history, and with that of the jobs before it.
"""

import argparse
import statistics
import tempfile
from dataclasses import dataclass
from pathlib import Path

from ai_video_generator import VideoGenerator
from ai_video_generator.config.settings import load_settings
from ai_video_generator.planning.estimate import job_done
from benchmarks.common import PHOTO, publish, table
from benchmarks.material import make_sound

JOBS = (
    ("720p", 24, 20),
    ("1080p", 30, 8),
    ("480p", 24, 45),
    ("1080p", 24, 30),
    ("720p", 30, 40),
    ("480p", 30, 90),
    ("1440p", 30, 10),
    ("1080p", 30, 40),
    ("720p", 24, 60),
    ("1080p", 24, 15),
    ("4k", 24, 8),
    ("1080p", 30, 60),
    ("480p", 24, 30),
    ("720p", 30, 25),
)
"""Size, frames a second, seconds of sound: shuffled, so that history never knows just the next."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Foretold:
    """One job.

    Attributes:
        size: Size of the video.
        frame_rate: Frames a second.
        sound_s: Length of the sound.
        megapixels: Millions of pixels of all frames.
        seconds: What it took.
        without_s: What was expected without history.
        with_s: What was expected with it.
        low_s: The least that was expected with history.
        high_s: The most that was expected with history.
    """

    size: str
    frame_rate: int
    sound_s: int
    megapixels: float
    seconds: float
    without_s: float
    with_s: float
    low_s: float
    high_s: float


def foretold(folder: Path) -> list[Foretold]:
    """Do all jobs."""
    cache = folder / "cache"
    results = []
    for number, (size, rate, sound_s) in enumerate(JOBS):
        sound = folder / f"{sound_s}.mp3"
        if not sound.exists():
            make_sound(sound, sound_s)
        asked = {"size": size, "fps": str(rate), "software_encoding": True}
        learning, fresh = (
            VideoGenerator(settings=load_settings({"cache_folder": place, **asked}).values)
            for place in (cache, folder / "no cache")
        )
        expected = learning.plan(PHOTO, sound).estimate
        without_s = fresh.plan(PHOTO, sound).estimate.seconds
        result = learning.generate([PHOTO], sound, folder / f"{number}.mp4")
        assert result.plan is not None  # noqa: S101 - a job that failed has raised
        taught = job_done(result.plan, result.seconds, cores=learning.facts.cpu_cores)
        assert taught is not None  # noqa: S101 - these jobs all teach
        one = Foretold(
            size=size,
            frame_rate=rate,
            sound_s=sound_s,
            megapixels=taught[1].megapixels,
            seconds=result.seconds,
            without_s=without_s,
            with_s=expected.seconds,
            low_s=expected.seconds_low,
            high_s=expected.seconds_high,
        )
        print(one)
        results.append(one)
    return results


def off(expected_s: float, seconds: float) -> float:
    """How far an expectation was off, as a share of the truth."""
    return abs(expected_s / seconds - 1)


def main() -> None:
    """Measure and publish."""
    argparse.ArgumentParser(description="how well times are foretold").parse_args()
    with tempfile.TemporaryDirectory() as folder:
        results = foretold(Path(folder))
    rows = [
        (
            f"{one.size} at {one.frame_rate}, {one.sound_s} s",
            f"{one.seconds:.1f}",
            f"{one.without_s:.1f} ({one.without_s / one.seconds - 1:+.0%})",
            f"{one.with_s:.1f} ({one.with_s / one.seconds - 1:+.0%})",
            "yes" if one.low_s <= one.seconds <= one.high_s else "**no**",
        )
        for one in results
    ]
    learned = results[1:]
    middle = {
        name: statistics.median(off(getattr(one, name), one.seconds) for one in learned)
        for name in ("without_s", "with_s")
    }
    inside = sum(one.low_s <= one.seconds <= one.high_s for one in learned)
    text = table(("job", "took s", "without history s", "with history s", "within its range"), rows)
    text += (
        f"\n\nMedian error from the second job on: {middle['without_s']:.1%} without history, "
        f"{middle['with_s']:.1%} with it; {inside} of {len(learned)} within the range that was "
        f"told.\n"
    )
    publish(
        "estimates",
        title="How well the time of a job is foretold",
        settings={"jobs": len(JOBS)},
        results=results,
        text=text,
    )


if __name__ == "__main__":
    main()
