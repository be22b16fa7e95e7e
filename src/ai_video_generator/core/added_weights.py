"""A person's own weights: told by their bytes what they are, noted where they lie, never copied.

A checkpoint takes gigabytes and is often used by several programs, so it stays where it is; what
this program did not put somewhere it does not delete.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from ai_video_generator.core.weight_digests import tensor_header
from ai_video_generator.core.weights_book import AddedFile, WeightsBook, now_text
from ai_video_generator.errors import InputError, WeightsCorruptError, WeightsMissingError

_WIDTH = 768
# Of the text that Stable Diffusion 1.5 attends to (CLIP ViT-L/14).
_OTHERS = {1024: "Stable Diffusion 2", 2048: "SDXL"}
# Families whose text has another width.
_LATENT_CHANNELS = 4
# Of pictures; those that fill holes have 9, those that edit have 8.
_UNET = "model.diffusion_model."
_LORA_MARKS = ("lora_up", "lora_down", "lora_A", "lora_B", ".lora.up", ".lora.down")
# As kohya's scripts, PEFT and older diffusers name them.
_LORA_INPUTS = ("lora_down.weight", "lora_A.weight", "lora.down.weight")
_LIST_HINT = "aivg models list shows all names"


class Kind(StrEnum):
    """What a person's own weights are."""

    CHECKPOINT = "checkpoint"
    PIPELINE = "pipeline"
    LORA = "lora"


@dataclass(frozen=True, slots=True, kw_only=True)
class AddedEntry:
    """Weights that a person added.

    Attributes:
        name: What they are called.
        kind: What they are.
        path: Where they lie; they may have moved since.
    """

    name: str
    kind: Kind
    path: Path


def kind_of(path: Path) -> Kind:
    """Tell what a file or folder is: a checkpoint, a folder of diffusers, or a LoRA for SD 1.5.

    Raises:
        InputError: When it is none of these; the reason is told.
        WeightsCorruptError: When it is cut.
    """
    if path.is_dir():
        return _kind_of_folder(path)
    if not path.is_file():
        raise InputError(f"there is no file {str(path)!r}")
    if path.suffix.lower() != ".safetensors":
        raise InputError(
            f"{path.name!r} is refused: only safetensors cannot run code when they are read",
            hint="convert it to safetensors, or look for that variant where it is from",
        )
    return _kind_of_tensors(path.name, tensor_header(path))


def _kind_of_folder(path: Path) -> Kind:
    """A folder as diffusers saves a pipeline."""
    try:
        config = json.loads((path / "unet" / "config.json").read_text(encoding="utf-8"))
        json.loads((path / "model_index.json").read_text(encoding="utf-8"))
        width = int(config["cross_attention_dim"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"{str(path)!r} is no folder of a diffusers pipeline: {error}",
            hint="it must hold model_index.json, unet/config.json and the other parts",
        ) from error
    _check_width(path.name, [width])
    if not any((path / "unet").glob("*.safetensors")):
        raise InputError(f"{str(path)!r} has no safetensors in its folder unet")
    return Kind.PIPELINE


def _kind_of_tensors(name: str, header: dict[str, dict[str, Any]]) -> Kind:
    shapes = {key: list(value.get("shape", ())) for key, value in header.items()}
    if any(mark in key for key in shapes for mark in _LORA_MARKS):
        attended = [key for key in shapes if "attn2" in key and "to_k" in key]
        inputs = [key for key in attended if key.endswith(_LORA_INPUTS)]
        _check_width(name, (shapes[key][1] for key in inputs if len(shapes[key]) > 1))
        return Kind.LORA
    if any(key.startswith(_UNET) for key in shapes):
        inputs = [
            key for key in shapes if key.startswith(_UNET) and key.endswith("attn2.to_k.weight")
        ]
        if not inputs:
            raise InputError(f"{name!r} is a checkpoint, but of no Stable Diffusion")
        _check_width(name, (shapes[key][1] for key in inputs if len(shapes[key]) > 1))
        first = shapes.get(f"{_UNET}input_blocks.0.0.weight", [0, _LATENT_CHANNELS])
        if first[1:2] != [_LATENT_CHANNELS]:
            raise InputError(
                f"{name!r} takes {first[1]} channels: it fills holes or edits pictures",
                hint="take the ordinary variant",
            )
        return Kind.CHECKPOINT
    first_keys = ", ".join(sorted(shapes)[:2]) or "nothing"
    raise InputError(
        f"{name!r} is neither a checkpoint nor a LoRA of Stable Diffusion 1.5; "
        f"it holds {first_keys}"
    )


def _check_width(name: str, widths: Iterable[int]) -> None:
    """Refuse weights that attend to text of another width."""
    for width in widths:
        if width != _WIDTH:
            family = _OTHERS.get(width, f"a model with text of width {width}")
            raise InputError(
                f"{name!r} is for {family}; AnimateDiff moves Stable Diffusion 1.5",
                hint="look for a variant for SD 1.5",
            )


class AddedWeights:
    """A person's own weights, by name.

    Args:
        book: Where they are noted.
    """

    def __init__(self, book: WeightsBook) -> None:
        self._book = book

    def add(self, path: Path, name: str | None = None) -> str:
        """Note a file or folder; it stays where it is.

        Args:
            path: The weights.
            name: What they shall be called; None takes the file's own name.

        Returns:
            Their name.

        Raises:
            InputError: When they are of no use here, or the name is taken.
            WeightsCorruptError: When the file is cut.
        """
        kind, path = kind_of(path), path.absolute()
        name = name or re.sub(r"[^\w.-]+", "_", path.stem if path.is_file() else path.name)
        if not re.fullmatch(r"[\w.-]+", name):
            raise InputError(f"weights cannot be called {name!r}", hint="use letters and digits")
        page = self._book.read()
        if name in page.added and page.added[name].path != str(path):
            raise InputError(
                f"{name!r} is already the name of {page.added[name].path!r}",
                hint="give another with --name",
            )
        page.added[name] = AddedFile(kind=kind, path=str(path), when=now_text())
        self._book.write(page)
        return name

    def entries(self, kind: Kind | None = None) -> list[AddedEntry]:
        """All that were added, sorted by name; of one kind where it is given."""
        added = sorted(self._book.read().added.items())
        found = [
            AddedEntry(name=name, kind=Kind(one.kind), path=Path(one.path)) for name, one in added
        ]
        return [entry for entry in found if kind in (None, entry.kind)]

    def path(self, name: str) -> Path:
        """Where weights are.

        Raises:
            InputError: When no weights have this name.
            WeightsMissingError: When they are no longer there.
            WeightsCorruptError: When the file is cut.
        """
        one = self.one(name)
        path = Path(one.path)
        if not path.exists():
            raise WeightsMissingError(
                f"{name!r} is no longer at {one.path!r}",
                hint=f"put it back, or: aivg models remove {name}",
            )
        if kind_of(path) != one.kind:
            raise WeightsCorruptError(
                f"{one.path!r} is another file than the {one.kind} that was added",
                hint=f"aivg models remove {name}, then add it again",
            )
        return path

    def one(self, name: str) -> AddedFile:
        """What is noted of weights.

        Raises:
            InputError: When no weights have this name.
        """
        added = self._book.read().added
        if name not in added:
            raise InputError(f"no weights were added as {name!r}", hint=_LIST_HINT)
        return added[name]

    def forget(self, name: str) -> None:
        """Forget weights; their file stays.

        Raises:
            InputError: When no weights have this name.
        """
        self.one(name)
        page = self._book.read()
        del page.added[name]
        self._book.write(page)
