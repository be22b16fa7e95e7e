"""Stable Video Diffusion: 14 frames from a still, for less memory than its larger sister."""

from dataclasses import replace
from typing import ClassVar

from ai_video_generator.config.model_config import ModelSpec
from ai_video_generator.config.weights_table import STABLE_VIDEO_DIFFUSION
from ai_video_generator.models._svd import Svd
from ai_video_generator.models.stable_video_diffusion import StableVideoDiffusion


class StableVideoDiffusion14(Svd):
    """Stable Video Diffusion, 14 frames a pass."""

    spec: ClassVar[ModelSpec] = replace(
        StableVideoDiffusion.spec,
        name="stable_video_diffusion_14",
        title="Stable Video Diffusion",
        licence=STABLE_VIDEO_DIFFUSION.licence,
        home="https://huggingface.co/stabilityai/stable-video-diffusion-img2vid",
        frames_per_pass=14,
        quality=55,
        weights=(STABLE_VIDEO_DIFFUSION,),
    )


BACKEND = StableVideoDiffusion14
