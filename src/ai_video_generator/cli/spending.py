"""Money is asked about before a job begins: what it costs, and what leaves this machine."""

import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from ai_video_generator.cli import console
from ai_video_generator.cli.asking import is_confirmed
from ai_video_generator.config.settings import Settings, changed_settings
from ai_video_generator.core.spending import check_spending, costs_money
from ai_video_generator.core.video_generator import VideoGenerator
from ai_video_generator.errors import AIVideoError, InputError
from ai_video_generator.planning.cloud_cost import COST, LEAVING
from ai_video_generator.planning.plan import Plan

Wanted = tuple[Sequence[Path], Path, Path, Mapping[str, object]]
"""Pictures, sound, output and options of a video."""


def agreed(settings: Settings, jobs: Sequence[Wanted]) -> Settings:
    """The settings, with a spend limit that the person has agreed to where money is needed.

    Args:
        settings: Of this run.
        jobs: What is about to be made; looked at closely only where it may cost money.

    Raises:
        SpendLimitError: When one costs more than is allowed and nobody is there to be asked.
        InputError: When the answer is no.
        AIVideoError: When an input cannot be read, or nothing can be planned.
    """
    return agreed_to(settings, jobs, is_confirmed if sys.stdin.isatty() else None)


def agreed_to(
    settings: Settings, jobs: Sequence[Wanted], ask: Callable[[str], bool] | None
) -> Settings:
    """See `agreed`.

    Args:
        settings: Of this run.
        jobs: What is about to be made.
        ask: Asks the person; None where nobody is there.

    Raises:
        SpendLimitError: As `agreed`.
        InputError: As `agreed`.
    """
    plans = _dear_plans(settings, jobs)
    costs_usd = [plan.estimate.cost_usd for plan in plans]
    most_usd = max(costs_usd, default=0.0)
    if most_usd <= settings.spend_limit:
        return settings
    dearest = max(plans, key=lambda plan: plan.estimate.cost_usd)
    for reason in dearest.reasons:
        if reason.topic in (COST, LEAVING):
            console.tell(f"{reason.topic}: {reason.because}")
    if ask is None or settings.spend_limit:
        # A limit that was set is a limit; nobody is asked to go beyond.
        check_spending(dearest, settings.spend_limit)
    what = "this video" if len(plans) == 1 else f"these {len(plans)} videos"
    service = dearest.cloud.service if dearest.cloud else dearest.model
    if ask is not None and not ask(
        f"{service} will charge {sum(costs_usd):.2f} $ for {what}. Go on?"
    ):
        raise InputError("the answer was no, and nothing was sent")
    return changed_settings(settings, {"spend_limit": most_usd})


def _dear_plans(settings: Settings, jobs: Sequence[Wanted]) -> list[Plan]:
    """Exact plans of those jobs that ask for a model that costs money."""
    plans: list[Plan] = []
    generator = VideoGenerator(settings=settings)
    # One of many that cannot be planned fails when it is its turn, and stops no other.
    left_to_others: tuple[type[AIVideoError], ...] = (AIVideoError,) if len(jobs) > 1 else ()
    for pictures, sound, output, options in jobs:
        with suppress(*left_to_others):
            if costs_money(changed_settings(settings, options).model):
                plans.append(generator.quote(pictures, sound, output, **options))
    return [plan for plan in plans if plan.estimate.cost_usd]
