"""The diffusion backends: real classes, real files, toy weights."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from corpus.plans import small_plan
from corpus.stills import photo, picture, scene_of
from corpus.toy_weights import ToyWeights

from ai_video_generator.errors import (
    NumericalError,
    SettingsError,
    WeightsMissingError,
)
from ai_video_generator.hardware.facts import Precision
from ai_video_generator.media.frames import Frame
from ai_video_generator.media.resolution import Resolution
from ai_video_generator.models._diffusers import (
    DiffusersModel,
    compiled,
    pays_to_compile,
    torch_device,
    torch_type,
)
from ai_video_generator.models.base_model import BACKENDS, Scene, StepReport, Supplies
from ai_video_generator.planning.plan import Offload, Plan

SVD = ("stable_video_diffusion", "stable_video_diffusion_14", "stable_video_diffusion_fast")
ANIMATE = ("animate_diff", "animate_diff_fast", "animate_diff_keyframe")
WANTED = 8
_LEAST_DIFFERENCE = 1
# Levels. Moving weights changes the order of additions at most; that may round a level otherwise.


def toy_plan(**changes: Any) -> Plan:
    plan = replace(
        small_plan(),
        render_size=Resolution(64, 64),
        frames_per_pass=16,
        decode_frames=3,
        precision=Precision.FP32,
    )
    return replace(plan, **changes)


def toy_scene(**changes: Any) -> Scene:
    """A pass of eight frames at the beginning of a shot of two seconds."""
    scene, _ = scene_of(
        [picture(photo(200, 150))], size=(64, 64), seconds=2, frame_rate=Fraction(8)
    )
    board = replace(scene.storyboard, shots=scene.storyboard.shots[:1])
    values = {"frames": range(WANTED), "frame_rate": Fraction(8), "seed": 5, "storyboard": board}
    return replace(scene, **{**values, **changes})


def loaded(
    name: str, weights: ToyWeights, plan: Plan | None = None, **options: Any
) -> DiffusersModel:
    model = BACKENDS.load(name)()
    assert isinstance(model, DiffusersModel)
    model.load(
        plan or toy_plan(), Supplies(weights=weights.of(name), options={"steps": 2, **options})
    )
    return model


def pixels(frames: Iterator[Frame]) -> np.ndarray:
    return np.stack([frame.buffer for frame in frames]).astype(int)


@pytest.mark.slow
@pytest.mark.parametrize("name", [*SVD, *ANIMATE])
def test_weights_may_wait_in_ram_and_the_frames_are_the_same(
    name: str, toy_weights: ToyWeights
) -> None:
    plain: np.ndarray | None = None
    for offload in Offload:
        with closing(loaded(name, toy_weights, toy_plan(offload=offload))) as model:
            assert (
                _hooks(model)
                == {
                    Offload.NONE: set(),
                    Offload.BY_PART: {"part"},
                    Offload.BY_LAYER: {"layer"},
                }[offload]
            )
            made = pixels(model.generate(toy_scene()))
        assert len(made) == WANTED
        plain = made if plain is None else plain
        assert np.abs(made - plain).max() <= _LEAST_DIFFERENCE


def _hooks(model: DiffusersModel) -> set[str]:
    """How the denoiser's weights are moved, read off the loaded pipeline."""
    unet = model.pipeline.unet
    by_part = hasattr(unet, "_hf_hook")
    layers = [getattr(part, "_diffusers_hook", None) for part in unet.modules()]
    by_layer = any(hook is not None and hook.hooks for hook in layers)
    return ({"part"} if by_part else set()) | ({"layer"} if by_layer else set())


@pytest.mark.slow
@pytest.mark.parametrize("name", [*SVD, *ANIMATE])
def test_the_vae_stays_on_the_device_where_layers_wait(name: str, toy_weights: ToyWeights) -> None:
    # Moved by stream it would come back in 16 bits after a pipeline widened it to 32.
    with closing(loaded(name, toy_weights, toy_plan(offload=Offload.BY_LAYER))) as model:
        moved = [getattr(part, "_diffusers_hook", None) for part in model.pipeline.vae.modules()]
    assert not any(hook is not None and hook.hooks for hook in moved)


