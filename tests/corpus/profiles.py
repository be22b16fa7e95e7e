"""Tiny ICC profiles (ICC.1:2010) that turn colours in ways no rounding explains."""

import struct
from collections.abc import Sequence

from PIL import ImageCms

_D50 = struct.pack(">3i", 0xF6D6, 0x10000, 0xD32D)
# The white of the profile connection space as s15Fixed16 numbers (section 7.2.16).

_HEADER_BYTES, _ENTRY_BYTES = 128, 12


def _profile(space: bytes, connection: bytes, tags: Sequence[tuple[bytes, bytes]]) -> bytes:
    """Put a version 2 profile together: header, table of tags, tags."""
    at = _HEADER_BYTES + 4 + _ENTRY_BYTES * len(tags)
    table, body = struct.pack(">I", len(tags)), b""
    for name, content in tags:
        padded = content + b"\0" * (-len(content) % 4)
        table += name + struct.pack(">II", at + len(body), len(content))
        body += padded
    header = struct.pack(
        ">I4sI4s4s4s", at + len(body), b"lcms", 0x02400000, b"prtr", space, connection
    )
    header += struct.pack(">6H", 2026, 1, 1, 0, 0, 0) + b"acsp" + bytes(28) + _D50
    return header.ljust(_HEADER_BYTES, b"\0") + table + body


def _text_tags() -> list[tuple[bytes, bytes]]:
    text = b"test\0"
    description = b"desc" + bytes(4) + struct.pack(">I", len(text)) + text + bytes(78)
    return [
        (b"desc", description),
        (b"cprt", b"text" + bytes(4) + text),
        (b"wtpt", b"XYZ " + bytes(4) + _D50),
    ]


def linear_grey() -> bytes:
    """A grey profile whose levels are proportional to light."""
    curve = b"curv" + bytes(8)
    return _profile(b"GRAY", b"XYZ ", [*_text_tags(), (b"kTRC", curve)])


def plain_ink() -> bytes:
    """A CMYK profile in which only black ink shows: paper is L* 100, full black L* 0."""
    curves = bytes(range(256))
    nodes = b"".join(
        bytes([0 if black else 255, 128, 128])
        for _cyan in (0, 1)
        for _magenta in (0, 1)
        for _yellow in (0, 1)
        for black in (0, 1)
    )
    matrix = struct.pack(">9i", 65536, 0, 0, 0, 65536, 0, 0, 0, 65536)
    table = b"mft1" + bytes(4) + bytes([4, 3, 2, 0]) + matrix + curves * 4 + nodes + curves * 3
    return _profile(b"CMYK", b"Lab ", [*_text_tags(), (b"A2B0", table)])


def red_is_blue() -> bytes:
    """The sRGB profile with its red and blue primaries exchanged."""
    data = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return data.replace(b"rXYZ", b"tmp ").replace(b"bXYZ", b"rXYZ").replace(b"tmp ", b"bXYZ")


def srgb() -> bytes:
    """A plain sRGB profile."""
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
