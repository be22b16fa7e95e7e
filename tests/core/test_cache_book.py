"""The cache: what it learned comes back, and no damage to it ever fails a job."""

from pathlib import Path

import pytest

from ai_video_generator.core.cache_book import CacheBook


def test_speeds_are_the_median_of_the_last_jobs(tmp_path: Path) -> None:
    book = CacheBook(tmp_path / "cache")
    for value in (9.0, 9.0, 9.0, 9.0, 1.0, 2.0, 3.0, 2.0, 2.0, 2.0, 100.0):
        book.record_speed("ken_burns/libx264", value)
    assert CacheBook(tmp_path / "cache").speeds() == {"ken_burns/libx264": 2.0}


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
        '{"a":{}}',
    ],
)
def test_a_damaged_cache_is_an_empty_one(tmp_path: Path, text: str) -> None:
    for name in ("speeds.json", "inputs.json"):
        (tmp_path / name).write_text(text, encoding="latin-1")
    book = CacheBook(tmp_path)
    assert book.speeds() == {}
    assert book.input_path("a") is None
    book.record_speed("a", 0.5)
    book.record_input("a", Path("/b"))
    assert book.speeds() == {"a": 0.5}
    assert book.input_path("a") == Path("/b")


def test_a_cache_that_cannot_be_written_fails_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    book = CacheBook(tmp_path / "file" / "cache")
    book.record_speed("a", 0.5)
    assert book.speeds() == {}
