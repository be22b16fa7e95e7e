"""After each failure the plan that may help, and never one that would fail in the same way."""

from dataclasses import replace
from fractions import Fraction
from functools import partial
from typing import Any

import pytest
from corpus.plans import small_plan

from ai_video_generator.errors import Recovery
from ai_video_generator.hardware.facts import Precision
from ai_video_generator.media.resolution import Resolution
from ai_video_generator.planning.fallback import (
    Failure,
    changed,
    explained,
    next_plan,
    unblocked,
)
from ai_video_generator.planning.plan import EncoderChoice, Ladder, Offload, Plan, Rung


def _plan(
    name: str = "net",
    device: str = "cuda:0",
    *,
    gib: int = 8,
    ram_gib: int = 1,
    seconds: float = 100.0,
    **changes: Any,
) -> Plan:
    """A plan that takes this much memory and time."""
    base = small_plan(software_encoding=True)
    estimate = replace(
        base.estimate, device_bytes=gib * 2**30, ram_bytes=ram_gib * 2**30, seconds=seconds
    )
    values = {"model": name, "device": device, "precision": Precision.FP16, "estimate": estimate}
    return replace(base, **{**values, **changes})


def _chip() -> EncoderChoice:
    return replace(small_plan(software_encoding=True).encoder, name="h264_nvenc")


def _ladder(*plans: Plan, software: EncoderChoice | None = None) -> Ladder:
    return Ladder(
        rungs=tuple(Rung(quality=0, make=partial(replace, plan)) for plan in plans),
        rejections=(),
        software_encoder=software,
    )


def _failed(plan: Plan, recovery: Recovery = Recovery.SMALLER) -> Failure:
    return Failure(plan=plan, recovery=recovery, said="it broke")


_BIG = _plan()
_SMALL = _plan(gib=4)
_OTHER_GPU = _plan(device="cuda:1", gib=12)
_OTHER_NET = _plan("other", gib=2)
_CAMERA = _plan("camera", "cpu", gib=0, ram_gib=2, precision=Precision.FP32, seconds=10.0)
_SMALL_CAMERA = _plan("camera", "cpu", gib=0, ram_gib=1, precision=Precision.FP32, seconds=5.0)
_ALL = _ladder(_BIG, _OTHER_NET, _OTHER_GPU, _SMALL, _CAMERA, _SMALL_CAMERA)


def test_before_any_failure_the_best_is_next() -> None:
    assert next_plan(_ALL, []) == _BIG
    assert unblocked(_ALL, []) == _BIG


def test_what_nothing_helps_against_ends_the_job() -> None:
    assert next_plan(_ALL, [_failed(_BIG, Recovery.NONE)]) is None


def test_too_little_memory_takes_less_of_the_same_model_and_device() -> None:
    assert next_plan(_ALL, [_failed(_BIG)]) == _SMALL


def test_then_another_device_of_the_same_model() -> None:
    assert next_plan(_ALL, [_failed(_BIG), _failed(_SMALL)]) == _OTHER_GPU


def test_then_another_model() -> None:
    failures = [_failed(_BIG), _failed(_SMALL), _failed(_OTHER_GPU)]

    assert next_plan(_ALL, failures) == _OTHER_NET


def test_then_the_processor_and_less_of_its_memory() -> None:
    failures = [_failed(plan) for plan in (_BIG, _SMALL, _OTHER_GPU, _OTHER_NET)]
    assert next_plan(_ALL, failures) == _CAMERA

    failures.append(_failed(_CAMERA))
    assert next_plan(_ALL, failures) == _SMALL_CAMERA

    failures.append(_failed(_SMALL_CAMERA))
    assert next_plan(_ALL, failures) is None


def test_as_much_memory_is_not_less() -> None:
    same = _plan(precision=Precision.FP32)

    assert next_plan(_ladder(_BIG, same, _OTHER_NET), [_failed(_BIG)]) == _OTHER_NET


def test_a_lost_device_is_left_alone() -> None:
    assert next_plan(_ALL, [_failed(_BIG, Recovery.OTHER_DEVICE)]) == _OTHER_GPU


def test_a_processor_that_is_lost_means_the_model() -> None:
    failures = [_failed(_CAMERA, Recovery.OTHER_DEVICE)]

    assert next_plan(_ladder(_CAMERA, _SMALL_CAMERA), failures) is None
    assert next_plan(_ladder(_CAMERA, _plan("b", "cpu")), failures) == _plan("b", "cpu")


@pytest.mark.parametrize(
    ("failed", "expected"),
    [
        (Precision.FP8, Precision.FP16),
        (Precision.FP16, Precision.BF16),
        (Precision.BF16, Precision.FP32),
    ],
)
def test_no_numbers_ask_for_a_safer_format(failed: Precision, expected: Precision) -> None:
    order = (Precision.FP8, Precision.FP16, Precision.BF16, Precision.FP32)
    plans = [_plan(precision=precision) for precision in order]
    tried = next(plan for plan in plans if plan.precision is failed)

    made = next_plan(_ladder(_OTHER_NET, *plans), [_failed(tried, Recovery.MORE_PRECISE)])

    assert made is not None
    assert (made.model, made.precision) == ("net", expected)


def test_no_numbers_in_32_bits_ask_for_another_model() -> None:
    precise = _plan(precision=Precision.FP32)
    failures = [_failed(precise, Recovery.MORE_PRECISE)]

    assert next_plan(_ladder(precise, _BIG, _OTHER_NET), failures) == _OTHER_NET


