"""A job uses weights that are there, goes without those that are not, and says so."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from corpus.hub import COMMIT
from corpus.machines import Replayed, equipped, machine
from corpus.oddities import write_picture, write_sound
from corpus.weighty import FILES, PART, install_from_folder, write_weighty_backend

from ai_video_generator import VideoGenerator
from ai_video_generator.config.settings import load_settings
from ai_video_generator.core.result import Result
from ai_video_generator.core.supplies import supplies_for
from ai_video_generator.errors import WeightsCorruptError, WeightsMissingError
from ai_video_generator.models.base_model import BACKENDS, BaseModel
from ai_video_generator.registry import Registry

REFUSAL = "its weights are not installed (0.0 GB): aivg models install weighty"


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Registry[type[BaseModel]]:
    monkeypatch.syspath_prepend(str(tmp_path))
    return write_weighty_backend(tmp_path)


@pytest.fixture
def inputs(tmp_path: Path) -> tuple[Path, Path]:
    return write_picture(tmp_path / "p.png"), write_sound(tmp_path / "s.wav", seconds=1)


def generator(registry: Registry[type[BaseModel]]) -> VideoGenerator:
    return VideoGenerator(
        Replayed(equipped(machine("laptop_igpu"))),
        backends=registry,
        settings=load_settings({"size": "64x48", "fps": "10"}).values,
    )


def made(registry: Registry[type[BaseModel]], inputs: tuple[Path, Path], **options: Any) -> Result:
    picture, sound = inputs
    return generator(registry).generate([picture], sound, sound.with_suffix(".mp4"), **options)


def test_a_model_without_its_weights_is_left_aside_and_told(
    registry: Registry[type[BaseModel]], inputs: tuple[Path, Path]
) -> None:
    ladder = generator(registry).ladder(*inputs)

    assert ladder.best.model == "ken_burns"
    assert [(one.subject, one.because) for one in ladder.rejections] == [("weighty", REFUSAL)]


def test_one_that_was_asked_for_says_how_to_install_it(
    registry: Registry[type[BaseModel]], inputs: tuple[Path, Path]
) -> None:
    with pytest.raises(WeightsMissingError, match="weights of 'weighty'") as caught:
        made(registry, inputs, model="weighty")
    assert caught.value.hint == "aivg models install weighty"


def test_another_machine_counts_as_having_all_weights(
    registry: Registry[type[BaseModel]], inputs: tuple[Path, Path]
) -> None:
    there = equipped(machine("laptop_i5_8250u"))

    assert generator(registry).ladder(*inputs, facts=there).best.model == "weighty"


def test_a_backend_gets_the_folders_of_its_weights(
    registry: Registry[type[BaseModel]], inputs: tuple[Path, Path], tmp_path: Path
) -> None:
    install_from_folder(tmp_path / "usb")

    result = made(registry, inputs)

    assert result.plan is not None
    assert result.plan.model == "weighty"
    (given,) = registry.load("weighty").given  # type: ignore[attr-defined]  # the test's own
    folder = given.weights["base"]
    assert {path: (folder / path).read_bytes() for path in FILES} == FILES


def test_weights_found_cut_at_load_lead_to_another_model(
    registry: Registry[type[BaseModel]],
    inputs: tuple[Path, Path],
    own_folders: Path,
) -> None:
    hub = own_folders / ".cache/huggingface/hub/models--maker--model/snapshots" / COMMIT
    for path, content in FILES.items():
        (hub / path).parent.mkdir(parents=True, exist_ok=True)
        (hub / path).write_bytes(content[:-1] if path.endswith("safetensors") else content)

    result = made(registry, inputs)

    assert result.plan is not None
    assert result.plan.model == "ken_burns"
    error = result.attempts[0].error
    assert isinstance(error, WeightsCorruptError)
    assert error.hint.startswith("aivg models install weighty")


def test_what_only_helps_is_given_where_it_is_installed(tmp_path: Path) -> None:
    spec = replace(BACKENDS.load("ken_burns").spec, extras=(PART,))
    assert supplies_for(spec).weights == {}

    store = install_from_folder(tmp_path / "usb")

    assert list(supplies_for(spec, store=store).weights) == [PART.name]
