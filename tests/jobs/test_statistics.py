"""What models do on this machine: counted, with medians that a slow day does not move."""

from pathlib import Path
from xml.etree import ElementTree as ET

from corpus.ended_jobs import BEGIN_S, CPU_PLAN, GPU_PLAN, SMALLER_PLAN, ended_job, foretold
from PIL import Image

from ai_video_generator.core.result import Attempt
from ai_video_generator.errors import DeviceMemoryError
from ai_video_generator.jobs.database import Database
from ai_video_generator.jobs.job_filter import JobFilter
from ai_video_generator.jobs.queue import JobQueue
from ai_video_generator.jobs.ratings import rate
from ai_video_generator.jobs.shift import Shift
from ai_video_generator.jobs.speed_plot import speed_plot, speed_text
from ai_video_generator.jobs.statistics import made_videos, model_statistics
from ai_video_generator.media.drawing import DrawingFormat


def test_models_are_told_by_what_they_made_and_how_fast(database: Database) -> None:
    plan = foretold(CPU_PLAN, 10.0)
    for seconds in (10.0, 15.0, 900.0):
        job = ended_job(database, [Attempt(plan=plan, seconds=seconds)])
        rate(database, job.id, 5 if seconds < 12 else 2)
    failed = Attempt(plan=GPU_PLAN, seconds=20.0, error=DeviceMemoryError("too little"))
    ended_job(database, [failed, Attempt(plan=foretold(SMALLER_PLAN, 50.0), seconds=60.0)])
    camera, network = model_statistics(database)
    assert (camera.model, camera.device) == ("camera", "cpu")
    assert (camera.made_count, camera.failed_count) == (3, 0)
    assert (camera.speed, camera.estimate_ratio) == (2.0, 1.5)
    assert (camera.mean_stars, camera.rated_count) == (3.0, 3)
    assert (network.made_count, network.failed_count) == (1, 1)
    # The attempt that failed is nobody's speed.
    assert (network.speed, network.estimate_ratio) == (0.5, 1.2)
    assert network.mean_stars is None


def test_a_job_that_went_on_says_nothing_of_speed(database: Database) -> None:
    error = DeviceMemoryError("too little")
    job = ended_job(database, [Attempt(plan=CPU_PLAN, seconds=5.0, error=error)])
    JobQueue(database).retry(job.id)
    assert Shift(database, "0123").claim("cpu") is not None
    assert made_videos(database) == []
    (camera,) = model_statistics(database)
    assert (camera.made_count, camera.failed_count, camera.speed) == (0, 1, None)


def test_statistics_are_of_the_jobs_that_are_looked_for(database: Database) -> None:
    ended_job(database, [Attempt(plan=CPU_PLAN, seconds=5.0)])
    ended_job(database, [Attempt(plan=GPU_PLAN, seconds=5.0)])
    assert [one.model for one in model_statistics(database, JobFilter(model="camera"))] == [
        "camera"
    ]
    assert model_statistics(database, JobFilter(since_s=BEGIN_S + 1)) == []


def test_speeds_are_drawn_one_dot_a_video(database: Database, tmp_path: Path) -> None:
    for day in range(4):
        plan = CPU_PLAN if day % 2 else GPU_PLAN
        ended_job(database, [Attempt(plan=plan, seconds=3.0 + day)], begin_s=BEGIN_S + day * 86_400)
    drawing = speed_plot(made_videos(database))
    drawing.save(tmp_path / "plot.svg", DrawingFormat.SVG)
    told = "".join(ET.parse(tmp_path / "plot.svg").getroot().itertext())  # noqa: S314 - our own
    assert "camera on cpu" in told
    assert "svd_xt on cuda:0" in told
    assert "11-16" in told
    drawing.save(tmp_path / "plot.png", DrawingFormat.PNG)
    with Image.open(tmp_path / "plot.png") as image:
        assert image.size == (drawing.width_px, drawing.height_px)


def test_one_video_alone_is_drawn(database: Database, tmp_path: Path) -> None:
    ended_job(database, [Attempt(plan=CPU_PLAN, seconds=3.0)])
    speed_plot(made_videos(database)).save(tmp_path / "plot.svg", DrawingFormat.SVG)
    assert "1 video" in (tmp_path / "plot.svg").read_text()


def test_speeds_have_two_digits() -> None:
    assert [speed_text(speed) for speed in (0.0314, 0.5, 1.44, 17.2, 250.0)] == [
        "0.031x",
        "0.50x",
        "1.4x",
        "17x",
        "250x",
    ]
