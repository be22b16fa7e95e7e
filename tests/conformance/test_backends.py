"""What every backend promises, asked of each one in the folder."""

import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from corpus.plans import small_plan
from corpus.runway_server import KEY, serving
from corpus.stills import photo, picture, scene_of

from ai_video_generator.config.choices import Fit
from ai_video_generator.config.cloud_profile import CloudModel
from ai_video_generator.media.resolution import Resolution
from ai_video_generator.models.base_model import (
    BACKENDS,
    BaseModel,
    CloudTerms,
    Purse,
    Scene,
    Supplies,
)

CLOUD_MODEL = CloudModel(
    name="tiny",
    durations_s=(2, 4),
    ratios=(Resolution(128, 96),),
    usd_per_second=0.01,
    source="this test",
    date="today",
)


@pytest.fixture(params=BACKENDS.names())
def backend(request: pytest.FixtureRequest) -> Iterator[BaseModel]:
    """Each backend in turn, loaded; those that need an accelerator are left out."""
    backend_class = BACKENDS.load(request.param)
    if backend_class.spec.needs_accelerator:
        pytest.skip(f"{request.param} needs an accelerator")
    loaded = backend_class()
    with ExitStack() as stack:
        stack.enter_context(closing(loaded))
        if backend_class.spec.cloud is None:
            loaded.load(small_plan(request.param))
        else:
            stack.enter_context(in_the_clouds(loaded, request.param))
        yield loaded


@contextmanager
def in_the_clouds(backend: BaseModel, name: str) -> Iterator[None]:
    """Load a backend that asks a cloud, whose part a server of this machine takes."""
    with serving() as server, tempfile.TemporaryDirectory() as folder:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("RUNWAYML_API_SECRET", KEY)
            terms = CloudTerms(folder=Path(folder), purse=Purse(100.0), url=server.url, requests=2)
            own = ((name, CLOUD_MODEL),)
            plan = small_plan(
                spec=backend.spec, model=name, cloud_models=own, cloud_model=CLOUD_MODEL.name
            )
            backend.load(plan, Supplies(cloud=terms))
        yield


def small_scene(fit: Fit = Fit.FILL, worker_count: int = 1) -> Scene:
    pictures = [picture(photo(200, 150, seed=1)), picture(photo(150, 200, seed=2))]
    scene, _ = scene_of(pictures, size=(64, 48), seconds=1.5, frame_rate=Fraction(10), fit=fit)
    return replace(scene, worker_count=worker_count)


@pytest.mark.parametrize("name", BACKENDS.names())
def test_it_describes_itself(name: str) -> None:
    backend_class = BACKENDS.load(name)
    assert issubclass(backend_class, BaseModel)
    spec = backend_class.spec
    assert spec.name == name
    assert spec.title
    assert spec.licence
    assert spec.precisions
    assert spec.size_multiple_px % 2 == 0
    assert 0 <= spec.quality <= 100
    assert spec.cpu_seconds_per_megapixel > 0
    assert spec.memory.fixed_bytes > 0
    assert spec.memory.bytes_per_pixel > 0
    assert spec.memory.source
    assert spec.network is None or spec.network.source


def test_it_is_among_the_names_that_the_registry_lists() -> None:
    assert "ken_burns" in BACKENDS.names()
    assert "base_model" not in BACKENDS.names()


@pytest.mark.parametrize("fit", [Fit.FILL, Fit.BLUR, Fit.CONTAIN])
def test_it_makes_exactly_the_frames_it_was_asked_for(backend: BaseModel, fit: Fit) -> None:
    scene = small_scene(fit)
    frames = list(backend.generate(scene))
    assert len(frames) == scene.storyboard.frame_count == 15
    assert {frame.size for frame in frames} == {Resolution(64, 48)}
    for frame in frames:
        assert frame.buffer.flags.c_contiguous
        assert 16 <= frame.y.min() <= frame.y.max() <= 235
        assert 16 <= min(frame.u.min(), frame.v.min()) <= max(frame.u.max(), frame.v.max()) <= 240


def test_frames_are_not_overwritten_by_later_ones(backend: BaseModel) -> None:
    stream = backend.generate(small_scene())
    first = next(stream)
    copy = first.buffer.copy()
    rest = list(stream)
    assert np.array_equal(first.buffer, copy)
    assert not any(np.shares_memory(first.buffer, frame.buffer) for frame in rest)


@pytest.mark.parametrize("worker_count", [1, 2, 4])
def test_the_same_scene_gives_the_same_frames(backend: BaseModel, worker_count: int) -> None:
    reference = list(backend.generate(small_scene()))
    again = list(backend.generate(small_scene(worker_count=worker_count)))
    for frame, other in zip(reference, again, strict=True):
        assert np.array_equal(frame.buffer, other.buffer)


def test_a_stream_closed_early_ends_its_work_and_another_can_begin(backend: BaseModel) -> None:
    before = threading.active_count()
    stream = backend.generate(small_scene(worker_count=2))
    next(stream)
    stream.close()
    assert threading.active_count() == before
    assert len(list(backend.generate(small_scene()))) == 15


def test_frames_made_in_portions_are_the_same(backend: BaseModel) -> None:
    if backend.spec.needs_accelerator or backend.spec.cloud is not None:
        pytest.skip("a network's frames depend on its pass")
    scene = small_scene()
    whole = list(backend.generate(scene))
    parts = [
        frame
        for wanted in (range(4), range(4, 15))
        for frame in backend.generate(replace(scene, frames=wanted))
    ]
    assert len(parts) == len(whole)
    for frame, other in zip(parts, whole, strict=True):
        assert np.array_equal(frame.buffer, other.buffer)


def test_it_can_be_closed_more_than_once(backend: BaseModel) -> None:
    backend.close()
    backend.close()


def test_a_single_frame_is_a_video(backend: BaseModel) -> None:
    scene, _ = scene_of([picture(photo(100, 80))], size=(32, 32), seconds=0.01)
    assert len(list(backend.generate(scene))) == 1
