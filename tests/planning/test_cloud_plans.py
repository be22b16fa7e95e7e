"""Plans of clouds: only when they are asked for, with what they cost and what leaves."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from corpus.machines import equipped, machine
from corpus.requests import model, request

from ai_video_generator.config.cloud_profile import CloudModel, CloudProfile
from ai_video_generator.errors import RequestImpossibleError
from ai_video_generator.media.resolution import Resolution
from ai_video_generator.planning.cloud_cost import (
    pass_durations_s,
    supposed_durations_s,
    with_cost,
)
from ai_video_generator.planning.estimate import job_done
from ai_video_generator.planning.plan import Basis, Ladder, Plan
from ai_video_generator.planning.planner import candidates

_FAST = CloudModel(
    name="fast",
    durations_s=(2, 5, 10),
    ratios=(Resolution(1280, 720), Resolution(720, 1280), Resolution(1584, 672)),
    usd_per_second=0.05,
    source="a price list",
    date="a day",
)
_FINE = replace(_FAST, name="fine", usd_per_second=0.5, sound_limit_s=15.0)
_SPEC = model(
    "sky",
    quality=85,
    cloud=CloudProfile(service="Sky", address="https://sky.example", models=(_FAST, _FINE)),
    former_names=(("gen2", "it is gone"),),
)
_LAPTOP = equipped(machine("laptop_igpu"))


def _ladder(**changes: Any) -> Ladder:
    return candidates(request(**changes), _LAPTOP, [_SPEC, model()])


def _plan(**changes: Any) -> Plan:
    return _ladder(**{"model": "sky", "size": Resolution(1920, 1080), **changes}).best


def _because(plan: Plan, topic: str) -> str:
    return next(reason.because for reason in plan.reasons if reason.topic == topic)


def test_a_cloud_is_only_taken_when_it_is_asked_for() -> None:
    ladder = _ladder()

    assert {plan.model for plan in ladder.plans} == {"camera"}
    assert [(one.subject, one.because) for one in ladder.rejections[:1]] == [
        ("sky", "costs about 3.75 $; what costs money must be asked for: --model sky")
    ]


def test_below_it_the_ladder_goes_on_here_and_into_no_cloud() -> None:
    first, *rest = _ladder(model="sky").plans

    assert first.device == "cloud"
    assert rest
    assert {plan.device for plan in rest} == {"cpu"}


def test_a_name_of_the_past_is_what_stands_in_for_it() -> None:
    plan = _plan(model="gen2")

    assert plan.model == "sky"
    assert _because(plan, "model") == "gen2 was asked for: it is gone"


def test_a_name_that_nothing_stands_in_for_is_refused() -> None:
    with pytest.raises(RequestImpossibleError, match="no model is called 'gen1'"):
        _plan(model="gen1")


def test_frames_are_the_middle_of_the_nearest_shape() -> None:
    wide, tall = _plan(size=Resolution(1920, 960)), _plan(size=Resolution(1080, 1440))

    assert wide.cloud is not None
    assert tall.cloud is not None
    assert (wide.cloud.frame, wide.render_size) == (Resolution(1280, 720), Resolution(1280, 640))
    assert (tall.cloud.frame, tall.render_size) == (Resolution(720, 1280), Resolution(720, 960))
    assert "1280x720 is nearest to the shape of 1920x960" in _because(wide, "cloud")


def test_it_says_what_it_costs_and_what_leaves() -> None:
    plan = _plan()

    assert plan.estimate.cost_usd == pytest.approx(3.75)
    assert plan.estimate.basis is Basis.ESTIMATE
    assert plan.estimate.work_bytes > 0
    assert plan.estimate.sources[-1] == "a price list"
    assert _because(plan, "cost") == (
        "about 15 requests of 75 s in all at 0.05 $ a second are about 3.75 $ "
        "(a price list, a day); the exact sum is told before anything is sent"
    )
    assert "the sound and the picture files stay here" in _because(plan, "what leaves")


def test_another_address_is_told() -> None:
    plan = _plan(cloud_address="https://proxy.example")

    assert "go to Sky (https://proxy.example)" in _because(plan, "what leaves")


def test_a_model_that_follows_the_sound_is_said_to_get_it() -> None:
    plan = _plan(cloud_model="fine")

    assert plan.estimate.cost_usd == pytest.approx(37.5)
    assert "its part of the sound go to Sky (https://sky.example)" in _because(plan, "what leaves")


def test_a_table_of_ones_own_changes_a_price_and_adds_a_model() -> None:
    own = (
        ("sky", replace(_FAST, usd_per_second=0.1)),
        ("sky", replace(_FAST, name="new")),
        ("sea", replace(_FAST, name="other")),
    )

    assert _plan(cloud_models=own).estimate.cost_usd == pytest.approx(7.5)
    new = _plan(cloud_models=own, cloud_model="new").cloud
    assert new is not None
    assert new.model.name == "new"
    with pytest.raises(RequestImpossibleError, match="no model 'other'") as raised:
        _plan(cloud_models=own, cloud_model="other")
    assert raised.value.hint.startswith("choose one of: fast, fine, new")


def test_it_is_left_aside_where_frames_are_made_on_the_processor() -> None:
    with pytest.raises(RequestImpossibleError, match="on the processor"):
        _plan(cpu=True)


def test_it_is_left_aside_where_memory_does_not_suffice() -> None:
    facts = replace(_LAPTOP, ram_free_bytes=10**6)

    with pytest.raises(RequestImpossibleError, match="cannot do this here: needs"):
        candidates(request(model="sky"), facts, [_SPEC, model()])


def test_more_requests_at_once_take_less_time() -> None:
    one, four = _plan(cloud_requests=1), _plan(cloud_requests=4)
    assert _because(four, "time").endswith("waiting for about 15 requests, 4 at a time")

    assert one.estimate.seconds - four.estimate.seconds == pytest.approx((15 - 4) * 60)


def test_the_exact_cost_is_that_of_the_requests_that_are_left() -> None:
    plan = _plan(frame_rate=Fraction(24))
    durations = pass_durations_s(plan, [48, 49, 24 * 11])
    assert durations == [[2], [2], [10, 10]]

    priced = with_cost(plan, [2, 5], made_count=3)

    assert priced.estimate.cost_usd == pytest.approx(0.35)
    assert _because(priced, "cost") == (
        "2 requests of 7 s in all at 0.05 $ a second are 0.35 $ (a price list, a day); "
        "3 were answered before and are not paid again"
    )
    assert "answered before" not in _because(with_cost(plan, [2]), "cost")


def test_a_plan_of_this_machine_costs_nothing() -> None:
    plan = _ladder().best

    assert pass_durations_s(plan, [10, 20]) == [[], []]
    assert with_cost(plan, [5]) is plan


def test_a_short_sound_is_one_request() -> None:
    assert supposed_durations_s(Fraction(1, 2), _FAST) == [2]


def test_a_request_holds_the_last_frame_a_little_longer() -> None:
    assert _FAST.duration_s(24 * 5 + 1) == 5
    assert _FAST.duration_s(24 * 5 + 2) == 10
    assert _FAST.duration_s(24 * 99) == 10
    assert _FAST.frames_per_pass == 241


def test_how_long_a_cloud_took_teaches_nothing() -> None:
    assert job_done(_plan(), 100.0, cores=4) is None


def test_what_another_model_showed_does_not_serve() -> None:
    assert _plan().look != _plan(cloud_model="fine").look
