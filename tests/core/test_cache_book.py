"""The cache: what it learned comes back, and no damage to it ever fails a job."""

from pathlib import Path

import pytest

from ai_video_generator.core.cache_book import CacheBook
from ai_video_generator.planning.history import JobRecord


def test_the_last_thirty_jobs_of_a_kind_are_learned_from(tmp_path: Path) -> None:
    book = CacheBook(tmp_path / "cache")
    for seconds in [900.0] * 20 + [20.0] * 30:
        book.record_job("ken_burns/libx264", JobRecord(megapixels=1000.0, seconds=seconds))

    speed = CacheBook(tmp_path / "cache").history().speeds["ken_burns/libx264"]

    assert (speed.seconds_per_megapixel, speed.record_count) == (0.02, 30)


def test_inputs_are_found_again_by_content_and_the_oldest_are_forgotten(tmp_path: Path) -> None:
    book = CacheBook(tmp_path)
    for number in range(501):
        book.record_input(f"digest {number}", Path(f"/somewhere/{number}.jpg"))
    assert book.input_path("digest 0") is None
    assert book.input_path("digest 500") == Path("/somewhere/500.jpg")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        "\xff",
        '{"a": 5}',
        '{"a": ["x"]}',
        '{"a": [null, -1, NaN]}',
        '{"a": [[1], [0, 1], [1, -1], [1, "2"], [NaN, 1], [1, 2, 3]]}',
        '{"a":{}}',
    ],
)
def test_a_damaged_cache_is_an_empty_one(tmp_path: Path, text: str) -> None:
    for name in ("jobs.json", "inputs.json"):
        (tmp_path / name).write_text(text, encoding="latin-1")
    book = CacheBook(tmp_path)
    assert book.history().speeds == {}
    assert book.input_path("a") is None
    book.record_job("a", JobRecord(megapixels=2.0, seconds=1.0))
    book.record_input("a", Path("/b"))
    assert book.history().speeds["a"].seconds_per_megapixel == 0.5
    assert book.input_path("a") == Path("/b")


def test_a_cache_that_cannot_be_written_fails_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    book = CacheBook(tmp_path / "file" / "cache")
    book.record_job("a", JobRecord(megapixels=2.0, seconds=1.0))
    assert book.history().speeds == {}
