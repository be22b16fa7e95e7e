"""PyTorch is asked in a process of its own; a package that speaks its interface stands in."""

import json
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from corpus.machines import machine

from ai_video_generator.hardware.facts import Accelerator, TorchBuild
from ai_video_generator.hardware.torch_probe import installed_torch

_TORCH = """
import os, pathlib, sys, types, warnings
from torch.version import __version__
from torch import version

with (pathlib.Path(__file__).parent.parent / "imports").open("a") as log:
    log.write(os.environ["CUDA_DEVICE_ORDER"] + "\\n")
print("a library that talks")

DEVICES, ARCHES, MPS, XPUS, SAYS = {state}

def properties(index):
    name, (major, minor), arch = DEVICES[index]
    return types.SimpleNamespace(name=name, major=major, minor=minor, gcnArchName=arch)

def is_available():
    if SAYS:
        warnings.warn(SAYS)
    return bool(DEVICES)

cuda = types.SimpleNamespace(
    is_available=is_available,
    device_count=lambda: len(DEVICES),
    get_device_properties=properties,
)
_C = types.SimpleNamespace(_cuda_getArchFlags=lambda: ARCHES)
backends = types.SimpleNamespace(
    mps=types.SimpleNamespace(is_built=lambda: MPS > 0, is_available=lambda: MPS > 1)
)
xpu = types.SimpleNamespace(is_available=lambda: XPUS > 0, device_count=lambda: XPUS)
"""

