"""What nobody needs goes; what runs, what a person put there, and what links lead to stays."""

import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

import numpy as np
import pytest
from corpus.hub import part, tensors

from ai_video_generator.config.options import Settings
from ai_video_generator.core.cleanup import Criteria, Kind, Leftover, leftovers, remove
from ai_video_generator.core.folder_lock import held
from ai_video_generator.core.job_folder import KEPT_S, job_folder
from ai_video_generator.core.job_manifest import JobManifest
from ai_video_generator.core.weights import WeightStore
from ai_video_generator.encoding.chunk_store import ChunkStore
from ai_video_generator.media.files import appearing
from ai_video_generator.media.frames import Frame
from ai_video_generator.progress_tracker import ProgressTracker

DAY_S = 24 * 3600.0
A, B, SHARED = "a" * 32, "b" * 32, "c" * 32
ALL = Criteria(everything=True)


@pytest.fixture(autouse=True)
def system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The system's folder for temporary files."""
    folder = tmp_path / "system"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    folder = tmp_path / "cache"
    folder.mkdir()
    return folder


@pytest.fixture
def settings(tmp_path: Path, cache: Path) -> Settings:
    return Settings(cache_folder=cache, log_folder=tmp_path / "logs", data_folder=tmp_path / "data")


def aged(path: Path, age_s: float) -> Path:
    at_s = time.time() - age_s
    os.utime(path, (at_s, at_s))
    return path


def written(path: Path, *, age_s: float = 0.0, content: bytes = b"x" * 1000) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return aged(path, age_s)


def frames() -> Generator[Frame, None, None]:
    yield Frame(np.zeros((96, 64), np.uint8))


def keep(cache: Path, digest: str, *names: str, age_s: float = 0.0) -> None:
    """Keep passes as a job does, and its manifest."""
    work = cache / "work"
    store = ChunkStore(work / "chunks")
    for name in names:
        list(store.recorded(name, frames(), 1))
    (work / "jobs").mkdir(exist_ok=True)
    manifest(digest, names).written(work / "jobs", mark="0" * 16)
    for path in (work / "jobs" / f"{digest}.json", *(one.path for one in store.kept())):
        if path.name.startswith((digest, *names)):
            aged(path, age_s)


def manifest(digest: str, names: Sequence[str]) -> JobManifest:
    return JobManifest.model_validate(
        {
            "digest": digest,
            "program_version": "1",
            "output": f"{digest[0]}.mp4",
            "pictures": ["p"],
            "sound": "s",
            "model": "toy",
            "size": "64x64",
            "duration_s": 3.0,
            "started": "2030-01-01T00:00:00Z",
            "last_used": "2030-01-01T00:00:00Z",
            "chunks": names,
        }
    )


def chosen(settings: Settings, criteria: Criteria = Criteria()) -> list[Leftover]:  # noqa: B008 - frozen
    return [one for one in leftovers(settings) if criteria.takes(one, time.time())]


def names(found: Sequence[Leftover]) -> set[str]:
    return {one.path.name for one in found}


def chunk_names(cache: Path) -> set[str]:
    return {kept.name for kept in ChunkStore(cache / "work" / "chunks").kept()}


# What would go


