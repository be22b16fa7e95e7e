"""From any pixels of a picture file to 8-bit sRGB, a band of rows at a time: little memory."""

import io
import logging
from collections.abc import Callable, Iterator
from math import ceil

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

from ai_video_generator.media.resolution import Resolution

Pixels = NDArray[np.uint8]

_log = logging.getLogger(__name__)

_BAND_PIXEL_COUNT = 1 << 20
# A band of this many source pixels takes 4 MB in Pillow and 3 MB as an array: it stays in the cache
# of a processor core.

_WHITE, _DARK = 255, 24
# The two backgrounds for transparent pictures: paper, and the dark grey of a video player's
# surround.

_INDISTINCT = 64
# Levels of luma (of 255) within which content is lost on its background: a contrast ratio below 1.8
# against white.

_SAME_COLOR = 2
# Levels: sRGB profiles of different makers differ by rounding of their curves, by at most two.

_INTEGER_WHITE = 65_535.0
_FLOAT_WHITES = (1.0, 255.0, _INTEGER_WHITE)
# Where software that saves wide pixels puts white: 16-bit integers in an "I" picture; 0..1, 8-bit
# or 16-bit levels in "F".

_PROFILE_MODES = {"RGB": "RGB", "GRAY": "L", "CMYK": "CMYK"}
# Colour spaces of ICC profiles (ICC.1:2010, table 19) and the Pillow mode that a transform from
# them reads.


