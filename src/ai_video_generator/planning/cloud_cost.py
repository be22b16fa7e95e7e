"""What is asked of a cloud, and what that costs: supposed before shots are known, exact after."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from math import ceil

from ai_video_generator.config.cloud_profile import CloudChoice, CloudModel
from ai_video_generator.planning.chunking import rendered_count, shot_passes
from ai_video_generator.planning.plan import Plan, Reason

COST, LEAVING = "cost", "what leaves"
"""Topics of the reasons that a person must have read before anything is sent."""

_SHOT_S = 4
# About the mean shot of the styles from calm to energetic; only a guess until they are cut.
_DISSOLVE_S = Fraction(1, 2)
# Shots overlap where they dissolve, so that both are asked for there.


def supposed_durations_s(sound_duration_s: Fraction, model: CloudModel) -> list[int]:
    """Lengths of the requests of a video whose shots are not known yet, seconds."""
    count = max(1, round(sound_duration_s / _SHOT_S))
    shot_s = sound_duration_s / count + (_DISSOLVE_S if count > 1 else 0)
    passes = shot_passes(ceil(shot_s * model.frame_rate) + 1, model.frames_per_pass)
    return [model.duration_s(len(one)) for one in passes] * count


def pass_durations_s(plan: Plan, shot_frame_counts: Sequence[int]) -> list[list[int]]:
    """Lengths of the requests of each shot, seconds.

    Args:
        plan: A cloud's.
        shot_frame_counts: Frames of each shot, in the video's rate.
    """
    if plan.cloud is None:
        return [[] for _ in shot_frame_counts]
    model, found = plan.cloud.model, []
    for shown in shot_frame_counts:
        count = rendered_count(shown, plan.timeline.frame_rate, plan.render_rate)
        passes = shot_passes(count, plan.frames_per_pass or count)
        found.append([model.duration_s(len(one)) for one in passes])
    return found


def with_cost(plan: Plan, durations_s: Sequence[int], made_count: int = 0) -> Plan:
    """A cloud's plan with the exact cost of what is still to be asked for.

    Args:
        plan: The plan.
        durations_s: Lengths of the requests that are left, seconds.
        made_count: Requests that were answered in an earlier run.
    """
    if plan.cloud is None:
        return plan
    cost_usd = sum(durations_s) * plan.cloud.model.usd_per_second
    told = cost_reason(plan.cloud, durations_s, is_exact=True, made_count=made_count)
    return replace(
        plan,
        estimate=replace(plan.estimate, cost_usd=cost_usd),
        reasons=tuple(told if one.topic == COST else one for one in plan.reasons),
    )


def cost_reason(
    asked: CloudChoice, durations_s: Sequence[int], *, is_exact: bool, made_count: int = 0
) -> Reason:
    """What will be paid, and for what."""
    model = asked.model
    seconds = sum(durations_s)
    usd = seconds * model.usd_per_second
    about = "" if is_exact else "about "
    price = f"{model.usd_per_second:g} $ a second are {about}{usd:.2f} $"
    asked_for = f"{about}{len(durations_s)} requests of {seconds} s in all at {price}"
    parts = [f"{asked_for} ({model.source}, {model.date})"]
    if made_count:
        parts.append(f"{made_count} were answered before and are not paid again")
    if not is_exact:
        parts.append("the exact sum is told before anything is sent")
    return Reason(topic=COST, choice=f"{about}{usd:.2f} $", because="; ".join(parts))


def leaving_reason(asked: CloudChoice, address: str) -> Reason:
    """What is sent away from this machine."""
    sent = "the view of the picture where it begins, and its words"
    if asked.model.sound_limit_s:
        sent = "the view of the picture where it begins, its words, and its part of the sound"
        rest = "the picture files stay here"
    else:
        rest = "the sound and the picture files stay here"
    because = f"of each shot {sent} go to {asked.service} ({address}); {rest}"
    choice = "views, words and sound" if asked.model.sound_limit_s else "views and words"
    return Reason(topic=LEAVING, choice=choice, because=because)
