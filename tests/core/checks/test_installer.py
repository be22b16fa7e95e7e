"""Commands install into the Python that runs, whichever pip comes first on the path."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ai_video_generator.core.checks.installer import Installer

SOURCE = Path(__file__).parents[3] / "src"
ASK = (
    "import sys; sys.path.append(sys.argv[1]);"
    "from ai_video_generator.core.checks.installer import Installer;"
    "print(Installer.of_this_python().install)"
)


def _asked(python: Path, **variables: str) -> str:
    """The installer that another Python names."""
    done = subprocess.run(
        [python, "-c", ASK, SOURCE],
        env=os.environ | variables,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def test_plain_pip_is_named_only_where_it_is_this_pythons() -> None:
    python = Path(sys.executable)

    activated = _asked(python, PATH=f"{python.parent}{os.pathsep}{os.environ['PATH']}")
    elsewhere = _asked(python, PATH="")

    assert activated == "pip install"
    assert elsewhere.endswith(f"{python} -m pip install")


def test_an_environment_without_pip_is_left_to_uv(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path], check=True)
    python = next(path for path in tmp_path.glob("*/python*") if path.stem == "python")

    assert _asked(python) == f"uv pip install --python {python}"


@pytest.mark.parametrize(
    ("installer", "command"),
    [
        (Installer(), "pip install --force-reinstall torch --index-url x"),
        (
            Installer(install="uv pip install --python p", again="--reinstall"),
            "uv pip install --python p --reinstall torch --index-url x",
        ),
    ],
)
def test_a_command_for_plain_pip_is_adapted(installer: Installer, command: str) -> None:
    assert installer.adapted("pip install --force-reinstall torch --index-url x") == command