def test_without_criteria_only_what_is_worthless_goes(
    settings: Settings, cache: Path, tmp_path: Path, system: Path
) -> None:
    keep(cache, A, "1" * 32)
    keep(cache, B, "2" * 32, age_s=KEPT_S + 60)
    damaged = written(cache / "work" / "chunks" / f"{SHARED}.{'0' * 64}.mkv")
    written(cache / "jobs.json")
    written(cache / "prompts" / f"{A}.safetensors")
    for name in ("aivg.log", "aivg.log.1", "aivg.log.3", "aivg.log.4"):
        written(tmp_path / "logs" / name)
    half = written(cache / ".aivg-abc_1234.part", age_s=2 * DAY_S)
    written(cache / ".aivg-new_1234.part")
    trial = aged(written(system / "aivg-trial_12" / "trial.mp4", age_s=2 * DAY_S).parent, 2 * DAY_S)

    going = chosen(settings)

    assert names(going) == {
        f"{B}.json",
        damaged.name,
        "aivg.log.4",
        half.name,
        trial.name,
    }
    cleaned = remove(going, settings)
    assert (cleaned.spared, cleaned.failed) == ((), ())
    assert cleaned.freed_bytes == sum(one.size_bytes for one in going)
    assert not any(path.exists() for path in (trial, half, damaged))
    assert chunk_names(cache) == {"1" * 32}
    assert (tmp_path / "logs" / "aivg.log.3").exists()
    assert chosen(settings) == []


def test_criteria_are_met_together(settings: Settings, cache: Path) -> None:
    written(cache / "prompts" / f"{A}.safetensors", age_s=3 * DAY_S)
    written(cache / "prompts" / f"{B}.safetensors", age_s=3 * DAY_S, content=b"x" * 9000)
    written(cache / "prompts" / f"{SHARED}.safetensors", content=b"x" * 9000)
    written(cache / "jobs.json", age_s=9 * DAY_S, content=b"{}" * 9000)

    def left(criteria: Criteria) -> set[str]:
        return {name[0] for name in names(chosen(settings, criteria))}

    assert left(Criteria(kinds=(Kind.PROMPTS,))) == {"a", "b", "c"}
    assert left(Criteria(older_s=2 * DAY_S)) == {"a", "b", "j"}
    assert left(Criteria(larger_bytes=9000)) == {"b", "c", "j"}
    assert left(Criteria(kinds=(Kind.PROMPTS,), older_s=DAY_S, larger_bytes=9000)) == {"b"}
    assert left(ALL) == {"a", "b", "c", "j"}


def test_a_shared_pass_goes_with_the_last_job_that_has_it(settings: Settings, cache: Path) -> None:
    keep(cache, A, "1" * 32, SHARED, age_s=2 * DAY_S)
    keep(cache, B, "2" * 32, SHARED)

    remove(chosen(settings, Criteria(older_s=DAY_S)), settings)

    assert chunk_names(cache) == {"2" * 32, SHARED}
    assert [one.name for one in (cache / "work" / "jobs").iterdir()] == [f"{B}.json"]


def test_another_source_is_shown_and_removed_like_the_rest(settings: Settings) -> None:
    class Rows:
        def __init__(self) -> None:
            self.rows = {Path("row 1"), Path("row 2")}

        def alone(self) -> AbstractContextManager[None]:
            return nullcontext()

        def found(self, now_s: float) -> Iterator[Leftover]:
            for row in sorted(self.rows):
                yield Leftover(
                    kind=Kind.NOTES, path=row, size_bytes=7, used_s=now_s - 9, what="a row"
                )

        def drop(self, leftover: Leftover) -> int:
            self.rows.remove(leftover.path)
            return leftover.size_bytes

    rows = Rows()
    found = leftovers(settings, more=[rows], clock=lambda: 100.0)

    cleaned = remove(found[-1:], settings, more=[rows], clock=lambda: 100.0)

    assert (rows.rows, cleaned.freed_bytes) == ({Path("row 1")}, 7)


# What stays

_RUNNING = """
import sys
from pathlib import Path
from types import SimpleNamespace

from ai_video_generator.core.job_folder import job_folder
from ai_video_generator.core.job_manifest import JobManifest
from ai_video_generator.core.pass_names import ShotPasses

cache, output, job, name = Path(sys.argv[1]), Path(sys.argv[2]), *sys.argv[3:]
manifest = JobManifest.read(cache / "work" / "jobs" / f"{job}.json")
JobManifest.of = lambda *_: manifest
recipe = SimpleNamespace(plan=SimpleNamespace(estimate=SimpleNamespace(disk_bytes=0, work_bytes=1)))
with job_folder(cache, output, resume=True) as folder:
    if name:
        folder.begin(recipe, [ShotPasses(shot=None, whole=name, passes=((name, range(1)),))])
    print("runs", flush=True)
    sys.stdin.readline()
"""


