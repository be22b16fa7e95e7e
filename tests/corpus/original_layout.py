"""A Stable Diffusion in one file, its tensors named as its authors had them (CompVis, 2022)."""

import re
from pathlib import Path
from typing import Any

from safetensors.torch import save_file

_RESNET = (
    ("norm1", "in_layers.0"),
    ("conv1", "in_layers.2"),
    ("norm2", "out_layers.0"),
    ("conv2", "out_layers.3"),
    ("time_emb_proj", "emb_layers.1"),
    ("conv_shortcut", "skip_connection"),
)
_UNET = (
    ("time_embedding.linear_1", "time_embed.0"),
    ("time_embedding.linear_2", "time_embed.2"),
    ("conv_in", "input_blocks.0.0"),
    ("conv_norm_out", "out.0"),
    ("conv_out", "out.2"),
    ("mid_block.resnets.0", "middle_block.0"),
    ("mid_block.attentions.0", "middle_block.1"),
    ("mid_block.resnets.1", "middle_block.2"),
)
_VAE = (
    (r"mid_block\.resnets\.0", "mid.block_1"),
    (r"mid_block\.resnets\.1", "mid.block_2"),
    (r"mid_block\.attentions\.0", "mid.attn_1"),
    (r"down_blocks\.(\d)\.resnets", r"down.\1.block"),
    (r"down_blocks\.(\d)\.downsamplers\.0", r"down.\1.downsample"),
    ("group_norm", "norm"),
    ("to_([qkv])", r"\1"),
    (r"to_out\.0", "proj_out"),
    ("conv_norm_out", "norm_out"),
    ("conv_shortcut", "nin_shortcut"),
)


def checkpoint_file(path: Path, pipeline: Any, *, vae: bool = True) -> Path:
    """Write denoiser, VAE and text encoder of a pipeline as one checkpoint.

    Args:
        path: The file.
        pipeline: A `StableDiffusionPipeline`.
        vae: Whether the VAE is in it; many merged checkpoints have none.
    """
    unet = pipeline.unet
    parts = {
        "model.diffusion_model.": {
            _unet_key(key, unet): value for key, value in unet.state_dict().items()
        },
        "cond_stage_model.transformer.": {
            key if key.startswith("text_model.") else f"text_model.{key}": value
            for key, value in pipeline.text_encoder.state_dict().items()
        },
    }
    if vae:
        count = len(pipeline.vae.config.up_block_types)
        parts["first_stage_model."] = {
            _vae_key(key, count): value[..., None, None] if _is_attention(key, value) else value
            for key, value in pipeline.vae.state_dict().items()
        }
    state = {
        prefix + key: value.contiguous()
        for prefix, named in parts.items()
        for key, value in named.items()
    }
    save_file(state, path)
    return path


def _is_attention(key: str, value: Any) -> bool:
    """Linear maps of the VAE's attention were convolutions of one pixel."""
    return ".attentions." in key and value.ndim == 2


def _unet_key(key: str, unet: Any) -> str:
    for ours, theirs in _UNET:
        if key.startswith(f"{ours}."):
            return _resnet(theirs + key[len(ours) :])
    side, block, kind, layer, rest = re.fullmatch(
        r"(down|up)_blocks\.(\d+)\.(\w+)\.(\d+)\.(.+)", key
    ).groups()  # type: ignore[union-attr]  # every other key is of a block
    per_block = unet.config.layers_per_block + 1
    first = int(block) * per_block
    if kind == "downsamplers":
        return f"input_blocks.{first + per_block}.0.op.{rest.removeprefix('conv.')}"
    if kind == "upsamplers":
        attends = hasattr(unet.up_blocks[int(block)], "attentions")
        return f"output_blocks.{first + per_block - 1}.{2 if attends else 1}.{rest}"
    name = "input_blocks" if side == "down" else "output_blocks"
    number = first + int(layer) + (1 if side == "down" else 0)
    return _resnet(f"{name}.{number}.{0 if kind == 'resnets' else 1}.{rest}")


def _resnet(key: str) -> str:
    if "transformer_blocks" in key:
        return key
    for ours, theirs in _RESNET:
        key = key.replace(f".{ours}.", f".{theirs}.")
    return key


def _vae_key(key: str, up_count: int) -> str:
    def up(found: "re.Match[str]") -> str:
        return f"up.{up_count - 1 - int(found[1])}.{found[2]}"

    key = re.sub(r"up_blocks\.(\d)\.(resnets|upsamplers\.0)", up, key)
    key = re.sub(r"(up\.\d)\.resnets", r"\1.block", key)
    key = re.sub(r"(up\.\d)\.upsamplers\.0", r"\1.upsample", key)
    for ours, theirs in _VAE:
        key = re.sub(ours, theirs, key)
    return key
