"""AnimateDiff on Stable Diffusion 1.5, driven by a picture, for the backends that run it.

Y. Guo et al., "AnimateDiff: Animate Your Personalized Text-to-Image Diffusion Models without
Specific Tuning", 2023. It takes words alone, so that a picture drives it by one of three roads: a
camera move over the picture is painted over (SDEdit, C. Meng et al., 2021), its likeness joins the
words (IP-Adapter, H. Ye et al., 2023), or it is set as the first frame (SparseCtrl, Y. Guo et al.,
2023). Passes longer than the 16 frames of the motion module run in sliding windows (FreeNoise, H.
Qiu et al., 2023).
"""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from pydantic import Field

from ai_video_generator.errors import DependencyMissingError
from ai_video_generator.models._diffusers import DiffusersModel, StepOptions
from ai_video_generator.models._preview import Preview
from ai_video_generator.models._prompts import PromptBook
from ai_video_generator.models._still_parts import identity, still_parts, text_encoder
from ai_video_generator.models._svd import variant_in
from ai_video_generator.models.base_model import Scene, Supplies
from ai_video_generator.models.ken_burns import KenBurns

if TYPE_CHECKING:
    import torch

WINDOW_FRAMES, _WINDOW_STEP = 16, 4
# The motion module was trained with 16 frames; windows that start every 4 frames share 12, which is
# what the FreeNoise authors use.

_USUAL_PROMPT = "high quality photograph, natural movement, fine detail"
_USUAL_NEGATIVE = "low quality, blurry, distorted, deformed, text, watermark"
# Where no words are given: nothing that would change what the picture shows.

_STILL_SHARE, _LIVELY_SHARE = 0.8, 1.2
# The strength of a shot without motion and of one full of it, beside the usual one.


class AnimateOptions(StepOptions):
    """Options of AnimateDiff."""

    guidance: Annotated[float, Field(ge=1, le=30, description="How much words count.")] = 7.5
    strength: Annotated[
        float,
        Field(gt=0, le=1, description="How much of the camera's picture is painted anew."),
    ] = 0.55
    likeness: Annotated[
        float, Field(ge=0, le=1, description="How much the picture's likeness counts.")
    ] = 0.6
    checkpoint: Annotated[
        str, Field(description="A Stable Diffusion 1.5 checkpoint of one's own: its path.")
    ] = ""
    lora: Annotated[
        str, Field(description="LoRA files: path:weight, several with + between them.")
    ] = ""


