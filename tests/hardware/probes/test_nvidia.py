"""What NVML tells becomes facts; what it refuses becomes a sentence."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ai_video_generator.hardware.facts import Precision
from ai_video_generator.hardware.probes.nvidia import (
    Reading,
    accelerator_of,
    nvidia_accelerators,
    precisions_of,
)


@pytest.mark.parametrize(
    ("capability", "name", "formats"),
    [
        ((5, 0), "GeForce GTX 750 Ti", "fp32"),
        ((6, 1), "NVIDIA GeForce GTX 1080 Ti", "fp32 fp16"),
        ((7, 5), "NVIDIA GeForce GTX 1660 SUPER", "fp32"),
        ((7, 5), "Tesla T4", "fp32 fp16"),
        ((8, 0), "NVIDIA A100-SXM4-80GB", "fp32 fp16 bf16"),
        ((8, 6), "NVIDIA GeForce RTX 3060", "fp32 fp16 bf16"),
        ((8, 9), "NVIDIA GeForce RTX 4090", "fp32 fp16 bf16 fp8"),
        ((12, 0), "NVIDIA GeForce RTX 5090", "fp32 fp16 bf16 fp8"),
    ],
)
def test_formats_follow_from_the_compute_capability(
    capability: tuple[int, int], name: str, formats: str
) -> None:
    assert precisions_of(capability, name) == tuple(map(Precision, formats.split()))


def test_a_reading_becomes_an_accelerator() -> None:
    reading = Reading(
        index=1,
        name="NVIDIA H200",
        total_bytes=150_754_820_096,
        free_bytes=150_000_000_000,
        capability=(9, 0),
        temperature_c=None,
        driver="570.172.08",
    )

    accelerator = accelerator_of(reading)

    assert (accelerator.kind, accelerator.index) == ("cuda", 1)
    assert accelerator.total_bytes == reading.total_bytes
    assert accelerator.compute_capability == (9, 0)
    assert accelerator.temperature_c is None
    assert not accelerator.shares_ram


def test_this_machine_answers_with_gpus_or_with_a_sentence() -> None:
    accelerators, notes = nvidia_accelerators()

    assert accelerators or notes
    assert all(note.endswith(".") for note in notes)


def test_asking_twice_gives_the_same_machine() -> None:
    first, again = nvidia_accelerators(), nvidia_accelerators()

    assert [gpu.name for gpu in first[0]] == [gpu.name for gpu in again[0]]
    assert first[1] == again[1]


def test_no_torch_is_imported() -> None:
    script = (
        "import sys; from ai_video_generator.hardware.probes.nvidia import PROBE; PROBE();"
        "sys.exit('torch' in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


_ASK = """
from ai_video_generator.hardware.probes.nvidia import PROBE
gpus, notes = PROBE()
for gpu in gpus:
    print(gpu.index, gpu.name, gpu.total_bytes, gpu.free_bytes, gpu.temperature_c, gpu.driver)
print(*notes, sep="\\n")
"""


@pytest.fixture(scope="module")
def driver_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a driver library made from the C file beside this one."""
    compiler = shutil.which("cc")
    if compiler is None or sys.platform != "linux":
        pytest.skip("needs a C compiler on Linux")
    folder = tmp_path_factory.mktemp("driver")
    source = Path(__file__).with_name("nvml_stand_in.c")
    library = folder / "libnvidia-ml.so.1"
    subprocess.run([compiler, "-shared", "-fPIC", "-o", library, source], check=True)
    return folder


def _answers(driver_folder: Path, fault: str = "") -> list[str]:
    environment = {**os.environ, "LD_LIBRARY_PATH": str(driver_folder), "FAULT": fault}
    asked = subprocess.run(
        [sys.executable, "-c", _ASK], env=environment, capture_output=True, text=True, check=True
    )
    return asked.stdout.splitlines()


_WELL = "1 NVIDIA GeForce RTX 4090 25757220864 24000000000 41 580.95.05"
_LOST = "NVIDIA GPU 0 cannot be read: GPU is lost."


def test_a_gpu_lost_midway_does_not_hide_the_other(driver_folder: Path) -> None:
    assert _answers(driver_folder) == ["shut down", _WELL, _LOST]


def test_a_gpu_without_thermometer_is_a_gpu(driver_folder: Path) -> None:
    assert _answers(driver_folder, "temperature") == [
        "shut down",
        _WELL.replace(" 41 ", " None "),
        _LOST,
    ]


@pytest.mark.parametrize(
    ("fault", "answers"),
    [
        (
            "mismatch",
            ["The NVIDIA driver does not answer: RM has detected an NVML/RM version mismatch."],
        ),
        ("permission", ["The NVIDIA driver does not answer: Insufficient Permissions."]),
        ("count", ["shut down", "The NVIDIA driver stopped answering: Unknown Error."]),
    ],
)
def test_a_driver_that_refuses_is_a_sentence(
    driver_folder: Path, fault: str, answers: list[str]
) -> None:
    assert _answers(driver_folder, fault) == answers


@pytest.mark.gpu
def test_a_gpu_is_found_with_its_memory() -> None:
    accelerators, _ = nvidia_accelerators()

    assert accelerators
    assert 0 < accelerators[0].free_bytes <= accelerators[0].total_bytes
