"""Diffusion pipelines of the real classes at toy size, saved as the hub has them.

A few channels, seed 0: they make noise, but through every line of the real road.
"""

import string
from pathlib import Path
from typing import Any

import torch

_LETTERS = string.ascii_lowercase + string.digits + ".,!?'-"
_VISION_PX = 224
# The size that both pipelines resize a picture to, wired in diffusers.


def svd_folder(folder: Path, *, frames: int = 14) -> Path:
    """Stable Video Diffusion in a folder of its own."""
    from diffusers import (
        AutoencoderKLTemporalDecoder,
        StableVideoDiffusionPipeline,
        UNetSpatioTemporalConditionModel,
    )
    from transformers import CLIPImageProcessor

    torch.manual_seed(0)
    unet = UNetSpatioTemporalConditionModel(
        block_out_channels=(32, 64),
        layers_per_block=1,
        sample_size=32,
        in_channels=8,
        out_channels=4,
        down_block_types=("CrossAttnDownBlockSpatioTemporal", "DownBlockSpatioTemporal"),
        up_block_types=("UpBlockSpatioTemporal", "CrossAttnUpBlockSpatioTemporal"),
        cross_attention_dim=32,
        num_attention_heads=4,
        projection_class_embeddings_input_dim=96,
        addition_time_embed_dim=32,
        num_frames=frames,
    )
    vae = AutoencoderKLTemporalDecoder(
        block_out_channels=[32, 32, 32, 32],
        in_channels=3,
        out_channels=3,
        down_block_types=["DownEncoderBlock2D"] * 4,
        latent_channels=4,
        layers_per_block=1,
    )
    pipeline = StableVideoDiffusionPipeline(
        vae=vae.eval(),
        image_encoder=_vision(),
        unet=unet.eval(),
        scheduler=svd_scheduler(),
        feature_extractor=CLIPImageProcessor(crop_size=_VISION_PX, size=_VISION_PX),
    )
    pipeline.save_pretrained(folder, variant="fp16")
    return folder


def svd_scheduler() -> Any:
    """The scheduler that Stable Video Diffusion is published with."""
    from diffusers import EulerDiscreteScheduler

    return EulerDiscreteScheduler(
        beta_start=0.00085,
        beta_end=0.012,
        beta_schedule="scaled_linear",
        interpolation_type="linear",
        prediction_type="v_prediction",
        sigma_max=700.0,
        sigma_min=0.002,
        steps_offset=1,
        timestep_spacing="leading",
        timestep_type="continuous",
        use_karras_sigmas=True,
    )


def fast_unet_folder(folder: Path, base: Path) -> Path:
    """A distilled denoiser for a toy SVD: one file, as AnimateLCM-SVD-xt has it."""
    from diffusers import UNetSpatioTemporalConditionModel
    from safetensors.torch import save_file

    torch.manual_seed(1)
    config = UNetSpatioTemporalConditionModel.load_config(base / "unet")
    folder.mkdir(parents=True)
    unet = UNetSpatioTemporalConditionModel.from_config(config)
    save_file(unet.state_dict(), folder / "AnimateLCM-SVD-xt-1.1.safetensors")
    return folder


