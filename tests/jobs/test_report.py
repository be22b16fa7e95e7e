"""A report for strangers: whatever is hidden in a job, no byte of it is in the file."""

import json
import unicodedata
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from corpus.ended_jobs import BEGIN_S, CPU_PLAN, GPU_PLAN, asked, ended_job
from corpus.machines import machine

from ai_video_generator.config.settings import load_settings
from ai_video_generator.core.result import Attempt
from ai_video_generator.errors import DeviceMemoryError, InputError, OutputPathError
from ai_video_generator.jobs.database import Database
from ai_video_generator.jobs.events import EventLog
from ai_video_generator.jobs.job import EventKind, JobRequest, JobState, Outcome
from ai_video_generator.jobs.private_words import Owner
from ai_video_generator.jobs.queue import JobQueue
from ai_video_generator.jobs.ratings import rate
from ai_video_generator.jobs.report import ReportPart, report_parts, write_report
from ai_video_generator.jobs.shift import Shift

_CANARIES = (
    "kanarienvogel",  # the user
    "Zaunkönig",  # the computer
    "Goldammer Wiese",  # a folder
    "Rotkehlchen im Grünen",  # a picture
    "Blau meise",  # another one
    "Nachtigall's Lied",  # the sound
    "Pirol ❤ 歌",  # the video
    "Wiedehopf",  # a word of the prompt
    "Feldlerche",  # a note
    "Eisvogel",  # another job's picture
    "hf_Rohrdommel0123456789",
    "Haubentaucher0815",  # a secret without a form
    "Schwarzspecht",  # in an address
    "Zilpzalp",  # added weights
    "Bachstelze",  # weights of the settings
)
_HOME = Path("/home/kanarienvogel")
_OWNER = Owner(
    home=_HOME,
    names=("kanarienvogel",),
    computer="Zaunkönig",
    secrets=("Haubentaucher0815",),
)
_WIESE = _HOME / "Goldammer Wiese"
_ASKED = JobRequest(
    pictures=(_WIESE / "Rotkehlchen im Grünen.JPG", Path("/media/x/Blau meise.png")),
    sound=_WIESE / "Nachtigall's Lied.mp3",
    output=_WIESE / "Pirol ❤ 歌.mp4",
    options={
        "prompt": "a Wiedehopf on a roof",
        "storyboard": str(_WIESE / "Eisvogel.json"),
        "model_options": f"lora={_WIESE / 'Feldlerche.safetensors'}:0.7+Zilpzalp:1, steps=9",
    },
)


def everything_private() -> str:
    """All of it in one line, as an error might quote it."""
    paths = [*_ASKED.pictures, _ASKED.sound, _ASKED.output, _WIESE, _HOME / ".cache"]
    return (
        " ".join([*map(str, paths), *map(repr, map(str, paths)), *map(ascii, map(str, paths))])
        + " https://Schwarzspecht.test/hook?key=Schwarzspecht Bearer Schwarzspecht "
        + "hf_Rohrdommel0123456789 Haubentaucher0815 Bachstelze Zilpzalp "
        + "a Wiedehopf on a roof Zaunkönig.local "
        + json.dumps([str(path) for path in paths])
        + unicodedata.normalize("NFD", str(_ASKED.pictures[0]))
    )


@pytest.fixture
def write(database: Database, tmp_path: Path) -> Callable[..., list[ReportPart]]:
    """Makes the parts of a report on a job that has something private in every corner."""

    def parts(log: Path | None = None) -> list[ReportPart]:
        error = DeviceMemoryError(everything_private(), hint=everything_private())
        job = ended_job(database, [Attempt(plan=GPU_PLAN, seconds=60.0, error=error)])
        with database.writing() as connection:
            connection.execute("UPDATE jobs SET request = ?", (_ASKED.model_dump_json(),))
        log_of_job = EventLog(database, clock=lambda: BEGIN_S + 30)
        log_of_job.tell(job.id, EventKind.LOG, {"message": everything_private()})
        log_of_job.tell(job.id, EventKind.PREVIEW, {}, b"kanarienvogel")
        ended_job(
            database,
            [Attempt(plan=CPU_PLAN, seconds=1.0)],
            asked_for=asked().model_copy(update={"pictures": (Path("/x/Eisvogel.jpg"),)}),
        )
        facts = machine("desktop_rtx4070")
        settings = tmp_path / "settings.toml"
        settings.write_text(
            'webhook = "https://Schwarzspecht.test/x"\non_done = "say Feldlerche"\n'
            'prompt = "a Wiedehopf"\nmodel_options = "checkpoint=Bachstelze"\n'
            'cache_folder = "/home/kanarienvogel/c"\n'
        )
        return report_parts(
            database,
            job.id,
            owner=_OWNER,
            facts=replace(facts, notes=(everything_private(),)),
            settings=load_settings(environment={}, file=settings),
            log=log,
        )

    return parts


def logged(path: Path, *, as_json: bool) -> Path:
    """A log with lines of before, of the time of the job and of after, and a traceback."""
    lines = []
    for offset_s, message in ((-9000, "long before"), (30, everything_private()), (9000, "after")):
        time = datetime.fromtimestamp(BEGIN_S + offset_s).astimezone()
        if as_json:
            entry = {"time": f"{time:%Y-%m-%dT%H:%M:%S%z}", "message": message}
            lines.append(json.dumps(entry | {"traceback": everything_private()}))
        else:
            lines.append(f"{time:%Y-%m-%d %H:%M:%S},000 INFO core: {message}")
            lines.append(f'  File "{_WIESE}/site-packages/x.py", line 1')
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


