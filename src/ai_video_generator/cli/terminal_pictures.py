"""Small pictures as terminals take them: kitty's graphics protocol, and sixel."""

import base64
import zlib
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]

_CHUNK_LETTERS = 4096
# The most of a payload in one escape code (https://sw.kovidgoyal.net/kitty/graphics-protocol/).

_IMAGE = 0x61697667
# "aivg": an image in a terminal is called by a number that other programs do not happen to use.

_COLOURS = 64
# Sixel terminals promise 256 at most; a rough preview in 64 takes a quarter of the bytes.

_BAND_ROWS, _FIRST_LETTER = 6, 63
# A letter of sixel is six pixels, one above the other, from "?" on (DEC VT330/VT340 manual).
_SHORTEST_RUN = 4
# "!4?" is shorter than four letters; "!3?" is not.


def kitty_picture(rgb: Pixels, *, columns: int, rows: int) -> str:
    """What draws a picture at the cursor, which stays where it is.

    Args:
        rgb: ``(height, width, 3)``, uint8.
        columns: Cells that it is as wide as.
        rows: Cells that it is as high as.
    """
    height, width = rgb.shape[:2]
    data = base64.b64encode(zlib.compress(np.ascontiguousarray(rgb).tobytes())).decode()
    keys = f"a=T,f=24,o=z,s={width},v={height},{_placed(columns, rows)},"
    chunks = [data[at : at + _CHUNK_LETTERS] for at in range(0, len(data), _CHUNK_LETTERS)]
    return "".join(
        f"\x1b_G{keys if number == 0 else ''}q=2,m={int(number < len(chunks) - 1)};{chunk}\x1b\\"
        for number, chunk in enumerate(chunks)
    )


def kitty_again(*, columns: int, rows: int) -> str:
    """What puts the picture that was drawn last at the cursor, and takes it from where it was."""
    return f"\x1b_Ga=p,{_placed(columns, rows)},q=2\x1b\\"


def kitty_gone() -> str:
    """What takes the picture away and frees its memory."""
    return f"\x1b_Ga=d,d=I,i={_IMAGE},q=2\x1b\\"


def _placed(columns: int, rows: int) -> str:
    return f"i={_IMAGE},p=1,c={columns},r={rows},C=1"


def sixel_picture(rgb: Pixels) -> str:
    """What draws a picture at the cursor, pixel by pixel, in 64 colours.

    Args:
        rgb: ``(height, width, 3)``, uint8.
    """
    from PIL import Image

    few = Image.fromarray(rgb).quantize(_COLOURS, dither=Image.Dither.FLOYDSTEINBERG)
    indexes = np.asarray(few)
    palette = np.asarray(few.getpalette() or [], np.uint8).reshape(-1, 3)
    height, width = indexes.shape
    colours = "".join(
        f"#{number};2;{_percent(red)};{_percent(green)};{_percent(blue)}"
        for number, (red, green, blue) in enumerate(palette)
    )
    bands = "-".join(
        "$".join(_band(indexes[top : top + _BAND_ROWS])) for top in range(0, height, _BAND_ROWS)
    )
    return f'\x1bP0;1q"1;1;{width};{height}{colours}{bands}\x1b\\'


def _percent(level: np.uint8) -> int:
    return round(int(level) / 255 * 100)


def _band(indexes: NDArray[np.uint8]) -> Iterator[str]:
    """Up to six rows, one colour after another."""
    weights = (1 << np.arange(len(indexes)))[:, None]
    for colour in np.unique(indexes):
        letters = ((indexes == colour) * weights).sum(0) + _FIRST_LETTER
        yield f"#{colour}{_in_runs(letters)}"


def _in_runs(letters: NDArray[np.int64]) -> str:
    ends = np.flatnonzero(np.append(np.diff(letters) != 0, True))
    counts = np.diff(ends, prepend=-1)
    return "".join(
        f"!{count}{chr(letter)}" if count >= _SHORTEST_RUN else chr(letter) * count
        for letter, count in zip(letters[ends].tolist(), counts.tolist(), strict=True)
    )
