"""A job by a checkpoint and a LoRA of one's own, called by the names they were added under."""

from functools import cached_property
from pathlib import Path

import pytest
from corpus import tiny_models
from corpus.original_layout import checkpoint_file
from corpus.toy_weights import ToyWeights
from corpus.toys import Toys

from ai_video_generator.core.recipe import read_recipe
from ai_video_generator.core.weights import WeightStore
from ai_video_generator.errors import InputError
from ai_video_generator.media.video_file import video_info

NAME = "animate_diff_fast"


class WideWeights(ToyWeights):
    """Toys whose text is as wide as that of Stable Diffusion 1.5, which added weights must be."""

    @cached_property
    def still(self) -> Path:
        return tiny_models.still_folder(self._folder / "still", text_width=768)


@pytest.fixture
def toys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Toys:
    """Toys, and ``own`` and ``grain`` added from files beside the job."""
    from diffusers import StableDiffusionPipeline

    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    weights = WideWeights(tmp_path / "weights")
    own = StableDiffusionPipeline.from_pretrained(
        weights.still, variant="fp16", safety_checker=None
    )
    own.unet.conv_in.weight.data.mul_(1.5)
    lora = weights.of(NAME)["fast_motion_adapter"] / "AnimateLCM_sd15_t2v_lora.safetensors"
    store = WeightStore()
    store.add(checkpoint_file(tmp_path / "own.safetensors", own))
    store.add(lora, "grain")
    toys = Toys(tmp_path, weights)
    toys.write(NAME, frames=16)
    return toys


@pytest.mark.slow
def test_a_job_takes_added_weights_by_their_names(toys: Toys) -> None:
    asked = "steps=1, checkpoint=own, lora=grain:0.8"
    result = toys.make(model=NAME, model_options=asked)
    plain = toys.make("plain.mp4", model=NAME, model_options="steps=1")

    assert [attempt.error for attempt in result.attempts] == [None]
    assert video_info(result.path).frame_count == 77
    given = next(line for line in toys.log(NAME) if line.startswith("load "))
    assert str(toys.folder / "own.safetensors") in given
    assert "AnimateLCM_sd15_t2v_lora.safetensors:0.8" in given
    assert read_recipe(result.path).model_options["lora"] == "grain:0.8"
    assert result.path.read_bytes() != plain.path.read_bytes()


@pytest.mark.slow
def test_a_name_that_nobody_added_is_told_before_the_work(toys: Toys) -> None:
    with pytest.raises(InputError, match="no weights were added as 'rain'"):
        toys.make(model=NAME, model_options="steps=1, lora=rain:0.8")
    assert not toys.log(NAME)
