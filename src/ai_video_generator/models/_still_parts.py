"""The parts of Stable Diffusion 1.5: the installed ones, or those of a person's own checkpoint.

A checkpoint is a folder as diffusers saves it, or one file in the layout of the model's authors
(keys ``model.diffusion_model.``, ``first_stage_model.`` and ``cond_stage_model.transformer.``).
A part that it lacks is the installed one's: merged checkpoints often come without a VAE, and
fine-tunes with the text encoder that they began from.
"""

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ai_video_generator.models._svd import variant_in

if TYPE_CHECKING:
    import torch

_log = logging.getLogger(__name__)

_VAE_KEYS = ("first_stage_model.", "vae.")
# As diffusers 0.42 finds a VAE in one file (`loaders.single_file_utils.LDM_VAE_KEYS`).
_TEXT_KEY = "cond_stage_model.transformer."
_TEXT_PART = "text_model."
# Transformers 5 leaves this out of the names that the authors' files have.


def still_parts(base: Path, own: Path | None, dtype: "torch.dtype") -> tuple[Any, Any]:
    """Denoiser and VAE.

    Args:
        base: Folder of the installed model; has the configuration of all parts.
        own: A checkpoint, file or folder; None takes the installed model.
        dtype: Number format of the weights.
    """
    from diffusers import AutoencoderKL, UNet2DConditionModel

    unet = _part(UNet2DConditionModel, "unet", base, own, dtype)
    return unet, _part(AutoencoderKL, "vae", base, own if _has_vae(own) else None, dtype)


def text_encoder(base: Path, own: Path | None) -> Any:
    """CLIP's text encoder, in float32, on the processor; arguments as of `still_parts`."""
    import torch
    from transformers import CLIPTextModel

    folder = own if own is not None and (own / "text_encoder").is_dir() else base
    encoder: Any = CLIPTextModel.from_pretrained(
        folder / "text_encoder",
        variant=variant_in(folder / "text_encoder"),
        dtype=torch.float32,
        use_safetensors=True,
        local_files_only=True,
    ).eval()
    if own is not None and own.is_file():
        _take_words(encoder, own)
    return encoder


def identity(base: Path, own: Path | None) -> str:
    """What tells one text encoder from another; a file that is replaced is another."""
    if own is None:
        return str(base)
    state = own.stat()
    return f"{own} {state.st_size} {state.st_mtime_ns}"


def _part(kind: Any, name: str, base: Path, own: Path | None, dtype: "torch.dtype") -> Any:
    if own is not None and own.is_file():
        return kind.from_single_file(
            str(own), config=str(base), subfolder=name, dtype=dtype, local_files_only=True
        )
    folder = own or base
    return kind.from_pretrained(
        folder,
        subfolder=name,
        dtype=dtype,
        variant=variant_in(folder / name),
        use_safetensors=True,
        local_files_only=True,
    )


def _has_vae(own: Path | None) -> bool:
    if own is None or own.is_dir():
        return own is not None and (own / "vae").is_dir()
    from safetensors import safe_open

    with safe_open(own, framework="pt") as file:
        return any(key.startswith(_VAE_KEYS) for key in file.keys())  # noqa: SIM118 - no mapping


def _take_words(encoder: Any, own: Path) -> None:
    """Give an encoder the weights of a checkpoint's, where it has one of the same make."""
    from safetensors import safe_open

    wanted = {_plain(key): key for key in encoder.state_dict()}
    with safe_open(own, framework="pt") as file:
        found = {
            wanted[name]: file.get_tensor(key)
            for key in file.keys()  # noqa: SIM118 - it is no mapping
            if key.startswith(_TEXT_KEY) and (name := _plain(key.removeprefix(_TEXT_KEY))) in wanted
        }
    if len(found) == len(wanted):
        encoder.load_state_dict(found)
    elif found:
        missing = len(wanted) - len(found)
        _log.warning("%s lacks %d tensors of a text encoder; its words are not used", own, missing)


def _plain(key: str) -> str:
    return key.removeprefix(_TEXT_PART)
