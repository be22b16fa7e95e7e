"""``aivg history``, ``show JOB``, ``rate`` and ``report``, on jobs written down before."""

import csv
import io
import json
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from corpus.ended_jobs import CPU_PLAN, GPU_PLAN, SMALLER_PLAN, asked, ended_job, foretold
from program import aivg

from ai_video_generator.cli.main import main
from ai_video_generator.core.result import Attempt
from ai_video_generator.errors import DeviceMemoryError
from ai_video_generator.jobs.database import Database
from ai_video_generator.jobs.job import JobRequest, JobState
from ai_video_generator.jobs.measurements import keep_measurement
from ai_video_generator.jobs.queue import JobQueue
from ai_video_generator.progress_tracker import StageTime

_ASSETS = Path(__file__).parents[2] / "assets"

Said = Callable[..., tuple[int, str, str]]


@pytest.fixture
def jobs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    monkeypatch.setenv("AIVG_DATA_FOLDER", str(tmp_path / "data"))
    monkeypatch.setenv("AIVG_LOG_FOLDER", str(tmp_path / "log"))
    monkeypatch.chdir(tmp_path)
    with Database(tmp_path / "data") as database:
        yield database


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Said:
    """Runs a command line; its exit code, stdout and stderr."""

    def run(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main(arguments)
        told = capsys.readouterr()
        return code, told.out, told.err

    return run


def fallen(database: Database, name: str = "video") -> int:
    """A job that was made at the second attempt."""
    error = DeviceMemoryError("3.1 GB were asked for, 2.2 GB free")
    attempts = [
        Attempt(plan=GPU_PLAN, seconds=12.0, error=error),
        Attempt(plan=foretold(SMALLER_PLAN, 50.0), seconds=60.0),
    ]
    return ended_job(database, attempts, asked_for=asked(name, quality="high")).id


def failed(database: Database, *, begin_s: float | None = None) -> int:
    error = DeviceMemoryError("3.1 GB were asked for", hint="close other programs")
    attempt = Attempt(plan=CPU_PLAN, seconds=2.0, error=error)
    return ended_job(database, [attempt], begin_s=begin_s or time.time()).id


@pytest.mark.usefixtures("jobs")
def test_no_job_yet_is_no_error(said: Said) -> None:
    code, out, _ = said("history")
    assert code == 0
    assert "No job yet" in out
    assert "No job yet" in said("history", "--stats")[1]
    assert said("history", "--json")[1] == "[]\n"
    assert said("history", "-o", "plot.png")[0] == 0
    assert not Path("plot.png").exists()


@pytest.mark.parametrize("columns", ["80", "40", "200"])
def test_the_list_fits_the_terminal(
    jobs: Database, said: Said, monkeypatch: pytest.MonkeyPatch, columns: str
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    fallen(jobs, "[bold]a name that is longer than anybody would like to read \x1b[31m" * 2)
    failed(jobs)
    code, out, _ = said("history")
    assert code == 0
    assert max(map(len, out.splitlines())) <= int(columns)
    assert out.splitlines()[0].startswith("2  20")
    assert "svd_xt" in out
    assert "\x1b" not in out


def test_a_line_says_how_a_job_went(jobs: Database, said: Said) -> None:
    fallen(jobs)
    JobQueue(jobs).add(asked("next"))
    out = said("history")[1].splitlines()
    assert out[0].split()[3:] == ["queued", "next.mp4"]
    assert out[2].split()[3:] == ["done", "video.mp4"]
    assert "svd_xt on cuda:0" in out[3]
    assert "0:30 in 1:12 (0.42x), 2 attempts" in out[3]


def test_flags_choose_jobs(jobs: Database, said: Said) -> None:
    old, new = fallen(jobs, "harbour"), failed(jobs)

    def chosen(*flags: str) -> list[int]:
        return [one["job"] for one in json.loads(said("history", "--json", *flags)[1])]

    assert chosen() == [new, old]
    assert chosen("--state", "done", "cancelled") == [old]
    assert chosen("--model", "svd_xt") == [old]
    assert chosen("--last", "30d") == [new]
    assert chosen("--until", "2023-11-15") == [old]
    assert chosen("--since", "2023-11-16T12:00") == [new]
    assert chosen("--text", "HARB") == [old]
    assert chosen("--limit", "1") == [new]
    assert said("history", "--since", "yesterday")[0] == 3
    assert said("history", "--last", "soon")[0] == 3
    assert "1 more" in said("history", "--limit", "1")[2]
    assert "No job is like that" in said("history", "--model", "none")[1]


def test_the_table_with_commas_has_a_row_a_job(jobs: Database, said: Said) -> None:
    fallen(jobs, 'a, "b"')
    rows = list(csv.DictReader(io.StringIO(said("history", "--csv")[1])))
    assert [(row["state"], row["output"], row["model"]) for row in rows] == [
        ("done", str(Path('/videos/a, "b".mp4')), "svd_xt")
    ]


def test_statistics_and_a_drawing(jobs: Database, said: Said) -> None:
    fallen(jobs)
    said("rate", "1", "4")
    out = said("history", "--stats")[1].splitlines()
    row = next(line for line in out if "svd_xt" in line)
    assert row.split() == ["svd_xt", "cuda:0", "1", "1", "0.50x", "1.20", "4.0", "(1)"]
    (told,) = json.loads(said("history", "--stats", "--json")[1])
    assert (told["model"], told["made_count"]) == ("svd_xt", 1)
    code, out_text, err = said("history", "-o", "plot.svg")
    assert (code, out_text) == (0, "")
    assert "drawn into plot.svg" in err
    assert "svd_xt on cuda:0" in Path("plot.svg").read_text(encoding="utf-8")
    assert said("history", "-o", "plot.svg")[0] == 3
    assert said("history", "-o", "plot.svg", "--overwrite")[0] == 0


def test_jobs_are_forgotten_when_it_is_confirmed(jobs: Database, said: Said) -> None:
    old, new, waiting = fallen(jobs), failed(jobs), JobQueue(jobs).add(asked()).id
    code, _, err = said("history", "--forget", str(old), str(new))
    assert code == 3
    assert "video.mp4" in err
    assert "--yes" in err
    assert said("history", "--forget", str(waiting), "--yes")[0] == 3
    assert said("history", "--older", "90d", "--yes")[0] == 0
    left = [one["job"] for one in json.loads(said("history", "--json")[1])]
    assert left == [waiting, new]
    assert "that old" in said("history", "--older", "90d", "--yes")[2]
    assert said("history", "--forget", str(new), "--yes")[0] == 0
    assert JobQueue(jobs).job(waiting).state is JobState.QUEUED


def test_the_story_of_a_job_is_told_in_order(jobs: Database, said: Said) -> None:
    number = fallen(jobs)
    telemetry = {
        "mean_cpu_load": 0.5,
        "devices": [
            {"name": "RTX", "total_bytes": 12e9, "peak_used_bytes": 9e9, "peak_power_w": 180.0}
        ],
    }
    stages = [
        StageTime(stage="reading", seconds=3.0, parts_s=((0.0, 3.0),)),
        StageTime(stage="frames", seconds=57.0, parts_s=((3.0, 60.0),)),
    ]
    keep_measurement(jobs, number, 1, stages, telemetry)
    said("rate", str(number), "5", "--note", "wie gemalt")
    code, out, _ = said("show", str(number))
    assert code == 0
    parts = [
        "Job 1 is done",
        "beach.jpg",
        "quality = high",
        "took",
        "0.42x as fast as it plays",
        "it took 1.20 times as long",
        "wie gemalt",
        "What happened",
        "running",
        "plan: svd_xt on cuda:0",
        "Attempts",
        "failed after 0:12",
        "3.1 GB were asked for",
        "so it was tried with:",
        "made it in 1:00",
        "Where the time went",
        "95%",
        "RTX: 9.0 of 12.0 GB, 180 W",
        "Why the plan was so",
    ]
    flat = " ".join(out.split())
    places = [flat.find(part) for part in parts]
    assert -1 not in places
    assert places == sorted(places)
    assert max(map(len, out.splitlines())) <= 80
    assert json.loads(said("show", str(number), "--json")[1])["rating"]["stars"] == 5


def test_a_job_that_failed_says_why_and_one_that_waits_where_it_stands(
    jobs: Database, said: Said
) -> None:
    number, waiting = failed(jobs), JobQueue(jobs).add(asked(), priority=3).id
    out = said("show", str(number))[1]
    assert "DeviceMemoryError: 3.1 GB were asked for" in out
    assert "close other programs" in out
    assert "Job 2 is queued" in said("show", str(waiting))[1]
    code, _, err = said("show", "99")
    assert code == 3
    assert "there is no job 99" in err


def test_a_file_of_digits_is_a_file(jobs: Database, said: Said) -> None:
    failed(jobs)
    Path("1").write_text("no video")
    code, _, err = said("show", "1")
    assert code == 3
    assert "'1'" in err


def test_a_rating_is_given_shown_changed_and_taken_away(jobs: Database, said: Said) -> None:
    number = str(fallen(jobs))
    assert "is not rated" in said("rate", number)[1]
    assert said("rate", number, "3", "--note", "gut")[1] == "job 1 ★★★☆☆: gut\n"
    assert said("rate", number, "4")[1] == "job 1 ★★★★☆: gut\n"
    assert said("rate", "/videos/video.mp4", "--note", "besser")[1] == "job 1 ★★★★☆: besser\n"
    assert json.loads(said("rate", "--summary", "--json")[1]) == {
        "svd_xt": {"mean": 4.0, "count": 1}
    }
    assert "svd_xt" in said("rate", "--summary")[1]
    assert "no longer" in said("rate", number, "--remove")[2]
    assert "Nothing is rated" in said("rate", "--summary")[1]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("1", "6"), 3),
        (("2", "5"), 3),
        (("9", "5"), 3),
        (("other.mp4", "5"), 3),
        ((), 2),
        (("1", "--note", "x"), 2),
        (("1", "5", "--remove"), 2),
        (("1", "--summary"), 2),
    ],
)
def test_what_cannot_be_rated_is_an_error(
    jobs: Database, said: Said, arguments: tuple[str, ...], code: int
) -> None:
    fallen(jobs)
    failed(jobs)
    assert said("rate", *arguments)[0] == code


