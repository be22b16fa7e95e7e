"""Exact time."""

import time
from fractions import Fraction
from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai_video_generator.errors import SettingsError
from ai_video_generator.media.timeline import Timeline, clock_text, parse_frame_rate, rate_text

RATES = st.sampled_from(
    [Fraction(n) for n in (1, 12, 15, 24, 25, 30, 50, 60, 240)]
    + [Fraction(n, 1001) for n in (24_000, 30_000, 60_000)]
)
DURATIONS = st.builds(
    Fraction, st.integers(1, 3 * 3600 * 44_100), st.sampled_from([8000, 44_100, 48_000, 192_000])
)


@given(duration_s=DURATIONS, rate=RATES)
def test_video_covers_the_sound_by_less_than_a_frame(duration_s: Fraction, rate: Fraction) -> None:
    timeline = Timeline.covering(duration_s, rate)
    assert 0 <= timeline.duration_s - duration_s < 1 / rate


def test_whole_frames_are_not_rounded_up() -> None:
    rate = Fraction(30_000, 1001)
    assert Timeline.covering(300 / rate, rate).frame_count == 300
    assert Timeline.covering(300 / rate + Fraction(1, 10**9), rate).frame_count == 301


def test_the_shortest_sound_gets_one_frame() -> None:
    assert Timeline.covering(Fraction(1, 192_000), Fraction(24)).frame_count == 1


def test_frame_times_do_not_drift() -> None:
    timeline = Timeline(frame_rate=Fraction(24_000, 1001), frame_count=10**6)
    assert timeline.time_s(10**6) == Fraction(1001 * 10**6, 24_000) == timeline.duration_s


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("24", Fraction(24)),
        (" 30 ", Fraction(30)),
        ("25.0", Fraction(25)),
        ("12.5", Fraction(25, 2)),
        ("23.976", Fraction(24_000, 1001)),
        ("23.98", Fraction(24_000, 1001)),
        ("29.97", Fraction(30_000, 1001)),
        ("47.952", Fraction(48_000, 1001)),
        ("59.94", Fraction(60_000, 1001)),
        ("119.88", Fraction(120_000, 1001)),
        ("30000/1001", Fraction(30_000, 1001)),
        ("30000 / 1001", Fraction(30_000, 1001)),
        ("1", Fraction(1)),
        ("240", Fraction(240)),
    ],
)
def test_rates_are_read_exactly(text: str, rate: Fraction) -> None:
    assert parse_frame_rate(text) == rate


@pytest.mark.parametrize(
    "text",
    [
        *("", "fast", "0", "-24", "0.99", "240.01", "24/0", "1/0", "nan", "inf", "24,5", "24 fps"),
        *("1e3", "1/2/3", "٢٤", "24.5/2", "9" * 5000, "\0", "24\n25/"),
    ],
)
def test_what_is_no_rate_is_refused(text: str) -> None:
    with pytest.raises(SettingsError) as caught:
        parse_frame_rate(text)
    assert "30000/1001" in caught.value.hint


def test_a_huge_exponent_does_not_keep_the_processor_busy() -> None:
    began_s = time.monotonic()
    with pytest.raises(SettingsError):
        parse_frame_rate("1e99999999")
    assert time.monotonic() - began_s < 1


@given(text=st.text(max_size=12))
def test_any_text_is_a_rate_in_range_or_refused(text: str) -> None:
    try:
        rate = parse_frame_rate(text)
    except SettingsError:
        return
    assert 1 <= rate <= 240


@pytest.mark.parametrize(
    ("rate", "text"),
    [
        (Fraction(30), "30"),
        (Fraction(120), "120"),
        (Fraction(25, 2), "12.5"),
        (Fraction(24_000, 1001), "23.976"),
        (Fraction(30_000, 1001), "29.97"),
        (Fraction(240_001, 10_000), "24"),
    ],
)
def test_rates_are_written_as_people_do(rate: Fraction, text: str) -> None:
    assert rate_text(rate) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.2, "0:00"),
        (7.0, "0:07"),
        (59.6, "1:00"),
        (205, "3:25"),
        (3723, "1:02:03"),
        (inf, "?"),
        (nan, "?"),
    ],
)
def test_seconds_are_written_as_a_clock(seconds: float, text: str) -> None:
    assert clock_text(seconds) == text
