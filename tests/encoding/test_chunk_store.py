"""Finished frames come back as they were, or not at all."""

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
    (tmp_path / "b.mkv").write_bytes(b"cut")
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


def test_a_chunk_of_another_length_is_refused(tmp_path: Path) -> None:
    store = ChunkStore(tmp_path)
    list(store.recorded("a", frames(6), 6))
    with pytest.raises(EncodingError, match="holds 6 frames instead of 5"):
        list(store.frames("a", 5))
