"""Where plans are as good as each other by their figures, what was rated clearly better goes first.

A rung waits for each of equal standing whose model was rated clearly better than its own. Nothing
else changes the order, so that it stays as it is where ratings say nothing. "Clearly better" leads
in no circle, because the better has the higher shrunken mean: some rung never has to wait.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from ai_video_generator.planning.plan import Reason, Rung
from ai_video_generator.planning.ratings import (
    Ratings,
    is_clearly_better,
    shrunken_mean,
)

TIE_POINTS = 5
"""Points of quality within which plans count as good as each other.

The figures of models are judgements by eye, most of them five points or more from the next: a
smaller difference is within the error of such a judgement.
"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Placed:
    """A rung in its place on the ladder.

    Attributes:
        model: Name of its model.
        standing: What goes before quality; rungs are tied only where it is the same.
        rung: The rung.
        reason: Why it goes before others that would be first; None when it does not.
    """

    model: str
    standing: Hashable
    rung: Rung
    reason: Reason | None = None


def settled(ladder: Sequence[Placed], ratings: Ratings) -> list[Placed]:
    """Settle each tie of a ladder by ratings.

    A tie is what follows a rung on the ladder, of the same standing, and at most `TIE_POINTS`
    below it; the first rung after that begins another.

    Args:
        ladder: All rungs, the best first.
        ratings: What people thought of their models.

    Returns:
        The same rungs; those that go before others because of ratings have a reason.
    """
    found: list[Placed] = []
    tie: list[Placed] = []
    for placed in ladder:
        if tie and not _is_tied(tie[0], placed):
            found += _by_ratings(tie, ratings)
            tie = []
        tie.append(placed)
    return [*found, *_by_ratings(tie, ratings)]


def _is_tied(first: Placed, placed: Placed) -> bool:
    close = first.rung.quality - placed.rung.quality <= TIE_POINTS
    return close and first.standing == placed.standing


def _by_ratings(tie: Sequence[Placed], ratings: Ratings) -> list[Placed]:
    """Take again and again the first rung that waits for no other."""
    left, found = list(tie), []
    while left:
        models = {placed.model for placed in left}
        place = next(
            place
            for place, placed in enumerate(left)
            if not _better_ones(placed.model, models, ratings)
        )
        taken = left.pop(place)
        if place:
            taken = _explained(taken, left[0], models, ratings)
        found.append(taken)
    return found


def _better_ones(model: str, models: set[str], ratings: Ratings) -> list[str]:
    """The models that were rated clearly better than one, the best first."""
    better = (
        other for other in models if is_clearly_better(ratings.get(other), ratings.get(model))
    )
    return sorted(better, key=lambda other: (-shrunken_mean(ratings[other]), other))


def _explained(taken: Placed, waiting: Placed, models: set[str], ratings: Ratings) -> Placed:
    """Say of a rung which one waits that would be first, and for what."""
    better = _better_ones(waiting.model, models, ratings)
    best = taken.model if taken.model in better else better[0]
    reason = Reason(
        topic="ratings",
        choice=taken.model,
        because=(
            f"{waiting.model} would go first by quality, which is nearly the same; its videos were "
            f"rated {_stars(waiting.model, ratings)}, and those of {best} {_stars(best, ratings)}"
        ),
    )
    return Placed(model=taken.model, standing=taken.standing, rung=taken.rung, reason=reason)


def _stars(model: str, ratings: Ratings) -> str:
    rating = ratings[model]
    return f"{rating.mean:.1f} of 5 ({rating.count} ratings)"
