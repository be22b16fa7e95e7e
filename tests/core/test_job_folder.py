"""Finished passes are kept within bounds; what killed runs left goes, and nothing else does."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest

from ai_video_generator.core import job_folder as rooms
from ai_video_generator.core.folder_lock import held, is_held
from ai_video_generator.core.job_folder import KEPT_S, JobFolder, job_folder
from ai_video_generator.core.job_manifest import JobManifest
from ai_video_generator.core.pass_names import ShotPasses
from ai_video_generator.core.recipe import Recipe
from ai_video_generator.core.room import check_work_room
from ai_video_generator.encoding.chunk_store import ChunkStore
from ai_video_generator.errors import DiskFullError
from ai_video_generator.media.files import appearing
from ai_video_generator.media.frames import Frame
from ai_video_generator.planning.plan import Plan

_MANIFEST = {
    "digest": "d" * 32,
    "program_version": "1",
    "output": "video.mp4",
    "pictures": ["a"],
    "sound": "b",
    "model": "toy",
    "size": "64x64",
    "duration_s": 3.0,
    "started": "2030-01-01T00:00:00Z",
    "last_used": "2030-01-01T00:00:00Z",
    "chunks": [],
}


def _frames(count: int) -> Generator[Frame, None, None]:
    random = np.random.default_rng(3)
    for _ in range(count):
        yield Frame(random.integers(0, 256, (96, 64), np.uint8))


def _keep(store: ChunkStore, *names: str, age_s: float = 0.0) -> None:
    for name in names:
        for _ in store.recorded(name, _frames(2), 2):
            pass
    for kept in store.kept():
        if kept.name in names:
            at_s = time.time() - age_s
            os.utime(kept.path, (at_s, at_s))


def _names(store: ChunkStore) -> set[str]:
    return {kept.name for kept in store.kept()}


def _job(store_names: tuple[str, ...]) -> tuple[ShotPasses, ...]:
    passes = tuple((name, range(2)) for name in store_names)
    return (ShotPasses(shot=cast("object", None), whole="whole", passes=passes),)  # type: ignore[arg-type]  # only names matter


@pytest.fixture
def recipe(monkeypatch: pytest.MonkeyPatch) -> Recipe:
    """All of a recipe that the work folder looks at."""

    def manifest(_: Recipe, output: Path, chunks: set[str]) -> JobManifest:
        values = {**_MANIFEST, "output": output.name, "chunks": sorted(chunks)}
        return JobManifest.model_validate({**values, "digest": f"job-{min(chunks)}"})

    monkeypatch.setattr(JobManifest, "of", manifest)
    estimate = SimpleNamespace(disk_bytes=0, work_bytes=100)
    return cast("Recipe", SimpleNamespace(plan=cast("Plan", SimpleNamespace(estimate=estimate))))


_KILLED = """
import os, signal, sys
from pathlib import Path

from ai_video_generator.core.job_folder import job_folder
from ai_video_generator.media.files import appearing

cache, output = map(Path, sys.argv[1:])
with job_folder(cache, output, resume=True) as folder:
    chunk = cache / "work" / "chunks" / "chunk.mkv"
    with (
        appearing(output, overwrite=True, mark=folder.mark),
        appearing(chunk, overwrite=True, mark=folder.mark),
    ):
        os.kill(os.getpid(), signal.SIGKILL)