@contextmanager
def running(cache: Path, job: str, name: str) -> Iterator[None]:
    """A run in another process; without a name it has not told yet what it needs."""
    command = [
        sys.executable,
        "-c",
        _RUNNING,
        str(cache),
        str(cache.parent / "video.mp4"),
        job,
        name,
    ]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "runs\n"
        try:
            yield
        finally:
            child.communicate("\n")


def test_nothing_of_a_running_job_goes(settings: Settings, cache: Path) -> None:
    keep(cache, A, "1" * 32, SHARED, age_s=2 * DAY_S)
    keep(cache, B, "2" * 32, SHARED)
    prompt = written(cache / "prompts" / f"{A}.safetensors")
    before = chosen(settings, ALL)
    with running(cache, A, "1" * 32):
        going = chosen(settings, ALL)
        assert names(going) == {f"{B}.json"}
        cleaned = remove(before, settings)  # chosen before the job began
        assert {f"{A}.json", prompt.name} <= names(cleaned.spared)
        assert chunk_names(cache) == {"1" * 32, SHARED}
        assert list((cache / "work" / "running").glob("*.lock"))
    assert names(chosen(settings, ALL)) == {f"{A}.json", prompt.name}


def test_a_run_that_has_not_told_what_it_needs_may_need_all(
    settings: Settings, cache: Path
) -> None:
    keep(cache, A, "1" * 32)
    with running(cache, A, ""):
        assert chosen(settings, ALL) == []
    assert names(chosen(settings, ALL)) == {f"{A}.json"}


def test_what_was_used_since_it_was_chosen_stays(settings: Settings, cache: Path) -> None:
    keep(cache, A, "1" * 32, age_s=2 * DAY_S)
    going = chosen(settings, Criteria(older_s=DAY_S))
    list(ChunkStore(cache / "work" / "chunks").frames("1" * 32, 1))

    cleaned = remove(going, settings)

    assert names(cleaned.spared) == {f"{A}.json"}
    assert chunk_names(cache) == {"1" * 32}


def test_files_of_other_names_and_what_links_lead_to_survive(
    settings: Settings, cache: Path, tmp_path: Path, system: Path
) -> None:
    outside = tmp_path / "outside"
    treasure = written(outside / f"{A}.{'0' * 64}.mkv", age_s=99 * DAY_S)
    keep(cache, B, "2" * 32, age_s=99 * DAY_S)
    chunks = cache / "work" / "chunks"
    link = chunks / treasure.name
    link.symlink_to(treasure)
    (cache / "prompts").symlink_to(outside)
    written(outside / f"{A}.safetensors", age_s=99 * DAY_S)
    strangers = [
        written(chunks / "holiday.mkv", age_s=99 * DAY_S),
        written(cache / "letter.txt"),
        written(cache / "models" / "depth" / "model.onnx"),
        written(cache / "work" / f"alone-{'7' * 16}" / "holiday.mkv", age_s=99 * DAY_S),
        written(system / "aivg-photos" / "photo.jpg", age_s=99 * DAY_S),
        written(system / "aivg-abcd1234" / "photo.jpg", age_s=99 * DAY_S),
        written(tmp_path / "logs" / "notes.log", age_s=99 * DAY_S),
    ]
    (system / "aivg-link1234").symlink_to(outside)

    found = leftovers(settings)
    remove(found, settings)

    foreign = {one.path for one in found if one.kind is Kind.FOREIGN}
    assert {*strangers[:2], cache / "models", strangers[-1], link, cache / "prompts"} == foreign
    assert all(path.exists() for path in strangers)
    assert link.is_symlink()
    assert sorted(path.name for path in outside.iterdir()) == sorted(
        [treasure.name, f"{A}.safetensors"]
    )
    assert chunk_names(cache) == {A, "holiday"}


