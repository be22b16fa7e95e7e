"""AnimateDiff: a camera move over the picture painted anew, with the picture's likeness."""

from fractions import Fraction
from typing import ClassVar

from ai_video_generator.config.model_config import ModelSpec, NetworkProfile
from ai_video_generator.config.weights_table import (
    MOTION_ADAPTER,
    PICTURE_ADAPTER,
    PREVIEW_DECODER,
    STABLE_DIFFUSION_15,
)
from ai_video_generator.hardware.facts import Precision
from ai_video_generator.media.resolution import Resolution
from ai_video_generator.models._animate import AnimateDiffModel
from ai_video_generator.models._diffusers import LIBRARIES_MEMORY

UNET_BYTES = 1_719_125_304 + 837_000_000
VAE_BYTES = 167_335_342
# Denoiser with its motion, and VAE, in 16 bits (config.weights_table).
_LIKENESS_BYTES = 1_264_000_000 + 44_642_768
# CLIP's image encoder in 16 bits, and the adapter.

STEP_BYTES, DECODE_BYTES = 575.0, 1690.0
# Working memory for a pixel of a frame, of a step and of decoding: a tenth more than counted, for
# gaps between blocks and workspaces; no GPU has measured it.
STEP_TERAFLOP, DECODE_TERAFLOP, _STEPS = 7.48, 9.7, 25
# For a million pixels of frames: a step with guidance, and decoding.

NETWORK = NetworkProfile(
    weights_bytes=UNET_BYTES + VAE_BYTES + _LIKENESS_BYTES,
    largest_part_bytes=UNET_BYTES,
    largest_layer_bytes=60_000_000,
    kept_bytes=VAE_BYTES,
    step_bytes_per_pixel=STEP_BYTES,
    decode_bytes_per_pixel=DECODE_BYTES,
    can_tile=False,
    teraflop_per_megapixel=_STEPS * STEP_TERAFLOP + DECODE_TERAFLOP,
    source="counted, not measured: benchmarks/network_profiles.json",
)


class AnimateDiff(AnimateDiffModel):
    """AnimateDiff with IP-Adapter, 32 frames a pass in windows of 16."""

    spec: ClassVar[ModelSpec] = ModelSpec(
        name="animate_diff",
        title="AnimateDiff",
        licence=STABLE_DIFFUSION_15.licence,
        home="https://github.com/guoyww/AnimateDiff",
        precisions=(Precision.FP16, Precision.FP32),
        native_size=Resolution(768, 448),
        native_frame_rate=Fraction(8),
        frames_per_pass=32,
        size_multiple_px=64,
        quality=50,
        cpu_seconds_per_megapixel=0.03,
        memory=LIBRARIES_MEMORY,
        network=NETWORK,
        needs_torch=True,
        takes_prompt=True,
        extras=(PREVIEW_DECODER,),
        how=(
            "a camera move over it is painted anew, and its likeness joins the "
            "words: the closest to the picture where there is memory for it"
        ),
        weights=(STABLE_DIFFUSION_15, MOTION_ADAPTER, PICTURE_ADAPTER),
    )


BACKEND = AnimateDiff
