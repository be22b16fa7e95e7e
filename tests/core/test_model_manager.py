"""The manager chooses as the planner does, and loads what it chose."""

import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from corpus.machines import FACTS, Replayed, equipped, machine
from corpus.requests import network
from corpus.weighty import PART, install_from_folder, write_weighty_backend

from ai_video_generator import ModelManager
from ai_video_generator.core.weights import WeightStore
from ai_video_generator.errors import (
    InputError,
    RenderError,
    RequestImpossibleError,
    WeightsMissingError,
)
from ai_video_generator.hardware.facts import HardwareFacts, Precision
from ai_video_generator.models.base_model import BaseModel
from ai_video_generator.registry import Registry


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Registry[type[BaseModel]]:
    monkeypatch.syspath_prepend(str(tmp_path))
    return write_weighty_backend(tmp_path)


@pytest.fixture
def store(tmp_path: Path) -> WeightStore:
    return WeightStore(tmp_path / "notes", tmp_path / "hub")


def facts(name: str = "laptop_igpu") -> HardwareFacts:
    return equipped(machine(name))


@pytest.fixture
def manager(registry: Registry[type[BaseModel]], store: WeightStore) -> ModelManager:
    return ModelManager(Replayed(facts()), backends=registry, weights=store)


@pytest.mark.parametrize("tier", [None, "low", "medium", "high", "ultra"])
def test_the_best_model_with_weights_is_chosen(
    manager: ModelManager, store: WeightStore, tmp_path: Path, tier: str | None
) -> None:
    assert manager.select_optimal_model(tier) == "ken_burns"

    install_from_folder(tmp_path / "usb", store)

    assert manager.select_optimal_model(tier) == "weighty"


def test_the_recommended_model_need_not_be_installed(manager: ModelManager) -> None:
    assert manager.recommended_model() == "weighty"


def test_there_are_four_tiers(manager: ModelManager) -> None:
    with pytest.raises(InputError, match="no tier 'huge'") as caught:
        manager.select_optimal_model("huge")
    assert "low, medium, high, ultra" in caught.value.hint


def test_built_in_models_are_always_there() -> None:
    assert ModelManager(Replayed(facts())).select_optimal_model() in {
        "basic_animation",
        "ken_burns",
    }


def test_a_model_is_loaded_with_its_weights(
    manager: ModelManager, store: WeightStore, tmp_path: Path
) -> None:
    install_from_folder(tmp_path / "usb", store)

    backend = manager.load_model("weighty")

    (given,) = backend.given  # type: ignore[attr-defined]  # the test's own
    assert given.weights["base"].is_dir()
    assert given.cache_folder is not None
    backend.close()


def test_a_model_without_weights_is_not_loaded(manager: ModelManager) -> None:
    with pytest.raises(WeightsMissingError) as caught:
        manager.load_model("weighty")
    assert caught.value.hint == "aivg models install weighty"


def test_what_a_backend_raises_is_said_in_our_words(
    manager: ModelManager, registry: Registry[type[BaseModel]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise KeyError("unet")

    monkeypatch.setattr(registry.load("ken_burns"), "load", broken)

    with pytest.raises(RenderError, match="ken_burns cannot be loaded: KeyError"):
        manager.load_model("ken_burns")


def test_an_unknown_model_is_refused(manager: ModelManager) -> None:
    with pytest.raises(RequestImpossibleError, match="no model is called"):
        manager.load_model("nonsense")


def test_requirements_are_told_with_their_sources(
    manager: ModelManager, store: WeightStore, tmp_path: Path
) -> None:
    needs = manager.get_model_requirements("weighty")

    assert needs["disk_bytes"] == PART.size_bytes
    assert (needs["installed"], needs["fits"], needs["why_not"]) == (False, True, "")
    assert (needs["vram_min_bytes"], needs["vram_recommended_bytes"]) == (0, 0)
    assert needs["ram_bytes"] > 0
    assert needs["sources"] == ["benchmarks/memory.json"]
    assert needs["weights"] == [
        {
            "part": "base",
            "repository": PART.repository,
            "revision": PART.revision,
            "size_bytes": PART.size_bytes,
            "licence": "MIT",
            "licence_url": "https://example.org/licence",
            "gated": False,
            "presence": "missing",
        }
    ]
    json.dumps(needs)
    install_from_folder(tmp_path / "usb", store)
    assert manager.get_model_requirements("weighty")["installed"] is True


def test_what_a_network_needs_of_a_gpu_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, store: WeightStore
) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    formats = (Precision.FP16, Precision.FP32)
    registry = write_weighty_backend(tmp_path, network=network(4.2, 2.8), precisions=formats)
    weak = ModelManager(
        Replayed(replace(facts(), accelerators=())), backends=registry, weights=store
    )
    strong = ModelManager(Replayed(facts("desktop_rtx4090")), backends=registry, weights=store)

    needs = weak.get_model_requirements("weighty")

    assert needs["fits"] is False
    assert "needs a GPU" in needs["why_not"]
    assert 0 < needs["vram_min_bytes"] < 4 * 2**30 < needs["vram_recommended_bytes"]
    assert weak.measured_speed("weighty") is None
    assert strong.get_model_requirements("weighty")["fits"] is True
    assert (weak.recommended_model(), strong.recommended_model()) == ("ken_burns", "weighty")


def test_the_plan_for_a_machine_is_used_at_the_next_load(manager: ModelManager) -> None:
    plan = manager.optimize_model_for_hardware("ken_burns", facts("raspberry_pi_5"))
    backend = manager.load_model("ken_burns")

    assert plan.device == "cpu"
    assert plan.worker_count == 4
    assert manager.optimize_model_for_hardware(backend).worker_count == facts().cpu_cores
    backend.close()


def test_a_machine_may_be_told_as_plain_data(manager: ModelManager) -> None:
    plain = json.loads(FACTS.dump_json(facts("raspberry_pi_5")))
    plan = manager.optimize_model_for_hardware("ken_burns", plain)

    assert plan == manager.optimize_model_for_hardware("ken_burns", facts("raspberry_pi_5"))
    assert asdict(plan)["model"] == "ken_burns"


def test_nonsense_describes_no_machine(manager: ModelManager) -> None:
    with pytest.raises(InputError, match="describes no machine"):
        manager.optimize_model_for_hardware("ken_burns", {"cores": 4})
