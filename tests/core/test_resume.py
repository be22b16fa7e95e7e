"""A job that was stopped, killed or out of room goes on where it was, and its video is the same."""

import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random

import pytest
from corpus import kills, kills_job
from corpus.kills import PICTURE, SOUND, VIDEO, Victim
from corpus.stops import can_mount

from ai_video_generator.core.result import Result
from ai_video_generator.errors import CancelledError, DiskFullError
from ai_video_generator.progress_tracker import ProgressReport, ProgressTracker

pytestmark = pytest.mark.slow

_KILLS_PER_JOB = 4


def _folder(parent: Path, name: str = "job") -> Path:
    folder = parent / name
    folder.mkdir()
    kills.write_inputs(folder, kills_job.SECONDS)
    kills_job.write_backend(folder)
    return folder


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, float]:
    """The video that nobody disturbed, and how long it took."""
    victim = Victim(_folder(tmp_path_factory.mktemp("undisturbed")), "corpus.kills_job")
    ended = victim.run()
    assert (ended.code, ended.faults, victim.left()) == (0, [], [])
    return victim.video.read_bytes(), ended.seconds


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with inputs, whose backend can be imported here and in a model's process."""
    made = _folder(tmp_path)
    monkeypatch.syspath_prepend(str(made))
    return made


@pytest.mark.parametrize("seed", range(3))
def test_a_job_that_is_killed_again_and_again_ends_with_the_same_video(
    tmp_path: Path, undisturbed: tuple[bytes, float], seed: int
) -> None:
    folder = _folder(tmp_path)
    victim = Victim(folder, "corpus.kills_job")
    video, whole_s = undisturbed

    runs = kills.killed_until_done(
        victim,
        Random(1000 + seed),  # noqa: S311 - the same instants every time, no secret
        kills=_KILLS_PER_JOB,
        whole_s=whole_s,
        undisturbed=video,
    )

    assert [fault for run in runs for fault in run.faults] == []
    killed = [run for run in runs if run.code != 0]
    assert kills.again_count(kills_job.passes_made(folder)) <= len(killed)


def test_two_jobs_of_the_same_request_at_once_do_not_harm_each_other(
    tmp_path: Path, undisturbed: tuple[bytes, float]
) -> None:
    one, other = _folder(tmp_path, "one"), _folder(tmp_path, "other")
    (one / "cache").mkdir()
    (other / "cache").symlink_to(one / "cache")
    victims = [Victim(folder, "corpus.kills_job") for folder in (one, other)]

    with ThreadPoolExecutor(2) as pool:
        codes = [ended.code for ended in pool.map(Victim.run, victims)]

    assert codes == [0, 0]
    assert [victim.video.read_bytes() for victim in victims] == [undisturbed[0]] * 2
    assert victims[0].left() == []


def _make(folder: Path, **options: object) -> Result:
    tracker = options.pop("tracker", None)
    assert tracker is None or isinstance(tracker, ProgressTracker)
    job = folder / "job"
    generator = kills_job.generator(folder, tracker)
    return generator.generate([job / PICTURE], job / SOUND, job / VIDEO, **options)


def _stopped(folder: Path, frame: int) -> None:
    """Stop a job once so many frames of its video are written."""

    def stop(report: ProgressReport) -> None:
        if report.unit == "frames" and report.done >= frame:
            tracker.stop()

    tracker = ProgressTracker(stop)
    with pytest.raises(CancelledError):
        _make(folder, tracker=tracker)


def _chunks(folder: Path) -> list[Path]:
    return sorted((folder / "cache" / "work" / "chunks").glob("*.mkv"))


def test_a_stopped_job_says_how_far_it_was_and_goes_on(
    folder: Path, undisturbed: tuple[bytes, float], caplog: pytest.LogCaptureFixture
) -> None:
    _stopped(folder, 30)
    made = kills_job.passes_made(folder)
    kept = len(_chunks(folder))
    assert 0 < kept <= len(made)

    _make(folder)

    whole = len(set(kills_job.passes_made(folder)))
    assert f"going on: {kept} of {whole} passes are already made" in caplog.messages
    assert len(kills_job.passes_made(folder)) == whole + len(made) - kept
    assert (folder / "job" / VIDEO).read_bytes() == undisturbed[0]
    assert not (folder / "cache" / "jobs.json").exists(), "half a job says nothing about speed"


