"""The stored machines could exist: their numbers agree with each other."""

import pytest
from corpus.machines import MACHINES, machine

from ai_video_generator.config.video_codecs import ENCODERS
from ai_video_generator.hardware.facts import (
    Accelerator,
    AcceleratorKind,
    HardwareFacts,
    Precision,
    Purpose,
)
from ai_video_generator.hardware.probes._intel_names import CHIPS
from ai_video_generator.hardware.probes._nvml import precisions_of
from ai_video_generator.hardware.torch_kernels import has_kernels

_FEATURES = {
    "x86_64": {"sse4_2", "avx", "avx2", "avx512f", "avx512_vnni", "amx_tile"},
    "arm64": {"neon", "sve"},
}
_NEEDS = {"avx": "sse4_2", "avx2": "avx", "avx512f": "avx2", "amx_tile": "avx512f", "sve": "neon"}
_ENVIRONMENTS = {"container", "wsl", "virtual machine", "colab", "kaggle"}
_FILE_SYSTEMS = {
    "Linux": {"ext4", "btrfs", "xfs", "overlay", "nfs4", "9p", "tmpfs"},
    "Windows": {"ntfs"},
    "Darwin": {"apfs"},
}
_ORDER = [encoder.name for encoder in ENCODERS]
_SOFTWARE = {encoder.name for encoder in ENCODERS if not encoder.hardware}

_every_machine = pytest.mark.parametrize("name", MACHINES)
_GPUS = [
    pytest.param(gpu, id=f"{name}-{gpu.device}")
    for name in MACHINES
    for gpu in machine(name).accelerators
]
_every_gpu = pytest.mark.parametrize("gpu", _GPUS)


def test_there_are_sixty_of_them_and_of_every_kind() -> None:
    all_facts = [machine(name) for name in MACHINES]

    assert len(MACHINES) >= 60
    assert {facts.system for facts in all_facts} == {"Linux", "Windows", "Darwin"}
    assert {gpu.kind for facts in all_facts for gpu in facts.accelerators} == set(AcceleratorKind)
    assert {word for facts in all_facts for word in facts.environment} == _ENVIRONMENTS
    assert sum(bool(facts.torch and facts.torch.problem) for facts in all_facts) >= 4
    assert sum(bool(facts.notes) for facts in all_facts) >= 8


@_every_machine
def test_processor_and_memory_agree(name: str) -> None:
    facts = machine(name)

    assert 0 < facts.cpu_cores <= facts.cpu_cores_total
    physical = facts.cpu_cores_physical
    assert physical is not None
    assert facts.cpu_cores_total in range(physical, 2 * physical + 1)  # hybrids lie between
    assert facts.cpu_clock_mhz is None or 1_000 <= facts.cpu_clock_mhz <= 6_500
    assert 0 < facts.ram_free_bytes < facts.ram_total_bytes
    assert facts.ram_total_bytes >= 2 * 10**9


@_every_machine
def test_vector_extensions_exist_and_build_on_each_other(name: str) -> None:
    facts = machine(name)

    features = facts.cpu_features
    assert set(features) <= _FEATURES[facts.cpu_architecture]
    assert list(features) == sorted(features)
    assert all(_NEEDS.get(feature, feature) in features for feature in features)


@_every_machine
def test_each_purpose_has_a_disk_that_the_system_could_have(name: str) -> None:
    facts = machine(name)

    assert [disk.purpose for disk in facts.disks] == list(Purpose)
    assert all(disk.free_bytes > 0 for disk in facts.disks)
    assert all(disk.file_system in _FILE_SYSTEMS[facts.system] for disk in facts.disks)
    assert set(facts.environment) <= _ENVIRONMENTS


@_every_machine
def test_encoders_are_known_and_their_chips_are_there(name: str) -> None:
    facts = machine(name)

    assert list(facts.video_encoders) == [
        encoder for encoder in _ORDER if encoder in facts.video_encoders
    ]
    assert set(facts.video_encoders) >= _SOFTWARE
    for encoder in set(facts.video_encoders) - _SOFTWARE:
        codec, _, family = encoder.partition("_")
        assert _could_have(facts, codec, family), encoder


