"""What people thought of the videos of a model, and when one is clearly better than another."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt

_NEUTRAL_STARS = 3.0
# The middle of the scale: what is expected of a model that nobody has rated.
_SPREAD_STARS = 1.0
# Standard deviation of ratings of one and the same thing. All ratings of the Netflix Prize have
# 1.1, over films good and bad; those of one film have less.
_NEUTRAL_COUNT = 5
# Ratings that the middle counts for: models would differ from it by 1 / sqrt(5), half a star.
LEAST_COUNT = 5
"""Ratings that a model must have before they count: with fewer the neutral ones would outweigh."""
_SURE_DEVIATIONS = 2.0
# Of a normal distribution 97.7 in 100 lie below: so sure it is that the better is better.


@dataclass(frozen=True, slots=True, kw_only=True)
class Rating:
    """Ratings of one model's videos.

    Attributes:
        mean: Their mean, 1..5 stars.
        count: How many there are.
    """

    mean: float
    count: int


Ratings = Mapping[str, Rating]
"""Ratings by the model's name."""


def shrunken_mean(rating: Rating) -> float:
    """The mean, drawn towards the middle the more the fewer ratings there are, 1..5 stars.

    It is the mean of the posterior for a normal distribution of known variance: A. Gelman et al.,
    Bayesian Data Analysis, 3rd edition, equation 2.12.
    """
    neutral = _NEUTRAL_COUNT * _NEUTRAL_STARS
    return (neutral + rating.count * rating.mean) / (_NEUTRAL_COUNT + rating.count)


def is_clearly_better(rating: Rating | None, other: Rating | None) -> bool:
    """Whether the shrunken means differ by more than twice the uncertainty of their difference.

    A mean of n ratings among 5 neutral ones is uncertain by ``1 / sqrt(n + 5)`` stars (the same
    equation). Five ratings of five stars are clearly better than five of three, not than five of
    four. None stands for a model without ratings, of which nothing is clear.
    """
    if rating is None or other is None or min(rating.count, other.count) < LEAST_COUNT:
        return False
    variances = (1 / (_NEUTRAL_COUNT + one.count) for one in (rating, other))
    uncertainty = _SPREAD_STARS * sqrt(sum(variances))
    return shrunken_mean(rating) - shrunken_mean(other) > _SURE_DEVIATIONS * uncertainty