class AnimateDiffModel(DiffusersModel):
    """Paints a camera move anew, so that what is in the picture moves.

    Subclasses say which weights and scheduler.
    """

    options_class = AnimateOptions
    least_frames = WINDOW_FRAMES
    motion_part = "motion_adapter"

    def scheduler(self, base: Path) -> Any:
        """The scheduler that the weights are meant for."""
        from diffusers import DDIMScheduler

        return DDIMScheduler.from_pretrained(
            base / "scheduler",
            beta_schedule="linear",
            clip_sample=False,
            timestep_spacing="linspace",
            steps_offset=1,
            local_files_only=True,
        )

    def build(self, supplies: Supplies, dtype: "torch.dtype") -> Any:
        """Put the pipeline together from its parts; see `DiffusersModel.build`."""
        from diffusers import MotionAdapter

        base = supplies.weights["base"]
        folder = supplies.weights[self.motion_part]
        adapter = MotionAdapter.from_pretrained(
            folder, dtype=dtype, variant=variant_in(folder), local_files_only=True
        )
        own = Path(self.options.checkpoint) if self.options.checkpoint else None
        unet, vae = still_parts(base, own, dtype)
        pipeline = self.assembled(
            supplies,
            dtype,
            vae=vae,
            unet=unet,
            motion_adapter=adapter,
            scheduler=self.scheduler(base),
            text_encoder=None,
            tokenizer=None,
        )
        self._style(pipeline, supplies)
        self._prompts = PromptBook(
            base / "tokenizer",
            partial(text_encoder, base, own),
            supplies.cache_folder,
            identity(base, own),
        )
        return pipeline

    def assembled(self, supplies: Supplies, dtype: "torch.dtype", **parts: Any) -> Any:
        """The pipeline of these parts, which paints over a camera move."""
        pipeline = painting_pipeline()(**parts)
        pipeline.enable_free_noise(context_length=WINDOW_FRAMES, context_stride=_WINDOW_STEP)
        if "picture_adapter" in supplies.weights:
            pipeline.load_ip_adapter(
                str(supplies.weights["picture_adapter"]),
                subfolder="models",
                weight_name="ip-adapter_sd15.safetensors",
                local_files_only=True,
            )
            pipeline.set_ip_adapter_scale(self.options.likeness)
        return pipeline

    def _style(self, pipeline: Any, supplies: Supplies) -> None:
        """Load LoRAs: those that belong to the model, and a person's own."""
        wanted = [("model", str(path), 1.0) for path in self.own_loras(supplies)]
        for index, entry in enumerate(filter(None, self.options.lora.split("+"))):
            path, _, weight = entry.strip().rpartition(":")
            wanted.append((f"own{index}", path or weight, float(weight) if path else 1.0))
        if not wanted:
            return
        try:
            import peft  # noqa: F401 - diffusers needs it for this
        except ImportError as error:
            raise DependencyMissingError(
                "a LoRA needs the package peft, which is not installed", hint="pip install peft"
            ) from error
        for name, path, _ in wanted:
            file = Path(path)
            pipeline.load_lora_weights(
                str(file.parent), weight_name=file.name, adapter_name=name, local_files_only=True
            )
        pipeline.set_adapters([name for name, *_ in wanted], [weight for *_, weight in wanted])

    def own_loras(self, supplies: Supplies) -> Sequence[Path]:
        """LoRA files that belong to the model itself."""
        return ()

    def denoise(self, scene: Scene, frame_count: int, preview: Preview) -> "torch.Tensor":
        """Run the pipeline up to its latents; see `DiffusersModel.denoise`."""
        clip = camera_clip(scene, frame_count)
        self.pipeline.heard_latents = lambda latents: preview.learn(
            latents * self.pipeline.vae.config.scaling_factor, np.asarray(clip[0])
        )
        likeness = {}
        if "picture_adapter" in self.supplies.weights:
            likeness = {"ip_adapter_image": clip[0]}
        motion = scene.storyboard.shots[0].motion
        share = _STILL_SHARE + motion * (_LIVELY_SHARE - _STILL_SHARE)
        found = self.pipeline(
            video=clip,
            height=scene.size.height_px,
            width=scene.size.width_px,
            num_inference_steps=self.options.steps,
            enforce_inference_steps=True,
            strength=min(1.0, self.options.strength * share),
            guidance_scale=self.options.guidance,
            decode_chunk_size=self.plan.decode_frames,
            generator=self.generator(scene),
            output_type="latent",
            **self.words(scene),
            **likeness,
        )
        latents: torch.Tensor = found.frames
        return latents

    def words(self, scene: Scene) -> dict[str, Any]:
        """The prompts of a scene, encoded."""
        positive = scene.prompt or _USUAL_PROMPT
        negative = scene.negative_prompt or _USUAL_NEGATIVE
        self._prompts.learn([positive, negative])
        kind = self.pipeline.unet.dtype
        return {
            "prompt_embeds": self._prompts.embedding(positive).to(kind),
            "negative_prompt_embeds": self._prompts.embedding(negative).to(kind),
        }

    def as_frames(self, latents: "torch.Tensor") -> "torch.Tensor":
        """From ``(1, channels, frame_count, height, width)``."""
        return latents[0].transpose(0, 1)

    def decode(self, latents: "torch.Tensor") -> "torch.Tensor":
        """Decode frames, each by itself; see `DiffusersModel.decode`."""
        vae = self.pipeline.vae
        pictures: torch.Tensor = vae.decode(latents.to(vae.dtype) / vae.config.scaling_factor)[0]
        return pictures


def camera_clip(scene: Scene, frame_count: int) -> list[Any]:
    """The camera's move over the still, as Pillow images: what a pass paints over.

    A pass that goes on begins with the last frame of the one before, and finds back to the camera's
    picture over the frames that one window shares.
    """
    from PIL import Image

    wanted = scene.wanted
    count = min(frame_count, scene.storyboard.frame_count - wanted.start)
    film = replace(scene, frames=range(wanted.start, wanted.start + count), continues=None)
    with closing(KenBurns().generate(film)) as frames:
        clip = [frame.to_rgb() for frame in frames]
    if scene.continues is not None:
        last = scene.continues.to_rgb().astype(np.float32)
        for index, rgb in enumerate(clip[:WINDOW_FRAMES]):
            share = index / WINDOW_FRAMES
            clip[index] = np.asarray(last * (1 - share) + rgb * share + 0.5, np.uint8)
    clip += [clip[-1]] * (frame_count - count)
    return [Image.fromarray(rgb) for rgb in clip]


def painting_pipeline() -> Any:
    """The video-to-video pipeline, which tells its first latents and takes embeddings in windows.

    diffusers 0.42 refuses embeddings together with FreeNoise; its own code makes the same tensors
    of them as this does.
    """
    import torch
    from diffusers import AnimateDiffVideoToVideoPipeline

    class Pipeline(AnimateDiffVideoToVideoPipeline):  # type: ignore[misc]  # untyped library
        heard_latents = staticmethod(lambda _: None)

        def encode_video(self, *values: Any, **named: Any) -> Any:
            latents = super().encode_video(*values, **named)
            self.heard_latents(latents[0])
            return latents

        def _encode_prompt_free_noise(
            self,
            *,
            num_frames: int,
            device: Any,
            do_classifier_free_guidance: bool,
            prompt_embeds: Any,
            negative_prompt_embeds: Any,
            **_: Any,
        ) -> tuple[Any, Any]:
            positive = prompt_embeds.to(device).repeat(num_frames, 1, 1)
            if not do_classifier_free_guidance:
                return positive, None
            negative = negative_prompt_embeds.to(device).repeat(num_frames, 1, 1)
            return torch.cat([negative, positive]), negative

    return Pipeline
