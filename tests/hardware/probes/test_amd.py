"""What amdgpu shows in files becomes facts."""

from pathlib import Path

import pytest
from corpus.sysfs import AMDGPU, card, compute_node, write_files

from ai_video_generator.hardware.facts import Precision
from ai_video_generator.hardware.probes._gfx_version import gfx_version
from ai_video_generator.hardware.probes.amd import Places, amd_accelerators

_GIB = 1024**3


@pytest.fixture(autouse=True)
def nothing_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ROCR_VISIBLE_DEVICES", "HIP_VISIBLE_DEVICES"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def places(tmp_path: Path) -> Places:
    """An empty machine on which everybody may compute."""
    write_files(tmp_path, {"dev/kfd": "", "rocm/version": "7.2.0-43"})
    return Places(
        sys_root=tmp_path / "sys",
        compute_device=tmp_path / "dev/kfd",
        rocm_version=tmp_path / "rocm/version",
        names=tmp_path / "amdgpu.ids",
    )


def _processor_node(places: Places) -> None:
    """Node 0 of every machine is its processor."""
    compute_node(places.sys_root, 0, "00:00.0", cpu_cores_count=16, simd_count=0)


def _radeon_7900(places: Places, slot: str = "03:00.0", node: int = 1) -> Path:
    compute_node(
        places.sys_root,
        node,
        slot,
        simd_count=192,
        simd_per_cu=2,
        gfx_target_version=110000,
        max_engine_clk_fcompute=2482,
    )
    return card(
        places.sys_root,
        slot,
        "1002:744c:c8",
        AMDGPU,
        {
            "mem_info_vram_total": 24 * _GIB,
            "mem_info_vram_used": 2 * _GIB,
            "mem_info_gtt_total": 32 * _GIB,
            "gpu_busy_percent": 12,
            "unique_id": f"b3c1a0d2f4e5060{node}",
            "hwmon/hwmon4/temp1_input": 46500,
            "hwmon/hwmon4/freq1_input": 1904000000,
            "hwmon/hwmon4/power1_average": 38000000,
            "hwmon/hwmon4/power1_cap": 327000000,
        },
    )


def test_a_card_is_read_from_its_files(places: Places) -> None:
    _processor_node(places)
    _radeon_7900(places)

    (gpu,), notes = amd_accelerators(places)

    assert notes == ()
    assert (gpu.device, gpu.name) == ("rocm:0", "AMD Radeon RX 7900 XTX")
    assert (gpu.total_bytes, gpu.free_bytes) == (24 * _GIB, 22 * _GIB)
    assert gpu.precisions == (Precision.FP32, Precision.FP16, Precision.BF16)
    assert (gpu.core_count, gpu.clock_mhz, gpu.clock_now_mhz) == (6144, 2482, 1904)
    assert (gpu.load, gpu.temperature_c, gpu.power_w, gpu.power_limit_w) == (0.12, 46, 38.0, 327.0)
    assert (gpu.driver, gpu.runtime_version) == ("amdgpu", "7.2.0")
    assert not gpu.shares_ram


def test_a_processors_gpu_shares_the_ram(places: Places) -> None:
    compute_node(
        places.sys_root,
        1,
        "c4:00.0",
        simd_count=80,
        simd_per_cu=2,
        gfx_target_version=110501,
        max_engine_clk_fcompute=2900,
    )
    files = {
        "mem_info_vram_total": _GIB // 2,
        "mem_info_vram_used": _GIB // 4,
        "mem_info_gtt_total": 62 * _GIB,
        "mem_info_gtt_used": 2 * _GIB,
    }
    card(places.sys_root, "c4:00.0", "1002:1586:c1", AMDGPU, files)

    (gpu,), _ = amd_accelerators(places)

    assert gpu.shares_ram
    assert (gpu.name, gpu.core_count) == ("AMD Radeon 8060S Graphics", 2560)
    assert (gpu.total_bytes, gpu.free_bytes) == (62 * _GIB, 60 * _GIB)


def test_sensors_that_are_missing_are_not_told(places: Places) -> None:
    compute_node(places.sys_root, 1, "03:00.0", simd_count=56, simd_per_cu=2)
    card(places.sys_root, "03:00.0", "1002:73ff:c7", AMDGPU, {"mem_info_vram_total": 8 * _GIB})

    (gpu,), notes = amd_accelerators(places)

    assert notes == ()
    assert gpu.free_bytes == gpu.total_bytes
    assert gpu.precisions == (Precision.FP32,)
    assert (gpu.load, gpu.temperature_c, gpu.power_w, gpu.clock_mhz) == (None,) * 4


