"""What is remembered of failures, and what is not."""

from dataclasses import replace

import pytest
from corpus.plans import small_plan

from ai_video_generator.core.breaker import Breaker
from ai_video_generator.errors import (
    AIVideoError,
    DependencyMissingError,
    DeviceLostError,
    DeviceMemoryError,
    EncodingError,
    InputError,
    NumericalError,
    RenderError,
    TimeLimitError,
    WeightsCorruptError,
)

PLAN = small_plan()
ON_GPU = replace(PLAN, device="cuda:0", model="svd_xt")


@pytest.mark.parametrize(
    "error",
    [
        DeviceMemoryError("full"),
        DeviceLostError("gone"),
        EncodingError("no chip"),
        DependencyMissingError("no torch"),
        WeightsCorruptError("cut"),
    ],
)
def test_what_is_about_the_machine_is_believed_at_once(error: AIVideoError) -> None:
    breaker = Breaker()
    breaker.remember(ON_GPU, error)

    (failure,) = breaker.failures
    assert (failure.plan, failure.recovery, failure.said) == (ON_GPU, error.recovery, str(error))


@pytest.mark.parametrize("error", [RenderError("crash"), NumericalError("black")])
def test_what_may_be_the_pictures_fault_is_believed_the_second_time(error: AIVideoError) -> None:
    breaker = Breaker()
    breaker.remember(ON_GPU, error)
    assert breaker.failures == ()

    breaker.remember(ON_GPU, error)
    assert len(breaker.failures) == 1


def test_a_success_between_two_failures_forgives_the_first() -> None:
    breaker = Breaker()
    breaker.remember(ON_GPU, RenderError("crash"))
    breaker.forgive(ON_GPU)
    breaker.remember(ON_GPU, RenderError("crash"))

    assert breaker.failures == ()


def test_a_success_of_another_model_forgives_nothing() -> None:
    breaker = Breaker()
    breaker.remember(ON_GPU, RenderError("crash"))
    breaker.forgive(PLAN)
    breaker.remember(ON_GPU, RenderError("crash"))

    assert len(breaker.failures) == 1


@pytest.mark.parametrize("error", [TimeLimitError("late"), InputError("odd")])
def test_what_is_about_the_job_is_not_remembered(error: AIVideoError) -> None:
    breaker = Breaker()
    for _ in range(3):
        breaker.remember(ON_GPU, error)
    assert breaker.failures == ()


def test_ram_may_be_free_again() -> None:
    breaker = Breaker()
    breaker.remember(PLAN, DeviceMemoryError("full"))
    assert breaker.failures == ()
