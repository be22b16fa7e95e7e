"""The word for a machine follows from its accelerators."""

from dataclasses import replace

import pytest
from corpus.machines import MACHINES, machine

from ai_video_generator.hardware.facts import Accelerator, AcceleratorKind
from ai_video_generator.hardware.tiers import Tier, machine_tier

_TIERS = {
    "cloud_graviton3": Tier.LOW,
    "cloud_h100": Tier.ULTRA,
    "cloud_l4": Tier.ULTRA,
    "cloud_v100": Tier.ULTRA,
    "colab_cpu": Tier.LOW,
    "colab_t4": Tier.MEDIUM,
    "container_1_5_cpus_2gb": Tier.LOW,
    "container_gpu_not_passed_through": Tier.LOW,
    "container_work_in_memory": Tier.LOW,
    "desktop_arc_a770": Tier.ULTRA,
    "desktop_arc_b580": Tier.MEDIUM,
    "desktop_gpu_off_the_bus": Tier.LOW,
    "desktop_gtx1060_6gb": Tier.LOW,
    "desktop_gtx1080ti_torch_too_new": Tier.MEDIUM,
    "desktop_gtx1650_4gb": Tier.LOW,
    "desktop_gtx1660_super": Tier.LOW,
    "desktop_nvidia_card_without_driver": Tier.LOW,
    "desktop_nvml_mismatch": Tier.LOW,
    "desktop_rtx2060_6gb": Tier.LOW,
    "desktop_rtx2070_8gb": Tier.MEDIUM,
    "desktop_rtx2080ti": Tier.MEDIUM,
    "desktop_rtx3050_8gb": Tier.MEDIUM,
    "desktop_rtx3060_12gb": Tier.MEDIUM,
    "desktop_rtx3060_disk_full": Tier.MEDIUM,
    "desktop_rtx3060_gpu_nearly_full": Tier.MEDIUM,
    "desktop_rtx3080_10gb": Tier.HIGH,
    "desktop_rtx3080_driver_too_old": Tier.HIGH,
    "desktop_rtx3090": Tier.ULTRA,
    "desktop_rtx4060_8gb": Tier.MEDIUM,
    "desktop_rtx4070": Tier.HIGH,
    "desktop_rtx4070_network_home": Tier.HIGH,
    "desktop_rtx4070_torch_cpu_build": Tier.HIGH,
    "desktop_rtx4080": Tier.ULTRA,
    "desktop_rtx4090": Tier.ULTRA,
    "desktop_rtx4090_4gb_ram": Tier.ULTRA,
    "desktop_rtx5060ti_16gb": Tier.ULTRA,
    "desktop_rtx5070": Tier.HIGH,
    "desktop_rtx5070_torch_too_old": Tier.HIGH,
    "desktop_rtx5090": Tier.ULTRA,
    "desktop_rx6600": Tier.MEDIUM,
    "desktop_rx6700xt_windows": Tier.LOW,
    "desktop_rx7900xtx": Tier.ULTRA,
    "desktop_rx9070xt": Tier.ULTRA,
    "desktop_strix_halo": Tier.LOW,
    "desktop_windows_office": Tier.LOW,
    "desktop_windows_old_i5": Tier.LOW,
    "imac_m3_16gb": Tier.LOW,
    "jetson_orin_nano": Tier.LOW,
    "kaggle_two_t4": Tier.MEDIUM,
    "kubernetes_mig_slice": Tier.MEDIUM,
    "kubernetes_pod_4_cpus": Tier.LOW,
    "laptop_core2_duo": Tier.LOW,
    "laptop_core_i7_iris_xe": Tier.LOW,
    "laptop_core_ultra_windows": Tier.LOW,
    "laptop_egpu_rtx3080": Tier.HIGH,
    "laptop_egpu_unplugged": Tier.LOW,
    "laptop_i3_6100u": Tier.LOW,
    "laptop_i5_8250u": Tier.LOW,
    "laptop_igpu": Tier.LOW,
    "laptop_lunar_lake": Tier.LOW,
    "laptop_rtx3070_8gb": Tier.MEDIUM,
    "laptop_rtx4060_8gb": Tier.MEDIUM,
    "laptop_rtx4080_12gb": Tier.HIGH,
    "laptop_rtx4090_16gb": Tier.ULTRA,
    "laptop_ryzen_5500u_windows": Tier.LOW,
    "laptop_ryzen_680m": Tier.LOW,
    "laptop_snapdragon_x": Tier.LOW,
    "mac_mini_m4": Tier.LOW,
    "macbook_air_m1_8gb": Tier.LOW,
    "macbook_m2": Tier.LOW,
    "macbook_pro_m1_pro": Tier.LOW,
    "macbook_pro_m4_max": Tier.LOW,
    "mini_pc_n100": Tier.LOW,
    "netbook_atom_n450": Tier.LOW,
    "raspberry_pi_4": Tier.LOW,
    "raspberry_pi_5": Tier.LOW,
    "server_128_cores_no_gpu": Tier.LOW,
    "server_a100_40gb": Tier.ULTRA,
    "server_a100_80gb": Tier.ULTRA,
    "server_h200": Tier.ULTRA,
    "server_mi300x_8": Tier.ULTRA,
    "server_no_permission_to_gpu": Tier.LOW,
    "steam_deck": Tier.LOW,
    "workstation_a2000_12gb": Tier.MEDIUM,
    "workstation_four_a6000": Tier.ULTRA,
    "workstation_two_gpus": Tier.ULTRA,
    "wsl_rtx4070": Tier.HIGH,
    "wsl_without_driver": Tier.LOW,
}


