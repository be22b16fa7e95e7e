"""A small ONNX network, written byte by byte, with the interface of the real depth network."""

import struct
from collections.abc import Sequence

# Field numbers and types are those of onnx.proto (ONNX 1.16); a field is its number, wire type
# and value (Protocol Buffers, "Encoding").
_FLOAT, _INTS = 1, 7


def brightness_as_nearness() -> bytes:
    """From ``pixel_values`` (1, 3, height, width) their mean, (1, height, width), as depth."""
    weights = _text(8, "mean") + _number(2, _FLOAT) + b"".join(_number(1, n) for n in (1, 3, 1, 1))
    weights += _bytes(9, struct.pack("<3f", *[1 / 3] * 3))
    convolution = _text(1, "pixel_values") + _text(1, "mean") + _text(2, "gray") + _text(4, "Conv")
    axes = _text(1, "axes") + _number(8, 1) + _number(20, _INTS)
    squeeze = _text(1, "gray") + _text(2, "predicted_depth") + _text(4, "Squeeze") + _bytes(5, axes)
    graph = (
        _bytes(1, convolution)
        + _bytes(1, squeeze)
        + _text(2, "brightness")
        + _bytes(5, weights)
        + _bytes(11, _value("pixel_values", (1, 3, "height", "width")))
        + _bytes(12, _value("predicted_depth", (1, "height", "width")))
    )
    return _number(1, 6) + _bytes(7, graph) + _bytes(8, _text(1, "") + _number(2, 11))


def _value(name: str, shape: Sequence[int | str]) -> bytes:
    sides = b"".join(
        _bytes(1, _number(1, side) if isinstance(side, int) else _text(2, side)) for side in shape
    )
    return _text(1, name) + _bytes(2, _bytes(1, _number(1, _FLOAT) + _bytes(2, sides)))


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _text(field: int, value: str) -> bytes:
    return _bytes(field, value.encode())


def _bytes(field: int, value: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(value)) + value


def _varint(value: int) -> bytes:
    parts = []
    while value > 0x7F:
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*parts, value])
