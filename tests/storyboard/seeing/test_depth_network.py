"""The road of an installed network, walked with a small real one of the same interface."""

from pathlib import Path

import numpy as np
import pytest
from corpus import onnx_file, scenes

from ai_video_generator.errors import WeightsCorruptError, WeightsMissingError
from ai_video_generator.storyboard.seeing.depth_network import network_depth


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "model.onnx"
    path.write_bytes(onnx_file.brightness_as_nearness())
    return path


@pytest.mark.parametrize("size", [(384, 216), (216, 384), (40, 30), (1000, 10)])
def test_what_the_network_calls_near_is_near(model: Path, size: tuple[int, int]) -> None:
    width, height = size
    picture = np.zeros((height, width, 3), np.uint8)
    picture[:, : width // 2] = 200
    far = network_depth(picture, model)
    assert far.shape == (height, width)
    assert far.dtype == np.float32
    assert far[:, 0].max() < 0.05
    assert far[:, -1].min() > 0.95


def test_the_order_of_distances_is_that_of_the_network(model: Path) -> None:
    ramp = np.repeat(np.arange(256, dtype=np.uint8)[None, :, None], 3, axis=2).repeat(100, axis=0)
    far = network_depth(ramp, model)
    assert (np.diff(far[50]) <= 1e-6).all()


def test_a_missing_network_is_named(tmp_path: Path) -> None:
    with pytest.raises(WeightsMissingError, match=r"model\.onnx") as caught:
        network_depth(scenes.portrait(), tmp_path / "model.onnx")
    assert "put the whole file there again" in caught.value.hint


@pytest.mark.parametrize("stored", [b"", b"Dear reader," * 99, b"\x08\x06"])
def test_a_damaged_network_is_refused(tmp_path: Path, stored: bytes) -> None:
    path = tmp_path / "model.onnx"
    path.write_bytes(stored)
    with pytest.raises(WeightsCorruptError, match=r"model\.onnx"):
        network_depth(scenes.portrait(), path)


def test_half_a_network_is_refused(model: Path) -> None:
    model.write_bytes(model.read_bytes()[:100])
    with pytest.raises(WeightsCorruptError):
        network_depth(scenes.portrait(), model)
