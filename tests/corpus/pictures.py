"""Small valid pictures in every format and mode that is read, and seeded damage to them."""

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pillow_heif
from numpy.typing import NDArray
from PIL import Image

QUARTERS = ((200, 40, 30), (40, 160, 60), (30, 60, 190), (230, 220, 120))
# Top left, top right, bottom left, bottom right: four colours that no exchange of channels or
# corners maps to each other, inside the range that 4:2:0, CMYK and palettes keep.

CARD_WIDTH, CARD_HEIGHT = 96, 64
# Quarters of 48x32: whole 16-pixel blocks of JPEG and HEVC, so that colours stay flat inside each
# quarter.


def card(width: int = CARD_WIDTH, height: int = CARD_HEIGHT) -> NDArray[np.uint8]:
    """A test card of four flat quarters: ``(height, width, 3)``, uint8."""
    pixels = np.empty((height, width, 3), np.uint8)
    middle_y, middle_x = height // 2, width // 2
    pixels[:middle_y, :middle_x], pixels[:middle_y, middle_x:] = QUARTERS[0], QUARTERS[1]
    pixels[middle_y:, :middle_x], pixels[middle_y:, middle_x:] = QUARTERS[2], QUARTERS[3]
    return pixels


def _card_image(mode: str = "RGB") -> Image.Image:
    return Image.fromarray(card()).convert(mode)


def _holed(mode: str = "RGBA") -> Image.Image:
    """The card with a transparent square in its middle."""
    image = _card_image("RGBA")
    image.paste((0, 0, 0, 0), (40, 24, 56, 40))
    return image.convert(mode)


def _grey_wide() -> NDArray[np.uint16]:
    """The card's luma in 16 bits."""
    return (np.asarray(_card_image("L")).astype(np.uint32) * 257).astype(np.uint16)


def _save_wide_color(path: Path) -> None:
    wide = (card()[..., ::-1].astype(np.uint32) * 257).astype(np.uint16)
    path.write_bytes(cv2.imencode(path.suffix, wide)[1].tobytes())


def _save_heic(path: Path) -> None:
    pillow_heif.register_heif_opener()
    _card_image().save(path, quality=90)


def _save_animation(path: Path) -> None:
    frames = [_card_image(), Image.new("RGB", (CARD_WIDTH, CARD_HEIGHT), "black")]
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=100)


def _saver(image: Callable[[], Image.Image], **options: Any) -> Callable[[Path], None]:
    def save(path: Path) -> None:
        image().save(path, **options)

    return save


COLOR_PICTURES: dict[str, Callable[[Path], None]] = {
    "plain.jpg": _saver(_card_image, quality=95, subsampling=0),
    "progressive.jpg": _saver(_card_image, quality=95, progressive=True),
    "ink.jpg": _saver(lambda: _card_image("CMYK"), quality=95),
    "plain.png": _saver(_card_image),
    "alpha.png": _saver(_holed),
    "palette.png": _saver(lambda: _card_image("P")),
    "palette_alpha.png": _saver(lambda: _holed().quantize(16)),
    "wide.png": _save_wide_color,
    "lossy.webp": _saver(_card_image, quality=90),
    "alpha.webp": _saver(_holed, lossless=True),
    "moving.webp": _save_animation,
    "plain.avif": _saver(_card_image, quality=90),
    "alpha.avif": _saver(_holed, quality=90),
    "plain.heic": _save_heic,
    "plain.tif": _saver(_card_image),
    "deflate.tif": _saver(_card_image, compression="tiff_adobe_deflate"),
    "jpeg.tif": _saver(_card_image, compression="jpeg", quality=95),
    "ink.tif": _saver(lambda: _card_image("CMYK")),
    "wide.tif": _save_wide_color,
    "plain.bmp": _saver(_card_image),
    "palette.bmp": _saver(lambda: _card_image("P")),
    "plain.gif": _saver(_card_image),
    "moving.gif": _save_animation,
    "plain.jp2": _saver(_card_image),
    "plain.ppm": _saver(_card_image),
    "plain.qoi": _saver(_card_image),
}
"""Pictures of the card in colour, by file name: each function writes one."""

GREY_PICTURES: dict[str, Callable[[Path], None]] = {
    "grey.jpg": _saver(lambda: _card_image("L"), quality=95),
    "grey.png": _saver(lambda: _card_image("L")),
    "grey_alpha.png": _saver(lambda: _holed("LA")),
    "grey_wide.png": _saver(lambda: Image.fromarray(_grey_wide())),
    "grey_wide.tif": _saver(lambda: Image.fromarray(_grey_wide())),
    "grey_wide.pgm": _saver(lambda: Image.fromarray(_grey_wide().astype(np.int32))),
    "integer.tif": _saver(lambda: Image.fromarray(_grey_wide().astype(np.int32))),
    "float.tif": _saver(lambda: Image.fromarray(_grey_wide().astype(np.float32) / 65_535)),
    "grey.bmp": _saver(lambda: _card_image("L")),
}
"""Pictures of the card's luma, by file name."""

BIT_PICTURES: dict[str, Callable[[Path], None]] = {
    "bit.png": _saver(lambda: _card_image("1")),
    "bit.tif": _saver(lambda: _card_image("1"), compression="group4"),
    "bit.bmp": _saver(lambda: _card_image("1")),
}
"""Pictures of black and white dots, by file name."""


def valid_pictures(folder: Path) -> list[Path]:
    """Write one small picture of every format and mode that is read."""
    paths = []
    for name, save in (COLOR_PICTURES | GREY_PICTURES | BIT_PICTURES).items():
        path = folder / name
        save(path)
        paths.append(path)
    return paths


def _flip_bits(data: bytearray, chance: random.Random) -> None:
    for _ in range(chance.randint(1, 16)):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)


def _cut(data: bytearray, chance: random.Random) -> None:
    del data[chance.randrange(len(data)) :]


def _splice(data: bytearray, chance: random.Random) -> None:
    start, target = chance.randrange(len(data)), chance.randrange(len(data))
    piece = data[start : start + chance.randint(1, 64)]
    data[target : target + len(piece)] = piece


def _repeat(data: bytearray, chance: random.Random) -> None:
    start = chance.randrange(len(data))
    piece = data[start : start + chance.randint(4, 256)]
    data[start:start] = piece * chance.randint(1, 4)


def _remove(data: bytearray, chance: random.Random) -> None:
    start = chance.randrange(len(data))
    del data[start : start + chance.randint(1, 64)]


def _edit_number(data: bytearray, chance: random.Random) -> None:
    """Write an extreme number over bytes near the start, where lengths and sizes stand."""
    width = chance.choice((2, 4))
    at = chance.randrange(max(1, min(len(data), 512) - width))
    number = chance.choice((0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFF_FFFF, 0xFFFF_FFFF))
    number &= (1 << 8 * width) - 1
    data[at : at + width] = number.to_bytes(width, chance.choice(("little", "big")))


_DAMAGES = (_flip_bits, _cut, _splice, _repeat, _remove, _edit_number)


def mutated(data: bytes, seed: int) -> bytes:
    """Damage a file in one to three ways; the same seed damages alike.

    Args:
        data: A file of any kind, at least one byte.
        seed: Chooses the damage.
    """
    chance = random.Random(seed)  # noqa: S311  damage needs repeating, not secrecy
    damaged = bytearray(data)
    for _ in range(chance.randint(1, 3)):
        if damaged:
            chance.choice(_DAMAGES)(damaged, chance)
    return bytes(damaged)
