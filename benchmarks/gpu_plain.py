"""The same pass by a plain diffusers pipeline, as its documentation has it: all on the GPU."""

from functools import partial
from pathlib import Path
from typing import Any

import torch
from PIL import Image

from ai_video_generator.models._animate import WINDOW_FRAMES, camera_clip
from ai_video_generator.models._diffusers import quiet_diffusers, torch_device, torch_type
from ai_video_generator.models._svd import first_view
from ai_video_generator.models.base_model import Scene
from ai_video_generator.planning.plan import Plan
from benchmarks.gpu_meter import Meter, first_call

_WINDOW_STEP = 4
_PROMPT, _NEGATIVE = "high quality photograph", "low quality"
_STRENGTH, _GUIDANCE, _LIKENESS = 0.55, 7.5, 0.6
# What our backend takes for a shot of usual motion.


def plain_pass(
    name: str, scene: Scene, plan: Plan, *, weights: dict[str, Path], meter: Meter, steps: int
) -> int:
    """One pass; returns the frames it gave.

    Args:
        name: Our backend whose model it is.
        scene: What to show.
        plan: Device, precision, size and frames; nothing waits in RAM, and the decoder takes as
            many frames together as the pipeline likes.
        weights: As our backend has them.
        meter: Notes stages and steps.
        steps: Denoising steps.
    """
    kind = torch_type(plan.precision)
    make = _video_model if name.startswith("stable") else _animate
    with quiet_diffusers(), torch.inference_mode():
        pipeline, given = make(scene, weights, kind)
        pipeline.set_progress_bar_config(disable=True)
        pipeline.to(torch_device(plan.device))
        meter.stage("loading")
        first_call(pipeline.unet, partial(meter.stage, "encoding"))
        found = pipeline(
            height=scene.size.height_px,
            width=scene.size.width_px,
            num_inference_steps=steps,
            generator=torch.Generator("cpu").manual_seed(scene.seed),
            callback_on_step_end=partial(_told, meter, steps),
            output_type="np",
            **given,
        )
        meter.stage("decoding")
    return len(found.frames[0])


def _told(
    meter: Meter, steps: int, _pipeline: Any, index: int, _time: Any, values: dict[str, Any]
) -> dict[str, Any]:
    meter.step()
    if index == steps - 1:
        meter.stage("steps")
    return values


def _video_model(scene: Scene, weights: dict[str, Path], kind: Any) -> tuple[Any, dict[str, Any]]:
    from diffusers import StableVideoDiffusionPipeline

    pipeline = StableVideoDiffusionPipeline.from_pretrained(
        weights["base"], dtype=kind, variant="fp16", local_files_only=True
    )
    return pipeline, {
        "image": Image.fromarray(first_view(scene).to_rgb()),
        "num_frames": len(scene.wanted),
    }


def _animate(scene: Scene, weights: dict[str, Path], kind: Any) -> tuple[Any, dict[str, Any]]:
    from diffusers import AnimateDiffVideoToVideoPipeline, DDIMScheduler, MotionAdapter

    adapter = MotionAdapter.from_pretrained(
        weights["motion_adapter"], dtype=kind, variant="fp16", local_files_only=True
    )
    base = weights["base"]
    pipeline = AnimateDiffVideoToVideoPipeline.from_pretrained(
        base,
        motion_adapter=adapter,
        scheduler=DDIMScheduler.from_pretrained(
            base / "scheduler", beta_schedule="linear", clip_sample=False
        ),
        dtype=kind,
        variant="fp16",
        local_files_only=True,
    )
    pipeline.load_ip_adapter(
        str(weights["picture_adapter"]),
        subfolder="models",
        weight_name="ip-adapter_sd15.safetensors",
        dtype=kind,
        local_files_only=True,
    )
    pipeline.set_ip_adapter_scale(_LIKENESS)
    pipeline.enable_free_noise(context_length=WINDOW_FRAMES, context_stride=_WINDOW_STEP)
    clip = camera_clip(scene, len(scene.wanted))
    return pipeline, {
        "video": clip,
        "prompt": _PROMPT,
        "negative_prompt": _NEGATIVE,
        "strength": _STRENGTH,
        "guidance_scale": _GUIDANCE,
        "enforce_inference_steps": True,
        "ip_adapter_image": clip[0],
    }
