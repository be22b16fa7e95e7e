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
    passed = list(store.recorded(range(3, 8), frames(5, height=height)))

    kept = list(store.frames(range(3, 8)))

    assert len(passed) == len(kept) == 5
    for frame, other, original in zip(passed, kept, frames(5, height=height), strict=True):
        assert np.array_equal(frame.buffer, original.buffer)
        assert np.array_equal(other.buffer, original.buffer)


def test_chunks_are_finished_without_a_gap_from_the_start(tmp_path: Path) -> None:
    store = ChunkStore(tmp_path)
    assert store.finished() == ()
    for wanted in (range(4, 6), range(8, 10)):
        list(store.recorded(wanted, frames(2)))
    assert store.finished() == ()

    list(store.recorded(range(4), frames(4)))

    assert store.finished() == (range(4), range(4, 6))


def test_a_chunk_that_fails_or_is_left_is_not_there(tmp_path: Path) -> None:
    store = ChunkStore(tmp_path)
    with pytest.raises(RenderError):
        list(store.recorded(range(4), frames(4, fail_at=2)))
    left = store.recorded(range(4), frames(4))
    next(left)
    left.close()

    assert store.finished() == ()
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("made", [0, 3, 5])
def test_another_number_of_frames_than_wanted_is_an_error(tmp_path: Path, made: int) -> None:
    store = ChunkStore(tmp_path)
    with pytest.raises(EncodingError, match=f"made {made or 'no'} frame"):
        list(store.recorded(range(4), frames(made)))
    assert store.finished() == ()


def test_a_damaged_chunk_is_noticed_and_can_be_dropped(tmp_path: Path) -> None:
    store = ChunkStore(tmp_path)
    list(store.recorded(range(6), frames(6)))
    (path,) = tmp_path.glob("*.mkv")
    damaged = bytearray(path.read_bytes())
    for place in range(len(damaged) // 2, len(damaged) // 2 + 40):
        damaged[place] ^= 0xFF
    path.write_bytes(damaged)

    assert store.finished() == (range(6),)
    assert not store.is_sound(range(6))
    with pytest.raises(EncodingError, match="damaged"):
        list(store.frames(range(6)))
    store.drop(range(6))
    assert store.finished() == ()


def test_a_file_of_another_name_is_no_chunk(tmp_path: Path) -> None:
    (tmp_path / "notes-x.sha256").touch()
    (tmp_path / "5-3.sha256").touch()
    (tmp_path / "00000000-00000003.mkv").touch()
    assert ChunkStore(tmp_path).finished() == ()
