"""What people with a card of each size get for a song of three minutes, without a setting."""

from dataclasses import replace
from fractions import Fraction

import pytest
from corpus.machines import equipped, machine
from corpus.requests import SOFTWARE_ENCODERS, request

from ai_video_generator.config.choices import Quality
from ai_video_generator.hardware.facts import HardwareFacts, Precision
from ai_video_generator.media.resolution import Resolution
from ai_video_generator.models.base_model import BACKENDS
from ai_video_generator.planning.placement import placements, usable_bytes
from ai_video_generator.planning.plan import Plan
from ai_video_generator.planning.planner import candidates

SPECS = [BACKENDS.load(name).spec for name in BACKENDS.names()]
GIB = 2**30


def card(size_gib: int) -> HardwareFacts:
    """A gaming computer whose only GPU has so much memory, some of it used by the desktop."""
    facts = equipped(machine("desktop_rtx4090"))
    (accelerator,) = facts.accelerators
    total = size_gib * GIB
    smaller = replace(accelerator, total_bytes=total, free_bytes=total - 400 * 2**20)
    return replace(facts, accelerators=(smaller,), video_encoders=SOFTWARE_ENCODERS)


def plan_for(size_gib: int, **asked: object) -> Plan:
    values = {"sound_duration_s": Fraction(180), "quality": Quality.MAXIMUM, **asked}
    return candidates(request(**values), card(size_gib), SPECS).best


@pytest.mark.parametrize("size_gib", [4, 6, 8, 10, 12, 16, 24])
def test_every_card_gets_a_network_that_fits_it(size_gib: int) -> None:
    plan = plan_for(size_gib)
    (accelerator,) = card(size_gib).accelerators
    assert plan.device == "cuda:0"
    assert plan.model.startswith("stable_video_diffusion")
    assert 0 < plan.estimate.device_bytes <= usable_bytes(accelerator)


@pytest.mark.parametrize(
    ("size_gib", "model", "frames"),
    [(8, "stable_video_diffusion", 25), (6, "stable_video_diffusion_14", 14)],
)
def test_the_whole_model_fits_at_its_own_size(size_gib: int, model: str, frames: int) -> None:
    plan = plan_for(size_gib, model=model)
    assert plan.render_size == Resolution(1024, 576)
    assert plan.frames_per_pass == frames


def test_words_choose_the_model_that_follows_them() -> None:
    assert plan_for(8, has_prompt=True).model == "animate_diff"
    assert plan_for(4, has_prompt=True).model.startswith("animate_diff")


def test_more_memory_never_gives_a_worse_model() -> None:
    quality = {spec.name: spec.quality for spec in SPECS}
    found = [quality[plan_for(size).model] for size in (4, 6, 8, 10, 12, 16, 24)]
    assert found == sorted(found)


@pytest.mark.parametrize("name", [spec.name for spec in SPECS if spec.network is not None])
def test_every_network_runs_in_four_gigabytes_in_some_way(name: str) -> None:
    spec = BACKENDS.load(name).spec
    ways = placements(
        spec, (Precision.FP16,), Resolution(1920, 1080), shares_ram=False, lowvram=False
    )
    (accelerator,) = card(4).accelerators
    assert min(way.device_bytes for way in ways) <= usable_bytes(accelerator)
