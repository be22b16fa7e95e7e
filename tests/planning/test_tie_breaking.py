"""Ratings settle what figures leave open, and nothing else."""

from collections.abc import Sequence
from typing import NoReturn

import pytest

from ai_video_generator.planning.plan import Rung
from ai_video_generator.planning.ratings import Rating, Ratings
from ai_video_generator.planning.tie_breaking import TIE_POINTS, Placed, settled

BAD, GOOD, BEST = (Rating(mean=mean, count=40) for mean in (1.5, 3.5, 4.8))
FEW = Rating(mean=5.0, count=4)


def _unmade() -> NoReturn:
    raise AssertionError("no plan is looked at")


def placed(name: str, standing: object = None) -> Placed:
    """A rung by its model and its quality: "a60"."""
    rung = Rung(quality=int(name[1:]), make=_unmade)
    return Placed(model=name[0], standing=standing, rung=rung)


def names(ladder: Sequence[Placed]) -> list[str]:
    return [f"{one.model}{one.rung.quality}" for one in ladder]


@pytest.mark.parametrize(
    ("given", "ratings", "expected"),
    [
        ("a60 b55", {"a": BAD, "b": BEST}, "b55 a60"),
        ("a60 b54", {"a": BAD, "b": BEST}, "a60 b54"),
        ("a60 b55", {"a": BEST, "b": BAD}, "a60 b55"),
        ("a60 b55", {"b": BEST}, "a60 b55"),
        ("a60 b55", {"a": BAD}, "a60 b55"),
        ("a60 b55", {"a": BAD, "b": FEW}, "a60 b55"),
        ("a60 b58 c55", {"a": BAD, "b": GOOD, "c": BEST}, "c55 b58 a60"),
        # Of the second nobody knows: it stays before the third, and the first behind that.
        ("a60 b58 c55", {"a": BAD, "c": BEST}, "b58 c55 a60"),
        ("a60 b58 c55", {"b": BAD, "c": BEST}, "a60 c55 b58"),
        # Ties begin at the first rung, and do not run into each other.
        ("a60 b56 c52", {"a": BAD, "b": GOOD, "c": BEST}, "b56 a60 c52"),
        # The rungs of a model keep their order.
        ("a60 a58 b57 a56 b55 a52 b50", {"a": BAD, "b": BEST}, "b57 b55 a60 a58 a56 b50 a52"),
        ("a60 b59 a58 b57", {"a": GOOD, "b": GOOD}, "a60 b59 a58 b57"),
        ("", {"a": BAD}, ""),
    ],
)
def test_a_rung_waits_for_those_of_its_tie_that_were_rated_clearly_better(
    given: str, ratings: Ratings, expected: str
) -> None:
    assert names(settled([placed(name) for name in given.split()], ratings)) == expected.split()
    assert TIE_POINTS == 5


def test_what_was_asked_for_is_in_no_tie_with_the_rest() -> None:
    ladder = [placed("a60", standing=0), placed("b60", standing=1)]
    assert names(settled(ladder, {"a": BAD, "b": BEST})) == ["a60", "b60"]


def test_only_what_goes_before_others_says_why() -> None:
    ladder = [placed("a60"), placed("b58"), placed("c55"), placed("d40")]
    ratings = {"a": BAD, "c": BEST, "d": BEST}
    reasons = {one.model: one.reason for one in settled(ladder, ratings)}
    because = (
        "a would go first by quality, which is nearly the same; its videos were rated 1.5 of 5 "
        "(40 ratings), and those of c 4.8 of 5 (40 ratings)"
    )
    assert reasons["a"] is None
    assert reasons["d"] is None
    for name in "bc":
        reason = reasons[name]
        assert reason is not None
        assert (reason.topic, reason.choice, reason.because) == ("ratings", name, because)
