"""What only a GPU can show: real memory, real streams. Skipped where there is none."""

import json
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import torch
from corpus.plans import small_plan
from corpus.stills import photo, picture, scene_of
from corpus.toy_weights import ToyWeights

from ai_video_generator.hardware.facts import Precision
from ai_video_generator.media.resolution import Resolution
from ai_video_generator.models.base_model import BACKENDS, Scene, Supplies
from ai_video_generator.planning.plan import Offload

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="PyTorch can use no GPU"),
]

ROOT = Path(__file__).parents[2]
MODELS = ("stable_video_diffusion", "stable_video_diffusion_fast", "animate_diff")
_LEAST_FREE_GIB = 16


def _scene() -> Scene:
    scene, _ = scene_of([picture(photo(200, 150))], size=(64, 64), frame_rate=Fraction(8))
    shot = replace(scene.storyboard.shots[0], start_frame=0, frame_count=16)
    board = replace(scene.storyboard, frame_count=16, shots=(shot,))
    return replace(scene, storyboard=board, frames=range(16), seed=5)


@pytest.mark.parametrize("offload", Offload)
@pytest.mark.parametrize("name", MODELS)
def test_a_pass_in_half_precision_runs_wherever_weights_wait(
    name: str, offload: Offload, toy_weights: ToyWeights
) -> None:
    plan = replace(
        small_plan(),
        device="cuda:0",
        precision=Precision.FP16,
        offload=offload,
        render_size=Resolution(64, 64),
        frames_per_pass=16,
        decode_frames=4,
    )
    model = BACKENDS.load(name)()
    with closing(model):
        model.load(plan, Supplies(weights=toy_weights.of(name), options={"steps": 2}))
        assert len(list(model.generate(_scene()))) == 16


@pytest.fixture(scope="module")
def full_size(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where full-size networks with random weights are made by the first who needs them."""
    if torch.cuda.mem_get_info()[0] < _LEAST_FREE_GIB * 2**30:
        pytest.skip(f"{_LEAST_FREE_GIB} GiB of GPU memory are needed to make the networks")
    return tmp_path_factory.mktemp("full_size")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "card_gib", "frames"),
    [("stable_video_diffusion", 8, 25), ("stable_video_diffusion_14", 6, 14)],
)
def test_a_full_size_model_fits_the_card_it_is_planned_for(
    name: str, card_gib: int, frames: int, full_size: Path
) -> None:
    _child("weights", name, full_size)
    found = _child("ours", name, full_size, "--card-gib", str(card_gib), "--capped", "--steps", "2")
    assert (found["problem"], found["frames"]) == ("", frames)
    assert found["peak_bytes"] <= card_gib * 2**30


def _child(kind: str, name: str, folder: Path, *more: str) -> Any:
    command = [sys.executable, "-m", "benchmarks.gpu_child", kind, name, "--folder", str(folder)]
    done = subprocess.run([*command, *more], cwd=ROOT, check=True, capture_output=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])
