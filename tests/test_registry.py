"""Plugins by file: listing imports nothing, loading imports one."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ai_video_generator.errors import InputError
from ai_video_generator.registry import Registry

PACKAGE = "registry_test_plugins"


@pytest.fixture
def plugins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Registry[str]]:
    """A folder of plugins; importing "broken" fails."""
    folder = tmp_path / PACKAGE
    folder.mkdir()
    (folder / "__init__.py").touch()
    (folder / "contract.py").write_text("raise RuntimeError")
    (folder / "_private.py").write_text("raise RuntimeError")
    (folder / "notes.txt").touch()
    (folder / "broken.py").write_text("raise RuntimeError('imported')")
    (folder / "working.py").write_text("PLUGIN = 'from the folder'")
    monkeypatch.syspath_prepend(tmp_path)
    yield Registry(package=PACKAGE, attribute="PLUGIN", excluded=frozenset({"contract"}))
    for name in [name for name in sys.modules if name.startswith(PACKAGE)]:
        del sys.modules[name]


def _install_stranger(site: Path) -> None:
    """Another distribution with an entry point, as pip leaves it."""
    (site / "stranger_module.py").write_text("THING = 'from outside'")
    described = site / "stranger-1.0.dist-info"
    described.mkdir()
    (described / "METADATA").write_text("Metadata-Version: 2.1\nName: stranger\nVersion: 1.0\n")
    (described / "entry_points.txt").write_text(f"[{PACKAGE}]\nforeign = stranger_module:THING\n")


def test_listing_imports_nothing(plugins: Registry[str]) -> None:
    assert plugins.names() == ("broken", "working")
    assert not [name for name in sys.modules if name.startswith(f"{PACKAGE}.")]


def test_loading_imports_only_the_one_asked_for(plugins: Registry[str]) -> None:
    assert plugins.load("working") == "from the folder"
    assert [name for name in sys.modules if name.startswith(f"{PACKAGE}.")] == [
        f"{PACKAGE}.working"
    ]


@pytest.mark.parametrize("name", ["nothing", "contract", "_private", "", "os.path", "../working"])
def test_an_unknown_name_is_answered_with_the_known_ones(plugins: Registry[str], name: str) -> None:
    with pytest.raises(InputError) as caught:
        plugins.load(name)
    assert repr(name) in str(caught.value)
    assert "broken, working" in caught.value.hint


def test_a_stranger_adds_a_plugin_by_entry_point(plugins: Registry[str], tmp_path: Path) -> None:
    _install_stranger(tmp_path)
    assert plugins.names() == ("broken", "foreign", "working")
    assert plugins.load("foreign") == "from outside"
