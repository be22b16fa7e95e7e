"""Stable Video Diffusion XT: 25 frames from a still, the quality road of this family."""

from fractions import Fraction
from typing import ClassVar

from ai_video_generator.config.model_config import ModelSpec, NetworkProfile
from ai_video_generator.config.weights_table import (
    PREVIEW_DECODER,
    STABLE_VIDEO_DIFFUSION_XT,
)
from ai_video_generator.hardware.facts import Precision
from ai_video_generator.media.resolution import Resolution
from ai_video_generator.models._diffusers import LIBRARIES_MEMORY
from ai_video_generator.models._svd import Svd

STEP_BYTES, FREE_STEP_BYTES, DECODE_BYTES = 355.0, 165.0, 2250.0
# Working memory for a pixel of a frame: of a step with guidance, of one without, of decoding. A
# tenth more than counted, for gaps between blocks and workspaces; no GPU has measured it.
_STEP_TERAFLOP, _STEPS = 8.73, 25
FREE_STEP_TERAFLOP, DECODE_TERAFLOP = 4.37, 11.5
# For a million pixels of frames: a step with guidance, one without, and decoding.

NETWORK = NetworkProfile(
    weights_bytes=STABLE_VIDEO_DIFFUSION_XT.size_bytes,
    largest_part_bytes=3_049_435_868,
    largest_layer_bytes=60_000_000,
    kept_bytes=195_531_910,
    step_bytes_per_pixel=STEP_BYTES,
    decode_bytes_per_pixel=DECODE_BYTES,
    can_tile=False,
    teraflop_per_megapixel=_STEPS * _STEP_TERAFLOP + DECODE_TERAFLOP,
    source="counted, not measured: benchmarks/network_profiles.json",
)


class StableVideoDiffusion(Svd):
    """Stable Video Diffusion XT, 25 frames a pass."""

    spec: ClassVar[ModelSpec] = ModelSpec(
        name="stable_video_diffusion",
        title="Stable Video Diffusion XT",
        licence=STABLE_VIDEO_DIFFUSION_XT.licence,
        home="https://huggingface.co/stabilityai/stable-video-diffusion-img2vid-xt",
        precisions=(Precision.FP16, Precision.FP32),
        native_size=Resolution(1024, 576),
        native_frame_rate=Fraction(7),
        frames_per_pass=25,
        size_multiple_px=64,
        quality=60,
        cpu_seconds_per_megapixel=0.03,
        memory=LIBRARIES_MEMORY,
        network=NETWORK,
        needs_torch=True,
        follows_camera=False,
        extras=(PREVIEW_DECODER,),
        how=(
            "what the camera sees of it where a pass begins is the condition; the "
            "model invents the movement"
        ),
        weights=(STABLE_VIDEO_DIFFUSION_XT,),
    )


BACKEND = StableVideoDiffusion