def _could_have(facts: HardwareFacts, codec: str, family: str) -> bool:
    """Whether a machine has the chip for one of FFmpeg's encoders."""
    if family == "videotoolbox":
        return facts.system == "Darwin"
    if family == "qsv":
        intel = any(gpu.kind is AcceleratorKind.XPU for gpu in facts.accelerators)
        return "Intel" in facts.cpu_name or intel
    if family == "amf":
        return facts.system == "Windows" and "AMD" in facts.cpu_name
    cards = [gpu for gpu in facts.accelerators if gpu.kind is AcceleratorKind.CUDA]
    return any(
        (gpu.compute_capability or (0, 0)) >= ((8, 9) if codec == "av1" else (5, 0))
        and not any(word in gpu.name for word in ("A100", "H100", "H200"))  # they have none
        for gpu in cards
    )


@_every_machine
def test_accelerators_are_counted_and_the_best_comes_first(name: str) -> None:
    found = machine(name).accelerators

    for kind in AcceleratorKind:
        indexes = sorted(gpu.index for gpu in found if gpu.kind is kind)
        assert indexes == list(range(len(indexes)))
    order = [(gpu.shares_ram, -gpu.total_bytes) for gpu in found]
    assert order == sorted(order)


@_every_gpu
def test_a_gpus_numbers_agree(gpu: Accelerator) -> None:
    assert 0 < gpu.free_bytes <= gpu.total_bytes
    assert gpu.core_count is not None
    assert gpu.core_count % 8 == 0
    assert gpu.teraflops is None or 0.2 < gpu.teraflops < 180
    assert gpu.load is None or 0 <= gpu.load <= 1
    assert gpu.temperature_c is None or 20 <= gpu.temperature_c <= 95
    if gpu.power_w is not None and gpu.power_limit_w is not None:
        assert gpu.power_w <= gpu.power_limit_w
    used = gpu.total_bytes - gpu.free_bytes
    assert gpu.used_by_others_bytes is None or gpu.used_by_others_bytes <= used
    assert gpu.driver


@_every_gpu
def test_a_gpus_formats_follow_from_what_it_is(gpu: Accelerator) -> None:
    assert gpu.precisions[0] is Precision.FP32
    assert (gpu.compute_capability is not None) == (gpu.kind is AcceleratorKind.CUDA)
    if gpu.compute_capability is not None:
        assert gpu.precisions == precisions_of(gpu.compute_capability, gpu.name)
    if gpu.kind is AcceleratorKind.XPU:
        (chip,) = {
            chip.core_count: chip for chip in CHIPS.values() if chip.name == gpu.name
        }.values()
        assert (Precision.BF16 in gpu.precisions) == chip.has_matrix_units
        assert gpu.shares_ram == (chip.total_bytes == 0)


@_every_gpu
def test_a_driver_is_as_old_as_its_runtime(gpu: Accelerator) -> None:
    if gpu.kind is not AcceleratorKind.CUDA or gpu.shares_ram:
        return
    branch = int(gpu.driver.partition(".")[0])
    newest = {470: "11.4", 535: "12.2", 550: "12.4", 560: "12.6", 570: "12.8", 575: "12.9"}
    newer = {580: "13.0", 581: "13.0", 590: "13.1", 591: "13.1"}
    assert gpu.runtime_version == (newest | newer)[branch]
    if gpu.compute_capability is not None and gpu.compute_capability >= (12, 0):
        assert branch >= 570  # the first that knows Blackwell


@_every_machine
def test_pytorch_agrees_with_the_machine(name: str) -> None:
    facts = machine(name)
    torch = facts.torch
    if torch is None:
        return

    devices = {gpu.device: gpu for gpu in facts.accelerators}
    assert set(torch.devices) <= set(devices)
    assert not torch.problem or not torch.devices
    for device in torch.devices:
        capability = devices[device].compute_capability
        assert capability is None or has_kernels(torch.arch_list, capability)
    assert torch.runtime.split()[0] in {"cpu", *(kind.value for kind in AcceleratorKind)}


@_every_machine
def test_notes_are_sentences(name: str) -> None:
    assert all(note.endswith(".") and note[0].isupper() for note in machine(name).notes)
