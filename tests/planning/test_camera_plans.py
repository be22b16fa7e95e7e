"""Plans for a processor: the largest in time and memory, then clearly smaller ones."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from corpus.machines import equipped, machine
from corpus.requests import SOFTWARE_ENCODERS, model, request

from ai_video_generator.config.choices import Tier
from ai_video_generator.config.model_config import MemoryProfile
from ai_video_generator.errors import RequestImpossibleError
from ai_video_generator.hardware.facts import HardwareFacts, Precision
from ai_video_generator.media.resolution import Resolution
from ai_video_generator.planning.history import History, JobRecord, learned
from ai_video_generator.planning.plan import Basis, Ladder
from ai_video_generator.planning.planner import candidates

_MEMORY_BYTES = 200_000_000
# What the test's camera takes before its first frame.


def _facts(**changes: Any) -> HardwareFacts:
    """Eight cores, no GPU that matters, and libx264."""
    values: dict[str, Any] = {
        "video_encoders": SOFTWARE_ENCODERS,
        "cpu_cores": 8.0,
        "cpu_cores_total": 8,
        "ram_free_bytes": 16 * 10**9,
    }
    return replace(equipped(machine("laptop_igpu")), **{**values, **changes})


def _history(seconds_per_megapixel: float) -> History:
    jobs = [JobRecord(megapixels=size, seconds=size * seconds_per_megapixel) for size in (1, 100)]
    return learned({"camera/libx264": jobs})


def _ladder(speed: float | None = None, free: int | None = None, **changes: Any) -> Ladder:
    facts = _facts() if free is None else _facts(ram_free_bytes=free)
    history = History() if speed is None else _history(speed)
    return candidates(request(**changes), facts, [model()], history)


def _steps(ladder: Ladder) -> list[tuple[str, str, int]]:
    return [
        (str(plan.render_size), str(plan.output_size), int(plan.timeline.frame_rate))
        for plan in ladder.plans
    ]


def _ram(ladder: Ladder) -> list[int]:
    return [plan.estimate.ram_bytes for plan in ladder.plans]


def test_each_plan_has_at_most_half_the_work_of_the_one_before() -> None:
    assert _steps(_ladder()) == [
        ("1920x1080", "1920x1080", 30),
        ("1280x720", "1280x720", 30),
        ("854x480", "854x480", 24),
        ("426x240", "854x480", 24),
    ]


def test_half_the_work_is_little_enough() -> None:
    asked: dict[str, Any] = {
        "size": Resolution(640, 360),
        "software_encoding": True,
        "tier": Tier.ULTRA,
    }

    assert [rate for _, _, rate in _steps(_ladder(**asked))] == [60, 30, 15, 15]


def test_the_last_frames_have_half_the_size_of_the_video() -> None:
    ladder = _ladder(size=Resolution(102, 58), frame_rate=Fraction(24))

    assert _steps(ladder) == [("102x58", "102x58", 24), ("50x28", "102x58", 24)]


def test_a_plan_is_for_the_processor_in_32_bits() -> None:
    plan = _ladder().best

    assert (plan.device, plan.precision, plan.offload, plan.batch_size) == (
        "cpu",
        Precision.FP32,
        "none",
        1,
    )
    assert plan.frames_per_pass is None
    assert plan.container == "mp4"
    assert plan.render_rate == plan.timeline.frame_rate == 30
    assert plan.timeline.frame_count == 1800
    assert plan.worker_count == plan.encoder.threads == 8


def test_an_estimate_is_that_of_the_video() -> None:
    estimate = _ladder(speed=0.01).best.estimate

    assert estimate.seconds == pytest.approx(1920 * 1080 * 1800 / 1e6 * 0.01)
    assert estimate.basis is Basis.HERE


def test_all_plans_have_the_models_quality() -> None:
    assert [rung.quality for rung in _ladder().rungs] == [20, 20, 20, 20]


def test_smaller_frames_are_said_to_be_enlarged() -> None:
    *_, whole, half = _ladder().plans

    assert not [one for one in whole.reasons if one.topic == "frames"]
    (said,) = [one for one in half.reasons if one.topic == "frames"]
    assert said.choice == "426x240"
    assert said.because == "frames of half the size take less memory and time; they are enlarged"


# Memory


def test_a_plan_that_takes_just_what_may_be_used_is_made() -> None:
    need = _ram(_ladder(size=Resolution(1920, 1080)))[0]
    free = need * 10 // 8 + 1

    enough = _ladder(free=free, size=Resolution(1920, 1080))
    scarce = _ladder(free=free - 2, size=Resolution(1920, 1080))

    assert enough.best.render_size == Resolution(1920, 1080)
    assert scarce.best.render_size == Resolution(960, 540)


def test_what_does_not_fit_is_said_with_its_numbers() -> None:
    plans = _ladder(size=Resolution(1920, 1080), frame_rate=Fraction(30)).plans
    need, half = (plan.estimate.ram_bytes for plan in plans)
    free = int(half / 0.8) + 10

    ladder = _ladder(free=free, size=Resolution(1920, 1080), frame_rate=Fraction(30))

    assert _ram(ladder) == [half]
    (said,) = ladder.rejections
    assert said.subject == "camera, 1920x1080 at 30 frames/s"
    assert said.because == (
        f"needs {need / 1e6:.0f} MB; {free / 1e6:.0f} MB are free, of which 80% may be used"
    )


def test_a_larger_video_that_memory_forbids_is_said() -> None:
    whole = _ladder().best
    need = whole.estimate.ram_bytes
    free = int(need / 0.8) - 10_000_000

    ladder = _ladder(free=free)
    made = ladder.best

    assert str(made.output_size) == "1280x720"
    assert ladder.rejections[0].subject == "camera, 1920x1080 at 24 frames/s"
    assert ladder.rejections[0].because.startswith(f"needs {need / 1e6:.0f} MB; ")
    (said,) = [one for one in made.reasons if one.topic == "memory"]
    assert said.choice == f"{made.estimate.ram_bytes / 1e6:.0f} MB"
    assert said.because == (
        f"{free / 1e6:.0f} MB are free, of which 80% may be used; "
        f"1920x1080 at 24 frames/s would need {need / 1e6:.0f} MB"
    )


def test_no_memory_for_anything_is_refused_with_the_least() -> None:
    with pytest.raises(RequestImpossibleError) as caught:
        _ladder(free=_MEMORY_BYTES)

    assert str(caught.value) == (
        "no installed model can do this here; camera, 854x480 at 15 frames/s: needs 242 MB; "
        "200 MB are free, of which 80% may be used"
    )
    assert caught.value.hint == "close other programs, or ask for less; installed: camera"


_WORKING = model(
    memory=MemoryProfile(
        fixed_bytes=_MEMORY_BYTES, bytes_per_pixel=10, bytes_per_worker_pixel=10, source="a test"
    )
)


def _working(cores: float, free: int, **changes: Any) -> Ladder:
    """A camera whose every frame in the making takes memory."""
    facts = _facts(cpu_cores=cores, ram_free_bytes=free)
    return candidates(request(**changes), facts, [_WORKING])


def test_fewer_frames_are_in_the_making_where_memory_decides() -> None:
    need = _working(3.0, 10**11).best.estimate.ram_bytes

    made = _working(8.0, int(need / 0.8) + 2).best

    assert made.output_size == Resolution(1920, 1080)
    assert (made.worker_count, made.encoder.threads) == (3, 8)
    assert made.estimate.ram_bytes == need
    assert made.estimate.seconds == pytest.approx(_working(3.0, 10**11).best.estimate.seconds)
    (said,) = [one for one in made.reasons if one.topic == "workers"]
    assert said.choice == "3"
    assert said.because == "8 frames at the same time would take memory that the video needs"


def test_as_many_frames_are_in_the_making_as_there_are_threads_where_memory_suffices() -> None:
    need = _working(8.0, 10**11).best.estimate.ram_bytes

    made = _working(8.0, int(need / 0.8) + 2).best

    assert made.worker_count == 8
    assert not [one for one in made.reasons if one.topic == "workers"]


def test_a_size_asked_for_is_made_of_fewer_frames_at_the_same_time() -> None:
    asked: dict[str, Any] = {"size": Resolution(1280, 720), "frame_rate": Fraction(24)}
    need = _working(1.0, 10**11, **asked).best.estimate.ram_bytes

    made = _working(8.0, int(need / 0.8) + 2, **asked).best

    assert made.worker_count == 1
    assert made.render_size == made.output_size == Resolution(1280, 720)


def test_where_nothing_fits_whole_half_frames_are_made_one_after_another() -> None:
    need = _working(1.0, 10**11).plans[-1].estimate.ram_bytes

    made = _working(8.0, int(need / 0.8) + 2).best

    assert made.worker_count == 1
    assert made.render_size == Resolution(426, 240)


# Time


def test_a_larger_video_that_time_forbids_is_said() -> None:
    ladder = _ladder(speed=0.02, software_encoding=True, time_limit_s=60.0)

    assert _steps(ladder)[0] == ("1280x720", "1280x720", 30)
    assert ladder.rejections[0].subject == "camera, 1920x1080 at 24 frames/s"
    assert ladder.rejections[0].because == "would take 1:00 and 1:00 are allowed"


def test_the_most_that_is_made_leaves_nothing_larger_aside() -> None:
    assert _ladder().rejections == ()
    assert not [one for one in _ladder().best.reasons if one.topic == "memory"]
