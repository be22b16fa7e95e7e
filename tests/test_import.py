import subprocess
import sys

import pytest

import ai_video_generator

IMPORT_LIMIT_S = 0.060
# Measured 0.012 on the reference machine; above it something heavy crept in.


def test_importing_the_package_imports_nothing_heavy() -> None:
    code = "import sys, ai_video_generator; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    heavy = {"numpy", "cv2", "av", "PIL", "pydantic", "cyclopts", "rich", "psutil", "logging"}
    assert heavy.isdisjoint(done.stdout.split())


def test_importing_the_package_costs_milliseconds() -> None:
    code = "from time import process_time as t; a = t(); import ai_video_generator; print(t() - a)"
    costs = [
        float(subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout)
        for _ in range(5)
    ]
    assert min(costs) < IMPORT_LIMIT_S


@pytest.mark.parametrize("name", ai_video_generator.__all__)
def test_every_public_name_can_be_had(name: str) -> None:
    assert getattr(ai_video_generator, name) is not None


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'VideoMaker'"):
        _ = ai_video_generator.VideoMaker
