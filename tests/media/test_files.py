"""Files appear only when they are whole."""

import errno
import hashlib
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from ai_video_generator.errors import AIVideoError, DiskFullError, OutputPathError
from ai_video_generator.media.files import appearing, check_output, sha256

FULL_DEVICE = Path("/dev/full")
# Linux answers every write to it with "no space left on device".


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_appears_only_when_it_is_whole(tmp_path: Path) -> None:
    target = tmp_path / "video.mp4"
    with appearing(target, overwrite=False) as path:
        path.write_bytes(b"half")
        assert path.parent == tmp_path
        assert not target.exists()
        path.write_bytes(b"whole")
    assert target.read_bytes() == b"whole"
    assert _names(tmp_path) == ["video.mp4"]
    assert target.stat().st_nlink == 1


@pytest.mark.parametrize("stop", [RuntimeError, KeyboardInterrupt, SystemExit, GeneratorExit])
@pytest.mark.parametrize("overwrite", [False, True])
def test_nothing_is_left_when_the_work_stops(
    tmp_path: Path, stop: type[BaseException], *, overwrite: bool
) -> None:
    target = tmp_path / "video.mp4"
    if overwrite:
        target.write_bytes(b"earlier")

    def work() -> None:
        with appearing(target, overwrite=overwrite) as path:
            path.write_bytes(b"half")
            raise stop

    with pytest.raises(stop):
        work()
    assert _names(tmp_path) == (["video.mp4"] if overwrite else [])
    if overwrite:
        assert target.read_bytes() == b"earlier"


def test_a_finished_file_has_the_rights_of_any_new_file(tmp_path: Path) -> None:
    plain, made = tmp_path / "plain", tmp_path / "made"
    plain.touch()
    with appearing(made, overwrite=False) as path:
        path.touch()
    assert made.stat().st_mode == plain.stat().st_mode


def test_a_file_that_appeared_meanwhile_is_not_replaced(tmp_path: Path) -> None:
    target = tmp_path / "video.mp4"

    def work() -> None:
        with appearing(target, overwrite=False) as path:
            path.write_bytes(b"ours")
            target.write_bytes(b"theirs")

    with pytest.raises(OutputPathError, match="appeared"):
        work()
    assert target.read_bytes() == b"theirs"
    assert _names(tmp_path) == ["video.mp4"]


def test_overwriting_replaces_in_one_step(tmp_path: Path) -> None:
    target = tmp_path / "video.mp4"
    target.write_bytes(b"earlier")
    with appearing(target, overwrite=True) as path:
        path.write_bytes(b"new")
        assert target.read_bytes() == b"earlier"
    assert target.read_bytes() == b"new"