@pytest.mark.slow
@pytest.mark.parametrize("name", [*SVD, *ANIMATE])
def test_a_seed_gives_the_same_frames_and_another_seed_others(
    name: str, toy_weights: ToyWeights
) -> None:
    with closing(loaded(name, toy_weights)) as model:
        first = pixels(model.generate(toy_scene()))
        again = pixels(model.generate(toy_scene()))
        other = pixels(model.generate(toy_scene(seed=6)))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


@pytest.mark.slow
@pytest.mark.parametrize("name", [*SVD, *ANIMATE])
def test_every_step_is_told_with_a_preview_of_what_it_makes(
    name: str, toy_weights: ToyWeights
) -> None:
    reports: list[StepReport] = []
    with closing(loaded(name, toy_weights)) as model:
        model.on_step = reports.append
        list(model.generate(toy_scene()))
    assert [(one.done, one.total) for one in reports] == [(1, 2), (2, 2)]
    for one in reports:
        assert one.preview is not None
        assert one.preview.shape == (8, 8, 8, 3)
        assert one.preview.dtype == np.uint8


@pytest.mark.slow
@pytest.mark.parametrize("name", ["stable_video_diffusion", "animate_diff"])
def test_a_small_decoder_draws_the_previews_where_it_is_installed(
    name: str, toy_weights: ToyWeights
) -> None:
    reports: list[StepReport] = []
    weights = {**toy_weights.of(name), "preview_decoder": toy_weights.preview_decoder}
    model = BACKENDS.load(name)()
    model.on_step = reports.append
    with closing(model):
        model.load(toy_plan(), Supplies(weights=weights, options={"steps": 1}))
        list(model.generate(toy_scene()))
    (report,) = reports
    assert report.preview is not None
    assert report.preview.shape == (8, 64, 64, 3)


class _StoppedError(Exception):
    pass


@pytest.mark.slow
@pytest.mark.parametrize("name", [*SVD, *ANIMATE])
def test_a_listener_that_raises_ends_the_pass_at_once_and_the_model_goes_on(
    name: str, toy_weights: ToyWeights
) -> None:
    reports: list[StepReport] = []

    def stop(report: StepReport) -> None:
        reports.append(report)
        raise _StoppedError

    with closing(loaded(name, toy_weights)) as model:
        plain = pixels(model.generate(toy_scene()))
        before, model.on_step = model.on_step, stop
        with pytest.raises(_StoppedError):
            list(model.generate(toy_scene()))
        assert len(reports) == 1
        model.on_step = before
        assert np.array_equal(pixels(model.generate(toy_scene())), plain)


@pytest.mark.slow
@pytest.mark.parametrize("name", [*SVD, *ANIMATE])
def test_a_pass_goes_on_from_the_frame_it_is_given(name: str, toy_weights: ToyWeights) -> None:
    bright = Frame.from_rgb(np.full((64, 64, 3), 250, np.uint8))
    with closing(loaded(name, toy_weights)) as model:
        anew = pixels(model.generate(toy_scene()))
        going_on = pixels(model.generate(toy_scene(continues=bright)))
    assert not np.array_equal(anew, going_on)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["stable_video_diffusion", "animate_diff"])
def test_weights_in_eight_bits_are_stored_so_and_computed_with_in_sixteen(
    name: str, toy_weights: ToyWeights
) -> None:
    model = BACKENDS.load(name)()
    assert isinstance(model, DiffusersModel)
    plan = toy_plan(precision=Precision.FP8)
    with closing(model):
        model.load(plan, Supplies(weights=toy_weights.of(name), options={"steps": 1}))
        kinds = {value.dtype for value in model.pipeline.unet.parameters()}
        assert torch.float8_e4m3fn in kinds
        assert torch.float16 in kinds
        assert {value.dtype for value in model.pipeline.vae.parameters()} == {torch.float16}


@pytest.mark.slow
def test_feed_forward_layers_take_one_frame_after_another(toy_weights: ToyWeights) -> None:
    with closing(loaded("stable_video_diffusion", toy_weights)) as model:
        sizes = {
            part._chunk_size
            for part in model.pipeline.unet.modules()
            if hasattr(part, "_chunk_size")
        }
        chunked = pixels(model.generate(toy_scene()))
        for part in model.pipeline.unet.modules():
            if hasattr(part, "_chunk_size"):
                part._chunk_size = None
        plain = pixels(model.generate(toy_scene()))
    assert sizes == {1}
    assert np.abs(chunked - plain).max() <= _LEAST_DIFFERENCE