def srgb_pixels(image: Image.Image, size: Resolution) -> Pixels:
    """Convert a loaded picture to opaque sRGB, averaging whole blocks of pixels on the way.

    Args:
        image: Any mode; its pixels are loaded.
        size: The result is needed only so large; it is less than twice as large in one side.

    Returns:
        ``(height, width, 3)``, uint8, 0..255, C-contiguous.
    """
    factor = max(1, min(image.width // size.width_px, image.height // size.height_px))
    plain = _plain_mode(image)
    levels = _levels(image)
    to_srgb = _color_transform(image, plain)
    height, width = ceil(image.height / factor), ceil(image.width / factor)
    transparent = plain in ("LA", "RGBA")
    pixels = np.empty((height, width, 4 if transparent else 3), np.uint8)
    row = 0
    for band in _bands(image, factor):
        plain_band = _scaled_to_bytes(band, *levels) if levels else band
        if plain_band.mode != plain:
            plain_band = plain_band.convert(plain)
        if factor > 1:
            plain_band = plain_band.reduce(factor)
        pixels[row : row + plain_band.height] = np.asarray(to_srgb(plain_band))
        row += plain_band.height
    return _composited(pixels) if transparent else pixels


def reduced(pixels: Pixels, size: Resolution) -> Pixels:
    """Reduce a picture by averaging areas.

    Args:
        pixels: ``(height, width, 3)``, uint8.
        size: Size of the result, not larger than the picture.
    """
    if pixels.shape[:2] == (size.height_px, size.width_px):
        return pixels
    box = (size.width_px, size.height_px)
    return np.asarray(cv2.resize(pixels, box, interpolation=cv2.INTER_AREA), np.uint8)


def turned(pixels: Pixels, orientation: int) -> Pixels:
    """Turn stored pixels upright.

    Args:
        pixels: ``(height, width, 3)``, uint8.
        orientation: EXIF tag 274 (CIPA DC-008, 4.6.4): 1 to 8; anything else counts as 1, upright.
    """
    turns: dict[int, Callable[[Pixels], cv2.typing.MatLike]] = {
        2: lambda stored: cv2.flip(stored, 1),
        3: lambda stored: cv2.rotate(stored, cv2.ROTATE_180),
        4: lambda stored: cv2.flip(stored, 0),
        5: cv2.transpose,
        6: lambda stored: cv2.rotate(stored, cv2.ROTATE_90_CLOCKWISE),
        7: lambda stored: cv2.rotate(cv2.transpose(stored), cv2.ROTATE_180),
        8: lambda stored: cv2.rotate(stored, cv2.ROTATE_90_COUNTERCLOCKWISE),
    }
    if orientation not in turns:
        return pixels
    return np.asarray(turns[orientation](pixels), np.uint8)


def _bands(image: Image.Image, factor: int) -> Iterator[Image.Image]:
    """Cut a picture into bands of rows, each (but the last) a multiple of ``factor`` rows high."""
    rows = max(1, _BAND_PIXEL_COUNT // (image.width * factor)) * factor
    for top in range(0, image.height, rows):
        yield image.crop((0, top, image.width, min(top + rows, image.height)))


def _plain_mode(image: Image.Image) -> str:
    """Pillow's 8-bit mode that holds all that a picture shows."""
    if _is_wide(image):
        return "L"
    if image.has_transparency_data:
        return "LA" if image.mode in ("1", "L", "LA", "La") else "RGBA"
    if image.mode in ("1", "L"):
        return "L"
    return image.mode if image.mode in ("CMYK", "LAB") else "RGB"


def _is_wide(image: Image.Image) -> bool:
    return image.mode.startswith("I") or image.mode == "F"


def _levels(image: Image.Image) -> tuple[float, float] | None:
    """The values that are black and white in a picture of wide pixels, None in one of bytes.

    White is the smallest usual white that no pixel exceeds; a picture beyond all of them, or with
    negative values, is stretched from its darkest to its brightest pixel.
    """
    if not _is_wide(image):
        return None
    if image.mode.startswith("I;16"):
        return 0.0, _INTEGER_WHITE
    low, high = np.inf, -np.inf
    for band in _bands(image, 1):
        values = np.asarray(band)
        finite = values[np.isfinite(values)]
        if finite.size:
            low, high = min(low, float(finite.min())), max(high, float(finite.max()))
    whites = (_INTEGER_WHITE,) if image.mode == "I" else _FLOAT_WHITES
    if low >= 0:
        for white in whites:
            if high <= white:
                return 0.0, white
    return (low, high) if high > low else (0.0, 1.0)


def _scaled_to_bytes(band: Image.Image, black: float, white: float) -> Image.Image:
    """Map black..white to 0..255; NaN becomes black."""
    values = np.asarray(band).astype(np.float64)
    scaled = (values - black) * (255.0 / (white - black)) + 0.5
    bounded = np.clip(np.nan_to_num(scaled, nan=0.0), 0.0, 255.0)
    return Image.fromarray(bounded.astype(np.uint8))


def _color_transform(image: Image.Image, plain: str) -> Callable[[Image.Image], Image.Image]:
    """How a band of mode ``plain`` becomes an sRGB band, RGB or RGBA."""
    transparent = plain in ("LA", "RGBA")
    color_mode = {"LA": "L", "RGBA": "RGB"}.get(plain, plain)
    source_mode, transform = _profile_transform(image, color_mode)

    def to_srgb(band: Image.Image) -> Image.Image:
        if transform is None:
            wanted = "RGBA" if transparent else "RGB"
            return band if band.mode == wanted else band.convert(wanted)
        color = band if band.mode == source_mode else band.convert(source_mode)
        converted = ImageCms.applyTransform(color, transform)
        if converted is None:
            return band
        if transparent:
            converted.putalpha(band.getchannel("A"))
        return converted

    return to_srgb


def _profile_transform(
    image: Image.Image, color_mode: str
) -> tuple[str, ImageCms.ImageCmsTransform | None]:
    """The mode that a picture's transform to sRGB reads, and the transform; None when not needed.

    A profile that is broken, or made for another kind of picture, is ignored with a line in the
    log.
    """
    data = image.info.get("icc_profile")
    if color_mode == "LAB":
        lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
        return color_mode, _transform(lab, "LAB")
    if not data:
        return color_mode, None
    try:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(data))
        space = profile.profile.xcolor_space.strip()
        source_mode = _PROFILE_MODES.get(space)
        fits = source_mode == color_mode or (source_mode, color_mode) == ("RGB", "L")
        if source_mode is None or not fits:
            _log.warning("a %s profile in a %s picture is ignored", space, image.mode)
            return color_mode, None
        transform = _transform(profile, source_mode)
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError) as error:
        _log.warning("a broken colour profile is ignored: %s", error)
        return color_mode, None
    if source_mode == "RGB" and _changes_nothing(transform):
        return color_mode, None
    return source_mode, transform


def _transform(profile: ImageCms.ImageCmsProfile, mode: str) -> ImageCms.ImageCmsTransform:
    # Black point compensation keeps the shadows that a plain relative transform from ink would
    # crush.
    return ImageCms.buildTransform(
        profile,
        ImageCms.createProfile("sRGB"),
        mode,
        "RGB",
        renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
        flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
    )


def _changes_nothing(transform: ImageCms.ImageCmsTransform) -> bool:
    """Whether a transform leaves a 16-step cube of colours as it is, within rounding."""
    steps = np.arange(0, 256, 17, dtype=np.uint8)
    cube = np.stack(np.meshgrid(steps, steps, steps), -1).reshape(64, 64, 3)
    converted = ImageCms.applyTransform(Image.fromarray(cube), transform)
    difference = np.abs(np.asarray(converted).astype(np.int16) - cube)
    return int(difference.max()) <= _SAME_COLOR


def _composited(pixels: Pixels) -> Pixels:
    """Lay a transparent picture on white, or on dark grey if more of it would be lost on white.

    Args:
        pixels: ``(height, width, 4)``, uint8, colour not multiplied by alpha.

    Returns:
        ``(height, width, 3)``, uint8.
    """
    opaque = np.empty((*pixels.shape[:2], 3), np.uint8)
    rows = max(1, _BAND_PIXEL_COUNT // pixels.shape[1])
    bands = [slice(top, top + rows) for top in range(0, len(pixels), rows)]
    weight = np.zeros(256)
    for band in bands:
        luma = cv2.cvtColor(pixels[band], cv2.COLOR_RGBA2GRAY)
        weight += np.bincount(luma.ravel(), pixels[band, :, 3].ravel(), minlength=256)
    lost_on_white = weight[_WHITE - _INDISTINCT :].sum()
    lost_on_dark = weight[: _DARK + _INDISTINCT].sum()
    background = _WHITE if lost_on_white <= lost_on_dark else _DARK
    for band in bands:
        alpha = pixels[band, :, 3:].astype(np.uint16)
        mixed = pixels[band, :, :3] * alpha + background * (255 - alpha) + 127
        opaque[band] = mixed // 255
    return opaque