@pytest.mark.parametrize("name", MACHINES)
def test_each_stored_machine_has_its_tier(name: str) -> None:
    assert machine_tier(machine(name)) is _TIERS[name]


def test_every_tier_has_machines() -> None:
    assert set(_TIERS) == set(MACHINES)
    assert set(_TIERS.values()) == set(Tier)


@pytest.mark.parametrize(
    ("name", "mebibytes", "cores", "clock_mhz", "tier"),
    [
        ("NVIDIA GeForce RTX 4080", 16376, 9728, 3105, Tier.ULTRA),
        ("Tesla P100-PCIE-16GB", 16276, 3584, 1328, Tier.ULTRA),
        ("NVIDIA GeForce RTX 4080 Laptop GPU", 12282, 7424, 3105, Tier.HIGH),
        ("NVIDIA GeForce RTX 5070", 12227, 6144, 3090, Tier.HIGH),
        ("NVIDIA GeForce RTX 3080", 10240, 8704, 2100, Tier.HIGH),
        ("NVIDIA GeForce RTX 3060", 12288, 3584, 2100, Tier.MEDIUM),
        ("NVIDIA RTX A2000 12GB", 12282, 3328, 2100, Tier.MEDIUM),
        ("NVIDIA GeForce RTX 2080 Ti", 11264, 4352, 2100, Tier.MEDIUM),
        ("Tesla T4", 15360, 2560, 1590, Tier.MEDIUM),
        ("Intel Arc B580", 12216, 2560, 2850, Tier.MEDIUM),
        ("AMD Radeon RX 7700 XT", 12272, 3456, 2544, Tier.MEDIUM),
        ("a card that does not tell its clock", 12288, 9999, None, Tier.MEDIUM),
        ("NVIDIA GeForce RTX 2070", 8192, 2304, 2100, Tier.MEDIUM),
        ("NVIDIA GeForce RTX 3050 6GB", 6144, 2304, 2100, Tier.LOW),
    ],
)
def test_a_card_is_placed_by_memory_and_arithmetic(
    name: str, mebibytes: int, cores: int, clock_mhz: int | None, tier: Tier
) -> None:
    card = Accelerator(
        kind=AcceleratorKind.CUDA,
        index=0,
        name=name,
        total_bytes=mebibytes * 2**20,
        free_bytes=0,
        core_count=cores,
        clock_mhz=clock_mhz,
    )

    assert machine_tier(replace(machine("laptop_igpu"), accelerators=(card,))) is tier


def test_the_strongest_of_several_counts() -> None:
    both = machine("workstation_two_gpus")

    assert machine_tier(replace(both, accelerators=both.accelerators[::-1])) is Tier.ULTRA


def test_memory_that_is_the_machines_ram_does_not_count() -> None:
    best = machine("desktop_rtx4090")
    shared = replace(best.accelerators[0], shares_ram=True)

    assert machine_tier(replace(best, accelerators=(shared,))) is Tier.LOW