def test_what_a_killed_run_left_goes_here_and_beside_its_video(
    settings: Settings, cache: Path, tmp_path: Path
) -> None:
    mark = secrets.token_hex(8)
    output = tmp_path / "out"
    output.mkdir()
    beside = written(output / f".aivg-{mark}-abcd1234.part")
    other = written(output / f".aivg-{'0' * 16}-abcd1234.part")
    with job_folder(cache, output / "video.mp4", resume=True) as living:
        unfinished = written(cache / "work" / "chunks" / f".aivg-{mark}-12345678.part")
        written(cache / "work" / "running" / f"{mark}.lock", content=b"")
        told = f'{{"folder": "{output}", "jobs": []}}'.encode()
        written(cache / "work" / "running" / f"{mark}.json", content=told)
        alone = written(cache / "work" / f"alone-{mark}" / f"{A}.json").parent
        with appearing(output / "video.mp4", overwrite=True, mark=living.mark) as own:
            (leftover,) = chosen(settings)
            assert leftover.size_bytes == 3000 + len(told)
            remove([leftover], settings)
            assert own.exists()
    assert not any(path.exists() for path in (beside, unfinished, alone))
    assert other.exists()
    assert chosen(settings) == []


def test_downloads_wait_while_an_installation_runs(settings: Settings) -> None:
    store = WeightStore()
    blobs = store.cache_folder / "models--maker--model" / "blobs"
    old = written(blobs / "1.aivg.incomplete", age_s=2 * DAY_S)
    written(blobs / "2.aivg.incomplete")
    written(blobs / "3.incomplete", age_s=99 * DAY_S)  # of another program
    before = chosen(settings)
    assert [one.path for one in before] == [old]
    store.book.folder.mkdir(parents=True)
    with held(store.book.folder / "weights.lock"):
        assert chosen(settings, ALL) == []
        assert names(remove(before, settings).spared) == {old.name}
    assert remove(before, settings).freed_bytes == 1000
    assert sorted(path.name for path in blobs.iterdir()) == ["2.aivg.incomplete", "3.incomplete"]


def test_weights_of_a_model_that_is_gone_go_and_those_another_fetched_stay(
    settings: Settings, tmp_path: Path
) -> None:
    content = tensors(5000)
    store, one = WeightStore(), part({"a.safetensors": content})
    written(tmp_path / "usb" / "a.safetensors", content=content)
    store.install([one], ProgressTracker(), tmp_path / "usb")
    foreign = written(store.cache_folder / "models--other--model" / "blobs" / "1")

    (orphan,) = chosen(settings)
    assert (orphan.kind, orphan.size_bytes) == (Kind.WEIGHTS, len(content))
    assert remove([orphan], settings).freed_bytes == len(content)

    assert foreign.exists()
    assert not list(store.cache_folder.rglob("*.safetensors"))
    assert chosen(settings) == []


def test_one_failure_is_told_and_the_rest_goes(
    settings: Settings, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stuck = written(cache / "prompts" / f"{A}.safetensors")
    speeds, unlink = written(cache / "jobs.json"), Path.unlink

    def refused(path: Path, missing_ok: bool = False) -> None:
        if path == stuck:
            raise PermissionError(13, "Permission denied")
        unlink(path, missing_ok)

    monkeypatch.setattr(Path, "unlink", refused)
    cleaned = remove(chosen(settings, ALL), settings)

    assert [(one.path, reason) for one, reason in cleaned.failed] == [(stuck, "permission denied")]
    assert cleaned.freed_bytes == 1000
    assert stuck.exists()
    assert not speeds.exists()


def test_looking_changes_nothing(settings: Settings, cache: Path) -> None:
    leftovers(settings)
    assert list(cache.iterdir()) == []
