"""Whether machine code runs on a GPU follows from the rules of CUDA."""

import pytest

from ai_video_generator.hardware.torch_kernels import has_amd_kernels, has_kernels

_CU126 = "sm_50 sm_60 sm_70 sm_75 sm_80 sm_86 sm_90"
_CU130 = "sm_75 sm_80 sm_86 sm_90 sm_100 sm_120 compute_120"


@pytest.mark.parametrize(
    ("arch_list", "capability", "runs"),
    [
        (_CU126, (6, 1), True),  # GTX 1060, by sm_60
        (_CU126, (8, 9), True),  # RTX 4090, by sm_86
        (_CU126, (12, 0), False),  # RTX 5090
        (_CU126, (3, 7), False),  # K80
        (_CU130, (12, 0), True),
        (_CU130, (6, 1), False),
        (_CU130, (12, 1), True),  # GB10
        (_CU130, (13, 0), True),  # by compute_120
        ("sm_90", (8, 9), False),
        ("compute_80", (12, 0), True),
        ("compute_90", (8, 9), False),
        ("sm_86", (8, 0), False),
        ("sm_90a", (9, 0), True),
        ("sm_100a", (10, 3), False),
        ("sm_100f", (10, 3), True),
        ("sm_100f", (12, 0), False),
        ("compute_90a", (9, 0), True),
        ("compute_90a", (10, 0), False),
        ("", (8, 9), True),
    ],
)
def test_code_runs_where_the_rules_say(
    arch_list: str, capability: tuple[int, int], *, runs: bool
) -> None:
    assert has_kernels(arch_list.split(), capability) is runs


@pytest.mark.parametrize(
    ("arch_list", "arch", "runs"),
    [
        ("gfx1030 gfx1100", "gfx1100", True),
        ("gfx1030 gfx1100", "gfx1032", False),
        ("gfx942:sramecc+:xnack-", "gfx942", True),
        ("gfx10-3-generic gfx11-generic", "gfx1032", True),
        ("gfx10-3-generic gfx11-generic", "gfx1012", False),
        ("gfx12-generic", "gfx1201", True),
        ("", "gfx803", True),
    ],
)
def test_amds_code_runs_where_it_is_named_or_its_family(
    arch_list: str, arch: str, *, runs: bool
) -> None:
    assert has_amd_kernels(arch_list.split(), arch) is runs
