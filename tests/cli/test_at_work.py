"""Beside the work: the machine is drawn and served, and neither harms the work."""

import json
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from corpus.oddities import write_picture, write_sound
from program import PROGRAM, aivg
from prometheus_client.parser import text_string_to_metric_families

from ai_video_generator.cli import console
from ai_video_generator.cli.at_work import AtWork
from ai_video_generator.config.settings import Settings
from ai_video_generator.errors import CancelledError, EnvironmentProblemError, RenderError
from ai_video_generator.jobs.recorded import Recorder

SMALL = ("--size", "160x90", "--fps", "15")


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _served(port: int) -> dict[str, float]:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=20) as answer:
        text = answer.read().decode()
    return {
        " ".join([one.name, *one.labels.values()]): one.value
        for family in text_string_to_metric_families(text)
        for one in family.samples
    }


def test_progress_and_endings_are_served_while_it_works() -> None:
    port = _free_port()
    with AtWork(
        Settings(metrics_port=port), console.ProgressDisplay(), Recorder(None, None)
    ) as work:
        work.tracker.start("rendering", total=4, unit="frames")
        work.tracker.advance(4)
        told = _served(port)
    assert told["aivg_stage_done rendering frames"] == 4
    assert told["aivg_jobs_total made"] == 0
    with pytest.raises(urllib.error.URLError):
        _served(port)


@pytest.mark.parametrize("error", [RenderError("no"), CancelledError("no"), KeyError("no")])
def test_an_error_goes_its_way_and_the_machine_is_drawn_all_the_same(
    tmp_path: Path, error: Exception
) -> None:
    plot = tmp_path / "told.svg"
    with (
        pytest.raises(type(error)),
        AtWork(Settings(), console.ProgressDisplay(), Recorder(None, None), plot=plot),
    ):
        raise error
    assert plot.exists()


def test_a_port_that_is_taken_ends_the_work_before_it_begins() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        settings = Settings(metrics_port=taken.getsockname()[1])
        refused = pytest.raises(EnvironmentProblemError)
        with refused, AtWork(settings, console.ProgressDisplay(), Recorder(None, None)):
            raise AssertionError


@pytest.mark.slow
def test_make_draws_the_machine_and_tells_stages_and_peaks(tmp_path: Path) -> None:
    write_picture(tmp_path / "photo.jpg")
    write_sound(tmp_path / "song.wav", 0.5)
    asked = ("make", "photo.jpg", "song.wav", "--json", "--monitor", "told.html", *SMALL)

    done = aivg(*asked, folder=tmp_path)

    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    stages = {one["stage"]: one["seconds"] for one in told["stages"]}
    assert next(iter(stages)) == "listening to the sound"
    assert 0 < stages["rendering"] < told["seconds"]
    assert told["machine"]["peak_own_ram_bytes"] > 10_000_000
    assert "at most " in done.stderr
    assert "rendering" in (tmp_path / "told.html").read_text()

    again = aivg(*asked, "-o", "other.mp4", folder=tmp_path)
    assert again.returncode == 3
    assert "told.html" in again.stderr
    assert not (tmp_path / "other.mp4").exists()


@pytest.mark.slow
def test_a_batch_counts_its_jobs_for_whoever_asks(tmp_path: Path) -> None:
    write_picture(tmp_path / "cover.jpg")
    for name in "abcdefgh":
        write_sound(tmp_path / f"{name}.wav", 0.5)
    port = _free_port()
    command = [*PROGRAM, "batch", tmp_path, "-o", tmp_path / "out", *SMALL, "--metrics-port"]
    made = 0.0
    with subprocess.Popen(
        [*map(str, command), str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        while process.poll() is None and not made:
            try:
                made = _served(port)["aivg_jobs_total made"]
            except OSError:
                time.sleep(0.05)  # it has not begun, or has ended
        process.wait(timeout=120)
    assert process.returncode == 0
    assert made >= 1
