"""The detector asks everything, survives everything, and is quick."""

import json
import sys
import time
from pathlib import Path

import pytest
from corpus.machines import FACTS, MACHINES, machine

from ai_video_generator.hardware.accelerators import Probe, found_accelerators
from ai_video_generator.hardware.facts import Purpose
from ai_video_generator.hardware.hardware_detector import HardwareDetector
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
    assert all(disk.free_bytes > 0 for disk in facts.disks)
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
    assert detector.detect().notes == (
        (
            "The card 24 (cuda:1) is used, as it has the most memory; choose another with "
            "--gpu cuda:0."
        ),
    )
    assert detector.get_hardware_tier() == "ultra"
    assert detector.estimate_capabilities()["device"] == "cuda:1"
    assert detector.detect_gpu()["accelerators"][0]["name"] == "card 24"


_OWN_AND_SHARED = """
from ai_video_generator.hardware.facts import Accelerator, AcceleratorKind

def PROBE():
    own = Accelerator(kind=AcceleratorKind.ROCM, index=0, name="own",
                      total_bytes=8 * 2**30, free_bytes=8 * 2**30)
    shared = Accelerator(kind=AcceleratorKind.ROCM, index=1, name="shared", shares_ram=True,
                         total_bytes=48 * 2**30, free_bytes=48 * 2**30)
    return (shared, own), ()
"""


def test_memory_of_its_own_comes_before_more_shared_memory(import_folder: Path) -> None:
    facts = HardwareDetector(probes=_probes(import_folder, both=_OWN_AND_SHARED)).detect()

    assert [gpu.name for gpu in facts.accelerators] == ["own", "shared"]
    assert facts.notes == ()


def test_a_probe_that_hangs_is_left_behind(import_folder: Path) -> None:
    hanging = "import threading\nEND = threading.Event()\ndef PROBE():\n    END.wait()\n"
    probes = _probes(
        import_folder, hanging=hanging, fine="def PROBE():\n    return (), ('Fine.',)\n"
    )

    try:
        accelerators, notes = found_accelerators(probes, limit_s=0.2)
    finally:
        sys.modules["made_up_probes.hanging"].END.set()

    assert accelerators == ()
    assert notes == (
        "Fine.",
        "The hanging driver gave no answer within 0.2 seconds: restart the machine.",
    )


def test_a_machine_without_gpu_has_the_cpu_to_offer(import_folder: Path) -> None:
    detector = HardwareDetector(probes=_probes(import_folder))

    capabilities = detector.estimate_capabilities()

    assert (capabilities["tier"], capabilities["device"]) == ("low", "cpu")
    assert capabilities["precisions"] == ["fp32"]
    assert detector.detect_gpu() == {"available": False, "accelerators": [], "notes": []}


def test_the_single_questions_agree_with_the_whole(tmp_path: Path) -> None:
    output = tmp_path / "out" / "video.mp4"
    detector = HardwareDetector(output_path=output)
    facts = detector.detect()

    assert detector.detect_cpu() == {
        "name": facts.cpu_name,
        "cores": facts.cpu_cores,
        "cores_total": facts.cpu_cores_total,
        "cores_physical": facts.cpu_cores_physical,
        "clock_mhz": facts.cpu_clock_mhz,
        "architecture": facts.cpu_architecture,
        "features": list(facts.cpu_features),
    }
    assert detector.detect_ram() == {
        "total_bytes": facts.ram_total_bytes,
        "free_bytes": facts.ram_free_bytes,
    }
    assert detector.detect_gpu()["notes"] == list(facts.notes)
    storage = detector.detect_storage()
    assert (storage["path"], storage["free_bytes"]) == (
        str(output),
        facts.disk_free_bytes(Purpose.OUTPUT),
    )
    assert [disk["purpose"] for disk in storage["disks"]] == ["output", "work", "models"]
    assert detector.get_hardware_tier() in [tier.value for tier in Tier]


def test_detecting_again_asks_again(import_folder: Path) -> None:
    source = "ASKED = []\ndef PROBE():\n    ASKED.append(1)\n    return (), (f'{len(ASKED)}.',)\n"
    detector = HardwareDetector(probes=_probes(import_folder, counting=source))

    assert detector.detect_gpu()["notes"] == ["1."]
    assert detector.detect_gpu()["notes"] == ["1."]
    assert detector.detect().notes == ("2.",)
    assert detector.detect_gpu()["notes"] == ["2."]


def test_each_purpose_has_the_disk_of_its_folder(tmp_path: Path) -> None:
    (tmp_path / "proc" / "self").mkdir(parents=True)
    places = {"work": "tmpfs", "models": "nfs4"}
    for name in places:
        (tmp_path / name).mkdir()
    lines = [f"1 1 0:1 / {tmp_path / name} rw - {kind} x rw" for name, kind in places.items()]
    mounts = "\n".join(["1 1 0:1 / / rw - ext4 x rw", *lines])
    (tmp_path / "proc" / "self" / "mountinfo").write_text(mounts)

    facts = HardwareDetector(
        output_path=tmp_path / "video.mp4",
        work_folder=tmp_path / "work",
        models_folder=tmp_path / "models" / "hub",
        proc_root=tmp_path / "proc",
    ).detect()

    if sys.platform == "linux":
        kinds = {disk.purpose: disk.file_system for disk in facts.disks}
        assert kinds == {Purpose.OUTPUT: "ext4", Purpose.WORK: "tmpfs", Purpose.MODELS: "nfs4"}
        assert "takes RAM" in facts.notes[-2]
        assert "models of many gigabytes" in facts.notes[-1]
    assert all(disk.free_bytes > 0 for disk in facts.disks)


def test_a_folder_that_cannot_be_asked_about_is_a_sentence(tmp_path: Path) -> None:
    facts = HardwareDetector(output_path=tmp_path, work_folder=Path("no\0name")).detect()

    assert facts.disk_free_bytes(Purpose.WORK) == 0
    assert facts.disk_free_bytes(Purpose.OUTPUT) > 0
    assert any(note.startswith("The work folder 'no\\x00name' cannot") for note in facts.notes)


def test_a_containers_limits_are_this_machine(tmp_path: Path) -> None:
    (tmp_path / "proc" / "self").mkdir(parents=True)
    (tmp_path / "proc" / "self" / "cgroup").write_text("0::/\n")
    (tmp_path / "cpu.max").write_text("50000 100000\n")
    (tmp_path / "memory.max").write_text(f"{64 * 2**20}\n")

    facts = HardwareDetector(cgroup_root=tmp_path, proc_root=tmp_path / "proc").detect()

    assert facts.cpu_cores == 0.5
    assert facts.ram_total_bytes == 64 * 2**20
