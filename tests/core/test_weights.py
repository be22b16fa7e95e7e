"""What is on the disk is told truly, and only what this program fetched ever goes."""

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from corpus.hub import COMMIT, REPOSITORY, part, tensors

from ai_video_generator.config.model_config import WeightPart
from ai_video_generator.core.hub_cache import HubCache
from ai_video_generator.core.weights import WeightStore
from ai_video_generator.core.weights_state import Presence
from ai_video_generator.errors import WeightsCorruptError, WeightsMissingError
from ai_video_generator.progress_tracker import ProgressTracker

UNET, TEXT = tensors(5000), tensors(3000, seed=1)
BASE = {"unet/model.safetensors": UNET, "unet/config.json": b"{}"}


@dataclass(frozen=True)
class Model:
    """What weights are installed for."""

    name: str
    weights: tuple[WeightPart, ...]


ONE = Model("one", (part(BASE),))
SHARED = part({"text.safetensors": TEXT}, name="text", repository="maker/text")
TWO, THREE = Model("two", (part(BASE), SHARED)), Model("three", (SHARED,))


@pytest.fixture
def store(tmp_path: Path) -> WeightStore:
    return WeightStore(tmp_path / "notes", tmp_path / "hub")


def bring(store: WeightStore, folder: Path, *models: Model) -> None:
    """Install from a folder, as from a USB disk."""
    contents = {REPOSITORY: BASE, "maker/text": {"text.safetensors": TEXT}}
    for name, files in contents.items():
        for path, content in files.items():
            (folder / name / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / name / path).write_bytes(content)
    parts = [one for model in models for one in model.weights]
    store.install(parts, ProgressTracker(), folder)


def names(files: Sequence[tuple[str, str, str]]) -> set[str]:
    return {path for _, _, path in files}


# What is there


def test_what_is_missing_names_the_line_that_installs_it(store: WeightStore) -> None:
    with pytest.raises(WeightsMissingError, match=r"'one' are not installed \(0 MB\)") as caught:
        store.folders(ONE)
    assert caught.value.hint == "aivg models install one"
    assert store.absent([ONE, THREE]) == {"one": len(UNET) + len(b"{}"), "three": len(TEXT)}


def test_the_bytes_that_are_absent_are_counted(store: WeightStore, tmp_path: Path) -> None:
    bring(store, tmp_path / "usb", ONE)

    assert store.absent([ONE, TWO, THREE]) == {"two": len(TEXT), "three": len(TEXT)}
    assert store.state(TWO).presence is Presence.PARTIAL
    assert store.state(THREE).presence is Presence.MISSING


def test_a_model_without_weights_is_installed(store: WeightStore) -> None:
    assert store.folders(Model("camera", ())) == {}
    assert store.absent([Model("camera", ())]) == {}


def test_a_cut_file_is_missing_where_its_size_is_known(store: WeightStore, tmp_path: Path) -> None:
    bring(store, tmp_path / "usb", ONE)
    path = store.folders(ONE)["base"] / "unet/model.safetensors"
    path.write_bytes(UNET[:-1])

    assert [file.path for file in store.state(ONE).parts[0].missing] == ["unet/model.safetensors"]


@pytest.mark.parametrize("content", [UNET[:-1], b"", UNET[:5], b"\xff" * 100, UNET + b"x"])
def test_a_cut_file_of_unknown_size_is_found_before_it_is_loaded(
    store: WeightStore, content: bytes
) -> None:
    loose = Model("loose", (part({"a.safetensors": UNET}, pinned=False),))
    path = HubCache(store.cache_folder).snapshot(REPOSITORY, COMMIT) / "a.safetensors"
    path.parent.mkdir(parents=True)
    path.write_bytes(content)

    with pytest.raises((WeightsCorruptError, WeightsMissingError)) as caught:
        store.folders(loose)
    assert "aivg models install loose" in caught.value.hint


def test_verifying_compares_every_byte(store: WeightStore, tmp_path: Path) -> None:
    bring(store, tmp_path / "usb", ONE)
    assert [one.problem for one in store.verify(ONE, ProgressTracker())] == ["", ""]

    path = store.folders(ONE)["base"] / "unet/config.json"
    path.write_bytes(b"[]")

    problems = {one.path.name: one.problem for one in store.verify(ONE, ProgressTracker())}
    assert problems["model.safetensors"] == ""
    assert "its digest begins with" in problems["config.json"]


