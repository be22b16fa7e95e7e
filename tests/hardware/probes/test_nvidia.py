"""What NVML tells becomes facts; what it refuses becomes a sentence."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from corpus.sysfs import card
from pydantic import TypeAdapter

from ai_video_generator.hardware.facts import Accelerator, Precision
from ai_video_generator.hardware.probes._nvml import precisions_of, throttle_reasons_of
from ai_video_generator.hardware.probes._nvml_faults import NO_DRIVER
from ai_video_generator.hardware.probes.nvidia import nvidia_accelerators

_ANSWER = TypeAdapter(tuple[tuple[Accelerator, ...], tuple[str, ...]])


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


@pytest.mark.parametrize(
    ("bits", "reasons"),
    [
        (0x0, ()),
        (0x1, ()),
        (0x4, ("power",)),
        (0x80 | 0x08, ("power",)),
        (0x20 | 0x40, ("temperature",)),
        (0x40 | 0x04, ("temperature", "power")),
        (0x08, ("hardware slowdown",)),
        (0x02, ("a clock limit",)),
    ],
)
def test_reasons_for_a_low_clock_are_words(bits: int, reasons: tuple[str, ...]) -> None:
    assert throttle_reasons_of(bits) == reasons


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
import sys
from pathlib import Path
from pydantic import TypeAdapter
from ai_video_generator.hardware.facts import Accelerator
from ai_video_generator.hardware.probes.nvidia import nvidia_accelerators
answer = nvidia_accelerators(Path(sys.argv[1]), Path(sys.argv[2]))
kind = TypeAdapter(tuple[tuple[Accelerator, ...], tuple[str, ...]])
print(kind.dump_json(answer).decode())
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
    name = "-Wl,-soname,libnvidia-ml.so.1"
    subprocess.run([compiler, "-shared", "-fPIC", name, "-o", library, source], check=True)
    return folder


@pytest.fixture
def bus(tmp_path: Path) -> Path:
    """What Linux shows of a machine with one NVIDIA graphics card."""
    card(tmp_path, "01:00.0", "10de:2684:a1", "nouveau", {})
    return tmp_path


def _asked(*roots: Path, **environment: str) -> tuple[bool, tuple[Accelerator, ...], list[str]]:
    """Whether the library was closed; the GPUs; the notes."""
    kept = {name: text for name, text in os.environ.items() if name != "CUDA_VISIBLE_DEVICES"}
    asked = subprocess.run(
        [sys.executable, "-c", _ASK, *roots],
        env=kept | environment,
        capture_output=True,
        text=True,
        check=True,
    )
    *before, answer = asked.stdout.splitlines()
    accelerators, notes = _ANSWER.validate_json(answer)
    return before == ["shut down"], accelerators, list(notes)


def _answers(
    driver_folder: Path, fault: str = "", **environment: str
) -> tuple[bool, tuple[Accelerator, ...], list[str]]:
    nowhere = driver_folder / "nowhere"
    library = {"LD_LIBRARY_PATH": str(driver_folder), "FAULT": fault}
    return _asked(nowhere, nowhere, **library, **environment)


_LOST = (
    "NVIDIA GPU 0 has fallen off the bus: restart the machine; if it is an external one, check "
    "its cable first."
)


def test_a_gpu_lost_midway_does_not_hide_the_other(driver_folder: Path) -> None:
    is_closed, gpus, notes = _answers(driver_folder)

    assert is_closed
    assert [gpu.name for gpu in gpus] == ["NVIDIA GeForce RTX 4090"]
    assert notes == [_LOST]


def test_all_that_the_driver_tells_is_a_fact(driver_folder: Path) -> None:
    gpu = _answers(driver_folder)[1][0]

    assert gpu.device == "cuda:0"
    assert (gpu.total_bytes, gpu.free_bytes) == (25757220864, 24000000000)
    assert gpu.compute_capability == (8, 9)
    assert (gpu.core_count, gpu.clock_mhz, gpu.load) == (16384, 3105, 0.37)
    assert gpu.clock_now_mhz == 2520
    assert (gpu.temperature_c, gpu.power_w, gpu.power_limit_w) == (41, 71.25, 450.0)
    assert gpu.throttle_reasons == ()
    assert gpu.used_by_others_bytes == 1_234_000_000
    assert (gpu.uuid, gpu.driver, gpu.runtime_version) == ("GPU-2c6f4e21", "580.95.05", "13.0")
    assert not gpu.is_slice
    assert not gpu.shares_ram


def test_a_gpu_without_thermometer_is_a_gpu(driver_folder: Path) -> None:
    _, gpus, notes = _answers(driver_folder, "temperature")

    assert [gpu.temperature_c for gpu in gpus] == [None]
    assert notes == [_LOST]


def test_a_gpu_that_is_too_hot_says_so(driver_folder: Path) -> None:
    assert _answers(driver_folder, "hot")[1][0].throttle_reasons == ("temperature",)


def test_a_gpu_whose_memory_is_the_ram_shares_it(driver_folder: Path) -> None:
    gpu = _answers(driver_folder, "unified")[1][0]

    assert gpu.shares_ram
    assert 0 < gpu.free_bytes <= gpu.total_bytes


def test_slices_are_listed_and_the_gpu_they_are_cut_from_is_not(driver_folder: Path) -> None:
    _, gpus, notes = _answers(driver_folder, "slices")

    assert [gpu.name for gpu in gpus] == ["NVIDIA A100-SXM4-40GB MIG 2g.10gb"] * 2
    assert [(gpu.index, gpu.uuid) for gpu in gpus] == [(0, "MIG-35f0c1a2"), (1, "MIG-45f0c1a2")]
    assert all(gpu.is_slice and gpu.core_count == 28 * 64 for gpu in gpus)
    assert notes[0] == _LOST
    assert "CUDA_VISIBLE_DEVICES=MIG-" in notes[1]


@pytest.mark.parametrize(
    ("fault", "variable", "uuids"),
    [
        ("twins", "1,0", ["GPU-2c6f4e21", "GPU-1c6f4e21"]),
        ("twins", "1", ["GPU-2c6f4e21"]),
        ("twins", "GPU-2c", ["GPU-2c6f4e21"]),
        ("twins", " 0 , 7 , 1", ["GPU-1c6f4e21"]),
        ("twins", "-1", []),
        ("twins", "", []),
        ("twins", "0,0", ["GPU-1c6f4e21"]),
        ("slices", "MIG-45f0c1a2", ["MIG-45f0c1a2"]),
    ],
)
def test_what_cuda_hides_is_not_listed(
    driver_folder: Path, fault: str, variable: str, uuids: list[str]
) -> None:
    _, gpus, notes = _answers(driver_folder, fault, CUDA_VISIBLE_DEVICES=variable)

    assert [gpu.uuid for gpu in gpus] == uuids
    assert [gpu.index for gpu in gpus] == list(range(len(uuids)))
    said = f"CUDA_VISIBLE_DEVICES={variable} hides {2 - len(uuids)} of 2 GPUs."
    assert (said in notes) == (len(uuids) < 2)


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("mismatch", "driver/library version mismatch): restart the machine"),
        ("permission", "may not use the NVIDIA driver: it needs to read and write /dev/nvidiactl"),
        ("unknown", "answers with an unknown error"),
        ("not loaded", "no NVIDIA GPU is in reach: plug an external one in"),
        ("count", "The NVIDIA driver does not answer: Not Supported."),
    ],
)
def test_a_driver_that_refuses_is_one_sentence(driver_folder: Path, fault: str, words: str) -> None:
    is_closed, gpus, notes = _answers(driver_folder, fault)

    assert gpus == ()
    assert len(notes) == 1
    assert words in notes[0]
    assert notes[0].endswith(".")
    assert is_closed == (fault == "count")  # what was never opened is not closed


def test_a_gpu_that_this_account_may_not_use_does_not_hide_the_other(driver_folder: Path) -> None:
    _, gpus, notes = _answers(driver_folder, "one permission")

    assert len(gpus) == 1
    assert notes == [
        "This account may not use NVIDIA GPU 0: it needs to read and write /dev/nvidia0."
    ]


def test_a_driver_that_is_not_running_beside_a_card_says_restart(
    driver_folder: Path, bus: Path
) -> None:
    library = {"LD_LIBRARY_PATH": str(driver_folder), "FAULT": "not loaded"}
    _, gpus, notes = _asked(bus, bus / "nowhere", **library)

    assert gpus == ()
    assert "installed but not running: restart" in notes[0]


def test_the_library_is_found_where_windows_puts_it(driver_folder: Path) -> None:
    library = driver_folder / "libnvidia-ml.so.1"

    is_closed, gpus, _ = _asked(driver_folder / "nowhere", library)

    assert is_closed
    assert len(gpus) == 1


_has_driver = shutil.which("nvidia-smi") is not None


@pytest.mark.skipif(_has_driver, reason="this machine has a driver")
def test_no_driver_is_worth_a_sentence_only_beside_a_card(bus: Path) -> None:
    nowhere = bus / "nowhere"

    assert nvidia_accelerators(nowhere, nowhere) == ((), ())
    assert nvidia_accelerators(bus, nowhere) == ((), (NO_DRIVER,))


@pytest.mark.skipif(_has_driver, reason="this machine has a driver")
@pytest.mark.parametrize("driver", ["nvidia", "vfio-pci"])
def test_a_card_that_has_its_driver_is_not_without_one(tmp_path: Path, driver: str) -> None:
    card(tmp_path, "01:00.0", "10de:2684:a1", driver, {})

    assert nvidia_accelerators(tmp_path, tmp_path / "nowhere") == ((), ())


@pytest.mark.gpu
def test_a_gpu_is_found_with_its_memory() -> None:
    accelerators, _ = nvidia_accelerators()

    assert accelerators
    assert 0 < accelerators[0].free_bytes <= accelerators[0].total_bytes
