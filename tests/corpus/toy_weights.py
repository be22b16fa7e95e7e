"""Folders of toy weights for every diffusion backend, made when they are first asked for."""

from functools import cached_property
from pathlib import Path

from corpus import tiny_models

from ai_video_generator.models.base_model import BACKENDS


class ToyWeights:
    """Makes and keeps toy weights.

    Args:
        folder: Where.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def of(self, name: str) -> dict[str, Path]:
        """The weights of a backend, by the part's name."""
        return {part.name: self._part(part.name, name) for part in BACKENDS.load(name).spec.weights}

    def _part(self, part: str, name: str) -> Path:
        if part == "base":
            return self._svd if name.startswith("stable") else self.still
        found: Path = getattr(self, f"_{part}")
        return found

    @cached_property
    def still(self) -> Path:
        """Stable Diffusion 1.5."""
        return tiny_models.still_folder(self._folder / "still")

    @cached_property
    def preview_decoder(self) -> Path:
        """The small decoder for previews."""
        return tiny_models.preview_decoder_folder(self._folder / "preview")

    @cached_property
    def _svd(self) -> Path:
        return tiny_models.svd_folder(self._folder / "svd")

    @cached_property
    def _fast_unet(self) -> Path:
        return tiny_models.fast_unet_folder(self._folder / "fast_unet", self._svd)

    @cached_property
    def _motion_adapter(self) -> Path:
        return tiny_models.motion_folder(self._folder / "motion")

    @cached_property
    def _fast_motion_adapter(self) -> Path:
        folder = tiny_models.motion_folder(self._folder / "fast_motion", seed=3)
        lora = folder / "AnimateLCM_sd15_t2v_lora.safetensors"
        tiny_models.consistency_lora(lora, self.still, self._motion_adapter)
        return folder

    @cached_property
    def _sparse_control(self) -> Path:
        return tiny_models.control_folder(self._folder / "control")

    @cached_property
    def _picture_adapter(self) -> Path:
        return tiny_models.picture_adapter_folder(self._folder / "adapter", self.still)