"""


def _killed(cache: Path, output: Path) -> None:
    """Kill a run amid its work, and see that it left something."""
    subprocess.run([sys.executable, "-c", _KILLED, cache, output], check=False)
    assert len(list(output.parent.glob(".*.part"))) == 1
    assert len(list(cache.rglob("*.part"))) == 1


@pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL")
def test_what_a_killed_run_left_goes_and_nothing_else_does(tmp_path: Path) -> None:
    output = tmp_path / "out" / "video.mp4"
    output.parent.mkdir()
    _killed(tmp_path / "cache", output)
    strangers = [".aivg-abc.part", ".aivg-0123456789abcdef-x.part", "video.mp4.part"]
    for name in strangers:
        (output.parent / name).touch()

    with job_folder(tmp_path / "cache", tmp_path / "other.mp4", resume=True):
        pass

    assert sorted(path.name for path in output.parent.iterdir()) == sorted(strangers)
    work = tmp_path / "cache" / "work"
    assert [path.name for path in work.rglob("*") if path.is_file()] == ["lock"]


def test_nothing_of_a_running_job_goes(tmp_path: Path) -> None:
    output = tmp_path / "video.mp4"
    with (
        job_folder(tmp_path / "cache", output, resume=True) as one,
        appearing(output, overwrite=True, mark=one.mark) as unfinished,
    ):
        passing = one.store.recorded("a", _frames(4), 4)
        next(passing)
        with job_folder(tmp_path / "cache", output, resume=True):
            pass
        assert unfinished.exists()
        assert len(list(passing)) == 3
        assert one.store.is_sound("a")


@pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL")
def test_a_folder_that_is_not_there_just_now_is_looked_at_again(tmp_path: Path) -> None:
    output = tmp_path / "stick" / "video.mp4"
    output.parent.mkdir()
    _killed(tmp_path / "cache", output)
    output.parent.rename(tmp_path / "unplugged")
    with job_folder(tmp_path / "cache", tmp_path / "other.mp4", resume=True):
        pass
    (tmp_path / "unplugged").rename(output.parent)
    assert list(output.parent.glob(".*.part"))

    with job_folder(tmp_path / "cache", tmp_path / "other.mp4", resume=True):
        pass

    assert not list(output.parent.iterdir())


def test_passes_go_after_a_week_and_the_oldest_where_they_are_too_many(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = ChunkStore(tmp_path / "work" / "chunks")
    _keep(store, "old", age_s=KEPT_S + 60)
    _keep(store, "older", age_s=3600)
    _keep(store, "newer", age_s=60)
    size = store.kept()[0].size_bytes
    monkeypatch.setattr(rooms, "KEPT_BYTES", size + 10)

    with job_folder(tmp_path, tmp_path / "v.mp4", resume=True):
        pass

    assert _names(store) == {"newer"}


def test_passes_of_jobs_that_run_stay_whatever_the_bounds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, recipe: Recipe
) -> None:
    store = ChunkStore(tmp_path / "work" / "chunks")
    _keep(store, "mine", age_s=2 * KEPT_S)
    _keep(store, "nobodys", age_s=2 * KEPT_S)
    monkeypatch.setattr(rooms, "KEPT_BYTES", 0)

    with job_folder(tmp_path, tmp_path / "v.mp4", resume=True) as one:
        one.begin(recipe, _job(("mine", "unmade")))
        assert one.made_count == 1
        with job_folder(tmp_path, tmp_path / "w.mp4", resume=True):
            pass
        assert _names(store) == {"mine"}
    with job_folder(tmp_path, tmp_path / "w.mp4", resume=True):
        pass
    assert _names(store) == set()
    assert not list((tmp_path / "work" / "jobs").iterdir())


def test_passes_of_others_make_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, recipe: Recipe
) -> None:
    store = ChunkStore(tmp_path / "work" / "chunks")
    _keep(store, "other", age_s=60)
    _keep(store, "newer", age_s=30)
    size = store.kept()[0].size_bytes
    free = {"bytes": 50 * 2**20 + 100 - 10}  # ten bytes less than is needed

    def removing(_: Path) -> int:
        return free["bytes"] + size * (2 - len(_names(store)))

    monkeypatch.setattr(rooms, "disk_free_bytes", removing)
    with job_folder(tmp_path, tmp_path / "v.mp4", resume=True) as one:
        one.begin(recipe, _job(("a", "b")))
    assert _names(store) == {"newer"}


def test_a_manifest_tells_what_a_job_is_without_folders(tmp_path: Path, recipe: Recipe) -> None:
    with job_folder(tmp_path, tmp_path / "secret" / "v.mp4", resume=True) as one:
        one.begin(recipe, _job(("a",)))
        (path,) = (tmp_path / "work" / "jobs").iterdir()
        assert "secret" not in path.read_text()
        found = JobManifest.read(path)
        assert found is not None
        assert (found.output, found.chunks) == ("v.mp4", ("a", "whole"))


def test_a_manifest_keeps_when_a_job_was_first_begun(tmp_path: Path) -> None:
    first = JobManifest.model_validate({**_MANIFEST, "chunks": ["a"]})
    later = first.model_copy(
        update={"started": (now := datetime.now(UTC)), "last_used": now, "chunks": ("b",)}
    )
    first.written(tmp_path, mark="m")
    later.written(tmp_path, mark="m")
    (found,) = JobManifest.all(tmp_path)
    assert found.started == first.started
    assert found.last_used != first.last_used
    assert found.chunks == ("a", "b")


@pytest.mark.parametrize("text", ["", "[]", '{"digest": 7}'])
def test_a_broken_manifest_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "x.json").write_text(text)
    assert list(JobManifest.all(tmp_path)) == []


def test_a_run_alone_leaves_nothing(tmp_path: Path) -> None:
    with job_folder(tmp_path, tmp_path / "v.mp4", resume=False) as one:
        _keep(one.store, "a")
        assert ChunkStore(tmp_path / "work" / "chunks").kept() == []
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["lock"]
    assert not list((tmp_path / "work").glob("alone-*"))


def test_a_cache_folder_that_cannot_be_used_is_replaced_for_this_run(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "cache").write_text("a file")
    with job_folder(tmp_path / "cache", tmp_path / "v.mp4", resume=True) as one:
        _keep(one.store, "a")
        stand_in = one.cache_folder
        assert stand_in.is_dir()
    assert not stand_in.exists()
    assert "finished passes cannot be kept" in caplog.text


def test_passes_that_were_found_wrong_are_forgotten(tmp_path: Path) -> None:
    with job_folder(tmp_path, tmp_path / "v.mp4", resume=True) as one:
        _keep(one.store, "shown", "not_shown")
        list(one.store.frames("shown", 2))
        one.disown()
        assert _names(one.store) == {"not_shown"}


def test_a_disk_too_small_for_passes_is_told_with_its_folder(tmp_path: Path) -> None:
    check_work_room(100, tmp_path, 100)
    with pytest.raises(DiskFullError, match=r"up to 2 MB, .* has 1 MB free"):
        check_work_room(2_000_000, tmp_path, 1_000_000)


def test_a_lock_is_held_as_long_as_its_block(tmp_path: Path) -> None:
    path = tmp_path / "one.lock"
    with held(path):
        assert is_held(path)
    assert not path.exists()
    path.touch()
    assert not is_held(path)


def test_a_running_file_that_is_broken_stops_nobody(tmp_path: Path) -> None:
    broken: list[Callable[[Path], object]] = [
        lambda path: path.write_text("[["),
        lambda path: path.write_text(json.dumps([1])),
        lambda path: path.write_bytes(b"\xff\xfe"),
    ]
    running = tmp_path / "work" / "running"
    running.mkdir(parents=True)
    for number, write in enumerate(broken):
        (running / f"m{number}.lock").touch()
        write(running / f"m{number}.json")
    with job_folder(tmp_path, tmp_path / "v.mp4", resume=True) as one:
        assert isinstance(one, JobFolder)
    assert not list(running.iterdir())
