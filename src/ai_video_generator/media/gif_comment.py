"""Text in a GIF file: its Comment Extension, which FFmpeg reads but does not write.

The blocks are those of "Graphics Interchange Format, Version 89a" (CompuServe, 1990).
"""

from os import SEEK_END
from pathlib import Path

from ai_video_generator.errors import InputError

_HEADER_BYTES = 13
_FLAGS_OFFSET = 10
# Signature, size of the picture, flags, background, aspect (sections 17 and 18).

_HAS_COLORS, _COLORS_EXPONENT = 0x80, 0x07
# Flags: a global colour table of 3 bytes x 2 to the power of (exponent + 1) follows (section 19).

_COMMENT, _END_OF_BLOCK, _TRAILER = b"\x21\xfe", b"\x00", b"\x3b"
# What begins a comment (section 24), what ends its data (16), what ends the file (27).

_LONGEST_SUB_BLOCK_BYTES = 255
# Section 15: one byte tells the length of what follows.

_MOVED_BYTES = 1 << 20
# Read and written at a time while the rest of the file makes room.


def write_comment(path: Path, text: str) -> None:
    """Put a text before the first frame of a GIF file, in place.

    Behind the last frame it would be easier, but FFmpeg takes a long comment there for a frame.

    Raises:
        InputError: When it is no whole GIF file.
    """
    data = text.encode()
    pieces = (
        data[start : start + _LONGEST_SUB_BLOCK_BYTES]
        for start in range(0, len(data), _LONGEST_SUB_BLOCK_BYTES)
    )
    block = _COMMENT + b"".join(bytes([len(piece)]) + piece for piece in pieces) + _END_OF_BLOCK
    with path.open("rb+") as file:
        header = file.read(_HEADER_BYTES)
        size = file.seek(0, SEEK_END)
        file.seek(max(0, size - 1))
        if not header.startswith((b"GIF87a", b"GIF89a")) or file.read(1) != _TRAILER:
            raise InputError(f"{str(path)!r} is no whole GIF file")
        place, flags = _HEADER_BYTES, header[_FLAGS_OFFSET]
        if flags & _HAS_COLORS:
            place += 3 * 2 ** ((flags & _COLORS_EXPONENT) + 1)
        for end in range(size, place, -_MOVED_BYTES):
            start = max(place, end - _MOVED_BYTES)
            file.seek(start)
            moved = file.read(end - start)
            file.seek(start + len(block))
            file.write(moved)
        file.seek(place)
        file.write(block)