@pytest.mark.slow
def test_frames_are_decoded_as_many_together_as_the_plan_says(toy_weights: ToyWeights) -> None:
    together: list[int] = []
    with closing(loaded("stable_video_diffusion", toy_weights)) as model:
        decode = model.pipeline.vae.decode

        def counted(latents: torch.Tensor, **named: Any) -> Any:
            together.append(len(latents))
            return decode(latents, **named)

        model.pipeline.vae.decode = counted
        list(model.generate(toy_scene()))
    assert together == [3, 3, 2]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["stable_video_diffusion", "animate_diff"])
def test_numbers_that_are_none_fail_the_pass(name: str, toy_weights: ToyWeights) -> None:
    with closing(loaded(name, toy_weights)) as model:
        with torch.no_grad():
            model.pipeline.unet.conv_out.bias.fill_(float("nan"))
        with pytest.raises(NumericalError, match=f"{name} returned no numbers in fp32"):
            list(model.generate(toy_scene()))


@pytest.mark.slow
def test_motion_follows_the_shot_unless_it_is_set(toy_weights: ToyWeights) -> None:
    def told(motion: float, **options: Any) -> int:
        scene = toy_scene()
        shots = (replace(scene.storyboard.shots[0], motion=motion),)
        scene = replace(scene, storyboard=replace(scene.storyboard, shots=shots))
        with closing(loaded("stable_video_diffusion", toy_weights, **options)) as model:
            ids: list[int] = []
            model.pipeline._get_add_time_ids = _noting(model.pipeline._get_add_time_ids, ids)
            list(model.generate(scene))
        (found,) = ids
        return found

    assert told(0.0) == 60
    assert told(0.5) == 127
    assert told(1.0) == 194
    assert told(1.0, motion_bucket_id=33) == 33


def _noting(real: Any, ids: list[int]) -> Any:
    def noted(fps: int, motion_bucket_id: int, *values: Any) -> Any:
        ids.append(motion_bucket_id)
        return real(fps, motion_bucket_id, *values)

    return noted


