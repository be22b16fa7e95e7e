"""Lightweight SVD: AnimateLCM-SVD-xt, XT distilled to four steps without guidance.

F.-Y. Wang et al., "AnimateLCM: Accelerating the Animation of Personalized Diffusion Models and
Adapters with Decoupled Consistency Learning", 2024.
"""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from pydantic import Field

from ai_video_generator.config.model_config import ModelSpec
from ai_video_generator.config.weights_table import (
    STABLE_VIDEO_DIFFUSION_XT,
    VIDEO_DIFFUSION_LCM,
)
from ai_video_generator.models._svd import Svd, SvdOptions, chunked, variant_in
from ai_video_generator.models._svd_consistency import consistency_scheduler, consistency_sigmas
from ai_video_generator.models.base_model import Supplies
from ai_video_generator.models.stable_video_diffusion import (
    DECODE_TERAFLOP,
    FREE_STEP_BYTES,
    FREE_STEP_TERAFLOP,
    NETWORK,
    StableVideoDiffusion,
)

if TYPE_CHECKING:
    import torch

_STEPS = 4
# Of the 1 to 8 that the authors show: fewer are softer, more gain little.


class FastSvdOptions(SvdOptions):
    """Options of the distilled model."""

    steps: Annotated[int, Field(ge=1, le=20, description="Denoising steps.")] = _STEPS
    max_guidance: Annotated[
        float, Field(ge=1, le=20, description="Guidance; it was distilled without any.")
    ] = 1.0


class StableVideoDiffusionFast(Svd):
    """Stable Video Diffusion XT in four steps."""

    options_class = FastSvdOptions
    spec: ClassVar[ModelSpec] = replace(
        StableVideoDiffusion.spec,
        name="stable_video_diffusion_fast",
        title="Lightweight SVD (AnimateLCM-SVD-xt)",
        licence=VIDEO_DIFFUSION_LCM.licence,
        home="https://huggingface.co/wangfuyun/AnimateLCM-SVD-xt",
        quality=52,
        network=replace(
            NETWORK,
            step_bytes_per_pixel=FREE_STEP_BYTES,
            teraflop_per_megapixel=_STEPS * FREE_STEP_TERAFLOP + DECODE_TERAFLOP,
        ),
        weights=(STABLE_VIDEO_DIFFUSION_XT, VIDEO_DIFFUSION_LCM),
    )

    def build(self, supplies: Supplies, dtype: "torch.dtype") -> Any:
        """Load XT with the distilled network in the place of its own."""
        from diffusers import UNetSpatioTemporalConditionModel
        from safetensors.torch import load_file

        from ai_video_generator.models._svd import svd_pipeline

        base = supplies.weights["base"]
        config = UNetSpatioTemporalConditionModel.load_config(base / "unet", local_files_only=True)
        unet = UNetSpatioTemporalConditionModel.from_config(config).to(dtype)
        unet.load_state_dict(load_file(_only_file(supplies.weights["fast_unet"])))
        pipeline = svd_pipeline().from_pretrained(
            base,
            unet=unet.eval(),
            dtype=dtype,
            variant=variant_in(base / "vae"),
            use_safetensors=True,
            local_files_only=True,
        )
        pipeline.scheduler = consistency_scheduler(pipeline.scheduler.config)
        return chunked(pipeline)

    def schedule(self) -> dict[str, Any]:
        """The noise levels of a consistency model."""
        return {"sigmas": consistency_sigmas(self.options.steps)}


def _only_file(folder: Path) -> Path:
    """The one file of weights in a folder."""
    return next(iter(sorted(folder.glob("*.safetensors"))))


BACKEND = StableVideoDiffusionFast
