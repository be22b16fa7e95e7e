"""Money and keys in front of a person: asked about, refused, told, and never shown."""

import json
import os
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from corpus.cloud_jobs import TINY
from corpus.oddities import write_sound
from corpus.runway_server import KEY, Server, serving
from corpus.stills import photo
from PIL import Image
from program import aivg

from ai_video_generator.cli.spending import agreed_to
from ai_video_generator.config.settings import Settings, load_settings
from ai_video_generator.errors import InputError, SpendLimitError
from ai_video_generator.media.video_file import video_info

_WANTED = ("photo.png", "song.wav", "-o", "video.mp4")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    Image.fromarray(photo(320, 180)).save(tmp_path / "photo.png")
    write_sound(tmp_path / "song.wav", 3.0)
    (tmp_path / "models.json").write_text(json.dumps({"runway": [TINY]}))
    return tmp_path


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as one:
        yield one


def _variables(folder: Path, server: Server, **more: str) -> dict[str, str]:
    return {
        "RUNWAYML_API_SECRET": KEY,
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
        "AIVG_CLOUD_URL": server.url,
        "AIVG_CLOUD_MODELS": str(folder / "models.json"),
        "AIVG_MODEL": "runway",
        "AIVG_MODEL_OPTIONS": "model=tiny",
        "AIVG_SIZE": "160x90",
        "AIVG_FPS": "24",
        "AIVG_CACHE_FOLDER": str(folder / "cache"),
        "AIVG_DATA_FOLDER": str(folder / "data"),
        "AIVG_LOG_FOLDER": str(folder / "log"),
        **more,
    }


def _settings(folder: Path, server: Server, **more: Any) -> Settings:
    return load_settings(more, environment=_variables(folder, server)).values


def _jobs(folder: Path, count: int = 1) -> list[Any]:
    one: Any = ([folder / "photo.png"], folder / "song.wav", folder / "video.mp4", {})
    return [one] * count


def _yes(asked: list[str]) -> Callable[[str], bool]:
    """A person who agrees to all that is asked."""

    def answer(question: str) -> bool:
        asked.append(question)
        return True

    return answer


@pytest.mark.slow
def test_without_a_terminal_it_refuses_and_says_the_cost_and_what_would_leave(
    folder: Path, server: Server
) -> None:
    ended = aivg("make", *_WANTED, folder=folder, **_variables(folder, server))

    assert ended.returncode == 3
    assert "would cost 0.0" in ended.stderr
    assert "--spend-limit 0.0" in ended.stderr
    assert "what leaves: of each shot the view of the picture where it begins" in ended.stderr
    assert not server.orders
    assert not (folder / "video.mp4").exists()


@pytest.mark.slow
def test_the_key_is_nowhere_in_what_a_run_leaves(folder: Path, server: Server) -> None:
    """Files of all kinds, what is printed, the log of everything, and the database."""
    variables = _variables(folder, server, RUNWAYML_LOG="debug")

    ended = aivg("make", *_WANTED, "--spend-limit", "1", "--debug", folder=folder, **variables)
    wrong = aivg(
        "make", "photo.png", "song.wav", "-o", "other.mp4", "--spend-limit", "1", "--seed", "9",
        "--debug", "--no-fallback",
        folder=folder, **{**variables, "RUNWAYML_API_SECRET": f"{KEY}_wrong"},
    )  # fmt: skip

    assert ended.returncode == 0, ended.stderr
    assert video_info(folder / "video.mp4").frame_count == 72
    assert "spent: 0.0" in ended.stderr
    assert wrong.returncode == 4, wrong.stderr
    assert "does not accept the key" in wrong.stderr
    home = Path(os.environ["HOME"])
    files = [path for top in (folder, home) for path in top.rglob("*") if path.is_file()]
    names = {path.suffix for path in files}
    assert {".mp4", ".sqlite", ".log", ".json", ".mkv"} <= names
    secrets = (KEY.encode(), f"{KEY}_wrong".encode())
    for told in (ended.stdout, ended.stderr, wrong.stdout, wrong.stderr):
        assert KEY not in told
    for path in files:
        content = path.read_bytes()
        assert not any(secret in content for secret in secrets), path
    with sqlite3.connect(folder / "data" / "jobs.sqlite") as database:
        assert KEY not in "".join(database.iterdump())


@pytest.mark.slow
def test_the_result_tells_what_was_spent(folder: Path, server: Server) -> None:
    ended = aivg(
        "make", *_WANTED, "--spend-limit", "1", "--json",
        folder=folder, **_variables(folder, server),
    )  # fmt: skip

    told = json.loads(ended.stdout)
    seconds = sum(order["duration"] for order in server.orders)
    assert told["spent_usd"] == pytest.approx(0.01 * seconds)
    assert [one["spent_usd"] for one in told["attempts"]] == [told["spent_usd"]]

    history = aivg("jobs", "list", "--json", folder=folder, **_variables(folder, server))
    kept = json.loads(history.stdout)
    assert [job["outcome"]["spent_usd"] for job in kept] == [told["spent_usd"]]


def test_a_person_is_asked_and_may_agree(
    folder: Path, server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[str] = []

    settings = agreed_to(_settings(folder, server), _jobs(folder), _yes(asked))

    assert len(asked) == 1
    assert asked[0].startswith("Runway will charge 0.0")
    assert 0 < settings.spend_limit < 0.1
    assert "what leaves" in capsys.readouterr().err


def test_a_person_may_refuse(folder: Path, server: Server) -> None:
    with pytest.raises(InputError, match="nothing was sent"):
        agreed_to(_settings(folder, server), _jobs(folder), lambda _: False)


def test_of_several_videos_the_sum_is_asked_about(folder: Path, server: Server) -> None:
    asked: list[str] = []

    agreed_to(_settings(folder, server), _jobs(folder, 2), _yes(asked))

    assert "for these 2 videos" in asked[0]


def test_a_limit_that_was_set_is_a_limit(folder: Path, server: Server) -> None:
    settings = _settings(folder, server, spend_limit=0.01)

    with pytest.raises(SpendLimitError):
        agreed_to(settings, _jobs(folder), lambda _: pytest.fail("nobody is to be asked"))


def test_what_costs_nothing_is_not_asked_about(folder: Path, server: Server) -> None:
    settings = _settings(folder, server, model="ken_burns", model_options="")

    assert agreed_to(settings, _jobs(folder), None) == settings
