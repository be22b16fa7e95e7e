"""Text in a GIF file: its Comment Extension, which FFmpeg reads but does not write.

The blocks are those of "Graphics Interchange Format, Version 89a" (CompuServe, 1990).
"""

from os import SEEK_END
from pathlib import Path

from ai_video_generator.errors import InputError

_SIGNATURE_BYTES = 6
_COMMENT, _END_OF_BLOCK, _TRAILER = b"\x21\xfe", b"\x00", b"\x3b"
# What begins a comment (section 24), what ends its data (16), what ends the file (27).

_LONGEST_SUB_BLOCK_BYTES = 255
# Section 15: one byte tells the length of what follows.


def write_comment(path: Path, text: str) -> None:
    """Put a text at the end of a GIF file, in place.

    Raises:
        InputError: When it is no whole GIF file.
    """
    data = text.encode()
    with path.open("rb+") as file:
        signature = file.read(_SIGNATURE_BYTES)
        size = file.seek(0, SEEK_END)
        file.seek(max(0, size - 1))
        if signature not in (b"GIF87a", b"GIF89a") or file.read(1) != _TRAILER:
            raise InputError(f"{str(path)!r} is no whole GIF file")
        file.seek(size - 1)
        file.write(_COMMENT)
        for start in range(0, len(data), _LONGEST_SUB_BLOCK_BYTES):
            piece = data[start : start + _LONGEST_SUB_BLOCK_BYTES]
            file.write(bytes([len(piece)]) + piece)
        file.write(_END_OF_BLOCK + _TRAILER)
