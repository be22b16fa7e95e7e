"""Money: what a job will cost, exactly, and whether that is allowed, before anything is sent."""

from math import ceil
from pathlib import Path

from ai_video_generator.core.model_options import options_for
from ai_video_generator.core.pass_names import PassNames
from ai_video_generator.core.recipe import Recipe
from ai_video_generator.encoding.chunk_store import ChunkStore
from ai_video_generator.errors import InputError, SpendLimitError
from ai_video_generator.models.base_model import BACKENDS, BaseModel
from ai_video_generator.planning.cloud_cost import pass_durations_s, with_cost
from ai_video_generator.planning.plan import Plan
from ai_video_generator.planning.planner import former_name
from ai_video_generator.registry import Registry
from ai_video_generator.storyboard.storyboard_file import laid

_CENT_PART = 1e-4
# Sums of prices are not exact in binary.


def present_name(model: str, backends: Registry[type[BaseModel]] = BACKENDS) -> str:
    """The name of the backend that a word stands for: ``gen2`` is ``runway`` today.

    Args:
        model: A name that a person gave.
        backends: The models.
    """
    if model in backends.names():
        return model
    specs = []
    for name in backends.names():
        try:
            specs.append(backends.load(name).spec)
        except Exception:  # noqa: BLE001, S112 - one broken plugin must not stop the others
            continue
    found = former_name(model, specs)
    return found[0] if found else model


def costs_money(model: str, backends: Registry[type[BaseModel]] = BACKENDS) -> bool:
    """Whether a model that was asked for by name computes elsewhere, for money."""
    try:
        return backends.load(present_name(model, backends)).spec.cloud is not None
    except InputError:
        return False


def priced(
    recipe: Recipe, backends: Registry[type[BaseModel]], cache: Path, *, resume: bool
) -> Recipe:
    """A recipe whose plan tells the exact cost of what an earlier run has not finished.

    Args:
        recipe: What was asked for, and the plan.
        backends: The models.
        cache: The cache folder, where finished passes are.
        resume: Whether these are taken.
    """
    plan = recipe.plan
    if plan.cloud is None:
        return recipe
    options = options_for(backends.load(plan.model), recipe.model_options)
    shown = laid(recipe.storyboard, plan.timeline)
    kept = {one.name for one in ChunkStore(cache / "work" / "chunks").kept()} if resume else set()
    durations = pass_durations_s(plan, [shot.frame_count for shot in shown.shots])
    planned = PassNames(recipe, options).all(shown)
    left = [
        duration
        for shot, of_shot in zip(planned, durations, strict=True)
        for (name, _), duration in zip(shot.passes, of_shot, strict=True)
        if name not in kept
    ]
    made_count = sum(map(len, durations)) - len(left)
    return recipe.model_copy(update={"plan": with_cost(plan, left, made_count)})


def check_spending(plan: Plan, limit_usd: float) -> None:
    """Refuse a plan that costs more than was allowed.

    Args:
        plan: What is about to be done, with its exact cost.
        limit_usd: The most, dollars.

    Raises:
        SpendLimitError: When it costs more.
    """
    cost_usd = plan.estimate.cost_usd
    if cost_usd <= limit_usd + _CENT_PART:
        return
    asked = f"{ceil(cost_usd * 100 - _CENT_PART) / 100:.2f}"
    raise SpendLimitError(
        f"{plan.model} would cost {cost_usd:.2f} $, {limit_usd:.2f} $ are allowed",
        hint=f"allow it with --spend-limit {asked} or AIVG_SPEND_LIMIT={asked}; "
        "what this machine makes costs nothing",
    )
