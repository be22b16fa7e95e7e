"""The failing backends that campaigns use fail as, where and as often as they say."""

import os
from contextlib import closing
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from corpus.faults import (
    POSSIBLE,
    Fault,
    Stage,
    times_struck,
    write_faulty_backend,
    write_real_backend,
)
from corpus.plans import small_plan
from corpus.stills import photo, picture, scene_of

from ai_video_generator.core.isolated_backend import IsolatedBackend
from ai_video_generator.errors import (
    AIVideoError,
    DependencyMissingError,
    DeviceLostError,
    DeviceMemoryError,
    DiskFullError,
    NumericalError,
    RenderError,
    WeightsCorruptError,
)
from ai_video_generator.models.base_model import BaseModel, Scene
from ai_video_generator.models.ken_burns import KenBurns
from ai_video_generator.registry import Registry

PLAN = replace(small_plan(), device="cuda:0")

FRAME_COUNT = 15

EXPECTED: dict[Fault, type[AIVideoError] | None] = {
    Fault.OUT_OF_MEMORY: DeviceMemoryError,
    Fault.DEVICE_LOST: DeviceLostError,
    Fault.NAN: NumericalError,
    Fault.BLACK: None,
    Fault.HANG: DeviceLostError,
    Fault.CORRUPT_WEIGHTS: WeightsCorruptError,
    Fault.IMPORT_ERROR: DependencyMissingError,
    Fault.DISK_FULL: DiskFullError,
    Fault.CRASH: RenderError,
}
WHOLE_FRAMES = {
    Stage.LOAD: 0,
    Stage.FIRST: 0,
    Stage.MIDDLE: 7,
    Stage.DECODE: 7,
    Stage.LAST: 14,
    Stage.CLOSE: 15,
}

_SILENCE_LIMIT_S = 2.0
# More than a start takes on a busy machine, less than a hang.


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


def scene() -> Scene:
    made, _ = scene_of(
        [picture(photo(200, 150))], size=(64, 48), seconds=1.45, frame_rate=Fraction(10)
    )
    assert made.storyboard.frame_count == FRAME_COUNT
    return made


def _attempt(
    registry: Registry[type[BaseModel]], name: str = "faulty"
) -> tuple[int, type[AIVideoError] | None]:
    """Frames that are as the real backend makes them, and what ended the attempt."""
    backend = IsolatedBackend(registry, name, check=lambda: None, silence_limit_s=_SILENCE_LIMIT_S)
    whole_count = 0
    with closing(backend), closing(KenBurns().generate(scene())) as real:
        try:
            backend.load(PLAN)
            for frame in backend.generate(scene()):
                whole_count += np.array_equal(frame.buffer, next(real).buffer)
        except AIVideoError as error:
            return whole_count, type(error)
    return whole_count, None


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="a crash has another face there")
@pytest.mark.parametrize(("fault", "stage"), POSSIBLE)
def test_a_fault_strikes_where_and_as_it_should_and_then_no_more(
    folder: Path, fault: Fault, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ai_video_generator.core.model_process._CLOSING_LIMIT_S", 0.5)
    registry = write_faulty_backend(folder, "ken_burns", fault, stage, times=1)
    expected = None if stage is Stage.CLOSE else EXPECTED[fault]
    assert _attempt(registry) == (WHOLE_FRAMES[stage], expected)
    assert times_struck(registry, "faulty") == 1
    assert _attempt(registry) == (FRAME_COUNT, None)
    assert times_struck(registry, "faulty") == 1


def test_a_fault_that_never_ends_strikes_every_time(folder: Path) -> None:
    registry = write_faulty_backend(
        folder, "ken_burns", Fault.OUT_OF_MEMORY, Stage.MIDDLE, times=None
    )
    for number in range(1, 4):
        assert _attempt(registry) == (7, DeviceMemoryError)
        assert times_struck(registry, "faulty") == number


def test_several_backends_stand_side_by_side(folder: Path) -> None:
    write_faulty_backend(
        folder, "ken_burns", Fault.DISK_FULL, Stage.LOAD, times=None, name="best", quality=90
    )
    registry = write_real_backend(folder, "ken_burns")
    assert registry.names() == ("best", "ken_burns")
    assert registry.load("best").spec.quality == 90
    assert registry.load("best").spec.name == "best"
    assert registry.load("ken_burns") is KenBurns
    assert _attempt(registry, "best") == (0, DiskFullError)
    assert _attempt(registry, "ken_burns") == (FRAME_COUNT, None)


def test_only_frames_can_be_black(folder: Path) -> None:
    with pytest.raises(ValueError, match="black cannot happen at load"):
        write_faulty_backend(folder, "ken_burns", Fault.BLACK, Stage.LOAD, times=1)
    assert len(POSSIBLE) == 9 * 6 - 2 * 2
