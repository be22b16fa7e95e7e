"""What makes videos for a command: the settings of the run, and the ratings of this machine."""

from collections.abc import Callable
from functools import partial

from ai_video_generator.config.settings import Settings
from ai_video_generator.core.video_generator import VideoGenerator
from ai_video_generator.jobs.ratings import kept_ratings
from ai_video_generator.planning.plan import Plan
from ai_video_generator.progress_tracker import ProgressTracker


def rated_generator(
    settings: Settings,
    progress: ProgressTracker | None = None,
    on_plan: Callable[[Plan], None] | None = None,
) -> VideoGenerator:
    """A `VideoGenerator` that lets ratings settle ties.

    Args:
        settings: Of all its jobs; they name the data folder, where ratings are.
        progress: As `VideoGenerator` takes it.
        on_plan: As well.
    """
    return VideoGenerator(
        settings=settings,
        progress=progress,
        on_plan=on_plan,
        ratings=partial(kept_ratings, settings),
    )
