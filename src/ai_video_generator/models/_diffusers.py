"""What backends on diffusers share: placing a pipeline by the plan, steps told, frames decoded.

Written against diffusers 0.42 and PyTorch 2.13. Noise is drawn on the processor, so that a seed
gives the same frames on every device.
"""

import logging
from abc import abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel as Options
from pydantic import ConfigDict, Field

from ai_video_generator.config.model_config import MemoryProfile
from ai_video_generator.errors import (
    DependencyMissingError,
    NumericalError,
    WeightsMissingError,
)
from ai_video_generator.hardware.facts import PROCESSOR, Precision
from ai_video_generator.media.frames import Frame, FrameStream
from ai_video_generator.models._preview import Preview, heard_steps
from ai_video_generator.models.base_model import (
    NO_SUPPLIES,
    BaseModel,
    Scene,
    StepReport,
    Supplies,
    read_options,
)
from ai_video_generator.planning.chunking import asked_count
from ai_video_generator.planning.plan import Offload, Plan

if TYPE_CHECKING:
    import torch

_log = logging.getLogger(__name__)

LIBRARIES_MEMORY = MemoryProfile(
    fixed_bytes=1200 * 2**20,
    bytes_per_pixel=40.0,
    bytes_per_worker_pixel=3.0,
    source="an estimate",
)
"""RAM of a job beside the weights."""
# The libraries take 0.7 to 0.9 GB before any weights; frames pass one at a time.

_COMPILE_FROM_S = 1800.0
# Compiling takes one to three minutes and is said to save a tenth to a quarter of a step; from half
# an hour on it pays even at a tenth. Not measured.

_KEPT = ("vae",)
# Stays on the device where layers wait in RAM: pipelines widen it to 32 bits while they encode, and
# diffusers 0.42 moves layers by stream from a copy that it took before, in 16 bits. It is small.

_PACKAGES_HINT = "pip install 'ai-video-generator[diffusion]'"


class StepOptions(Options):
    """Options of every model that works in steps."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    steps: Annotated[int, Field(ge=1, le=100, description="Denoising steps.")] = 25


class DiffusersModel(BaseModel):
    """A backend that makes passes with a diffusers pipeline.

    A subclass builds the pipeline, runs its denoiser, and decodes latents.

    Attributes:
        options_class: Its own options.
        main_part: The part of the pipeline that runs at every step.
        least_frames: The shortest pass that it can make.
    """

    options_class: ClassVar[type[StepOptions]] = StepOptions
    main_part: ClassVar[str] = "unet"
    least_frames: ClassVar[int] = 1

    def __init__(self) -> None:
        self._pipeline: Any = None
        self._tiny_decoder: Any = None
        self._plan: Plan | None = None
        self._supplies = NO_SUPPLIES
        self.options: Any = None

    @abstractmethod
    def build(self, supplies: Supplies, dtype: "torch.dtype") -> Any:
        """Load the pipeline into RAM.

        Args:
            supplies: Where the weights are.
            dtype: Number format of the weights.
        """

    @abstractmethod
    def denoise(self, scene: Scene, frame_count: int, preview: Preview) -> "torch.Tensor":
        """Run the pipeline for a pass of so many frames, up to its latents."""

    @abstractmethod
    def decode(self, latents: "torch.Tensor") -> "torch.Tensor":
        """Decode some latents, ``(n, channels, height, width)``.

        Returns:
            ``(n, 3, height, width)``, -1..1.
        """

    @property
    def pipeline(self) -> Any:
        """The loaded pipeline, for tests."""
        return self._pipeline

    @property
    def plan(self) -> Plan:
        """Where and how to compute."""
        if self._plan is None:
            raise WeightsMissingError(f"{self.spec.name} is not loaded")
        return self._plan

    @property
    def supplies(self) -> Supplies:
        """What the backend was given."""
        return self._supplies

    def load(self, plan: Plan, supplies: Supplies = NO_SUPPLIES) -> None:
        """Load the weights and place them as the plan says; see `BaseModel.load`.

        Raises:
            DependencyMissingError: When PyTorch or diffusers is not installed.
            WeightsMissingError: When a part of the weights was not given.
            SettingsError: When the model has no such option, or not that value.
        """
        self.options = read_options(self.options_class, supplies.options, self.spec.name)
        for part in self.spec.weights:
            if part.name not in supplies.weights:
                raise WeightsMissingError(
                    f"the part {part.name} of {self.spec.name} is not installed",
                    hint=f"aivg models install {self.spec.name}",
                )
        self._plan, self._supplies = plan, supplies
        with quiet_diffusers():
            pipeline = self.build(supplies, torch_type(plan.precision))
            pipeline.set_progress_bar_config(disable=True)
            placed(pipeline, plan, self.main_part)
            if "preview_decoder" in supplies.weights:
                self._tiny_decoder = tiny_decoder(supplies.weights["preview_decoder"], plan)
        if pays_to_compile(plan):
            compiled(pipeline, self.main_part)
        self._pipeline = pipeline

    def generate(self, scene: Scene) -> FrameStream:
        """Make one pass; see `BaseModel.generate`.

        Raises:
            NumericalError: When what comes out is no number.
        """
        wanted = len(scene.wanted)
        limit = max(wanted, self.plan.frames_per_pass or wanted)
        asked = asked_count(wanted, limit, self.spec.frame_step)
        latents = self._denoised(scene, max(asked, self.least_frames))
        step = self.plan.decode_frames
        for start in range(0, wanted, step):
            yield from self._decoded(latents[start : min(start + step, wanted)])
        self._pipeline.maybe_free_model_hooks()

    def _denoised(self, scene: Scene, asked: int) -> "torch.Tensor":
        import torch

        preview = Preview(self._tiny_decoder)
        with (
            quiet_diffusers(),
            torch.inference_mode(),
            heard_steps(self._pipeline.scheduler, self.options.steps, self._heard(preview)),
        ):
            latents = self.as_frames(self.denoise(scene, asked, preview))
        if not bool(torch.isfinite(latents).all()):
            raise NumericalError(
                f"{self.spec.name} returned no numbers in {self.plan.precision}",
                hint="try another --model",
            )
        return latents

    def _decoded(self, latents: "torch.Tensor") -> list[Frame]:
        """Decode some frames; those of a pass are not all held as pictures."""
        import torch

        with quiet_diffusers(), torch.inference_mode():
            return [Frame.from_rgb(as_rgb(picture)) for picture in self.decode(latents)]

    def _heard(self, preview: Preview) -> Any:
        def heard(done: int, total: int, clean: "torch.Tensor | None") -> None:
            shown = None if clean is None else preview.of(self.as_frames(clean))
            self.on_step(StepReport(done=done, total=total, preview=shown))

        return heard

    def as_frames(self, latents: "torch.Tensor") -> "torch.Tensor":
        """The denoiser's latents as ``(frame_count, channels, height, width)``."""
        return latents[0]

    def generator(self, scene: Scene) -> "torch.Generator":
        """Draws noise on the processor, from the scene's seed."""
        import torch

        return torch.Generator("cpu").manual_seed(scene.seed)

    def close(self) -> None:
        """Give the weights back."""
        if self._pipeline is None:
            return
        self._pipeline = self._tiny_decoder = None
        import gc

        import torch

        gc.collect()
        if torch.cuda.is_available():
            torch.cuda.empty_cache()


