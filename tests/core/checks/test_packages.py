"""Packages that are missing, old, broken or in each other's way are found."""

import sys
import tomllib
from pathlib import Path

import av
import pytest

from ai_video_generator.core.checks.check import Check, State
from ai_video_generator.core.checks.installer import Installer
from ai_video_generator.core.checks.packages import (
    Requirement,
    installation_check,
    installed_versions,
    packages_check,
    requirements,
)

ROOT = Path(__file__).parents[3]
NUMPY = Requirement(package="numpy", oldest="2.1")


def _checks(*wanted: Requirement, **installed: str) -> list[Check]:
    versions = {name.replace("_", "-"): version for name, version in installed.items()}
    return list(packages_check(list(wanted), versions, Installer()))


def test_every_dependency_of_the_program_is_looked_at() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    asked = {one.package for one in requirements()}

    # An installation that is older than pyproject.toml knows fewer.
    assert asked <= {line.partition(">=")[0] for line in project["dependencies"]}
    assert {"av", "numpy", "opencv-python-headless", "pillow", "pydantic"} <= asked


def test_what_is_asked_for_can_be_found_among_what_is_installed() -> None:
    versions = installed_versions()

    assert versions["numpy"][0].isdecimal()
    assert {"opencv-python-headless", "nvidia-ml-py"} <= set(versions)


def test_packages_that_are_new_enough_are_well() -> None:
    (check,) = _checks(NUMPY, numpy="2.1.0rc1")

    assert (check.state, check.said) == (State.OK, "all 1 are there and new enough")


@pytest.mark.parametrize(
    ("installed", "said"),
    [
        ({}, "numpy is not installed"),
        ({"numpy": "1.26.4"}, "numpy 1.26.4 is older than 2.1"),
        ({"numpy": "2.0.10"}, "numpy 2.0.10 is older than 2.1"),
    ],
)
def test_a_missing_or_old_package_comes_with_the_command(
    installed: dict[str, str], said: str
) -> None:
    (check,) = _checks(NUMPY, **installed)

    assert (check.state, check.said) == (State.BROKEN, said)
    assert check.mend == '`pip install "numpy>=2.1"`'


def test_a_package_that_cannot_be_loaded_is_installed_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "half_there.py").write_text(
        "raise ImportError('libGL.so.1: cannot open shared object file\\n(more)')\n"
    )
    monkeypatch.syspath_prepend(tmp_path)

    (check,) = _checks(Requirement(package="half-there", oldest="1"), half_there="1.2")

    assert check.state is State.BROKEN
    assert "libGL.so.1: cannot open shared object file (more)" in check.said
    assert check.mend == "`pip install --force-reinstall half-there`"
    assert "half_there" not in sys.modules


def test_two_packages_of_opencv_side_by_side_are_a_warning() -> None:
    (check,) = _checks(opencv_python="4.12.0.88", opencv_python_headless="5.0.0.93")

    assert check.state is State.WARNING
    assert check.mend == (
        "`pip uninstall -y opencv-python opencv-python-headless && "
        "pip install opencv-python-headless`"
    )
    assert _checks(opencv_python_headless="5.0.0.93")[0].state is State.OK


def test_a_pyav_that_makes_no_h264_is_installed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(av, "codecs_available", av.codecs_available - {"libx264"})

    (check,) = _checks(NUMPY, numpy="2.4")

    assert check.state is State.BROKEN
    assert check.mend == "`pip install --force-reinstall av`"


def test_this_installation_is_compared_with_what_it_asks_for() -> None:
    (check, *_) = installation_check(Installer())

    assert check.name == "packages"
    assert "not compared" not in check.said


def test_a_program_that_is_no_package_cannot_be_compared() -> None:
    (check,) = installation_check(Installer(), program="no-such-program")

    assert check.state is State.WARNING
    assert check.mend == "in its folder: `pip install .`"