@pytest.mark.parametrize("recovery", [Recovery.OTHER_MODEL, Recovery.ENCODE_SOUND])
def test_a_model_that_fails_is_left_alone(recovery: Recovery) -> None:
    assert next_plan(_ALL, [_failed(_BIG, recovery)]) == _OTHER_NET


def test_a_chip_that_fails_is_replaced_by_software_in_the_same_plan() -> None:
    software = small_plan(software_encoding=True).encoder
    on_chip = [replace(plan, encoder=_chip()) for plan in (_BIG, _OTHER_NET)]
    ladder = _ladder(*on_chip, software=software)

    made = next_plan(ladder, [_failed(on_chip[0], Recovery.OTHER_ENCODER)])

    assert made == replace(on_chip[0], encoder=software)


def test_a_chip_that_failed_stays_out_after_other_failures() -> None:
    software = small_plan(software_encoding=True).encoder
    on_chip = [replace(plan, encoder=_chip()) for plan in (_BIG, _SMALL)]
    ladder = _ladder(*on_chip, software=software)
    first = _failed(on_chip[0], Recovery.OTHER_ENCODER)

    made = next_plan(ladder, [first, _failed(replace(on_chip[0], encoder=software))])

    assert made == replace(on_chip[1], encoder=software)


def test_a_chip_that_did_not_fail_stays() -> None:
    software = small_plan(software_encoding=True).encoder
    on_chip = [replace(plan, encoder=_chip()) for plan in (_BIG, _SMALL)]

    made = next_plan(_ladder(*on_chip, software=software), [_failed(on_chip[0])])

    assert made == on_chip[1]


def test_an_encoder_without_another_ends_the_job() -> None:
    assert next_plan(_ALL, [_failed(_BIG, Recovery.OTHER_ENCODER)]) is None


def test_too_long_a_time_asks_for_clearly_less_work() -> None:
    slow = _plan(seconds=100.0)
    little_less = _plan(seconds=70.1, gib=4)
    less = _plan(seconds=70.0)
    failures = [_failed(slow, Recovery.REDUCED_QUALITY)]

    assert next_plan(_ladder(slow, little_less, less), failures) == less
    assert next_plan(_ladder(slow, little_less), failures) is None


def test_the_ladders_order_decides_among_equals() -> None:
    second = _plan(gib=2)

    assert next_plan(_ladder(_BIG, _SMALL, second), [_failed(_BIG)]) == _SMALL


# Failures of earlier jobs


def test_a_best_plan_that_never_failed_is_begun_with() -> None:
    assert unblocked(_ALL, [_failed(_OTHER_GPU)]) is _ALL.best


def test_the_best_plan_that_did_not_fail_before_is_begun_with() -> None:
    begun = unblocked(_ALL, [_failed(_SMALL_CAMERA), _failed(_BIG, Recovery.OTHER_MODEL)])

    assert replace(begun, reasons=()) == replace(_OTHER_NET, reasons=())
    reason = begun.reasons[-1]
    assert reason.topic == "learned"
    assert reason.because == "net on cuda:0 with libx264 failed: it broke"


def test_where_all_failed_the_best_is_tried_again() -> None:
    ladder = _ladder(_BIG, _SMALL)

    assert unblocked(ladder, [_failed(_BIG, Recovery.OTHER_MODEL)]) is ladder.best


def test_a_chip_that_failed_before_is_not_begun_with() -> None:
    software = small_plan(software_encoding=True).encoder
    on_chip = replace(_BIG, encoder=_chip())
    failures = [_failed(_SMALL_CAMERA), _failed(on_chip, Recovery.OTHER_ENCODER)]

    begun = unblocked(_ladder(on_chip, software=software), failures)

    assert begun.encoder == software
    assert begun.reasons[-1].choice == "libx264"
    assert begun.reasons[-1].because == "net on cuda:0 with h264_nvenc failed: it broke"


# What is said


def test_a_plan_that_stands_in_says_for_which_and_why() -> None:
    made = explained(_SMALL, _failed(_BIG))

    assert made.reasons[:-1] == _SMALL.reasons
    assert made.reasons[-1].topic == "fallback"
    assert made.reasons[-1].because == "net on cuda:0 with libx264 failed: it broke"
    assert replace(made, reasons=()) == replace(_SMALL, reasons=())


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "the same again"),
        ({"model": "camera"}, "camera"),
        ({"device": "cpu"}, "cpu"),
        ({"precision": Precision.FP32}, "fp32"),
        ({"offload": Offload.BY_LAYER}, "offload by layer"),
        ({"frames_per_pass": 8}, "8 frames a pass"),
        ({"render_size": Resolution(32, 24)}, "frames of 32x24"),
        ({"output_size": Resolution(32, 24)}, "video of 32x24"),
        ({"model": "b", "device": "cuda:1"}, "b, cuda:1"),
    ],
)
def test_a_change_is_said_in_a_few_words(changes: dict[str, Any], said: str) -> None:
    assert changed(_BIG, replace(_BIG, **changes)) == said


def test_another_encoder_is_said() -> None:
    assert changed(_BIG, replace(_BIG, encoder=_chip())) == "h264_nvenc"


def test_frames_of_the_same_look_serve_another_plan() -> None:
    assert _BIG.look == _SMALL.look == replace(_BIG, device="cuda:1").look
    assert _BIG.look != _OTHER_NET.look
    assert _BIG.look != replace(_BIG, render_rate=Fraction(5)).look
    assert _BIG.look != replace(_BIG, render_size=Resolution(32, 24)).look
