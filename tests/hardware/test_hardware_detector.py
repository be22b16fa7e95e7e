"""The detector asks everything, survives everything, and is quick."""

import json
import sys
import time
from pathlib import Path

import pytest
from corpus.machines import FACTS, MACHINES, machine

from ai_video_generator.hardware.hardware_detector import HardwareDetector, Probe
from ai_video_generator.hardware.tiers import Tier
from ai_video_generator.registry import Registry


def _probes(folder: Path, **sources: str) -> Registry[Probe]:
    """A folder of probes with this source, as a registry."""
    package = folder / "made_up_probes"
    package.mkdir()
    (package / "__init__.py").write_text("")
    for name, source in sources.items():
        (package / f"{name}.py").write_text(source)
    return Registry(package="made_up_probes", attribute="PROBE")


@pytest.fixture
def import_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.syspath_prepend(str(tmp_path))
    for name in [name for name in sys.modules if name.startswith("made_up_probes")]:
        monkeypatch.delitem(sys.modules, name)
    return tmp_path


def test_this_machine_is_detected_within_half_a_second() -> None:
    HardwareDetector().detect()  # loads the libraries, which import tests time
    started_s = time.monotonic()

    facts = HardwareDetector().detect()

    assert time.monotonic() - started_s < 0.5
    assert 0 < facts.cpu_cores <= facts.cpu_cores_total
    assert 0 < facts.ram_free_bytes <= facts.ram_total_bytes
    assert facts.disk_free_bytes > 0
    assert facts.cpu_name


def test_facts_come_back_from_json_unchanged() -> None:
    facts = HardwareDetector().detect()

    assert FACTS.validate_json(FACTS.dump_json(facts)) == facts


@pytest.mark.parametrize("name", MACHINES)
def test_stored_machines_are_whole(name: str) -> None:
    facts = machine(name)

    assert FACTS.validate_python(json.loads(FACTS.dump_json(facts))) == facts


def test_a_probe_that_raises_becomes_a_sentence(import_folder: Path) -> None:
    probes = _probes(
        import_folder,
        broken="def PROBE():\n    raise RuntimeError('no bus')\n",
        missing="import a_package_that_nobody_has\n",
        fine="def PROBE():\n    return (), ('All is well.',)\n",
    )

    facts = HardwareDetector(probes=probes).detect()

    assert facts.accelerators == ()
    assert facts.notes == (
        "The broken probe failed: RuntimeError: no bus.",
        "All is well.",
        (
            "The missing probe failed: ModuleNotFoundError: No module named "
            "'a_package_that_nobody_has'."
        ),
    )


_TWO_GPUS = """
from ai_video_generator.hardware.facts import Accelerator, AcceleratorKind

def card(index, gib):
    return Accelerator(kind=AcceleratorKind.CUDA, index=index, name=f"card {gib}",
                       total_bytes=gib * 2**30, free_bytes=gib * 2**29)

def PROBE():
    return (card(0, 8), card(1, 24)), ()
"""


def test_the_gpu_with_most_memory_comes_first(import_folder: Path) -> None:
    detector = HardwareDetector(probes=_probes(import_folder, two=_TWO_GPUS))

    assert [gpu.index for gpu in detector.detect().accelerators] == [1, 0]
    assert detector.get_hardware_tier() == "ultra"
    assert detector.estimate_capabilities()["device"] == "cuda:1"
    assert detector.detect_gpu()["accelerators"][0]["name"] == "card 24"


def test_a_machine_without_gpu_has_the_cpu_to_offer(import_folder: Path) -> None:
    detector = HardwareDetector(probes=_probes(import_folder))

    capabilities = detector.estimate_capabilities()

    assert (capabilities["tier"], capabilities["device"]) == ("low", "cpu")
    assert capabilities["precisions"] == ["fp32"]
    assert detector.detect_gpu() == {"available": False, "accelerators": [], "notes": []}


def test_the_single_questions_agree_with_the_whole(tmp_path: Path) -> None:
    detector = HardwareDetector(output_path=tmp_path / "out" / "video.mp4")
    facts = detector.detect()

    cpu = detector.detect_cpu()
    assert (cpu["name"], cpu["cores"]) == (facts.cpu_name, facts.cpu_cores)
    assert (cpu["cores_total"], cpu["architecture"]) == (
        facts.cpu_cores_total,
        facts.cpu_architecture,
    )
    assert detector.detect_ram()["total_bytes"] == facts.ram_total_bytes
    assert detector.detect_storage()["free_bytes"] == pytest.approx(facts.disk_free_bytes, rel=0.05)
    assert detector.get_hardware_tier() in [tier.value for tier in Tier]


def test_a_containers_limits_are_this_machine(tmp_path: Path) -> None:
    (tmp_path / "proc" / "self").mkdir(parents=True)
    (tmp_path / "proc" / "self" / "cgroup").write_text("0::/\n")
    (tmp_path / "cpu.max").write_text("50000 100000\n")
    (tmp_path / "memory.max").write_text(f"{64 * 2**20}\n")

    facts = HardwareDetector(cgroup_root=tmp_path, proc_root=tmp_path / "proc").detect()

    assert facts.cpu_cores == 0.5
    assert facts.ram_total_bytes == 64 * 2**20
