"""Stable Video Diffusion XT: 25 frames from a still, the quality road of this family."""

from fractions import Fraction
from typing import ClassVar

from ai_video_generator.config.model_config import MemoryProfile, ModelSpec, NetworkProfile
from ai_video_generator.config.weights_table import STABLE_VIDEO_DIFFUSION_XT
from ai_video_generator.hardware.facts import Precision
from ai_video_generator.media.resolution import Resolution
from ai_video_generator.models._svd import Svd

NETWORK = NetworkProfile(
    weights_bytes=STABLE_VIDEO_DIFFUSION_XT.size_bytes,
    largest_part_bytes=3_049_435_868,
    largest_layer_bytes=60_000_000,
    step_bytes_per_pixel=300.0,
    decode_bytes_per_pixel=1400.0,
    can_tile=False,
    teraflop_per_megapixel=120.0,
    source="benchmarks/network_profiles.json",
)
MEMORY = MemoryProfile(
    fixed_bytes=1200 * 2**20,
    bytes_per_pixel=40.0,
    bytes_per_worker_pixel=3.0,
    source="benchmarks/network_profiles.json",
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
        memory=MEMORY,
        network=NETWORK,
        needs_torch=True,
        follows_camera=False,
        how=(
            "what the camera sees of it where a pass begins is the condition; the "
            "model invents the movement"
        ),
        weights=(STABLE_VIDEO_DIFFUSION_XT,),
    )


BACKEND = StableVideoDiffusion
