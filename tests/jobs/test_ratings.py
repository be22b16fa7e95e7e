"""Ratings: of what was made, one each, and the mean of each model."""

from pathlib import Path

import pytest
from corpus.ended_jobs import CPU_PLAN, GPU_PLAN, SMALLER_PLAN, asked, ended_job

from ai_video_generator.config.settings import Settings
from ai_video_generator.core.result import Attempt
from ai_video_generator.errors import DeviceMemoryError, InputError
from ai_video_generator.jobs.database import Database
from ai_video_generator.jobs.job import Job
from ai_video_generator.jobs.queue import JobQueue
from ai_video_generator.jobs.ratings import (
    JobRating,
    job_that_made,
    kept_ratings,
    rate,
    rating_of,
    ratings_by_model,
    remove_rating,
)
from ai_video_generator.planning.plan import Plan
from ai_video_generator.planning.ratings import Rating


def made(database: Database, plan: Plan = CPU_PLAN, name: str = "video") -> Job:
    return ended_job(database, [Attempt(plan=plan, seconds=1.0)], asked_for=asked(name))


def test_a_rating_is_kept_replaced_and_removed(database: Database) -> None:
    job = made(database)
    assert rating_of(database, job.id) is None
    rate(database, job.id, 2, "zu schnell", clock=lambda: 5.0)
    assert rating_of(database, job.id) == JobRating(stars=2, note="zu schnell", rated_s=5.0)
    rate(database, job.id, 5, clock=lambda: 6.0)
    assert rating_of(database, job.id) == JobRating(stars=5, note="", rated_s=6.0)
    assert remove_rating(database, job.id)
    assert not remove_rating(database, job.id)
    assert rating_of(database, job.id) is None


@pytest.mark.parametrize("stars", [-1, 0, 6])
def test_there_are_one_to_five_stars(database: Database, stars: int) -> None:
    job = made(database)
    with pytest.raises(InputError, match="no rating"):
        rate(database, job.id, stars)


def test_only_what_was_made_is_rated(database: Database) -> None:
    error = DeviceMemoryError("too little")
    failed = ended_job(database, [Attempt(plan=CPU_PLAN, seconds=1.0, error=error)])
    waiting = JobQueue(database).add(asked())
    for job in (failed, waiting):
        with pytest.raises(InputError, match=f"job {job.id} is"):
            rate(database, job.id, 3)
    with pytest.raises(InputError, match="there is no job 99"):
        rate(database, 99, 3)


def test_the_model_that_made_a_video_has_its_rating(database: Database) -> None:
    for stars in (5, 2):
        rate(database, made(database).id, stars)
    error = DeviceMemoryError("too little")
    fallen = ended_job(
        database,
        [
            Attempt(plan=GPU_PLAN, seconds=1.0, error=error),
            Attempt(plan=SMALLER_PLAN, seconds=1.0),
        ],
    )
    rate(database, fallen.id, 4)
    found = {"camera": Rating(mean=3.5, count=2), "svd_xt": Rating(mean=4.0, count=1)}
    assert ratings_by_model(database) == found
    assert kept_ratings(Settings(data_folder=database.folder)) == found


def test_where_nothing_was_kept_there_are_no_ratings_and_nothing_is_made(tmp_path: Path) -> None:
    assert kept_ratings(Settings(data_folder=tmp_path / "data")) == {}
    assert not (tmp_path / "data").exists()


def test_a_video_names_the_job_that_made_it(database: Database) -> None:
    made(database, name="other")
    first, second = made(database), made(database)
    ended_job(database, [], was_there=True, seconds=0.1)
    assert first.id != second.id
    found = job_that_made(database, Path("/videos/video.mp4"))
    assert found is not None
    assert found.id == second.id
    assert job_that_made(database, Path("/videos/none.mp4")) is None