@pytest.mark.slow
def test_words_change_what_is_made_and_are_encoded_once(
    toy_weights: ToyWeights, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import transformers

    name, loads = "animate_diff_fast", []
    real = transformers.CLIPTextModel.from_pretrained

    def counted(*values: Any, **named: Any) -> Any:
        loads.append(values)
        return real(*values, **named)

    monkeypatch.setattr(transformers.CLIPTextModel, "from_pretrained", counted)
    supplies = Supplies(weights=toy_weights.of(name), options={"steps": 2}, cache_folder=tmp_path)

    def made(prompt: str) -> np.ndarray:
        model = BACKENDS.load(name)()
        with closing(model):
            model.load(toy_plan(), supplies)
            return pixels(model.generate(toy_scene(prompt=prompt)))

    cat, dog = made("a cat"), made("a dog")
    assert not np.array_equal(cat, dog)
    assert len(loads) == 2
    assert np.array_equal(made("a cat"), cat)
    assert len(loads) == 2
    assert len(list((tmp_path / "prompts").glob("*.safetensors"))) == 3


@pytest.mark.slow
def test_a_damaged_embedding_is_made_anew(toy_weights: ToyWeights, tmp_path: Path) -> None:
    name = "animate_diff_fast"
    supplies = Supplies(weights=toy_weights.of(name), options={"steps": 1}, cache_folder=tmp_path)
    made = []
    for _ in range(2):
        model = BACKENDS.load(name)()
        with closing(model):
            model.load(toy_plan(), supplies)
            made.append(pixels(model.generate(toy_scene(prompt="a cat"))))
        for path in (tmp_path / "prompts").iterdir():
            path.write_bytes(b"spoiled")
    assert np.array_equal(made[0], made[1])


@pytest.mark.slow
def test_no_text_encoder_stays_beside_the_denoiser(toy_weights: ToyWeights) -> None:
    with closing(loaded("animate_diff", toy_weights)) as model:
        list(model.generate(toy_scene(prompt="a cat")))
        assert model.pipeline.text_encoder is None


@pytest.mark.slow
def test_a_lora_of_ones_own_changes_the_frames(toy_weights: ToyWeights) -> None:
    lora = toy_weights.of("animate_diff_fast")["fast_motion_adapter"]
    path = lora / "AnimateLCM_sd15_t2v_lora.safetensors"
    with closing(loaded("animate_diff", toy_weights)) as model:
        plain = pixels(model.generate(toy_scene()))
    with closing(loaded("animate_diff", toy_weights, lora=f"{path}:0.8")) as model:
        assert model.pipeline.get_active_adapters() == ["own0"]
        styled = pixels(model.generate(toy_scene()))
    assert not np.array_equal(plain, styled)


@pytest.mark.slow
def test_a_folder_of_ones_own_takes_the_place_of_the_picture_model(
    toy_weights: ToyWeights, tmp_path: Path
) -> None:
    from diffusers import StableDiffusionPipeline

    own = StableDiffusionPipeline.from_pretrained(
        toy_weights.still, variant="fp16", safety_checker=None
    )
    with torch.no_grad():
        own.unet.conv_in.weight.mul_(1.5)
    own.save_pretrained(tmp_path / "own")
    with closing(loaded("animate_diff_fast", toy_weights)) as model:
        plain = pixels(model.generate(toy_scene()))
    given = str(tmp_path / "own")
    with closing(loaded("animate_diff_fast", toy_weights, checkpoint=given)) as model:
        assert not np.array_equal(pixels(model.generate(toy_scene())), plain)


@pytest.mark.slow
def test_long_passes_run_in_windows(toy_weights: ToyWeights) -> None:
    plan = toy_plan(frames_per_pass=32)
    scene, _ = scene_of(
        [picture(photo(200, 150))], size=(64, 64), seconds=4, frame_rate=Fraction(8)
    )
    scene = replace(
        scene,
        storyboard=replace(scene.storyboard, shots=scene.storyboard.shots[:1]),
        frames=range(27),
    )
    with closing(loaded("animate_diff_fast", toy_weights, plan)) as model:
        assert model.pipeline.free_noise_enabled
        assert len(pixels(model.generate(scene))) == 27


def test_an_option_that_a_model_has_not_is_refused(toy_weights: ToyWeights) -> None:
    with pytest.raises(SettingsError, match="does not take glow='1'") as caught:
        loaded("stable_video_diffusion", toy_weights, glow="1")
    assert "motion_bucket_id" in caught.value.hint


def test_a_value_that_is_not_allowed_is_refused(toy_weights: ToyWeights) -> None:
    with pytest.raises(SettingsError, match="does not take motion_bucket_id='300'"):
        loaded("stable_video_diffusion", toy_weights, motion_bucket_id="300")


def test_a_part_that_is_not_given_is_missing() -> None:
    model = BACKENDS.load("animate_diff")()
    with pytest.raises(WeightsMissingError, match="base of animate_diff") as caught:
        model.load(toy_plan(), Supplies())
    assert caught.value.hint == "aivg models install animate_diff"


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [("cuda:1", "cuda:1"), ("rocm:0", "cuda:0"), ("mps:0", "mps"), ("xpu:0", "xpu:0")],
)
def test_devices_have_the_names_that_torch_gives_them(ours: str, theirs: str) -> None:
    assert torch_device(ours) == theirs


def test_precisions_have_a_type() -> None:
    assert {one: torch_type(one) for one in Precision} == {
        Precision.FP32: torch.float32,
        Precision.FP16: torch.float16,
        Precision.BF16: torch.bfloat16,
        Precision.FP8: torch.float16,
    }


def test_only_long_jobs_on_a_gpu_that_holds_all_weights_are_compiled() -> None:
    plan = toy_plan(device="cuda:0")
    long = replace(plan, estimate=replace(plan.estimate, seconds=3600.0))
    assert pays_to_compile(long)
    assert not pays_to_compile(plan)
    assert not pays_to_compile(replace(long, device="cpu"))
    assert not pays_to_compile(replace(long, offload=Offload.BY_PART))
    assert not pays_to_compile(replace(long, precision=Precision.FP8))


@pytest.mark.slow
def test_a_compiler_that_fails_leaves_the_network_as_it_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("torch._inductor.config.cpp.cxx", ("/no/such/compiler",))
    layer = torch.nn.Linear(4, 4)
    given = torch.ones(1, 4)
    plain = layer(given)
    compiled(SimpleNamespace(unet=layer), "unet")
    assert torch.equal(layer(given), plain)
