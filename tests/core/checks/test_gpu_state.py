"""GPUs that are full or hot are found."""

from dataclasses import replace

from corpus.machines import machine

from ai_video_generator.core.checks.check import State
from ai_video_generator.core.checks.gpu_state import gpu_heat_check, gpu_memory_check
from ai_video_generator.core.checks.system import System


def test_a_free_and_cool_gpu_is_well() -> None:
    facts = machine("desktop_rtx4090")

    (memory,), (heat,) = gpu_memory_check(facts, System.DEBIAN), gpu_heat_check(facts)

    assert (memory.state, heat.state) == (State.OK, State.OK)
    assert "cuda:0 24.5 GB of 25.8 GB free" in memory.said
    assert heat.said == "cuda:0 39 degrees"


def test_a_gpu_that_others_fill_is_a_warning() -> None:
    facts = machine("desktop_rtx3060_gpu_nearly_full")

    (check,) = gpu_memory_check(facts, System.DEBIAN)

    assert check.state is State.WARNING
    assert "other programs hold 11.6 GB" in check.said
    assert "nvidia-smi" in check.mend
    (windows,) = gpu_memory_check(facts, System.WINDOWS)
    assert "Task Manager" in windows.mend


def test_only_the_full_one_of_two_is_told() -> None:
    facts = machine("kaggle_two_t4")
    first, second = facts.accelerators
    full = replace(facts, accelerators=(first, replace(second, free_bytes=10**9)))

    (check,) = gpu_memory_check(full, System.DEBIAN)

    assert check.said.startswith("cuda:1")


def test_a_gpu_that_takes_the_ram_is_no_matter_of_its_own() -> None:
    facts = machine("macbook_air_m1_8gb")

    (check,) = gpu_memory_check(facts, System.MACOS)

    assert (check.state, check.said) == (State.OK, "no GPU has memory of its own")


def test_a_gpu_that_slows_itself_down_is_a_warning_with_its_own_watts() -> None:
    facts = machine("desktop_rtx3060_gpu_nearly_full")

    (check,) = gpu_heat_check(facts)

    assert check.state is State.WARNING
    assert "slows itself down at 81 degrees" in check.said
    assert "sudo nvidia-smi -i 0 -pl 136" in check.mend


def test_reaching_the_power_limit_is_usual() -> None:
    facts = machine("desktop_rtx4090")
    gpu = replace(facts.accelerators[0], throttle_reasons=("power",))

    (check,) = gpu_heat_check(replace(facts, accelerators=(gpu,)))

    assert check.state is State.OK


def test_without_a_gpu_there_is_nothing_to_say() -> None:
    facts = machine("laptop_igpu")

    assert [check.state for check in gpu_heat_check(facts)] == [State.OK]
    assert [check.state for check in gpu_memory_check(facts, System.WINDOWS)] == [State.OK]
