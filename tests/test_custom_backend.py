"""A backend of a stranger's package: installed from its folder, found by name, held to promises."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from corpus.oddities import write_picture, write_sound
from corpus.plans import small_plan
from corpus.stills import photo, picture, scene_of
from program import aivg

from ai_video_generator.core.recipe import read_recipe
from ai_video_generator.media.frames import Frame
from ai_video_generator.media.video_file import video_info
from ai_video_generator.models.base_model import BaseModel, StepReport, Supplies

ROOT = Path(__file__).parent.parent
EXAMPLE = ROOT / "examples" / "custom_backend"
PAGE = (ROOT / "docs" / "custom_backends.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(?:toml|python)\n(.*?)```", PAGE, re.DOTALL)
SMALL = ("--size", "160x90", "--fps", "15", "--model", "mosaic")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of modules into which the example was installed, without a network."""
    source = shutil.copytree(EXAMPLE, tmp_path_factory.mktemp("source") / "custom_backend")
    target = tmp_path_factory.mktemp("site")
    options = ("--quiet", "--no-deps", "--no-index", "--no-build-isolation", "--target", target)
    done = subprocess.run(
        [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", *options, source],
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return target


@pytest.fixture
def path(installed: Path) -> str:
    """What ``PYTHONPATH`` must hold for a process to find the example and this program."""
    return os.pathsep.join([str(ROOT / "src"), str(installed)])


@pytest.mark.parametrize("name", ["pyproject.toml", "aivg_mosaic.py"])
def test_the_page_shows_the_very_files_of_the_example(name: str) -> None:
    assert (EXAMPLE / name).read_text(encoding="utf-8") in BLOCKS


@pytest.mark.slow
def test_it_makes_a_whole_video_by_its_name(path: str, tmp_path: Path) -> None:
    write_picture(tmp_path / "photo.png", 300, 200)
    write_sound(tmp_path / "song.wav", 2.0)

    def made(name: str, *flags: str) -> Path:
        files = ("photo.png", "song.wav", "-o", name)
        done = aivg("make", *files, *SMALL, *flags, folder=tmp_path, PYTHONPATH=path)
        assert done.returncode == 0, done.stderr
        return tmp_path / name

    plain, coarse = made("plain.mp4"), made("coarse.mp4", "--model-options", "tile=64")
    assert video_info(plain).frame_count == 30
    recipe = read_recipe(coarse)
    assert recipe.plan.model == "mosaic"
    assert recipe.model_options == {"tile": "64"}
    assert plain.read_bytes() != coarse.read_bytes()


@pytest.mark.slow
def test_its_options_are_checked_like_those_of_the_house(path: str, tmp_path: Path) -> None:
    write_picture(tmp_path / "photo.png", 300, 200)
    write_sound(tmp_path / "song.wav", 0.5)
    files = ("photo.png", "song.wav", "--model-options", "tile=3")
    done = aivg("make", *files, *SMALL, folder=tmp_path, PYTHONPATH=path)
    assert done.returncode == 3
    assert "mosaic does not take tile='3'" in done.stderr


@pytest.mark.slow
def test_without_it_no_model_has_its_name(tmp_path: Path) -> None:
    write_picture(tmp_path / "photo.png", 300, 200)
    write_sound(tmp_path / "song.wav", 0.5)
    done = aivg("make", "photo.png", "song.wav", *SMALL, folder=tmp_path)
    assert done.returncode == 3
    assert "mosaic" in done.stderr


@pytest.mark.slow
def test_it_keeps_the_promises_of_every_backend(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", path)
    promises = ROOT / "tests" / "conformance" / "test_backends.py"
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", promises, "-k", "mosaic"],
        check=False,
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stdout
    passed = re.search(r"(\d+) passed", done.stdout)
    assert passed is not None
    assert int(passed[1]) >= 12


class _Network:
    """Stands for a network: each step makes all frames of a pass a little brighter."""

    def __init__(self, weights: Path, *, device: str) -> None:
        self.weights, self.device = weights, device

    def begin(self, *, first: Any, frame_count: int, seed: int) -> Any:
        self.first = first
        return np.repeat(first[None], frame_count, axis=0)

    def step(self, state: Any, prompt: str, negative_prompt: str) -> Any:
        return np.minimum(state, 254) + 1

    def rough(self, state: Any) -> Any:
        return state[:, ::8, ::8]

    def decoded(self, state: Any) -> Iterator[Any]:
        yield from state


@pytest.fixture
def drift(monkeypatch: pytest.MonkeyPatch) -> type[BaseModel]:
    """The outline of the page, as it stands there."""
    network = ModuleType("my_network")
    network.__dict__["Network"] = _Network
    monkeypatch.setitem(sys.modules, "my_network", network)
    (outline,) = [block for block in BLOCKS if "class Drift(" in block]
    found: dict[str, Any] = {"__name__": "drift"}
    exec(outline, found)  # noqa: S102 - our own page
    kind: type[BaseModel] = found["Drift"]
    return kind


def test_the_outline_of_a_network_makes_passes_that_go_on(drift: type[BaseModel]) -> None:
    scene, _ = scene_of(
        [picture(photo(200, 150))], size=(64, 64), seconds=2, frame_rate=Fraction(8)
    )
    model, steps = drift(), []

    def heard(report: StepReport) -> None:
        assert report.preview is not None
        steps.append((report.done, report.total, report.preview.shape))

    model.on_step = heard
    supplies = Supplies(weights={"base": Path("weights")}, options={"steps": "2"})
    with closing(model):
        model.load(small_plan(), supplies)
        first = list(model.generate(replace(scene, frames=range(6))))
        going_on = list(model.generate(replace(scene, frames=range(5, 9), continues=first[-1])))
    assert (len(first), len(going_on)) == (6, 4)
    assert steps == [
        (1, 2, (6, 8, 8, 3)),
        (2, 2, (6, 8, 8, 3)),
        *[(n, 2, (4, 8, 8, 3)) for n in (1, 2)],
    ]
    assert _brightness(going_on[0]) > _brightness(first[-1]) > 0


def _brightness(frame: Frame) -> float:
    return float(frame.y.mean())


def test_the_outline_describes_itself(drift: type[BaseModel]) -> None:
    assert drift.spec.name == "drift"
    assert drift.spec.needs_accelerator
    assert drift.spec.size_multiple_px % 2 == 0
