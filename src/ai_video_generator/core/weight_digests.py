"""What a weight file is by its bytes: its digest, and whether it is whole."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Any

from ai_video_generator.errors import InputError, WeightsCorruptError

_SHA256_DIGITS = 64
_READ_BYTES = 1 << 20
# Large enough that reading costs no more than hashing.
_HEADER_LIMIT_BYTES = 100_000_000
# The format's own bound on the size of a header (safetensors, "Format").

_ALLOWED = frozenset({".safetensors", ".json", ".txt", ".onnx", ".model"})
# None of these can run code when it is read; ".model" are SentencePiece's tokenizers.
_LARGE = frozenset({".safetensors", ".onnx"})
# The hub keeps these in LFS and names them by SHA-256, smaller files by git's own digest.


def check_name(path: str) -> None:
    """Refuse a file that can run code when it is read, or that would lie outside its folder.

    Raises:
        InputError: When it may not be installed.
    """
    pure = PurePosixPath(path)
    if pure.is_absolute() or ".." in pure.parts or "\\" in path or not pure.parts:
        raise InputError(f"a model's file cannot be called {path!r}")
    if pure.suffix.lower() not in _ALLOWED:
        raise InputError(
            f"{path!r} is refused: files of this kind can run code when they are read",
            hint="use a model in the safetensors format",
        )


def ignored(_: int) -> None:
    """Count nothing."""


def digest_like(digest: str, path: Path, on_bytes: Callable[[int], None] = ignored) -> str:
    """Digest of a file, of the same kind as another.

    Args:
        digest: 64 digits for SHA-256, 40 for git's digest of a blob (SHA-1 with a header).
        path: The file.
        on_bytes: Called with the size of each piece read; may raise.
    """
    if len(digest) == _SHA256_DIGITS:
        hasher = hashlib.sha256()
    else:
        hasher = hashlib.sha1(usedforsecurity=False)
        hasher.update(f"blob {path.stat().st_size}\0".encode())
    with path.open("rb") as file:
        while block := file.read(_READ_BYTES):
            hasher.update(block)
            on_bytes(len(block))
    return hasher.hexdigest()


def own_digest(path: Path, name: str, on_bytes: Callable[[int], None] = ignored) -> str:
    """Digest under which the hub would keep a file of this name."""
    large = PurePosixPath(name).suffix in _LARGE
    return digest_like("0" * (_SHA256_DIGITS if large else 40), path, on_bytes)


def tensor_header(path: Path) -> dict[str, dict[str, Any]]:
    """Header of a safetensors file: shape and place of each tensor, by its name.

    The format: eight bytes with the header's length, little-endian, the header as JSON, then the
    tensors without a gap (safetensors, "Format").

    Raises:
        WeightsCorruptError: When it is none, or the file ends before its last tensor.
    """
    size_bytes = path.stat().st_size
    with path.open("rb") as file:
        start = file.read(8)
        length = int.from_bytes(start, "little")
        if len(start) < 8 or length > min(size_bytes, _HEADER_LIMIT_BYTES):  # noqa: PLR2004 - format
            raise WeightsCorruptError(f"{path.name} is no safetensors file: it has no header")
        text = file.read(length)
    try:
        header: dict[str, dict[str, Any]] = json.loads(text)
        header.pop("__metadata__", None)
        end = 8 + length + max((one["data_offsets"][1] for one in header.values()), default=0)
    except (ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
        raise WeightsCorruptError(f"{path.name} is no safetensors file: {error}") from error
    if end != size_bytes:
        raise WeightsCorruptError(f"{path.name} has {size_bytes} bytes, its header tells of {end}")
    return header


def check_whole(path: Path, name: str = "") -> None:
    """Compare a file's size with what it says of itself, as far as its kind tells.

    Args:
        path: The file.
        name: Its own name, where it has another one on the disk.

    Raises:
        WeightsCorruptError: When it is cut, or empty.
    """
    if PurePosixPath(name or path.name).suffix == ".safetensors":
        tensor_header(path)
    elif path.stat().st_size == 0:
        raise WeightsCorruptError(f"{name or path.name} is empty")
