"""Words become what a network is conditioned with, once for each prompt; then the encoder goes."""

import hashlib
import logging
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ai_video_generator.media.files import appearing

if TYPE_CHECKING:
    import torch

_log = logging.getLogger(__name__)


class PromptBook:
    """Embeddings of prompts by CLIP's text encoder, kept on the disk and in RAM.

    The encoder runs on the processor: a prompt takes it less than a second, and no memory of a GPU.

    Args:
        tokenizer: Folder of the tokenizer.
        encoder: Loads the text encoder, in float32.
        folder: Where embeddings are kept from job to job; None keeps them in RAM alone.
        identity: What tells this encoder from others, such as its commit.
    """

    def __init__(
        self, tokenizer: Path, encoder: Callable[[], Any], folder: Path | None, identity: str
    ) -> None:
        self._tokenizer, self._encoder = tokenizer, encoder
        self._folder, self._identity = folder, identity
        self._known: dict[str, torch.Tensor] = {}

    def embedding(self, prompt: str) -> "torch.Tensor":
        """What a prompt becomes, ``(1, tokens, width)``, float32."""
        if prompt not in self._known:
            self._known[prompt] = self._kept(prompt)
        return self._known[prompt]

    def learn(self, prompts: list[str]) -> None:
        """Encode several at once, so that the encoder is loaded once."""
        missing = [one for one in prompts if one not in self._known and not self._is_kept(one)]
        if missing:
            self._encode(missing)

    def _path(self, prompt: str) -> Path | None:
        if self._folder is None:
            return None
        name = hashlib.sha256(f"{self._identity}\n{prompt}".encode()).hexdigest()[:32]
        return self._folder / "prompts" / f"{name}.safetensors"

    def _is_kept(self, prompt: str) -> bool:
        path = self._path(prompt)
        return path is not None and path.exists()

    def _kept(self, prompt: str) -> "torch.Tensor":
        from safetensors.torch import load_file

        path = self._path(prompt)
        if path is not None and path.exists():
            try:
                return load_file(path)["embedding"]
            except Exception as error:  # noqa: BLE001 - whatever is wrong with it, it is made anew
                _log.warning("the kept prompt %s cannot be read: %s", path.name, error)
        self._encode([prompt])
        return self._known[prompt]

    def _encode(self, prompts: list[str]) -> None:
        import torch
        from safetensors.torch import save_file
        from transformers import CLIPTokenizer

        _log.info("encoding %d prompts", len(prompts))
        tokenizer: Any = CLIPTokenizer.from_pretrained(self._tokenizer, local_files_only=True)
        encoder = self._encoder()
        for prompt in prompts:
            whole = tokenizer(prompt, truncation=False).input_ids
            if len(whole) > tokenizer.model_max_length:
                _log.warning(
                    "the prompt has %d tokens, the model reads the first %d",
                    len(whole),
                    tokenizer.model_max_length,
                )
            tokens = tokenizer(
                prompt,
                padding="max_length",
                max_length=tokenizer.model_max_length,
                truncation=True,
                return_tensors="pt",
            )
            with torch.inference_mode():
                found = encoder(tokens.input_ids)[0]
            self._known[prompt] = found.clone()
            path = self._path(prompt)
            if path is not None:
                path.parent.mkdir(parents=True, exist_ok=True)
                with appearing(path, overwrite=True) as temporary:
                    save_file({"embedding": self._known[prompt]}, temporary)