@pytest.mark.slow
def test_a_report_is_shown_asked_for_and_written_once(
    jobs: Database, said: Said, monkeypatch: pytest.MonkeyPatch, own_folders: Path
) -> None:
    monkeypatch.setenv("USER", "kanarienvogel")
    monkeypatch.setenv("LOGNAME", "kanarienvogel")
    monkeypatch.setenv("API_TOKEN", "Haubentaucher0815")
    files = own_folders / "Goldammer Wiese"
    request = JobRequest(
        pictures=(files / "Rotkehlchen.jpg",),
        sound=files / "Nachtigall Lied.mp3",
        output=files / "Pirol.mp4",
    )
    error = DeviceMemoryError(f"{str(files / 'Rotkehlchen.jpg')!r} Haubentaucher0815")
    attempts = [Attempt(plan=CPU_PLAN, seconds=1.0, error=error)]
    number = str(ended_job(jobs, attempts, asked_for=request, begin_s=time.time() - 2).id)
    said("listen", str(files / "Nachtigall Lied.mp3"))  # leaves a failure in the log
    code, _, err = said("report", number)
    assert (code, list(Path().glob("*.zip"))) == (3, [])
    assert "log.txt" in err
    assert f"aivg report {number} --part" in err
    assert "--yes" in err
    assert "sound.mp3" in said("report", number, "--part", "log.txt")[1]
    assert said("report", number, "--part", "none")[0] == 3
    assert said("report", number, "--yes")[:2] == (0, f"aivg-report-{number}.zip\n")
    assert said("report", number, "--yes")[0] == 3
    private = (
        "kanarienvogel",
        "haubentaucher",
        "goldammer",
        "rotkehlchen",
        "nachtigall",
        "pirol",
        str(own_folders).lower(),
    )
    with zipfile.ZipFile(f"aivg-report-{number}.zip") as archive:
        told = {name: archive.read(name).decode().lower() for name in archive.namelist()}
    assert "log.txt" in told
    assert not [(word, name) for word in private for name in told if word in told[name]]


