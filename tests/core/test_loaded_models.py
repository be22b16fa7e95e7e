"""Models stay loaded from job to job while there is memory, and go in the order of their use."""

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]  # it ships no types
import pytest
from corpus.faults import write_real_backend
from corpus.plans import small_plan
from corpus.stills import photo, picture, scene_of

from ai_video_generator.core.isolated_backend import IsolatedBackend
from ai_video_generator.core.loaded_models import LoadedModels, Use
from ai_video_generator.errors import RenderError
from ai_video_generator.models.base_model import BaseModel, Scene, StepReport, Supplies
from ai_video_generator.planning.plan import Plan
from ai_video_generator.registry import Registry

USE = Use(check=lambda: None, on_step=lambda _: None, silence_limit_s=60.0)
NOTHING = Supplies()


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Registry[type[BaseModel]]:
    monkeypatch.syspath_prepend(str(tmp_path))
    return write_real_backend(tmp_path, "ken_burns")


@pytest.fixture(autouse=True)
def no_process_left() -> Iterator[None]:
    yield
    assert psutil.Process().children(recursive=True) == []


def plan(**changes: Any) -> Plan:
    made = replace(small_plan(), device="cuda:0")
    estimate = replace(made.estimate, device_bytes=4 * 10**9, ram_bytes=10**9)
    return replace(made, **{"estimate": estimate, **changes})


def scene() -> Scene:
    made, _ = scene_of([picture(photo(90, 60))], size=(64, 48), seconds=0.5, frame_rate=Fraction(8))
    return made


def process_of(model: object) -> object:
    assert isinstance(model, IsolatedBackend)
    return model._process


def test_a_model_is_lent_again_with_its_process(registry: Registry[type[BaseModel]]) -> None:
    with LoadedModels(registry, free_bytes=lambda _: 10**12) as models:
        seen = []
        for _ in range(2):
            with models.on_loan(plan(), NOTHING, USE) as model:
                assert len(list(model.generate(scene()))) == 4
                seen.append(process_of(model))
            assert models.count == 1
        assert seen[0] is seen[1]
    assert models.count == 0


def test_outside_of_the_block_nothing_stays(registry: Registry[type[BaseModel]]) -> None:
    models = LoadedModels(registry)
    with models.on_loan(plan(), NOTHING, USE) as model:
        list(model.generate(scene()))
    assert models.count == 0


def test_a_model_whose_job_failed_does_not_stay(registry: Registry[type[BaseModel]]) -> None:
    with (
        LoadedModels(registry) as models,
        pytest.raises(RenderError),
        models.on_loan(plan(), NOTHING, USE),
    ):
        raise RenderError("the job failed")
    assert models.count == 0


@pytest.mark.parametrize(
    "changes", [{"decode_frames": 2}, {"device": "cuda:1"}, {"frames_per_pass": 4}]
)
def test_another_plan_loads_anew(
    registry: Registry[type[BaseModel]], changes: dict[str, Any]
) -> None:
    with LoadedModels(registry, free_bytes=lambda _: 10**12) as models:
        for one in (plan(), plan(**changes)):
            with models.on_loan(one, NOTHING, USE):
                pass
        assert models.count == 2


def test_other_options_load_anew(registry: Registry[type[BaseModel]]) -> None:
    with LoadedModels(registry, free_bytes=lambda _: 10**12) as models:
        for options in ({}, {"steps": 4}):
            with models.on_loan(plan(), Supplies(options=options), USE):
                pass
        assert models.count == 2


def test_where_memory_is_short_the_one_used_longest_ago_goes(
    registry: Registry[type[BaseModel]],
) -> None:
    free = {"cuda:0": 10**12, "cpu": 10**12}
    first, second, third = (plan(decode_frames=count) for count in (1, 2, 3))
    with LoadedModels(registry, free_bytes=free.get) as models:
        for one in (first, second, first):
            with models.on_loan(one, NOTHING, USE) as model:
                kept = process_of(model)
        assert models.count == 2
        readings = iter([10**9, 10**12])
        free.pop("cuda:0")
        models._free_bytes = lambda device: next(readings) if device == "cuda:0" else 10**12
        with models.on_loan(third, NOTHING, USE):
            assert models.count == 1
        with models.on_loan(first, NOTHING, USE) as model:
            assert process_of(model) is kept


def test_a_device_that_does_not_tell_keeps_one_model(
    registry: Registry[type[BaseModel]],
) -> None:
    with LoadedModels(registry, free_bytes=lambda _: None) as models:
        for count in (1, 2):
            with models.on_loan(plan(decode_frames=count), NOTHING, USE):
                pass
        assert models.count == 1


def test_each_job_has_its_own_listener(registry: Registry[type[BaseModel]]) -> None:
    heard: list[StepReport] = []
    with LoadedModels(registry, free_bytes=lambda _: 10**12) as models:
        with models.on_loan(plan(), NOTHING, replace(USE, on_step=heard.append)) as model:
            assert model.on_step == heard.append
        with models.on_loan(plan(), NOTHING, USE) as model:
            assert model.on_step is USE.on_step


def test_a_camera_has_nothing_to_keep(registry: Registry[type[BaseModel]]) -> None:
    with LoadedModels(registry) as models:
        with models.on_loan(small_plan(), NOTHING, USE) as model:
            assert len(list(model.generate(scene()))) == 4
        assert models.count == 0
