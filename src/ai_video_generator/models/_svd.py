"""Stable Video Diffusion, for the backends that run its pipeline.

A. Blattmann et al., "Stable Video Diffusion: Scaling Latent Video Diffusion Models to Large
Datasets", 2023. The picture is the condition; there are no words.
"""

from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from ai_video_generator.media.frames import Frame
from ai_video_generator.models._diffusers import DiffusersModel, StepOptions
from ai_video_generator.models._preview import Preview
from ai_video_generator.models.base_model import Scene, Supplies
from ai_video_generator.models.ken_burns import KenBurns

if TYPE_CHECKING:
    import torch

_CALM_BUCKET, _LIVELY_BUCKET = 60, 194
# Motion of a shot from 0 to 1; its middle is 127, what the pipeline takes by itself. The model was
# trained with 1 to 255; above 200 objects come apart.


class SvdOptions(StepOptions):
    """Options of Stable Video Diffusion."""

    fps: Annotated[
        int, Field(ge=1, le=60, description="Frames a second that it is told it makes.")
    ] = 7
    motion_bucket_id: Annotated[
        int | None,
        Field(ge=1, le=255, description="How much moves; unset follows the sound's energy."),
    ] = None
    noise_aug_strength: Annotated[
        float, Field(ge=0, le=1, description="Noise added to the picture: more of it, more motion.")
    ] = 0.02
    min_guidance: Annotated[
        float, Field(ge=1, le=20, description="Guidance of a pass's first frame.")
    ] = 1.0
    max_guidance: Annotated[
        float, Field(ge=1, le=20, description="Guidance of its last frame.")
    ] = 3.0


class Svd(DiffusersModel):
    """Makes a pass from the view of the still where it begins, or from the frame it goes on from.

    Subclasses say which weights, and how many frames.
    """

    options_class = SvdOptions

    def build(self, supplies: Supplies, dtype: "torch.dtype") -> Any:
        """Load the pipeline from the folder of its "base" part."""
        pipeline = svd_pipeline().from_pretrained(
            supplies.weights["base"],
            dtype=dtype,
            variant=variant_in(supplies.weights["base"] / "unet"),
            use_safetensors=True,
            local_files_only=True,
        )
        return chunked(pipeline)

    def denoise(self, scene: Scene, frame_count: int, preview: Preview) -> "torch.Tensor":
        """Run the pipeline up to its latents; see `DiffusersModel.denoise`."""
        from PIL import Image

        options = self.options
        rgb = first_view(scene).to_rgb()
        self.pipeline.heard_latents = lambda latents: preview.learn(
            latents * self.pipeline.vae.config.scaling_factor, rgb
        )
        noise = self.generator(scene)
        self.pipeline.scheduler.noise = noise
        motion = scene.storyboard.shots[0].motion
        usual = round(_CALM_BUCKET + motion * (_LIVELY_BUCKET - _CALM_BUCKET))
        found = self.pipeline(
            Image.fromarray(rgb),
            height=scene.size.height_px,
            width=scene.size.width_px,
            num_frames=frame_count,
            fps=options.fps,
            motion_bucket_id=options.motion_bucket_id or usual,
            noise_aug_strength=options.noise_aug_strength,
            min_guidance_scale=options.min_guidance,
            max_guidance_scale=options.max_guidance,
            decode_chunk_size=self.plan.decode_frames,
            generator=noise,
            output_type="latent",
            **self.schedule(),
        )
        latents: torch.Tensor = found.frames
        return latents

    def schedule(self) -> dict[str, Any]:
        """What tells the pipeline its steps."""
        return {"num_inference_steps": self.options.steps}

    def decode(self, latents: "torch.Tensor") -> "torch.Tensor":
        """Decode some frames together; see `DiffusersModel.decode`."""
        vae = self.pipeline.vae
        scaled = latents.to(vae.dtype) / vae.config.scaling_factor
        pictures: torch.Tensor = vae.decode(scaled, num_frames=len(latents)).sample
        return pictures


def first_view(scene: Scene) -> Frame:
    """The frame that a pass begins with: the last of the one before, or what the camera sees."""
    if scene.continues is not None:
        return scene.continues
    start = scene.wanted.start
    with closing(KenBurns().generate(replace(scene, frames=range(start, start + 1)))) as frames:
        return next(frames)


def variant_in(folder: Any) -> str | None:
    """Whether a folder's weights are the half-precision ones: "fp16", or None."""
    return "fp16" if any(folder.glob("*.fp16.safetensors")) else None


def chunked(pipeline: Any) -> Any:
    """Let feed-forward layers take one frame after another: less memory, the same result."""
    pipeline.unet.enable_forward_chunking(chunk_size=1, dim=0)
    return pipeline


def svd_pipeline() -> Any:
    """The pipeline, which tells the latents of its picture."""
    from diffusers import StableVideoDiffusionPipeline

    class Pipeline(StableVideoDiffusionPipeline):  # type: ignore[misc]  # untyped library
        heard_latents = staticmethod(lambda _: None)

        def _encode_vae_image(self, *values: Any, **named: Any) -> Any:
            latents = super()._encode_vae_image(*values, **named)
            self.heard_latents(latents[-1])
            return latents

    return Pipeline