def test_of_two_at_once_one_wins_and_its_file_is_whole(tmp_path: Path) -> None:
    target, both_ready = tmp_path / "video.mp4", threading.Barrier(2)
    outcomes: list[str] = []

    def make(content: bytes) -> None:
        try:
            with appearing(target, overwrite=False) as path:
                path.write_bytes(content * 1000)
                both_ready.wait(timeout=10)
            outcomes.append("made")
        except OutputPathError:
            outcomes.append("refused")

    threads = [threading.Thread(target=make, args=(content,)) for content in (b"a", b"b")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["made", "refused"]
    assert target.read_bytes() in (b"a" * 1000, b"b" * 1000)
    assert _names(tmp_path) == ["video.mp4"]


@pytest.mark.parametrize(
    "name", ["a b.mp4", "-o.mp4", "ü漢🎬.mp4", "n" * 255, "'quoted\"\n.mp4", ".hidden"]
)
def test_odd_names_are_fine(tmp_path: Path, name: str) -> None:
    target = tmp_path / name
    check_output(target, overwrite=False)
    with appearing(target, overwrite=False) as path:
        path.write_bytes(b"whole")
    assert _names(tmp_path) == [name]


@pytest.mark.parametrize("name", ["n" * 256, "n" * 5000, "zero\0byte", "x" * 300 + "/video.mp4"])
def test_impossible_names_are_refused_before_the_work(tmp_path: Path, name: str) -> None:
    with pytest.raises(OutputPathError) as caught:
        check_output(tmp_path / name, overwrite=True)
    assert caught.value.hint


def test_what_is_there_is_not_overwritten_without_being_asked(tmp_path: Path) -> None:
    target = tmp_path / "video.mp4"
    target.touch()
    with pytest.raises(OutputPathError, match="already there"):
        check_output(target, overwrite=False)
    check_output(target, overwrite=True)


def test_a_link_to_nowhere_counts_as_a_file_that_is_there(tmp_path: Path) -> None:
    target = tmp_path / "video.mp4"
    target.symlink_to(tmp_path / "nowhere.mp4")
    with pytest.raises(OutputPathError, match="already there"):
        check_output(target, overwrite=False)


def test_the_folder_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(OutputPathError, match="no folder"):
        check_output(tmp_path / "missing" / "video.mp4", overwrite=False)
    (tmp_path / "file").touch()
    with pytest.raises(OutputPathError, match="no folder"):
        check_output(tmp_path / "file" / "video.mp4", overwrite=False)


def test_folders_and_pipes_are_no_output(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe", Path("/dev/null")):
        with pytest.raises(OutputPathError):
            check_output(path, overwrite=True)


@pytest.mark.parametrize("kind", ["itself", "dotted", "symbolic link", "hard link"])
def test_an_input_is_never_the_output(tmp_path: Path, kind: str) -> None:
    given, target = tmp_path / "song.mp4", tmp_path / "video.mp4"
    given.write_bytes(b"precious")
    match kind:
        case "itself":
            target = given
        case "dotted":
            target = tmp_path / ".." / tmp_path.name / "song.mp4"
        case "symbolic link":
            target.symlink_to(given)
        case "hard link":
            target.hardlink_to(given)
    with pytest.raises(OutputPathError, match="one of the inputs"):
        check_output(target, overwrite=True, inputs=(tmp_path / "other", given))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "locked"
    folder.mkdir(mode=0o500)
    with pytest.raises(OutputPathError, match="cannot be written"):
        check_output(folder / "video.mp4", overwrite=False)
    with (
        pytest.raises(OutputPathError, match="cannot be written"),
        appearing(folder / "video.mp4", overwrite=False),
    ):
        pytest.fail("the block must not be entered")


def test_a_folder_that_went_away_is_told_as_such(tmp_path: Path) -> None:
    with (
        pytest.raises(OutputPathError, match="no such file"),
        appearing(tmp_path / "missing" / "video.mp4", overwrite=False),
    ):
        pytest.fail("the block must not be entered")


@pytest.mark.skipif(not FULL_DEVICE.exists(), reason="needs Linux's /dev/full")
def test_a_full_disk_is_told_as_such_and_nothing_is_left(tmp_path: Path) -> None:
    def work() -> None:
        with appearing(tmp_path / "video.mp4", overwrite=False) as path:
            path.write_bytes(b"half")
            FULL_DEVICE.write_bytes(b"the rest")

    with pytest.raises(DiskFullError) as caught:
        work()
    assert str(tmp_path) in str(caught.value)
    assert isinstance(caught.value.__cause__, OSError)
    assert caught.value.__cause__.errno == errno.ENOSPC
    assert not _names(tmp_path)


_GROW = """
import resource, sys
from pathlib import Path
from ai_video_generator.media.files import appearing
resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))
try:
    with appearing(Path(sys.argv[1]), overwrite=False) as path:
        path.write_bytes(bytes(20_000))
except Exception as error:
    print(type(error).__name__)
"""


def test_a_file_that_may_not_grow_is_one_of_our_errors_and_nothing_is_left(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _GROW, str(tmp_path / "video.mp4")],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() in {each.__name__ for each in (DiskFullError, OutputPathError)}
    assert not _names(tmp_path)


def test_our_own_errors_pass_through_unchanged(tmp_path: Path) -> None:
    error = AIVideoError("something else", hint="keep me")
    with (
        pytest.raises(AIVideoError) as caught,
        appearing(tmp_path / "video.mp4", overwrite=False),
    ):
        raise error
    assert caught.value is error


@pytest.mark.parametrize("size", [0, 1, (1 << 20) - 1, (1 << 20) + 1])
def test_a_digest_is_that_of_all_bytes(tmp_path: Path, size: int) -> None:
    data = os.urandom(size)
    (tmp_path / "file").write_bytes(data)
    assert sha256(tmp_path / "file") == hashlib.sha256(data).hexdigest()
