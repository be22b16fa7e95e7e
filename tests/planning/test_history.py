"""A line through finished jobs; jobs that went wrong do not bend it."""

import pytest

from ai_video_generator.planning.history import JobRecord, Speed, fitted, learned


def _jobs(*pairs: tuple[float, float]) -> list[JobRecord]:
    return [JobRecord(megapixels=size, seconds=seconds) for size, seconds in pairs]


def test_a_speed_is_a_start_and_a_slope() -> None:
    speed = Speed(start_s=3.0, seconds_per_megapixel=0.5, spread=0.1, record_count=4)

    assert speed.seconds(10.0) == 8.0


def test_one_job_goes_through_zero() -> None:
    assert fitted(_jobs((10, 5))) == Speed(
        start_s=0.0, seconds_per_megapixel=0.5, spread=0.25, record_count=1
    )


def test_three_jobs_are_too_few_for_a_line() -> None:
    speed = fitted(_jobs((10, 7), (20, 9), (100, 25)))

    assert speed == Speed(start_s=0.0, seconds_per_megapixel=9 / 20, spread=0.25, record_count=3)


def test_four_jobs_make_a_line_with_a_start() -> None:
    speed = fitted(_jobs((10, 7), (20, 9), (40, 13), (30, 11)))

    assert speed.start_s == pytest.approx(5)
    assert speed.seconds_per_megapixel == pytest.approx(0.2)
    assert speed.spread == 0.1
    assert speed.record_count == 4


def test_a_span_of_three_is_wide_enough() -> None:
    assert fitted(_jobs((10, 7), (20, 9), (25, 10), (30, 11))).start_s == pytest.approx(5)


def test_jobs_of_about_one_size_go_through_zero() -> None:
    speed = fitted(_jobs((10, 7), (20, 9), (25, 10), (29, 10.8)))

    assert speed.start_s == 0.0
    assert speed.seconds_per_megapixel == pytest.approx((0.45 + 0.4) / 2)


def test_one_of_four_jobs_may_be_as_wrong_as_it_likes() -> None:
    speed = fitted(_jobs((10, 7), (20, 9), (30, 11), (40, 13), (50, 15), (35, 900)))

    assert speed.seconds_per_megapixel == pytest.approx(0.2, rel=0.2)
    assert speed.start_s == pytest.approx(5, rel=0.3)


def test_jobs_of_one_size_among_others_have_no_slope_of_their_own() -> None:
    speed = fitted(_jobs((10, 7), (10, 7.0), (40, 13), (40, 13)))

    assert (speed.start_s, speed.seconds_per_megapixel) == pytest.approx((5, 0.2))


def test_a_line_that_is_flat_is_not_believed() -> None:
    speed = fitted(_jobs((10, 6), (20, 6), (30, 6), (40, 6)))

    assert speed.start_s == 0.0
    assert speed.seconds_per_megapixel == pytest.approx((6 / 20 + 6 / 30) / 2)


def test_a_line_that_falls_is_not_believed() -> None:
    speed = fitted(_jobs((10, 40), (20, 30), (30, 20), (40, 10)))

    assert speed.start_s == 0.0
    assert speed.seconds_per_megapixel == pytest.approx((30 / 20 + 20 / 30) / 2)


def test_a_line_that_begins_below_zero_is_not_believed() -> None:
    speed = fitted(_jobs((10, 1), (20, 3), (30, 5), (40, 7)))

    assert speed.start_s == 0.0
    assert speed.seconds_per_megapixel == pytest.approx((3 / 20 + 5 / 30) / 2)


def test_a_line_through_zero_has_no_start() -> None:
    assert fitted(_jobs((10, 2), (20, 4), (30, 6), (40, 8))).start_s == 0.0


def test_the_spread_is_twice_the_median_deviation() -> None:
    speed = fitted(_jobs((10, 8), (10, 12), (10, 8), (10, 12)))

    assert speed.seconds_per_megapixel == 1.0
    assert speed.spread == pytest.approx(0.4)


def test_kinds_without_jobs_teach_nothing() -> None:
    history = learned({"a": _jobs((10, 5)), "b": []})

    assert dict(history.speeds) == {"a": fitted(_jobs((10, 5)))}