def test_the_order_is_that_of_the_compute_interface(places: Places) -> None:
    _radeon_7900(places, "83:00.0", node=1)
    _radeon_7900(places, "03:00.0", node=2)

    gpus, _ = amd_accelerators(places)

    assert [gpu.uuid[-1] for gpu in gpus] == ["1", "2"]


@pytest.mark.parametrize(
    ("first", "second", "left"),
    [
        ("1", None, ["2"]),
        (None, "1,0", ["2", "1"]),
        ("1,0", "1", ["1"]),
        ("GPU-b3c1a0d2f4e50602", None, ["2"]),
        (None, "", []),
    ],
)
def test_what_rocm_hides_is_not_listed(
    places: Places,
    monkeypatch: pytest.MonkeyPatch,
    first: str | None,
    second: str | None,
    left: list[str],
) -> None:
    _radeon_7900(places, "03:00.0", node=1)
    _radeon_7900(places, "83:00.0", node=2)
    for name, value in (("ROCR_VISIBLE_DEVICES", first), ("HIP_VISIBLE_DEVICES", second)):
        if value is not None:
            monkeypatch.setenv(name, value)

    gpus, notes = amd_accelerators(places)

    assert [gpu.uuid[-1] for gpu in gpus] == left
    assert [gpu.index for gpu in gpus] == list(range(len(left)))
    assert ("hides" in "".join(notes)) == (len(left) < 2)


def test_a_card_without_driver_is_a_sentence(places: Places) -> None:
    card(places.sys_root, "03:00.0", "1002:7550:c0", "", {})

    gpus, notes = amd_accelerators(places)

    assert gpus == ()
    assert notes == ("AMD Radeon RX 9070 XT cannot compute: no driver serves it; install amdgpu.",)


def test_a_card_that_only_draws_is_a_sentence(places: Places) -> None:
    card(places.sys_root, "03:00.0", "1002:6610:00", AMDGPU, {"mem_info_vram_total": 2 * _GIB})

    gpus, notes = amd_accelerators(places)

    assert gpus == ()
    assert notes == ("AMD GPU [1002:6610] cannot compute: the kernel offers no interface for it.",)


def test_a_locked_interface_is_a_sentence(places: Places) -> None:
    _radeon_7900(places)
    places.compute_device.unlink()  # root may read what is locked, but not what is missing

    gpus, notes = amd_accelerators(places)

    assert len(gpus) == 1
    assert "groups render and video" in notes[0]


def test_mesas_list_names_what_ours_does_not(places: Places) -> None:
    places.names.write_text("# list\n1.0.0\n747E,\tDB,\tAMD Radeon RX 7700\n")
    compute_node(places.sys_root, 1, "03:00.0", simd_count=80, simd_per_cu=2)
    card(places.sys_root, "03:00.0", "1002:747e:db", AMDGPU, {})

    assert amd_accelerators(places)[0][0].name == "AMD Radeon RX 7700"


def test_a_machine_without_amd_has_nothing_to_say(places: Places) -> None:
    assert amd_accelerators(places) == ((), ())


@pytest.mark.parametrize(
    ("number", "formats", "shares_ram"),
    [
        (80003, "fp32", False),  # RX 580
        (90000, "fp32 fp16", False),  # Vega 64
        (90012, "fp32 fp16", True),  # Renoir
        (90010, "fp32 fp16 bf16", False),  # MI250X
        (90402, "fp32 fp16 bf16 fp8", False),  # MI300X
        (100302, "fp32 fp16", False),  # RX 6600
        (100303, "fp32 fp16", True),  # Steam Deck
        (100304, "fp32 fp16", False),  # RX 6500 XT
        (110000, "fp32 fp16 bf16", False),  # RX 7900 XTX
        (110501, "fp32 fp16 bf16", True),  # Strix Halo
        (120001, "fp32 fp16 bf16 fp8", False),  # RX 9070 XT
    ],
)
def test_formats_follow_from_the_instructions(
    number: int, formats: str, *, shares_ram: bool
) -> None:
    version = gfx_version(number)

    assert version.precisions == tuple(map(Precision, formats.split()))
    assert version.shares_ram is shares_ram
