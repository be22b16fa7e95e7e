"""Weights of every backend can be installed: told apart, whole, and never a pickle."""

import pytest

from ai_video_generator.config.model_config import WeightPart
from ai_video_generator.core.installable import installables
from ai_video_generator.core.weight_digests import check_name

MODELS = installables()


@pytest.mark.parametrize("name", MODELS)
def test_its_parts_are_told_apart(name: str) -> None:
    names = [part.name for part in MODELS[name].weights]

    assert len(set(names)) == len(names)


@pytest.mark.parametrize("name", MODELS)
def test_every_file_may_be_installed(name: str) -> None:
    parts: tuple[WeightPart, ...] = MODELS[name].weights
    for part in parts:
        assert part.files
        for file in part.files:
            check_name(file.path)
