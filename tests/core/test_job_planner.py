"""Ratings are read when a job heeds them, and never stand in its way."""

from pathlib import Path
from typing import NoReturn

import pytest
from corpus.machines import Replayed, equipped, machine
from corpus.oddities import write_picture, write_sound
from corpus.requests import request

from ai_video_generator import VideoGenerator
from ai_video_generator.config.choices import Quality
from ai_video_generator.config.settings import Settings
from ai_video_generator.core.cache_book import CacheBook
from ai_video_generator.core.job_planner import JobPlanner
from ai_video_generator.models.base_model import BACKENDS
from ai_video_generator.planning.ratings import Rating, Ratings

FACTS = equipped(machine("desktop_rtx4090"))
BEST, NEXT = "stable_video_diffusion", "stable_video_diffusion_14"
# Five points of quality lie between them.


def opinions() -> Ratings:
    return {BEST: Rating(mean=2.0, count=20), NEXT: Rating(mean=4.5, count=20)}


def unreadable() -> NoReturn:
    raise OSError("the disk is gone")


@pytest.fixture
def files(tmp_path: Path) -> tuple[list[Path], Path]:
    """A picture and a sound."""
    return [write_picture(tmp_path / "photo.png")], write_sound(tmp_path / "song.wav", 1.0)


def planned(files: tuple[list[Path], Path], *, ratings: bool) -> str:
    """The model that a generator takes on a strong machine, with settings that heed or do not."""
    settings = Settings(ratings=ratings, quality=Quality.MAXIMUM)  # the time of no model decides
    generator = VideoGenerator(Replayed(FACTS), settings=settings, ratings=opinions)
    return generator.ladder(*files, facts=FACTS).best.model


def test_a_job_takes_the_better_rated_unless_its_settings_say_otherwise(
    files: tuple[list[Path], Path],
) -> None:
    assert planned(files, ratings=True) == NEXT
    assert planned(files, ratings=False) == BEST


def test_ratings_are_not_read_where_they_are_not_heeded(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    planner = JobPlanner(Replayed(FACTS), CacheBook(tmp_path), BACKENDS, ratings=unreadable)
    assert planner.ladder(request(), facts=FACTS).best.model == BEST
    assert not caplog.messages


def test_ratings_that_cannot_be_read_are_a_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    planner = JobPlanner(Replayed(FACTS), CacheBook(tmp_path), BACKENDS, ratings=unreadable)
    assert planner.ladder(request(), facts=FACTS, rated=True).best.model == BEST
    assert caplog.messages == ["the ratings are left aside: the disk is gone"]