Install = Callable[..., Path]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Puts a PyTorch where this Python, and those that it starts, find it."""
    site = tmp_path / "site"
    (site / "torch").mkdir(parents=True)
    # Other tests load the real one.
    monkeypatch.delitem(sys.modules, "torch", raising=False)
    monkeypatch.setenv("PYTHONPATH", str(site))
    monkeypatch.syspath_prepend(str(site))

    def put(
        version: str = "2.13.0+cu130",
        *,
        cuda: str | None = None,
        hip: str | None = None,
        xpu: str | None = None,
        devices: tuple[object, ...] = (),
        arches: str = "",
        mps: int = 0,
        xpus: int = 0,
        says: str = "",
        source: str | None = None,
    ) -> Path:
        state = (devices, arches, mps, xpus, says)
        text = _TORCH.replace("{state}", repr(state)) if source is None else source
        (site / "torch" / "__init__.py").write_text(text)
        (site / "torch" / "version.py").write_text(
            f"__version__ = {version!r}\ncuda = {cuda!r}\nhip = {hip!r}\nxpu = {xpu!r}\n"
        )
        return site

    return put


_CU126 = "sm_50 sm_60 sm_70 sm_75 sm_80 sm_86 sm_90"
_CU130 = "sm_75 sm_80 sm_86 sm_90 sm_100 sm_120"
_4090 = ("NVIDIA GeForce RTX 4090", (8, 9), "")


def _gpu(**changes: Any) -> tuple[Accelerator, ...]:
    """An RTX 4090 with a recent driver, or as it is changed."""
    best = replace(machine("desktop_rtx4090").accelerators[0], runtime_version="13.0")
    return (replace(best, **changes),)


def test_a_build_that_fits_has_devices_and_no_problem(install: Install, tmp_path: Path) -> None:
    install(cuda="13.0", devices=(_4090,), arches=_CU130)

    found = installed_torch(_gpu(), tmp_path / "cache")

    assert found == TorchBuild(
        version="2.13.0+cu130",
        runtime="cuda 13.0",
        arch_list=tuple(_CU130.split()),
        devices=("cuda:0",),
    )


def test_it_is_loaded_once_in_another_process(install: Install, tmp_path: Path) -> None:
    site = install(cuda="13.0", devices=(_4090,), arches=_CU130)
    first = installed_torch(_gpu(), tmp_path / "cache")
    started_s = time.monotonic()

    again = installed_torch(_gpu(), tmp_path / "cache")

    assert time.monotonic() - started_s < 0.1
    assert again == first
    assert (site / "imports").read_text() == "PCI_BUS_ID\n"
    assert "torch" not in sys.modules


@pytest.mark.parametrize("change", ["driver", "version", "visible"])
def test_what_changes_the_answer_asks_again(
    install: Install, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    site = install(cuda="13.0", devices=(_4090,), arches=_CU130)
    gpus = _gpu(driver="580.95.05")
    installed_torch(gpus, tmp_path / "cache")

    if change == "driver":
        gpus = _gpu(driver="590.44.01")
    elif change == "version":
        install("2.14.0+cu130", cuda="13.0", devices=(_4090,), arches=_CU130)
    else:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0")
    installed_torch(gpus, tmp_path / "cache")

    assert len((site / "imports").read_text().splitlines()) == 2


def test_a_cache_that_is_damaged_or_cannot_be_written_only_costs_time(
    install: Install, tmp_path: Path
) -> None:
    install(cuda="13.0", devices=(_4090,), arches=_CU130)
    cache = tmp_path / "cache"
    expected = installed_torch(_gpu(), cache)
    book = cache / "torch.json"
    for text in ("", "[]", json.dumps({"key": json.loads(book.read_text())["key"]})):
        book.write_text(text)
        assert installed_torch(_gpu(), cache) == expected
    blocked = tmp_path / "blocked"
    blocked.write_text("a file, not a folder")

    assert installed_torch(_gpu(), blocked) == expected


def _problem(
    tmp_path: Path, gpus: tuple[Accelerator, ...] = (), time_limit_s: float = 20.0
) -> tuple[str, tuple[str, ...]]:
    found = installed_torch(gpus, tmp_path / "cache", time_limit_s)
    assert found is not None
    return found.problem, found.devices


def test_a_gpu_that_is_too_new_for_the_build_is_said(install: Install, tmp_path: Path) -> None:
    install(
        "2.13.0+cu126",
        cuda="12.6",
        devices=(("NVIDIA GeForce RTX 5090", (12, 0), ""), _4090),
        arches=_CU126,
    )
    gpus = _gpu(name="NVIDIA GeForce RTX 5090", compute_capability=(12, 0))

    problem, devices = _problem(tmp_path, gpus)

    assert problem == (
        "PyTorch 2.13.0+cu126 has no kernels for the NVIDIA GeForce RTX 5090 (sm_120)."
    )
    assert devices == ("cuda:1",)


def test_a_gpu_that_is_too_old_for_the_build_is_said(install: Install, tmp_path: Path) -> None:
    install(cuda="13.0", devices=(("GTX 1080 Ti", (6, 1), ""),), arches=_CU130)

    problem, devices = _problem(tmp_path, _gpu(compute_capability=(6, 1)))

    assert "has no kernels for the NVIDIA GeForce RTX 4090 (sm_61)" in problem
    assert devices == ()


def test_a_driver_that_is_too_old_is_said(install: Install, tmp_path: Path) -> None:
    install(cuda="13.0", arches=_CU130, says="The NVIDIA driver on your system is too old.")

    problem, _ = _problem(tmp_path, _gpu(driver="535.183.01", runtime_version="12.2"))

    assert problem == (
        "PyTorch 2.13.0+cu130 needs a driver for CUDA 13, but driver 535.183.01 serves 12.2 at "
        "most."
    )


def test_an_older_driver_of_the_same_major_version_serves(install: Install, tmp_path: Path) -> None:
    install("2.13.0+cu126", cuda="12.6", devices=(_4090,), arches=_CU126)

    assert _problem(tmp_path, _gpu(runtime_version="12.0")) == ("", ("cuda:0",))


def test_a_build_for_the_processor_beside_a_gpu_is_said(install: Install, tmp_path: Path) -> None:
    install("2.13.0+cpu")

    problem, devices = _problem(tmp_path, _gpu())

    assert "was built for the processor and cannot use the NVIDIA GeForce RTX 4090" in problem
    assert devices == ()


def test_a_build_for_the_processor_without_a_gpu_is_right(install: Install, tmp_path: Path) -> None:
    install("2.13.0+cpu")

    found = installed_torch((), tmp_path / "cache")

    assert found == TorchBuild(version="2.13.0+cpu", runtime="cpu")


def test_a_gpu_that_it_does_not_find_is_said_in_its_words(install: Install, tmp_path: Path) -> None:
    install(
        cuda="13.0", arches=_CU130, says="CUDA unknown error - this may be due to an\nincorrect"
    )

    problem, _ = _problem(tmp_path, _gpu())

    assert "does not find the NVIDIA GeForce RTX 4090: CUDA unknown error - this may" in problem
    assert "\n" not in problem


def test_builds_for_other_makers_are_named(install: Install, tmp_path: Path) -> None:
    radeon = ("AMD Radeon RX 7900 XTX", (11, 0), "gfx1100:sramecc-:xnack-")
    install("2.13.0+rocm7.2", hip="7.2.26015-fc0010cf6a", devices=(radeon,), arches="gfx1100")
    rocm = installed_torch((), tmp_path / "cache")
    install("2.13.0+xpu", xpu="20250302", xpus=2)
    intel = installed_torch((), tmp_path / "cache")
    install("2.13.0", mps=2)
    apple = installed_torch((), tmp_path / "cache")

    builds = [(build.runtime, build.devices) for build in (rocm, intel, apple) if build]
    assert builds == [
        ("rocm 7.2", ("rocm:0",)),
        ("xpu", ("xpu:0", "xpu:1")),
        ("mps", ("mps:0",)),
    ]


def test_an_amd_card_without_kernels_gets_its_familys(install: Install, tmp_path: Path) -> None:
    radeon = ("AMD Radeon RX 6600", (10, 3), "gfx1032")
    install("2.13.0+rocm7.2", hip="7.2.1", devices=(radeon,), arches="gfx1030 gfx1100")

    problem, devices = _problem(tmp_path, machine("desktop_rx6600").accelerators)

    assert "no kernels for the AMD Radeon RX 6600 (gfx1032)" in problem
    assert "HSA_OVERRIDE_GFX_VERSION=10.3.0" in problem
    assert devices == ()


@pytest.mark.parametrize(
    ("name", "build", "problem"),
    [
        (
            "desktop_rx7900xtx",
            {
                "version": "2.13.0+rocm7.2",
                "hip": "7.2.1",
                "arches": "gfx1100",
                "says": "No HIP GPUs",
            },
            "PyTorch 2.13.0+rocm7.2 finds no GPU: No HIP GPUs.",
        ),
        (
            "macbook_m2",
            {"version": "2.13.0", "mps": 1},
            "PyTorch 2.13.0 does not find the Apple M2.",
        ),
        (
            "desktop_arc_b580",
            {"version": "2.13.0+xpu", "xpu": "20250302"},
            "PyTorch 2.13.0+xpu does not find the Intel Arc B580.",
        ),
        (
            "desktop_rx7900xtx",
            {"version": "2.13.0+cu130", "cuda": "13.0"},
            (
                "PyTorch 2.13.0+cu130 was built for cuda 13.0 and cannot use the AMD Radeon RX "
                "7900 XTX."
            ),
        ),
        ("laptop_core_i7_iris_xe", {"version": "2.13.0+cpu"}, ""),
        ("steam_deck", {"version": "2.13.0+cpu"}, ""),
    ],
)
def test_other_makers_gpus_are_missed_too(
    install: Install, tmp_path: Path, name: str, build: dict[str, Any], problem: str
) -> None:
    install(**build)

    assert _problem(tmp_path, machine(name).accelerators) == (problem, ())


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("raise ImportError('libcudnn.so.9: cannot open shared object file')", "libcudnn.so.9"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "it crashed (signal 11)"),
        ("print('AIVG {broken'); raise SystemExit", "its answer cannot be read"),
        ("import time; time.sleep(60)", "it did not answer within 0.5 seconds"),
    ],
)
def test_a_broken_pytorch_is_one_sentence(
    install: Install, tmp_path: Path, source: str, words: str
) -> None:
    if "SIGSEGV" in source and sys.platform == "win32":
        pytest.skip("Windows has no such signal")
    install(source=source)
    limit_s = 0.5 if "sleep" in source else 20.0

    problem, devices = _problem(tmp_path, _gpu(), limit_s)

    assert problem.startswith("PyTorch 2.13.0+cu130 cannot be used: ")
    assert words in problem
    assert problem.endswith(".")
    assert devices == ()


@pytest.mark.parametrize("source", ["import time; time.sleep(60)", "import nothing_of_that_name"])
def test_a_failure_is_not_remembered(install: Install, tmp_path: Path, source: str) -> None:
    install(source=source)
    failed = installed_torch((), tmp_path / "cache", 0.5)
    install(cuda="13.0", devices=(_4090,), arches=_CU130)

    mended = installed_torch((), tmp_path / "cache")

    assert failed is not None
    assert failed.problem
    assert mended is not None
    assert mended.problem == ""


def test_a_gpu_that_woke_up_is_seen(install: Install, tmp_path: Path) -> None:
    install(cuda="13.0", arches=_CU130, says="CUDA unknown error")
    asleep, _ = _problem(tmp_path, _gpu())
    install(cuda="13.0", devices=(_4090,), arches=_CU130)

    assert asleep
    assert _problem(tmp_path, _gpu()) == ("", ("cuda:0",))


def test_a_folder_of_that_name_is_no_pytorch(
    install: Install, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = install()
    for path in (site / "torch").iterdir():
        path.unlink()
    # Such a folder gives way to a package that comes later on the path.
    monkeypatch.setattr(sys, "path", [path for path in sys.path if "site-packages" not in path])

    assert installed_torch((), tmp_path / "cache") is None