def torch_type(precision: Precision) -> "torch.dtype":
    """The format that weights are computed with.

    Raises:
        DependencyMissingError: When PyTorch is not installed.
    """
    try:
        import torch
    except ImportError as error:
        raise DependencyMissingError(
            "PyTorch is not installed", hint="aivg doctor has the line that installs it"
        ) from error
    return {
        Precision.FP32: torch.float32,
        Precision.FP16: torch.float16,
        Precision.BF16: torch.bfloat16,
        Precision.FP8: torch.float16,
    }[precision]


def torch_device(device: str) -> str:
    """What PyTorch calls a device of ours."""
    kind, _, index = device.partition(":")
    if kind == "rocm":
        return f"cuda:{index}"
    return "mps" if kind == "mps" else device


def placed(pipeline: Any, plan: Plan, main_part: str) -> None:
    """Put a pipeline where the plan wants it.

    Args:
        pipeline: In RAM.
        plan: Device, precision, offload.
        main_part: The part that runs at every step; it alone is kept in FP8.
    """
    import torch

    device = torch.device(torch_device(plan.device))
    if plan.precision is Precision.FP8:
        getattr(pipeline, main_part).enable_layerwise_casting(
            storage_dtype=torch.float8_e4m3fn, compute_dtype=torch.float16
        )
    match plan.offload:
        case Offload.NONE:
            pipeline.to(device)
        case Offload.BY_PART:
            pipeline.enable_model_cpu_offload(device=device)
        case Offload.BY_LAYER:
            pipeline.enable_group_offload(
                onload_device=device,
                offload_device=torch.device(PROCESSOR),
                offload_type="leaf_level",
                use_stream=device.type == "cuda",
                low_cpu_mem_usage=device.type == "cuda",
                exclude_modules=list(_KEPT),
            )


def tiny_decoder(folder: Path, plan: Plan) -> Any:
    """A small decoder for previews, on the plan's device: ten megabytes."""
    from diffusers import AutoencoderTiny

    decoder = AutoencoderTiny.from_pretrained(
        folder, dtype=torch_type(plan.precision), local_files_only=True
    )
    return decoder.to(torch_device(plan.device)).eval()


def pays_to_compile(plan: Plan) -> bool:
    """Whether a job is long enough, and the network stays where it is."""
    is_cuda = plan.device.partition(":")[0] in ("cuda", "rocm")
    stays = plan.offload is Offload.NONE and plan.precision is not Precision.FP8
    return is_cuda and stays and plan.estimate.seconds >= _COMPILE_FROM_S


def compiled(pipeline: Any, main_part: str) -> None:
    """Compile the part that runs at every step; where the compiler fails, it runs as it is."""
    import torch

    torch._dynamo.config.suppress_errors = True  # noqa: SLF001 - the documented switch lies there
    getattr(pipeline, main_part).compile()
    _log.info("the first pass is slower: the network is compiled for it")


@contextmanager
def quiet_diffusers() -> Iterator[None]:
    """Keep diffusers' own bars and advice out of the terminal.

    Raises:
        DependencyMissingError: When diffusers is not installed.
    """
    try:
        from diffusers.utils import logging as theirs
        from transformers.utils import logging as relatives
    except ImportError as error:
        raise DependencyMissingError(
            f"a package of the diffusion models is not installed: {error}", hint=_PACKAGES_HINT
        ) from error
    before = theirs.get_verbosity()
    theirs.set_verbosity_error()
    theirs.disable_progress_bar()
    relatives.disable_progress_bar()
    try:
        yield
    finally:
        theirs.set_verbosity(before)


def as_rgb(picture: "torch.Tensor") -> NDArray[np.float32]:
    """A decoded picture ``(3, height, width)``, -1..1, as ``(height, width, 3)``, 0..1."""
    values = picture.float().cpu().permute(1, 2, 0).numpy() / 2 + 0.5
    # Not a number stays so, and is noticed where the frame is made.
    return np.asarray(np.clip(values, 0.0, 1.0), np.float32)
