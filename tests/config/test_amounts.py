"""Times and sizes are read as people write them."""

import pytest

from ai_video_generator.config.amounts import (
    age_s,
    checked_size_bytes,
    checked_time_limit,
    size_bytes,
    time_limit_s,
)
from ai_video_generator.errors import SettingsError


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90", 90.0),
        ("90s", 90.0),
        ("1.5m", 90.0),
        ("2h", 7200.0),
        ("1h30m", 5400.0),
        ("1h 30m 5s", 5405.0),
        ("2x", 120.0),
        ("0.5 X", 30.0),
    ],
)
def test_a_time_limit_is_seconds_or_times_the_sound(text: str, seconds: float) -> None:
    assert time_limit_s(text, 60.0) == seconds
    assert checked_time_limit(text) == text.lower().replace(" ", "")


@pytest.mark.parametrize(
    "text", ["", "0", "0x", "-5", "soon", "5 d", "1h30", "30m1", "x", "2x3", "1e3", "nan", "٣m"]
)
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match="is no time") as caught:
        time_limit_s(text, 60.0)
    assert "30m" in caught.value.hint


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("0", 0),
        ("1234", 1234),
        ("2GB", 2_000_000_000),
        ("2 g", 2_000_000_000),
        ("500mb", 500_000_000),
        ("1.5GiB", 1_610_612_736),
        ("64Ki", 65_536),
        ("7b", 7),
    ],
)
def test_a_size_has_decimal_or_binary_units(text: str, count: int) -> None:
    assert size_bytes(text) == count
    assert checked_size_bytes(text) == text.replace(" ", "")


@pytest.mark.parametrize("text", ["", "-1", "much", "2 PB", "ib", "1 i", "GB"])
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match="no size of memory"):
        size_bytes(text)


@pytest.mark.parametrize(
    ("text", "hours"),
    [("12h", 12.0), ("30d", 720.0), ("2w", 336.0), ("1d 12h", 36.0), ("30m", 0.5)],
)
def test_an_age_has_a_unit(text: str, hours: float) -> None:
    assert age_s(text) == hours * 3600


@pytest.mark.parametrize("text", ["", "30", "2y", "d", "1d2", "-1d", "1dd", "soon"])
def test_what_is_no_age_says_how_to_write_one(text: str) -> None:
    with pytest.raises(SettingsError, match="is no age") as caught:
        age_s(text)
    assert "30d" in caught.value.hint
