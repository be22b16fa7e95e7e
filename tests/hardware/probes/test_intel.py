"""What i915 and xe show in files becomes facts."""

from pathlib import Path

import psutil  # type: ignore[import-untyped]  # it ships no types
from corpus.sysfs import I915, XE, card, write_files

from ai_video_generator.hardware.facts import Accelerator, Precision
from ai_video_generator.hardware.probes import intel

_GIB = 1024**3
_Answer = tuple[tuple[Accelerator, ...], tuple[str, ...]]


def intel_accelerators(sys_root: Path) -> _Answer:
    """Ask about a machine on which everybody may compute."""
    doors = write_files(sys_root / "doors", {"renderD128": ""})
    return intel.intel_accelerators(sys_root, doors)


def test_a_card_of_xe_is_read_from_its_files(tmp_path: Path) -> None:
    files = {
        "tile0/physical_vram_size_bytes": 12 * _GIB,
        "tile0/gt0/freq0/rp0_freq": 2850,
        "tile0/gt0/freq0/act_freq": 1200,
        "hwmon/hwmon3/temp2_input": 41000,
        "hwmon/hwmon3/power1_cap": 190000000,
    }
    card(tmp_path, "03:00.0", "8086:e20b:00", XE, files)

    (gpu,), notes = intel_accelerators(tmp_path)

    assert notes == ()
    assert (gpu.device, gpu.name, gpu.driver) == ("xpu:0", "Intel Arc B580", "xe")
    assert (gpu.total_bytes, gpu.free_bytes) == (12 * _GIB, 12 * _GIB)
    assert (gpu.core_count, gpu.clock_mhz, gpu.clock_now_mhz) == (2560, 2850, 1200)
    assert (gpu.temperature_c, gpu.power_limit_w) == (41, 190.0)
    assert gpu.precisions == (Precision.FP32, Precision.FP16, Precision.BF16)
    assert not gpu.shares_ram


def test_intels_own_i915_tells_free_memory(tmp_path: Path) -> None:
    files = {
        "drm/card0/lmem_total_bytes": 16 * _GIB,
        "drm/card0/lmem_avail_bytes": 15 * _GIB,
        "drm/card0/gt_RP0_freq_mhz": 2400,
    }
    card(tmp_path, "03:00.0", "8086:56a0:08", I915, files)

    (gpu,), _ = intel_accelerators(tmp_path)

    assert (gpu.name, gpu.clock_mhz) == ("Intel Arc A770", 2400)
    assert (gpu.total_bytes, gpu.free_bytes) == (16 * _GIB, 15 * _GIB)


def test_a_card_whose_driver_hides_its_memory_has_what_it_is_sold_with(tmp_path: Path) -> None:
    card(tmp_path, "03:00.0", "8086:56a5:05", I915, {})

    (gpu,), _ = intel_accelerators(tmp_path)

    assert gpu.total_bytes == 6 * _GIB
    assert not gpu.shares_ram


def test_a_processors_gpu_has_half_of_the_ram(tmp_path: Path) -> None:
    card(tmp_path, "00:02.0", "8086:9a49:01", I915, {"drm/card0/gt_RP0_freq_mhz": 1300})

    (gpu,), _ = intel_accelerators(tmp_path)

    assert gpu.shares_ram
    assert (gpu.name, gpu.core_count, gpu.clock_mhz) == ("Intel Iris Xe Graphics", 768, 1300)
    assert gpu.total_bytes == psutil.virtual_memory().total // 2
    assert gpu.precisions == (Precision.FP32, Precision.FP16)


def test_a_card_is_counted_before_the_processors_gpu(tmp_path: Path) -> None:
    card(tmp_path, "00:02.0", "8086:a780:04", I915, {})
    card(tmp_path, "03:00.0", "8086:e20b:00", XE, {})

    gpus, _ = intel_accelerators(tmp_path)

    assert [(gpu.index, gpu.name) for gpu in gpus] == [
        (0, "Intel Arc B580"),
        (1, "Intel UHD Graphics 770"),
    ]


def test_an_unknown_chip_has_its_numbers_for_a_name(tmp_path: Path) -> None:
    card(tmp_path, "00:02.0", "8086:ffff:00", XE, {})

    assert intel_accelerators(tmp_path)[0][0].name == "Intel GPU [8086:ffff]"


def test_a_card_without_driver_is_a_sentence(tmp_path: Path) -> None:
    card(tmp_path, "03:00.0", "8086:e20b:00", "", {})

    assert intel_accelerators(tmp_path) == (
        (),
        ("Intel Arc B580 cannot compute: no driver serves it; a newer Linux kernel has one.",),
    )


def test_other_devices_and_other_makers_do_not_count(tmp_path: Path) -> None:
    card(tmp_path, "01:00.0", "10de:2684:a1", "nvidia", {})
    card(tmp_path, "00:1f.3", "8086:51c8:01", "snd_hda_intel", {"class": "0x040300"})

    assert intel_accelerators(tmp_path) == ((), ())


def test_a_card_behind_a_locked_door_is_a_sentence(tmp_path: Path) -> None:
    card(tmp_path, "03:00.0", "8086:e20b:00", XE, {})

    gpus, notes = intel.intel_accelerators(tmp_path, tmp_path / "no doors")

    assert len(gpus) == 1
    assert "groups render and video" in notes[0]
