"""The doctor sees weights that are begun, cut, gone or locked away, and is quiet otherwise."""

from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from corpus.hub import shaped
from corpus.weighty import FILES, PART, install_from_folder

from ai_video_generator.config.model_config import WeightPart
from ai_video_generator.core.checks.check import Check, State
from ai_video_generator.core.checks.weights import weights_check
from ai_video_generator.core.weights import WeightStore


@dataclass(frozen=True)
class Model:
    """What weights are installed for."""

    weights: tuple[WeightPart, ...] = (PART,)
    name: str = "toy"


@pytest.fixture
def store(tmp_path: Path) -> WeightStore:
    return WeightStore(tmp_path / "notes", tmp_path / "hf" / "hub")


def findings(
    store: WeightStore, model: Model | None = None, environment: dict[str, str] | None = None
) -> list[Check]:
    return list(weights_check(store, [model or Model()], environment or {}))


def test_no_weights_are_fine(store: WeightStore) -> None:
    (check,) = findings(store)

    assert (check.state, check.mend) == (State.OK, "")
    assert "no weights are installed" in check.said


def test_whole_weights_are_named(store: WeightStore, tmp_path: Path) -> None:
    install_from_folder(tmp_path / "usb", store)

    (check,) = findings(store)

    assert (check.state, check.said) == (State.OK, "installed: toy")


def test_begun_weights_are_a_warning(store: WeightStore, tmp_path: Path) -> None:
    install_from_folder(tmp_path / "usb", store)
    (store.folders(Model())["base"] / "unet/config.json").unlink()

    (check,) = findings(store)

    assert (check.state, check.mend) == (State.WARNING, "`aivg models install toy`")
    assert "of its weights are missing" in check.said


def test_cut_weights_are_a_warning(store: WeightStore, tmp_path: Path) -> None:
    install_from_folder(tmp_path / "usb", store)
    path = store.folders(Model())["base"] / "unet/model.safetensors"
    spoilt = bytearray(FILES["unet/model.safetensors"])
    spoilt[0] ^= 0xFF
    path.write_bytes(spoilt)

    (check,) = findings(store)

    assert (check.state, check.mend) == (State.WARNING, "`aivg models install toy`")
    assert "damaged" in check.said


@pytest.mark.parametrize(
    ("environment", "file", "told"),
    [({}, False, True), ({"HF_TOKEN": "hf_x"}, False, False), ({}, True, False)],
)
def test_a_gated_model_wants_a_token(
    store: WeightStore, tmp_path: Path, environment: dict[str, str], file: bool, told: bool
) -> None:
    install_from_folder(tmp_path / "usb", store)
    (store.folders(Model())["base"] / "unet/config.json").unlink()
    if file:
        (tmp_path / "hf" / "token").write_text("hf_x")

    (check,) = findings(store, Model((replace(PART, gated=True),)), environment)

    assert ("export HF_TOKEN" in check.mend) is told
    assert ("without a token" in check.said) is told


def test_own_weights_that_moved_are_a_warning(store: WeightStore, tmp_path: Path) -> None:
    path = tmp_path / "grain.safetensors"
    path.write_bytes(shaped({"a.lora_down.weight": (4, 320), "a.lora_up.weight": (320, 4)}))
    store.add(path)
    path.unlink()

    (check,) = findings(store)

    assert (check.state, check.mend) == (State.WARNING, "`aivg models remove grain`")