@pytest.mark.parametrize("as_json", [False, True])
def test_no_byte_of_a_report_is_private(
    write: Callable[..., list[ReportPart]], tmp_path: Path, as_json: bool
) -> None:
    path = tmp_path / "report.zip"
    write_report(path, write(logged(tmp_path / "aivg.log", as_json=as_json)))
    with zipfile.ZipFile(path) as archive:
        unpacked = {name: archive.read(name) for name in archive.namelist()}
    assert {*unpacked} == {
        "README.txt",
        "attempts.json",
        "events.json",
        "job.json",
        "log.txt",
        "machine.json",
        "settings.json",
        "versions.json",
    }
    for canary in _CANARIES:
        for form in ("NFC", "NFD"):
            word = unicodedata.normalize(form, canary).casefold()
            for spelling in (word, ascii(word)[1:-1], json.dumps(word)[1:-1]):
                for name, content in unpacked.items():
                    assert spelling not in content.decode().casefold(), (canary, name)


def test_what_explains_a_failure_is_in_it(
    write: Callable[..., list[ReportPart]], tmp_path: Path
) -> None:
    parts = {
        one.name: one.content.decode() for one in write(logged(tmp_path / "log", as_json=False))
    }
    assert "DeviceMemoryError" in parts["attempts.json"]
    assert json.loads(parts["attempts.json"])[0]["plan"]["model"] == "svd_xt"
    assert "RTX 4070" in parts["machine.json"]
    assert json.loads(parts["job.json"])["request"]["pictures"] == [
        "picture-1.jpg",
        "picture-2.png",
    ]
    assert json.loads(parts["settings.json"])["webhook"] == {"value": "chosen", "from": "file"}
    assert "pydantic" in json.loads(parts["versions.json"])["packages"]
    assert "PATH/site-packages/x.py" in parts["log.txt"]
    assert "long before" not in parts["log.txt"]
    assert "after" not in parts["log.txt"]
    for name in parts.keys() - {"README.txt"}:
        assert name in parts["README.txt"]


def log_of(database: Database, job_id: int, log: Path) -> str:
    """The part of a report that is from the log."""
    parts = report_parts(
        database,
        job_id,
        owner=_OWNER,
        facts=machine("laptop_igpu"),
        settings=load_settings(environment={}),
        log=log,
    )
    return parts[-1].content.decode()


def test_older_files_of_a_log_are_read_first(database: Database, tmp_path: Path) -> None:
    job = ended_job(database, [Attempt(plan=CPU_PLAN, seconds=60.0)])
    time = f"{datetime.fromtimestamp(BEGIN_S + 1).astimezone():%Y-%m-%d %H:%M:%S},000 INFO x:"
    (tmp_path / "aivg.log").write_text(f"{time} third\n")
    (tmp_path / "aivg.log.1").write_text(f"{time} second\n")
    (tmp_path / "aivg.log.2").write_text(f"{time} first\n")
    told = log_of(database, job.id, tmp_path / "aivg.log")
    assert [line.split()[-1] for line in told.splitlines()] == ["first", "second", "third"]


def test_the_log_between_two_runs_is_nobodys_matter(database: Database, tmp_path: Path) -> None:
    error = DeviceMemoryError("too little")
    job = ended_job(database, [Attempt(plan=CPU_PLAN, seconds=60.0, error=error)])
    JobQueue(database, clock=lambda: BEGIN_S + 8000).retry(job.id)
    shift = Shift(database, "0123", clock=lambda: BEGIN_S + 9000)
    assert shift.claim("cpu") is not None
    shift.finish(job.id, JobState.DONE, Outcome())
    lines = []
    for offset_s, message in ((1, "first run"), (4000, "between"), (9000, "second run")):
        time = datetime.fromtimestamp(BEGIN_S + offset_s).astimezone()
        lines.append(f"{time:%Y-%m-%d %H:%M:%S},000 INFO x: {message}\n")
    (tmp_path / "aivg.log").write_text("".join(lines))
    told = log_of(database, job.id, tmp_path / "aivg.log")
    assert [line.partition("x: ")[2] for line in told.splitlines()] == ["first run", "second run"]


def test_notes_of_ratings_and_secrets_of_the_environment_stay_here(database: Database) -> None:
    job = ended_job(database, [Attempt(plan=CPU_PLAN, seconds=60.0)])
    rate(database, job.id, 2, "for Feldlerche")
    parts = report_parts(
        database,
        job.id,
        owner=_OWNER,
        facts=machine("laptop_igpu"),
        settings=load_settings(environment={"AIVG_ON_DONE": "x Feldlerche"}),
        log=None,
    )
    assert not any(b"Feldlerche" in one.content for one in parts)
    assert json.loads(parts[1].content)["rating"]["note"] == "(14 letters)"


def test_nothing_is_overwritten_and_no_job_has_no_report(
    database: Database, tmp_path: Path
) -> None:
    path = tmp_path / "report.zip"
    path.write_text("mine")
    with pytest.raises(OutputPathError):
        write_report(path, [ReportPart(name="a", holds="b", content=b"c")])
    assert path.read_text() == "mine"
    with pytest.raises(InputError, match="there is no job 5"):
        report_parts(
            database,
            5,
            owner=_OWNER,
            facts=machine("laptop_igpu"),
            settings=load_settings(environment={}),
            log=None,
        )
