"""The depth network is found where a person put it, else where it was installed."""

from pathlib import Path

from ai_video_generator.config.weights_table import DEPTH
from ai_video_generator.core.depth_model import depth_model
from ai_video_generator.core.hub_cache import HubCache
from ai_video_generator.core.weights import WeightStore
from ai_video_generator.storyboard.seeing.depth_network import DEPTH_MODEL


def _installed(tmp_path: Path) -> tuple[WeightStore, Path]:
    store = WeightStore(tmp_path / "notes", tmp_path / "hub")
    folder = HubCache(store.cache_folder).snapshot(DEPTH.repository, DEPTH.revision)
    path = folder / DEPTH.files[0].path
    path.parent.mkdir(parents=True)
    with path.open("wb") as file:
        file.truncate(DEPTH.files[0].size_bytes)
    return store, path


def test_the_installed_network_is_used(tmp_path: Path) -> None:
    store, path = _installed(tmp_path)

    assert depth_model(tmp_path / "cache", store) == path


def test_one_put_there_by_hand_comes_first(tmp_path: Path) -> None:
    store, _ = _installed(tmp_path)
    by_hand = tmp_path / "cache" / DEPTH_MODEL
    by_hand.parent.mkdir(parents=True)
    by_hand.touch()

    assert depth_model(tmp_path / "cache", store) == by_hand


def test_a_cut_network_is_not_used(tmp_path: Path) -> None:
    store, path = _installed(tmp_path)
    path.write_bytes(b"cut")

    assert depth_model(tmp_path / "cache", store) == tmp_path / "cache" / DEPTH_MODEL
