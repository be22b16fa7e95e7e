"""Sentences about size, rate, time and memory, with their numbers."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from corpus.machines import machine
from corpus.requests import request

from ai_video_generator.config.choices import Fit, Quality, Tier
from ai_video_generator.config.hardware_config import Target
from ai_video_generator.media.resolution import Resolution
from ai_video_generator.planning.plan import Basis, Estimate, Reason, Rejection
from ai_video_generator.planning.request import Request
from ai_video_generator.planning.target_choice import (
    Cost,
    TargetChoice,
    chosen_target,
    target_range,
)
from ai_video_generator.planning.target_reasons import (
    larger_rejection,
    memory_reasons,
    memory_rejection,
    target_reasons,
    time_reason,
)

_FACTS = replace(machine("laptop_igpu"), ram_free_bytes=10**9)


def _choice(
    asked: Request,
    tier: Tier = Tier.LOW,
    *,
    budget_s: float | None = None,
    ram: int = 10**12,
    is_gif: bool = False,
    per_frame_s: float = 0.01,
) -> TargetChoice:
    """A choice where a frame takes a hundredth of a second, and a pixel 100 bytes."""

    def cost(target: Target, frame_count: int) -> Cost:
        return Cost(seconds=per_frame_s * frame_count, ram_bytes=100 * target.size.pixel_count)

    among = target_range(asked, tier=tier, fit=Fit.FILL, is_gif=is_gif)
    return chosen_target(among, ram_usable_bytes=ram, budget_s=budget_s, cost=cost)


def _estimate(seconds: float) -> Estimate:
    return Estimate(
        ram_bytes=0,
        disk_bytes=0,
        seconds=seconds,
        seconds_low=seconds / 2,
        seconds_high=seconds * 2,
        basis=Basis.RELEASE,
        sources=(),
    )


def _said(asked: Request, **changes: Any) -> tuple[str, str]:
    size, rate = target_reasons(asked, _choice(asked, **changes))
    assert (size.topic, rate.topic) == ("size", "frame rate")
    return size.because, rate.because


# Size and rate


def test_what_was_chosen_is_named() -> None:
    asked = request(frame_rate=Fraction(30_000, 1001))
    size, rate = target_reasons(asked, _choice(asked))

    assert (size.choice, rate.choice) == ("1920x1080", "29.97")
    assert rate.because == "it was asked for"


def test_the_most_is_said() -> None:
    assert _said(request()) == (
        "1920x1080 at 30 frames/s is the most that is made without being asked for",
        "chosen together with the size",
    )


def test_the_least_is_said() -> None:
    assert _said(request(), budget_s=0.0) == (
        "854x480 at 15 frames/s is the least that is made on a machine of this tier",
        "chosen together with the size",
    )


def test_a_step_between_is_said() -> None:
    assert _said(request(), budget_s=17.0)[0] == (
        "the largest step from 854x480 at 15 frames/s to 1920x1080 at 30 frames/s that memory and "
        "time allow"
    )


def test_a_rate_for_a_size_asked_for_is_said() -> None:
    asked = request(size=Resolution(100, 60))

    assert _said(asked) == (
        "it was asked for",
        "100x60 at 30 frames/s is the most that is made without being asked for",
    )


@pytest.mark.parametrize(
    ("sizes", "whose"),
    [
        ((Resolution(1280, 720),), "the picture has 1280x720"),
        (
            (Resolution(854, 480), Resolution(1280, 720), Resolution(10, 10)),
            "the largest picture has 1280x720",
        ),
    ],
)
def test_a_picture_that_is_too_small_for_more_is_said(
    sizes: tuple[Resolution, ...], whose: str
) -> None:
    assert _said(request(picture_sizes=sizes))[0] == (
        f"{whose} pixels and would be enlarged more than 1.5 times in a larger video"
    )


def test_a_picture_that_is_sharp_enough_does_not_decide() -> None:
    asked = request(picture_sizes=(Resolution(1280, 720),))

    assert "enlarged" not in _said(asked, ram=100 * 1280 * 720)[0]
    assert "enlarged" not in _said(request(), tier=Tier.ULTRA)[0]


def test_a_gif_is_explained() -> None:
    assert _said(request(container="gif"), is_gif=True) == (
        "GIF files are huge, so that more than 854x480 must be asked for",
        "GIF times frames in hundredths of a second",
    )
    assert _said(request(frame_rate=Fraction(24)), is_gif=True)[1] == (
        "GIF times frames in hundredths of a second; this is nearest to 24"
    )


# Time


def _time(
    asked: Request, seconds: float = 20.0, limit_s: float | None = None, **changes: Any
) -> Reason:
    return time_reason(
        asked,
        changes.get("tier", Tier.LOW),
        _choice(asked, **changes),
        _estimate(seconds),
        limit_s=limit_s,
    )


def test_a_time_without_a_limit_is_said() -> None:
    assert _time(request(quality=Quality.MAXIMUM)) == Reason(
        topic="time",
        choice="20.0 s",
        because=(
            "reckoned from the release's measurements, between 0:10 and 0:40; "
            "quality maximum sets no limit"
        ),
    )


def test_a_minute_and_more_is_said_as_a_clock_shows_it() -> None:
    assert _time(request(), 59.94).choice == "59.9 s"
    assert _time(request(), 60.0).choice == "1:00"


def test_a_time_with_a_limit_says_it_and_the_next_step() -> None:
    said = _time(request(), budget_s=17.0).because

    assert said.endswith(
        "; 17.0 s are allowed for 60.0 s of sound; 1920x1080 at 30 frames/s would take 18.0 s"
    )


def test_a_networks_limit_is_said_instead_of_the_targets() -> None:
    said = _time(request(), limit_s=300.0, budget_s=1000.0).because

    assert said.endswith("; 300.0 s are allowed for 60.0 s of sound")


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({}, "it is the medium tier's floor"),
        ({"time_limit_s": 1.0}, "it is the least that can be made"),
        ({"size": Resolution(100, 60)}, "it is the medium tier's floor"),
        ({"frame_rate": Fraction(24)}, "it is the medium tier's floor"),
        ({"size": Resolution(100, 60), "frame_rate": Fraction(24)}, "it was asked for"),
    ],
)
def test_what_takes_too_long_is_made_all_the_same(changes: dict[str, Any], why: str) -> None:
    said = _time(request(**changes), budget_s=1.0, tier=Tier.MEDIUM).because

    assert said.endswith(f"; made all the same, because {why}")


# Memory


def test_memory_that_decided_is_said() -> None:
    choice = _choice(request(), ram=100 * 1280 * 720)

    assert memory_reasons(choice, _FACTS) == (
        Reason(
            topic="memory",
            choice="92 MB",
            because=(
                "1000 MB are free, of which 80% may be used; "
                "1920x1080 at 24 frames/s would need 207 MB"
            ),
        ),
    )


def test_memory_that_did_not_decide_is_not_said() -> None:
    assert memory_reasons(_choice(request()), _FACTS) == ()
    assert memory_reasons(_choice(request(), budget_s=17.0), _FACTS) == ()


def test_a_target_beyond_memory_is_left_aside_with_its_numbers() -> None:
    target = Target(size=Resolution(100, 60), frame_rate=Fraction(24))

    assert memory_rejection("camera", target, 2_000_000, _FACTS) == Rejection(
        subject="camera, 100x60 at 24 frames/s",
        because="needs 2 MB; 1000 MB are free, of which 80% may be used",
    )


def test_the_next_larger_target_is_left_aside_for_memory_or_time() -> None:
    (memory,) = larger_rejection("a", _choice(request(), ram=100 * 1280 * 720), _FACTS)
    (time,) = larger_rejection("a", _choice(request(), budget_s=17.0), _FACTS)

    assert memory == Rejection(
        subject="a, 1920x1080 at 24 frames/s",
        because="needs 207 MB; 1000 MB are free, of which 80% may be used",
    )
    assert time == Rejection(
        subject="a, 1920x1080 at 30 frames/s", because="would take 0:18 and 0:17 are allowed"
    )
    assert larger_rejection("a", _choice(request()), _FACTS) == []
