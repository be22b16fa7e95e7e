"""A person's own checkpoint and LoRAs drive AnimateDiff as the same weights in a folder do."""

from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from corpus.hub import shaped
from corpus.original_layout import checkpoint_file
from corpus.plans import small_plan
from corpus.stills import photo, picture, scene_of
from corpus.toy_weights import ToyWeights

from ai_video_generator.core.model_options import options_for
from ai_video_generator.core.weights import WeightStore
from ai_video_generator.errors import InputError
from ai_video_generator.hardware.facts import Precision
from ai_video_generator.media.resolution import Resolution
from ai_video_generator.models.base_model import BACKENDS, Supplies

NAME = "animate_diff_fast"
_K = "model.diffusion_model.input_blocks.1.1.transformer_blocks.0.attn2.to_k.weight"
_LORA_K = "unet.down_blocks.0.attentions.0.transformer_blocks.0.attn2.to_k.lora_A.weight"


@pytest.fixture(scope="module")
def own(toy_weights: ToyWeights) -> Any:
    """A fine-tune of the toy: every part is another than the installed one's."""
    from diffusers import StableDiffusionPipeline

    pipeline = StableDiffusionPipeline.from_pretrained(
        toy_weights.still, variant="fp16", safety_checker=None
    )
    with torch.no_grad():
        pipeline.unet.conv_in.weight.mul_(1.5)
        pipeline.vae.decoder.conv_out.weight.mul_(1.2)
        for value in pipeline.text_encoder.parameters():
            value.add_(torch.linspace(-0.2, 0.2, value.numel()).reshape(value.shape))
    return pipeline


def made(weights: ToyWeights, checkpoint: Path | None = None, cache: Path | None = None) -> Any:
    """Four frames of a cat, ``(4, rows, width)``, uint8."""
    plan = replace(
        small_plan(),
        render_size=Resolution(64, 64),
        frames_per_pass=16,
        decode_frames=4,
        precision=Precision.FP32,
    )
    options = {"steps": 1, "strength": 1.0} | (
        {"checkpoint": str(checkpoint)} if checkpoint is not None else {}
    )
    scene, _ = scene_of([picture(photo(200, 150))], size=(64, 64), seconds=2)
    board = replace(scene.storyboard, shots=scene.storyboard.shots[:1])
    scene = replace(scene, storyboard=board, frames=range(4), prompt="a cat")
    model = BACKENDS.load(NAME)()
    with closing(model):
        model.load(plan, Supplies(weights=weights.of(NAME), options=options, cache_folder=cache))
        return np.stack([frame.buffer for frame in model.generate(scene)])


@pytest.mark.slow
def test_one_file_makes_the_frames_of_the_same_weights_in_a_folder(
    toy_weights: ToyWeights, own: Any, tmp_path: Path
) -> None:
    own.save_pretrained(tmp_path / "own")
    file = checkpoint_file(tmp_path / "own.safetensors", own)
    by_folder = made(toy_weights, tmp_path / "own")
    assert np.array_equal(made(toy_weights, file), by_folder)
    assert not np.array_equal(made(toy_weights), by_folder)


@pytest.mark.slow
def test_words_are_read_by_the_checkpoints_own_encoder(
    toy_weights: ToyWeights, own: Any, tmp_path: Path
) -> None:
    from ai_video_generator.models._still_parts import text_encoder

    file = checkpoint_file(tmp_path / "own.safetensors", own)
    read = text_encoder(toy_weights.still, file).state_dict()
    wanted = own.text_encoder.state_dict()
    assert read.keys() == wanted.keys()
    assert all(torch.equal(read[key], wanted[key]) for key in wanted)
    installed = text_encoder(toy_weights.still, None).state_dict()
    assert not all(torch.equal(read[key], installed[key]) for key in wanted)


@pytest.mark.slow
def test_a_file_that_is_replaced_does_not_keep_the_words_of_the_former(
    toy_weights: ToyWeights, own: Any, tmp_path: Path
) -> None:
    from diffusers import StableDiffusionPipeline

    installed = StableDiffusionPipeline.from_pretrained(
        toy_weights.still, variant="fp16", safety_checker=None
    )
    installed.text_encoder, words = own.text_encoder, installed.text_encoder
    cache, file = tmp_path / "cache", tmp_path / "own.safetensors"
    first = made(toy_weights, checkpoint_file(file, installed), cache)
    installed.text_encoder = words
    assert not np.array_equal(made(toy_weights, checkpoint_file(file, installed), cache), first)


@pytest.mark.slow
def test_a_checkpoint_without_a_vae_takes_the_installed_one(
    toy_weights: ToyWeights, own: Any, tmp_path: Path
) -> None:
    from ai_video_generator.models._still_parts import still_parts

    file = checkpoint_file(tmp_path / "own.safetensors", own, vae=False)
    unet, vae = still_parts(toy_weights.still, file, torch.float32)
    _, installed = still_parts(toy_weights.still, None, torch.float32)
    assert torch.equal(unet.conv_in.weight, own.unet.conv_in.weight)
    pairs = zip(vae.parameters(), installed.parameters(), strict=True)
    assert all(torch.equal(one, other) for one, other in pairs)


def test_names_of_added_weights_become_paths_with_their_weight(tmp_path: Path) -> None:
    checkpoint, lora = tmp_path / "real.safetensors", tmp_path / "film grain.safetensors"
    checkpoint.write_bytes(
        shaped({_K: (320, 768), "model.diffusion_model.input_blocks.0.0.weight": (320, 4, 3, 3)})
    )
    lora.write_bytes(shaped({_LORA_K: (8, 768)}))
    store = WeightStore()
    assert (store.add(checkpoint), store.add(lora, "grain")) == ("real", "grain")

    asked = {"checkpoint": "real", "lora": f"grain:0.8 + {lora}", "steps": "4"}
    assert options_for(BACKENDS.load(NAME), asked) == {
        "checkpoint": str(checkpoint),
        "lora": f"{lora}:0.8+{lora}",
        "steps": "4",
    }
    assert options_for(BACKENDS.load("stable_video_diffusion"), asked) == {"steps": "4"}
    with pytest.raises(InputError, match="no weights were added as 'noise'"):
        options_for(BACKENDS.load(NAME), {"lora": "noise:0.5"})
