"""AnimateLCM: AnimateDiff distilled to a few steps, for small cards and people in a hurry."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, ClassVar

from pydantic import Field

from ai_video_generator.config.model_config import ModelSpec
from ai_video_generator.config.weights_table import MOTION_ADAPTER_LCM, STABLE_DIFFUSION_15
from ai_video_generator.models._animate import AnimateDiffModel, AnimateOptions
from ai_video_generator.models.animate_diff import (
    DECODE_TERAFLOP,
    NETWORK,
    STEP_TERAFLOP,
    UNET_BYTES,
    VAE_BYTES,
    AnimateDiff,
)
from ai_video_generator.models.base_model import Supplies

_STEPS = 6
# Of the 4 to 8 that the authors use.
_LORA = "AnimateLCM_sd15_t2v_lora.safetensors"


class FastAnimateOptions(AnimateOptions):
    """Options of the distilled model."""

    steps: Annotated[int, Field(ge=1, le=20, description="Denoising steps.")] = _STEPS
    guidance: Annotated[float, Field(ge=1, le=5, description="How much words count.")] = 1.5


class AnimateDiffFast(AnimateDiffModel):
    """AnimateLCM, 32 frames a pass in windows of 16, without the likeness adapter."""

    options_class = FastAnimateOptions
    motion_part = "fast_motion_adapter"
    spec: ClassVar[ModelSpec] = replace(
        AnimateDiff.spec,
        name="animate_diff_fast",
        title="AnimateLCM",
        home="https://huggingface.co/wangfuyun/AnimateLCM",
        quality=42,
        network=replace(
            NETWORK,
            weights_bytes=UNET_BYTES + VAE_BYTES,
            teraflop_per_megapixel=_STEPS * STEP_TERAFLOP + DECODE_TERAFLOP,
        ),
        how=("a camera move over it is painted anew in few steps: what needs the least memory"),
        weights=(STABLE_DIFFUSION_15, MOTION_ADAPTER_LCM),
    )

    def scheduler(self, base: Path) -> Any:
        """Latent consistency sampling."""
        from diffusers import LCMScheduler

        return LCMScheduler.from_pretrained(
            base / "scheduler", beta_schedule="linear", local_files_only=True
        )

    def own_loras(self, supplies: Supplies) -> Sequence[Path]:
        """The LoRA that turns the picture model into a consistency model."""
        return (supplies.weights[self.motion_part] / _LORA,)


BACKEND = AnimateDiffFast
