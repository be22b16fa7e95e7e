"""Networks of the published sizes with random weights, saved as the published ones are.

Weights are what the layers begin with before they are trained: they make noise, no video, and no
NaN. Time and memory do not depend on their values. The configurations are the published ones
(`config.weights_table` has the sizes that must come out).
"""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from benchmarks.common import ROOT

sys.path.insert(0, str(ROOT / "tests"))

from corpus import tiny_models

_VAE_WIDTHS = (128, 256, 512, 512)
_ENCODER = ("DownEncoderBlock2D",) * 4
_VISION_WIDTH, _TOKENS = 1024, 4
# What CLIP's ViT-H/14 projects a picture to, and the words that IP-Adapter makes of it.


def full_weights(folder: Path, model: str, device: str) -> dict[str, Path]:
    """The parts of a model at full size, made where they are not there yet.

    Args:
        folder: Where parts are kept; each is made once.
        model: Name of the backend.
        device: Where random numbers are drawn; a GPU takes seconds for what a processor takes
            minutes for.

    Returns:
        The folder of each part, by its name in the backend's specification.
    """
    if model.startswith("stable"):
        return {"base": _made(folder / "svd", video_model, device)}
    return {
        "base": _made(folder / "still", still_model, device),
        "motion_adapter": _made(folder / "motion", motion_module, device),
        "picture_adapter": _made(folder / "adapter", PictureAdapter, device),
    }


def built(make: Callable[[], Any], device: str) -> Any:
    """Build something of networks in 16 bits.

    Args:
        make: Builds it.
        device: Where its numbers are; "meta" gives shapes alone.
    """
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float16)
    try:
        with torch.device(device), torch.no_grad():
            torch.manual_seed(0)
            return make()
    finally:
        torch.set_default_dtype(before)


def _made(folder: Path, make: Callable[[], Any], device: str) -> Path:
    """Build one part and save it, unless it is there whole."""
    mark = folder / "whole"
    if not mark.exists():
        built(make, device).save_pretrained(folder, variant="fp16")
        mark.touch()
    return folder


def _on_processor(make: Callable[[], Any]) -> Any:
    """A scheduler; it counts with NumPy, which knows no GPU."""
    with torch.device("cpu"):
        return make()


def video_model() -> Any:
    """Stable Video Diffusion XT."""
    from diffusers import (
        AutoencoderKLTemporalDecoder,
        StableVideoDiffusionPipeline,
        UNetSpatioTemporalConditionModel,
    )
    from transformers import CLIPImageProcessor

    vae = AutoencoderKLTemporalDecoder(
        block_out_channels=_VAE_WIDTHS, down_block_types=_ENCODER, layers_per_block=2
    )
    return StableVideoDiffusionPipeline(
        vae=vae.eval(),
        image_encoder=_vision(),
        unet=UNetSpatioTemporalConditionModel(num_frames=25).eval(),
        scheduler=_on_processor(tiny_models.svd_scheduler),
        feature_extractor=CLIPImageProcessor(),
    )


def still_model() -> Any:
    """Stable Diffusion 1.5."""
    from diffusers import AutoencoderKL, StableDiffusionPipeline, UNet2DConditionModel
    from transformers import CLIPTextConfig, CLIPTextModel

    text = CLIPTextConfig(
        hidden_size=768,
        intermediate_size=3072,
        num_attention_heads=12,
        num_hidden_layers=12,
        projection_dim=768,
    )
    vae = AutoencoderKL(
        block_out_channels=_VAE_WIDTHS,
        down_block_types=_ENCODER,
        up_block_types=("UpDecoderBlock2D",) * 4,
        layers_per_block=2,
    )
    return StableDiffusionPipeline(
        unet=UNet2DConditionModel(cross_attention_dim=768).eval(),
        vae=vae.eval(),
        scheduler=_on_processor(tiny_models.still_scheduler),
        text_encoder=CLIPTextModel(text).eval(),
        tokenizer=tiny_models.letters_tokenizer(),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )


def motion_module() -> Any:
    """The motion module of AnimateDiff 1.5.3, which has none in the middle."""
    from diffusers import MotionAdapter

    return MotionAdapter(use_motion_mid_block=False).eval()


class PictureAdapter:
    """IP-Adapter for Stable Diffusion 1.5, with its image encoder."""

    def __init__(self) -> None:
        from diffusers import UNet2DConditionModel

        unet = UNet2DConditionModel(cross_attention_dim=768)
        cross = unet.config.cross_attention_dim
        self.encoder = _vision()
        self.state: dict[str, Any] = {
            "image_proj.proj.weight": torch.randn(cross * _TOKENS, _VISION_WIDTH) * 0.02,
            "image_proj.proj.bias": torch.zeros(cross * _TOKENS),
            "image_proj.norm.weight": torch.ones(cross),
            "image_proj.norm.bias": torch.zeros(cross),
        }
        names = [name for name in unet.attn_processors if ".attn2." in name]
        for number, name in enumerate(names):
            attention = unet.get_submodule(name.removesuffix(".processor"))
            for kind in ("k", "v"):
                key = f"ip_adapter.{2 * number + 1}.to_{kind}_ip.weight"
                self.state[key] = torch.randn(attention.to_k.weight.shape) * 0.02

    def save_pretrained(self, folder: Path, variant: str) -> None:
        """Save it as it is published, which knows no variant; the encoder in 16 bits."""
        from safetensors.torch import save_file

        (folder / "models").mkdir(parents=True, exist_ok=True)
        save_file(self.state, folder / "models" / "ip-adapter_sd15.safetensors")
        self.encoder.save_pretrained(folder / "models" / "image_encoder")


def _vision() -> Any:
    """CLIP's ViT-H/14, which both models see with."""
    from transformers import CLIPVisionConfig, CLIPVisionModelWithProjection

    config = CLIPVisionConfig(
        hidden_size=1280,
        intermediate_size=5120,
        num_hidden_layers=32,
        num_attention_heads=16,
        patch_size=14,
        projection_dim=_VISION_WIDTH,
    )
    return CLIPVisionModelWithProjection(config).eval()
