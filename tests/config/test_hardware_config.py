"""The ladder and its bounds fit together."""

from fractions import Fraction
from itertools import pairwise, product

import pytest

from ai_video_generator.config.choices import Quality, Tier
from ai_video_generator.config.hardware_config import (
    FLOORS,
    GIF_CAP,
    RATES,
    RUNGS,
    cap,
    time_budget,
)


def test_each_rung_has_more_pixels_a_second_than_the_one_before() -> None:
    assert all(low.pixels_per_second < high.pixels_per_second for low, high in pairwise(RUNGS))


def test_floors_are_the_promised_ones() -> None:
    assert {tier.value: str(FLOORS[tier]) for tier in Tier} == {
        "low": "854x480 at 15 frames/s",
        "medium": "1280x720 at 24 frames/s",
        "high": "1920x1080 at 30 frames/s",
        "ultra": "3840x2160 at 60 frames/s",
    }


@pytest.mark.parametrize(("quality", "tier"), list(product(Quality, Tier)))
def test_bounds_are_rungs_and_in_order(quality: Quality, tier: Tier) -> None:
    assert RUNGS.index(FLOORS[tier]) <= RUNGS.index(cap(quality, tier))
    assert FLOORS[tier].frame_rate in RATES
    assert cap(quality, tier).frame_rate in RATES


def test_gif_is_capped_at_a_rung() -> None:
    assert GIF_CAP in RUNGS


def test_a_weak_machine_is_not_slower_than_playback() -> None:
    assert time_budget(Quality.AUTO, Tier.LOW) == 1.0
    assert time_budget(Quality.MAXIMUM, Tier.LOW) is None
    assert all(Fraction(time_budget(Quality.BASIC, tier) or 0) == Fraction(1, 2) for tier in Tier)