@pytest.mark.parametrize(("content", "sound"), [(UNET, True), (UNET[:-1], False), (b"", False)])
def test_files_of_unknown_digest_are_looked_at_all_the_same(
    store: WeightStore, content: bytes, sound: bool
) -> None:
    loose = Model("loose", (part({"a.safetensors": UNET}, pinned=False),))
    path = HubCache(store.cache_folder).snapshot(REPOSITORY, COMMIT) / "a.safetensors"
    path.parent.mkdir(parents=True)
    path.write_bytes(content)

    (finding,) = store.verify(loose, ProgressTracker())

    assert (finding.is_compared, not finding.problem) == (False, sound)


# What goes


def test_what_another_model_needs_stays(store: WeightStore, tmp_path: Path) -> None:
    bring(store, tmp_path / "usb", TWO)

    removal = store.removal(TWO, [ONE])
    freed = store.remove(removal)

    assert (names(removal.files), removal.needed) == ({"text.safetensors"}, ("base",))
    assert freed == removal.size_bytes == len(TEXT)
    assert store.folders(ONE)
    assert store.state(THREE).presence is Presence.MISSING


def test_what_no_other_model_needs_goes_without_a_trace(store: WeightStore, tmp_path: Path) -> None:
    bring(store, tmp_path / "usb", TWO)

    store.remove(store.removal(TWO, []))

    assert not [path for path in store.cache_folder.rglob("*") if path.is_file()]
    assert store.book.read().parts == {}


def test_what_another_program_fetched_stays(store: WeightStore, tmp_path: Path) -> None:
    folder = HubCache(store.cache_folder).snapshot(REPOSITORY, COMMIT)
    for path, content in BASE.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    bring(store, tmp_path / "usb", TWO)

    removal = store.removal(TWO, [])
    store.remove(removal)

    assert removal.foreign == ("base",)
    assert {path: (folder / path).read_bytes() for path in BASE} == BASE


def test_a_blob_that_another_commit_has_stays(store: WeightStore, tmp_path: Path) -> None:
    bring(store, tmp_path / "usb", ONE)
    cache = HubCache(store.cache_folder)
    digest = cache.digest(REPOSITORY, COMMIT, "unet/model.safetensors")
    other = cache.place(REPOSITORY, "f" * 40, "unet/model.safetensors", digest)

    store.remove(store.removal(ONE, []))

    assert other.read_bytes() == UNET


def test_orphans_are_what_no_model_of_today_needs(store: WeightStore, tmp_path: Path) -> None:
    bring(store, tmp_path / "usb", TWO)

    orphans = store.orphans([ONE])

    assert names(orphans.files) == {"text.safetensors"}
    assert orphans.size_bytes == len(TEXT)


def test_what_an_older_release_installed_is_an_orphan(store: WeightStore, tmp_path: Path) -> None:
    bring(store, tmp_path / "usb", ONE)
    newer = Model("one", (part(BASE, revision="e" * 40),))
    bring(store, tmp_path / "usb", newer)

    orphans = store.orphans([newer])
    store.remove(orphans)

    assert {commit for _, commit, _ in orphans.files} == {COMMIT}
    assert store.folders(newer)
    assert store.state(ONE).presence is Presence.MISSING


# Where


@pytest.mark.parametrize(
    "variables",
    [
        {},
        {"HF_HOME": "/data/hf"},
        {"HF_HOME": "~/hf"},
        {"HF_HUB_CACHE": "$HOME/cache", "HF_HOME": "/data"},
        {"HUGGINGFACE_HUB_CACHE": "/data/old"},
        {"XDG_CACHE_HOME": "/data/xdg"},
    ],
)
def test_the_cache_is_where_the_hubs_own_client_has_it(
    variables: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    code = "from huggingface_hub import constants; print(constants.HF_HUB_CACHE)"
    theirs = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=os.environ
    )

    assert str(HubCache().folder) == theirs.stdout.strip()


def test_a_system_without_links_has_the_files_themselves(
    store: WeightStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise OSError("a required privilege is not held by the client")

    monkeypatch.setattr(Path, "symlink_to", refused)
    bring(store, tmp_path / "usb", ONE)

    folder = store.folders(ONE)["base"]
    assert {path: (folder / path).read_bytes() for path in BASE} == BASE
    assert [one.problem for one in store.verify(ONE, ProgressTracker())] == ["", ""]
    assert not any((folder.parents[1] / "blobs").iterdir())


# Licences


def test_a_licence_is_accepted_once(store: WeightStore) -> None:
    assert store.unaccepted(TWO.weights) == list(TWO.weights)

    store.accept(TWO.weights)

    assert store.unaccepted(TWO.weights) == []
    assert store.book.read().licences[REPOSITORY].when.startswith("20")


def test_another_licence_is_asked_for_again(store: WeightStore) -> None:
    store.accept(ONE.weights)

    changed = part(BASE, licence="LicenseRef-Other")

    assert store.unaccepted([changed]) == [changed]
