"""Processor and memory are judged by what the smallest video takes."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from corpus.machines import machine
from corpus.requests import model

from ai_video_generator.core.checks.check import Check, State
from ai_video_generator.core.checks.resources import memory_check, processor_check
from ai_video_generator.hardware.facts import HardwareFacts

GB = 10**9
CAMERA = model()


def _memory(facts: HardwareFacts, swap_bytes: int = 2 * GB) -> Sequence[Check]:
    return list(memory_check(facts, CAMERA, swap_bytes))


def test_a_core_or_more_is_well() -> None:
    facts = machine("container_1_5_cpus_2gb")

    check = processor_check(facts)

    assert check.state is State.OK
    assert f"{facts.cpu_cores:g} of {facts.cpu_cores_total} cores usable" in check.said


def test_less_than_a_core_is_a_warning() -> None:
    check = processor_check(replace(machine("container_1_5_cpus_2gb"), cpu_cores=0.5))

    assert check.state is State.WARNING
    assert "--cpus" in check.mend


@pytest.mark.parametrize(
    ("free_bytes", "state", "said"),
    [
        (8 * GB, State.OK, "8.0 GB of 16.0 GB free"),
        (GB // 2, State.WARNING, "a 1080p video takes"),
        (GB // 5, State.BROKEN, "the smallest video takes"),
    ],
)
def test_free_memory_decides(free_bytes: int, state: State, said: str) -> None:
    facts = replace(machine("laptop_i5_8250u"), ram_total_bytes=16 * GB, ram_free_bytes=free_bytes)

    (check,) = _memory(facts)

    assert check.state is state
    assert said in check.said
    assert check.mend == ("" if state is State.OK else "close other programs")


def test_a_container_is_given_more() -> None:
    facts = replace(machine("container_1_5_cpus_2gb"), ram_free_bytes=GB // 5)

    (check,) = _memory(facts, swap_bytes=0)

    assert "docker run --memory" in check.mend


def test_little_memory_without_swap_is_a_warning_and_says_how_to_make_some() -> None:
    facts = machine("raspberry_pi_4")

    (check,) = _memory(facts, swap_bytes=0)

    assert check.state is State.WARNING
    assert "mkswap" in check.mend
    assert _memory(facts, swap_bytes=GB)[0].state is State.OK


def test_much_memory_needs_no_swap() -> None:
    assert _memory(machine("desktop_rtx4090"), swap_bytes=0)[0].state is State.OK
