import pytest

from ai_video_generator.planning.ratings import Rating, is_clearly_better, shrunken_mean


def rated(mean: float, count: int) -> Rating:
    return Rating(mean=mean, count=count)


def test_few_ratings_are_drawn_to_the_middle_and_many_stay() -> None:
    assert shrunken_mean(rated(5.0, 0)) == 3.0
    assert shrunken_mean(rated(5.0, 5)) == 4.0
    assert shrunken_mean(rated(1.0, 5)) == 2.0
    assert shrunken_mean(rated(5.0, 10_000)) == pytest.approx(5.0, abs=0.002)


@pytest.mark.parametrize(
    ("better", "other", "is_clear"),
    [
        (rated(5.0, 5), rated(3.0, 5), True),
        (rated(5.0, 5), rated(4.0, 5), False),
        (rated(5.0, 5), rated(3.3, 5), False),  # 0.85 apart, and 0.89 are needed
        (rated(5.0, 5), rated(3.2, 5), True),  # 0.9
        (rated(4.0, 20), rated(3.0, 20), True),
        (rated(3.6, 20), rated(3.0, 20), False),
        (rated(3.6, 200), rated(3.0, 200), True),
        (rated(5.0, 4), rated(1.0, 50), False),
        (rated(5.0, 50), rated(1.0, 4), False),
        (rated(3.0, 5), rated(5.0, 5), False),
        (None, rated(1.0, 50), False),
        (rated(5.0, 50), None, False),
    ],
)
def test_what_is_clearly_better(
    better: Rating | None, other: Rating | None, *, is_clear: bool
) -> None:
    assert is_clearly_better(better, other) is is_clear
