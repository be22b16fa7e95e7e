"""AnimateDiff with SparseCtrl: the picture is the first frame, words say what follows."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from PIL import Image

from ai_video_generator.config.model_config import ModelSpec
from ai_video_generator.config.weights_table import (
    MOTION_ADAPTER,
    SPARSE_CONTROL,
    STABLE_DIFFUSION_15,
)
from ai_video_generator.models._animate import WINDOW_FRAMES, AnimateDiffModel
from ai_video_generator.models._preview import Preview
from ai_video_generator.models._svd import first_view, variant_in
from ai_video_generator.models.animate_diff import NETWORK, UNET_BYTES, VAE_BYTES, AnimateDiff
from ai_video_generator.models.base_model import Scene, Supplies

if TYPE_CHECKING:
    import torch


class AnimateDiffKeyframe(AnimateDiffModel):
    """AnimateDiff from a first frame, 16 frames a pass."""

    spec: ClassVar[ModelSpec] = replace(
        AnimateDiff.spec,
        name="animate_diff_keyframe",
        title="AnimateDiff with SparseCtrl",
        quality=40,
        frames_per_pass=WINDOW_FRAMES,
        network=replace(NETWORK, weights_bytes=UNET_BYTES + VAE_BYTES + SPARSE_CONTROL.size_bytes),
        follows_camera=False,
        how=("it is set as the first frame, and words say what follows"),
        weights=(STABLE_DIFFUSION_15, MOTION_ADAPTER, SPARSE_CONTROL),
    )

    def assembled(self, supplies: Supplies, dtype: "torch.dtype", **parts: Any) -> Any:
        """The pipeline that is told its first frame."""
        from diffusers import SparseControlNetModel

        folder = supplies.weights["sparse_control"]
        control = SparseControlNetModel.from_pretrained(
            folder, dtype=dtype, variant=variant_in(folder), local_files_only=True
        )
        return _pipeline_class()(controlnet=control, **parts)

    def denoise(self, scene: Scene, frame_count: int, preview: Preview) -> "torch.Tensor":
        """Run the pipeline up to its latents; see `DiffusersModel.denoise`."""
        import torch

        # The pipeline draws the picture's latents from PyTorch's own generator.
        torch.manual_seed(scene.seed)
        rgb = first_view(scene).to_rgb()
        self.pipeline.heard_latents = lambda latents: preview.learn(latents, rgb)
        found = self.pipeline(
            num_frames=frame_count,
            conditioning_frames=[Image.fromarray(rgb)],
            controlnet_frame_indices=[0],
            height=scene.size.height_px,
            width=scene.size.width_px,
            num_inference_steps=self.options.steps,
            guidance_scale=self.options.guidance,
            generator=self.generator(scene),
            output_type="latent",
            **self.words(scene),
        )
        latents: torch.Tensor = found.frames
        return latents


def _pipeline_class() -> Any:
    """The pipeline, which tells the latents of its picture."""
    from diffusers import AnimateDiffSparseControlNetPipeline

    class Pipeline(AnimateDiffSparseControlNetPipeline):  # type: ignore[misc]  # untyped library
        heard_latents = staticmethod(lambda _: None)

        def prepare_image(self, *values: Any, **named: Any) -> Any:
            latents = super().prepare_image(*values, **named)
            self.heard_latents(latents[0, :, 0])
            return latents

    return Pipeline


BACKEND = AnimateDiffKeyframe
