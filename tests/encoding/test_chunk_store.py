"""Finished frames come back as they were, or not at all."""

import os
from collections.abc import Generator
from pathlib import Path

import numpy as np
import pytest

from ai_video_generator.encoding.chunk_store import ChunkStore
from ai_video_generator.errors import EncodingError, RenderError
from ai_video_generator.media.frames import Frame


def frames(count: int, *, height: int = 48, fail_at: int = -1) -> Generator[Frame, None, None]:
    random = np.random.default_rng(7)
    for index in range(count):
        if index == fail_at:
            raise RenderError("the model failed")
        yield Frame(random.integers(0, 256, (height * 3 // 2, 64), np.uint8))


@pytest.mark.parametrize("height", [48, 50])
def test_every_byte_of_every_frame_comes_back(tmp_path: Path, height: int) -> None:
    store = ChunkStore(tmp_path / "work")
    passed = list(store.recorded("a", frames(5, height=height), 5))

    kept = list(store.frames("a", 5))

    assert len(passed) == len(kept) == 5
    for frame, other, original in zip(passed, kept, frames(5, height=height), strict=True):
        assert np.array_equal(frame.buffer, original.buffer)
        assert np.array_equal(other.buffer, original.buffer)


def test_a_whole_is_known_by_its_chunks(tmp_path: Path) -> None:
    store = ChunkStore(tmp_path)
    parts = (("a", range(4)), ("b", range(3, 6)))
    for name, wanted in parts:
        list(store.recorded(name, frames(len(wanted)), len(wanted)))
    assert store.noted("whole") == ()

    store.note("whole", parts)

    assert store.noted("whole") == parts
    (chunk,) = tmp_path.glob("b.*.mkv")
    chunk.write_bytes(chunk.read_bytes()[:-1])
    assert store.noted("whole") == ()


@pytest.mark.parametrize("text", ["", "[[", '["a"]', '[["a", 0]]', "7"])
def test_a_list_that_is_none_names_no_chunk(tmp_path: Path, text: str) -> None:
    (tmp_path / "whole.json").write_text(text)
    assert ChunkStore(tmp_path).noted("whole") == ()


def test_a_chunk_that_fails_or_is_left_is_not_there(tmp_path: Path) -> None:
    store = ChunkStore(tmp_path)
    with pytest.raises(RenderError):
        list(store.recorded("a", frames(4, fail_at=2), 4))
    left = store.recorded("a", frames(4), 4)
    next(left)
    left.close()

    assert not store.is_sound("a")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("made", [0, 3, 5])
def test_another_number_of_frames_than_wanted_is_an_error(tmp_path: Path, made: int) -> None:
    store = ChunkStore(tmp_path)
    with pytest.raises(EncodingError, match=f"made {made or 'no'} frame"):
        list(store.recorded("a", frames(made), 4))
    assert not store.is_sound("a")


def test_a_damaged_chunk_is_noticed_and_can_be_made_again(tmp_path: Path) -> None:
    store = ChunkStore(tmp_path)
    list(store.recorded("a", frames(6), 6))
    (path,) = tmp_path.glob("*.mkv")
    damaged = bytearray(path.read_bytes())
    for place in range(len(damaged) // 2, len(damaged) // 2 + 40):
        damaged[place] ^= 0xFF
    path.write_bytes(damaged)

    assert not store.is_sound("a")
    with pytest.raises(EncodingError, match="damaged"):
        list(store.frames("a", 6))
    list(store.recorded("a", frames(6), 6))
    assert store.is_sound("a")
    assert len(list(tmp_path.glob("*.mkv"))) == 1


def test_a_foreign_file_is_no_chunk(tmp_path: Path) -> None:
    store = ChunkStore(tmp_path)
    list(store.recorded("other", frames(6), 6))
    (other,) = tmp_path.glob("*.mkv")
    (tmp_path / f"a.{'0' * 64}.mkv").write_bytes(other.read_bytes())
    (tmp_path / "a.mkv").write_bytes(other.read_bytes())
    assert not store.is_sound("a")


def test_two_processes_may_keep_the_same_chunk_at_once(tmp_path: Path) -> None:
    one, other = ChunkStore(tmp_path, mark="aa"), ChunkStore(tmp_path, mark="bb")
    first, second = one.recorded("a", frames(6), 6), other.recorded("a", frames(6), 6)
    for _ in zip(first, second, strict=True):
        assert not one.is_sound("a")
    assert one.is_sound("a")
    assert len(list(one.frames("a", 6))) == len(list(other.frames("a", 6))) == 6
    assert not list(tmp_path.glob(".*"))


def test_trimming_removes_the_old_then_the_oldest_and_never_what_is_kept(tmp_path: Path) -> None:
    store = ChunkStore(tmp_path)
    for age, name in enumerate("dcba"):
        list(store.recorded(name, frames(2), 2))
        (path,) = tmp_path.glob(f"{name}.*")
        os.utime(path, (1000.0 + age, 1000.0 + age))
    size = store.kept()[0].size_bytes
    assert [kept.name for kept in store.kept()] == ["d", "c", "b", "a"]

    store.trim(most_bytes=10 * size, used_after_s=1000.5, keep=())
    assert [kept.name for kept in store.kept()] == ["c", "b", "a"]
    store.trim(most_bytes=2 * size, used_after_s=0.0, keep={"c"})
    assert [kept.name for kept in store.kept()] == ["c", "a"]
    store.trim(most_bytes=0, used_after_s=2000.0, keep={"c"})
    assert [kept.name for kept in store.kept()] == ["c"]


def test_unfinished_files_go_only_where_their_process_lives_no_more(tmp_path: Path) -> None:
    left = ChunkStore(tmp_path, mark="dead").recorded("a", frames(4), 4)
    running = ChunkStore(tmp_path, mark="live").recorded("a", frames(4), 4)
    next(left)
    next(running)
    strangers = tmp_path / ".aivg-stranger.part"
    strangers.touch()
    assert len(list(tmp_path.glob(".*.part"))) == 3

    ChunkStore(tmp_path).clear_unfinished({"live"})

    names = [path.name for path in tmp_path.glob(".*.part")]
    assert len(names) == 2
    assert strangers.name in names
    left.close()
    running.close()


def test_a_chunk_of_another_length_is_refused(tmp_path: Path) -> None:
    store = ChunkStore(tmp_path)
    list(store.recorded("a", frames(6), 6))
    with pytest.raises(EncodingError, match="holds 6 frames instead of 5"):
        list(store.frames("a", 5))