def still_folder(folder: Path, *, text_width: int = 32) -> Path:
    """Stable Diffusion 1.5; text of width 768 makes it pass for the real one."""
    from diffusers import (
        AutoencoderKL,
        StableDiffusionPipeline,
        UNet2DConditionModel,
    )

    torch.manual_seed(0)
    unet = UNet2DConditionModel(
        block_out_channels=(16, 32),
        layers_per_block=1,
        sample_size=32,
        in_channels=4,
        out_channels=4,
        down_block_types=("CrossAttnDownBlock2D", "DownBlock2D"),
        up_block_types=("UpBlock2D", "CrossAttnUpBlock2D"),
        cross_attention_dim=text_width,
        norm_num_groups=8,
    )
    vae = AutoencoderKL(
        block_out_channels=(8, 8, 8, 8),
        in_channels=3,
        out_channels=3,
        down_block_types=["DownEncoderBlock2D"] * 4,
        up_block_types=["UpDecoderBlock2D"] * 4,
        latent_channels=4,
        norm_num_groups=8,
    )
    pipeline = StableDiffusionPipeline(
        unet=unet.eval(),
        vae=vae.eval(),
        scheduler=still_scheduler(),
        text_encoder=_text(text_width),
        tokenizer=letters_tokenizer(),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    pipeline.save_pretrained(folder, variant="fp16")
    return folder


def still_scheduler() -> Any:
    """The scheduler that Stable Diffusion 1.5 is published with."""
    from diffusers import PNDMScheduler

    return PNDMScheduler(beta_start=0.00085, beta_end=0.012, skip_prk_steps=True, steps_offset=1)


def motion_folder(folder: Path, *, seed: int = 0) -> Path:
    """A motion module for the toy Stable Diffusion."""
    from diffusers import MotionAdapter

    torch.manual_seed(seed)
    adapter = MotionAdapter(
        block_out_channels=(16, 32),
        motion_layers_per_block=1,
        motion_norm_num_groups=8,
        motion_num_attention_heads=4,
    )
    adapter.save_pretrained(folder, variant="fp16")
    return folder


def control_folder(folder: Path) -> Path:
    """SparseCtrl for the toy Stable Diffusion."""
    from diffusers import SparseControlNetModel

    torch.manual_seed(0)
    control = SparseControlNetModel(
        in_channels=4,
        conditioning_channels=4,
        block_out_channels=(16, 32),
        layers_per_block=1,
        down_block_types=("CrossAttnDownBlockMotion", "DownBlockMotion"),
        norm_num_groups=8,
        cross_attention_dim=32,
        conditioning_embedding_out_channels=(8, 8),
        concat_conditioning_mask=True,
        motion_num_attention_heads=4,
        use_simplified_condition_embedding=True,
    )
    for value in control.parameters():
        if not value.any():
            # As published it has learned something; as made it is zero.
            torch.nn.init.normal_(value, std=0.3)
    control.save_pretrained(folder, variant="fp16")
    return folder


def picture_adapter_folder(folder: Path, still: Path) -> Path:
    """IP-Adapter for the toy Stable Diffusion, with its image encoder."""
    from diffusers import UNet2DConditionModel
    from safetensors.torch import save_file

    torch.manual_seed(0)
    unet = UNet2DConditionModel.from_pretrained(still, subfolder="unet", variant="fp16")
    tokens, cross = 4, unet.config.cross_attention_dim
    state: dict[str, Any] = {
        "image_proj.proj.weight": torch.randn(cross * tokens, 32) * 0.1,
        "image_proj.proj.bias": torch.zeros(cross * tokens),
        "image_proj.norm.weight": torch.ones(cross),
        "image_proj.norm.bias": torch.zeros(cross),
    }
    names = [name for name in unet.attn_processors if not name.endswith("attn1.processor")]
    for number, name in enumerate(names):
        hidden = _width_at(name, unet.config.block_out_channels)
        for kind in ("k", "v"):
            key = f"ip_adapter.{2 * number + 1}.to_{kind}_ip.weight"
            state[key] = torch.randn(hidden, cross) * 0.1
    (folder / "models").mkdir(parents=True)
    save_file(state, folder / "models" / "ip-adapter_sd15.safetensors")
    _vision().save_pretrained(folder / "models" / "image_encoder")
    return folder


def consistency_lora(path: Path, still: Path, motion: Path) -> Path:
    """A LoRA on the denoiser's attention, as AnimateLCM has one."""
    from diffusers import AnimateDiffPipeline, MotionAdapter, StableDiffusionPipeline
    from peft import LoraConfig
    from peft.utils import get_peft_model_state_dict

    base = StableDiffusionPipeline.from_pretrained(still, variant="fp16", safety_checker=None)
    adapter = MotionAdapter.from_pretrained(motion, variant="fp16")
    pipeline = AnimateDiffPipeline.from_pipe(base, motion_adapter=adapter)
    torch.manual_seed(2)
    config = LoraConfig(r=2, target_modules=["to_q", "to_v"], init_lora_weights=False)
    pipeline.unet.add_adapter(config)
    AnimateDiffPipeline.save_lora_weights(
        path.parent,
        unet_lora_layers=get_peft_model_state_dict(pipeline.unet),
        weight_name=path.name,
    )
    return path


def preview_decoder_folder(folder: Path) -> Path:
    """TAESD with a few channels."""
    from diffusers import AutoencoderTiny

    torch.manual_seed(0)
    tiny = AutoencoderTiny(
        encoder_block_out_channels=(8, 8, 8, 8),
        decoder_block_out_channels=(8, 8, 8, 8),
        num_encoder_blocks=(1, 1, 1, 1),
        num_decoder_blocks=(1, 1, 1, 1),
    )
    tiny.save_pretrained(folder)
    return folder


def _width_at(name: str, widths: Any) -> int:
    if name.startswith("mid_block"):
        return int(widths[-1])
    order = list(widths) if name.startswith("down") else list(reversed(widths))
    return int(order[int(name.split(".")[1])])


def _vision() -> Any:
    from transformers import CLIPVisionConfig, CLIPVisionModelWithProjection

    torch.manual_seed(0)
    config = CLIPVisionConfig(
        hidden_size=32,
        projection_dim=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        image_size=_VISION_PX,
        intermediate_size=37,
        patch_size=56,
    )
    return CLIPVisionModelWithProjection(config).eval()


def _text(width: int) -> Any:
    from transformers import CLIPTextConfig, CLIPTextModel

    torch.manual_seed(0)
    config = CLIPTextConfig(
        bos_token_id=0,
        eos_token_id=1,
        pad_token_id=1,
        hidden_size=width,
        intermediate_size=37,
        num_attention_heads=4,
        num_hidden_layers=2,
        vocab_size=1000,
        projection_dim=width,
    )
    return CLIPTextModel(config).eval()


def letters_tokenizer() -> Any:
    """Each letter is a token, so that no vocabulary is needed."""
    from transformers import CLIPTokenizer

    vocab = {"<|startoftext|>": 0, "<|endoftext|>": 1}
    for letter in _LETTERS:
        vocab[letter] = len(vocab)
        vocab[f"{letter}</w>"] = len(vocab)
    return CLIPTokenizer(vocab=vocab, merges=[], model_max_length=77)