@pytest.mark.slow
def test_the_recipe_of_a_video_is_in_its_report_without_names(
    jobs: Database, said: Said, tmp_path: Path
) -> None:
    picture, sound = tmp_path / "Rotkehlchen.jpg", tmp_path / "Nachtigall.mp3"
    picture.write_bytes((_ASSETS / "demo.jpg").read_bytes())
    sound.write_bytes((_ASSETS / "demo.mp3").read_bytes()[:20_000])
    video = tmp_path / "Pirol.mp4"
    made = aivg("make", picture, sound, "-o", video, "--size", "160x90", "--fps", "10")
    assert made.returncode == 0, made.stderr
    request = JobRequest(pictures=(tmp_path / "renamed.jpg",), sound=sound, output=video)
    number = str(ended_job(jobs, [Attempt(plan=CPU_PLAN, seconds=1.0)], asked_for=request).id)
    assert "★★★★★" in said("rate", "Pirol.mp4", "5")[1]
    recipe = json.loads(said("report", "Pirol.mp4", "--part", "recipe.json")[1])
    assert recipe["pictures"][0]["name"] == "picture-1.jpg"
    assert recipe["plan"]["output_size"] == {"width_px": 160, "height_px": 90}
    for word in ("rotkehlchen", "nachtigall", "pirol"):
        assert word not in json.dumps(recipe).lower()
    assert json.loads(said("show", number, "--json")[1])["outcome"]["path"] == str(video)
    assert "program_version" in said("show", "Pirol.mp4")[1]
