"""The word for a machine follows from its accelerators."""

from dataclasses import replace

import pytest
from corpus.machines import MACHINES, machine

from ai_video_generator.hardware.facts import Accelerator, AcceleratorKind
from ai_video_generator.hardware.tiers import Tier, machine_tier

_TIERS = {
    "container_1_5_cpus_2gb": Tier.LOW,
    "desktop_rtx3060_12gb": Tier.MEDIUM,
    "desktop_rtx3080_10gb": Tier.HIGH,
    "desktop_rtx4090": Tier.ULTRA,
    "laptop_igpu": Tier.LOW,
    "laptop_rtx4060_8gb": Tier.MEDIUM,
    "macbook_m2": Tier.LOW,
    "raspberry_pi_5": Tier.LOW,
    "server_h200": Tier.ULTRA,
    "workstation_two_gpus": Tier.ULTRA,
}


@pytest.mark.parametrize("name", MACHINES)
def test_each_stored_machine_has_its_tier(name: str) -> None:
    assert machine_tier(machine(name)) is _TIERS[name]


@pytest.mark.parametrize(
    ("name", "mebibytes", "capability", "tier"),
    [
        ("NVIDIA GeForce RTX 4080", 16376, (8, 9), Tier.ULTRA),
        ("NVIDIA GeForce RTX 4080 Laptop GPU", 12282, (8, 9), Tier.HIGH),
        ("NVIDIA GeForce RTX 5070", 12227, (12, 0), Tier.HIGH),
        ("NVIDIA GeForce RTX 3060", 12288, (8, 6), Tier.MEDIUM),
        ("NVIDIA GeForce RTX 2080 Ti", 11264, (7, 5), Tier.MEDIUM),
        ("Tesla T4", 15360, (7, 5), Tier.MEDIUM),
        ("NVIDIA GeForce RTX 2070", 8192, (7, 5), Tier.MEDIUM),
        ("NVIDIA GeForce RTX 3050", 6144, (8, 6), Tier.LOW),
        ("AMD Radeon RX 7700 XT", 12272, None, Tier.HIGH),
    ],
)
def test_a_card_is_placed_by_memory_and_compute(
    name: str, mebibytes: int, capability: tuple[int, int] | None, tier: Tier
) -> None:
    card = Accelerator(
        kind=AcceleratorKind.CUDA,
        index=0,
        name=name,
        total_bytes=mebibytes * 2**20,
        free_bytes=0,
        compute_capability=capability,
    )

    assert machine_tier(replace(machine("laptop_igpu"), accelerators=(card,))) is tier


def test_memory_that_is_the_machines_ram_does_not_count() -> None:
    best = machine("desktop_rtx4090")
    shared = replace(best.accelerators[0], shares_ram=True)

    assert machine_tier(replace(best, accelerators=(shared,))) is Tier.LOW