def test_a_damaged_a_cut_and_a_foreign_chunk_are_made_again(
    folder: Path, undisturbed: tuple[bytes, float]
) -> None:
    _stopped(folder, 50)
    damaged, cut, foreign, other, *_ = _chunks(folder)
    bytes_ = bytearray(damaged.read_bytes())
    bytes_[len(bytes_) // 2] ^= 1
    damaged.write_bytes(bytes_)
    cut.write_bytes(cut.read_bytes()[:-100])
    foreign.write_bytes(other.read_bytes())
    before = len(kills_job.passes_made(folder))
    kept = len(_chunks(folder))

    _make(folder)

    assert (folder / "job" / VIDEO).read_bytes() == undisturbed[0]
    passes = kills_job.passes_made(folder)
    assert len(passes) - before == len(set(passes)) - kept + 3


def test_an_edited_shot_is_the_only_one_made_again(folder: Path) -> None:
    _make(folder)
    job = folder / "job"
    board = kills_job.generator(folder).storyboard([job / PICTURE], job / SOUND)
    *rest, last = board.shots
    edited = last.model_copy(update={"prompt": "a storm"})
    path = folder / "board.json"
    path.write_text(board.model_copy(update={"shots": (*rest, edited)}).model_dump_json())
    before = len(kills_job.passes_made(folder))

    _make(folder, storyboard=path, overwrite=True)

    begun = [line.split()[0] for line in kills_job.passes_made(folder)[before:]]
    assert begun.count("0") == 1


def test_no_resume_takes_nothing_and_leaves_nothing(
    folder: Path, undisturbed: tuple[bytes, float]
) -> None:
    _stopped(folder, 30)
    before, kept = kills_job.passes_made(folder), _chunks(folder)

    _make(folder, resume=False)

    made = kills_job.passes_made(folder)[len(before) :]
    assert set(before) <= set(made)
    assert _chunks(folder) == kept
    assert not list((folder / "cache" / "work").glob("alone-*"))
    assert (folder / "job" / VIDEO).read_bytes() == undisturbed[0]


@pytest.fixture
def small_disk(folder: Path) -> Iterator[Path]:
    """A cache folder on a disk of a few chunks."""
    if not can_mount():
        pytest.skip("needs an administrator's right to mount a disk")
    cache = folder / "cache"
    cache.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=128k", "none", str(cache)], check=True)
    yield cache
    subprocess.run(["umount", str(cache)], check=True)


def test_a_disk_that_fills_up_loses_no_finished_pass(
    folder: Path,
    small_disk: Path,
    undisturbed: tuple[bytes, float],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # As when another program takes the room after the job has begun.
    monkeypatch.setattr("ai_video_generator.core.job_folder.disk_free_bytes", lambda _: 2**40)
    with pytest.raises(DiskFullError, match="no room is left") as caught:
        _make(folder)
    assert "cache_folder" in caught.value.hint
    before, kept = kills_job.passes_made(folder), _chunks(folder)
    assert len(kept) >= 3
    assert not list(small_disk.rglob("*.part"))

    subprocess.run(["mount", "-o", "remount,size=64m", str(small_disk)], check=True)
    _make(folder)

    assert (folder / "job" / VIDEO).read_bytes() == undisturbed[0]
    passes = kills_job.passes_made(folder)
    assert len(passes) - len(before) == len(set(passes)) - len(kept)


@pytest.mark.usefixtures("small_disk")
def test_a_disk_that_is_too_small_for_the_passes_is_found_before_the_work(folder: Path) -> None:
    with pytest.raises(DiskFullError, match="finished passes will take") as caught:
        _make(folder)
    assert "cache_folder" in caught.value.hint
    assert kills_job.passes_made(folder) == []
    assert not (folder / "job" / VIDEO).exists()
