"""Still pictures from files: every oddity of picture files ends here.

Pillow decodes, from an allowed list of formats that it reads by itself (never through another
program). Its size limit and Python's warning filters belong to the whole process, so one picture is
decoded at a time.
"""

import logging
import stat
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from ai_video_generator.errors import ImageUnreadableError
from ai_video_generator.media.image_pixels import Pixels, reduced, srgb_pixels, turned
from ai_video_generator.media.picture import Picture, PictureInfo
from ai_video_generator.media.resolution import Resolution

MAX_PIXEL_COUNT = 300_000_000
# Twice the largest photographic sensor (150 megapixels); as 8-bit RGB in Pillow it takes 1.2 GB.

MAX_PICTURE_SIDE_PX = 65_535
# The largest side that a JPEG header can state.

_FORMATS = (
    "AVIF",
    "BMP",
    "DIB",
    "GIF",
    "JPEG",
    "JPEG2000",
    "PNG",
    "PPM",
    "QOI",
    "TIFF",
    "WEBP",
)
_FORMAT_HINT = "use a JPEG, PNG, WebP, AVIF, HEIC, TIFF, BMP or GIF picture"

_ORIENTATION_TAG = 274
_SIDEWAYS = 5
# EXIF orientations from 5 to 8 exchange width and height (CIPA DC-008, 4.6.4).

_HEAD_BYTES = 16
_SIGNATURES: tuple[tuple[int, bytes, str], ...] = (
    (0, b"ID3", "an MP3 sound"),
    (0, b"\xff\xfb", "an MP3 sound"),
    (8, b"WAVE", "a WAV sound"),
    (8, b"AVI ", "an AVI video"),
    (0, b"fLaC", "a FLAC sound"),
    (0, b"OggS", "an Ogg sound or video"),
    (0, b"\x1aE\xdf\xa3", "a Matroska or WebM video"),
    (8, b"M4A", "an M4A sound"),
    (8, b"crx", "a Canon raw photo"),
    (8, b"heic", "a HEIC picture"),
    (8, b"mif1", "a HEIC picture"),
    (8, b"avif", "an AVIF picture"),
    (4, b"ftyp", "an MP4 or QuickTime video"),
    (0, b"%PDF", "a PDF document"),
    (0, b"%!PS", "a PostScript drawing"),
    (0, b"<svg", "an SVG drawing"),
    (0, b"<?xml", "an SVG drawing or another XML text"),
    (0, b"<!DOCTYPE", "a web page"),
    (0, b"<html", "a web page"),
    (0, b"PK\x03\x04", "a ZIP archive or an office document"),
    (0, b"8BPS", "a Photoshop document"),
    (0, b"\xff\xd8\xff", "a JPEG picture"),
    (0, b"\x89PNG", "a PNG picture"),
    (0, b"GIF8", "a GIF picture"),
    (8, b"WEBP", "a WebP picture"),
    (0, b"BM", "a BMP picture"),
    (0, b"II*\0", "a TIFF picture"),
    (0, b"MM\0*", "a TIFF picture"),
)
# First bytes that tell people what they gave; the more special before the more general.

_log = logging.getLogger(__name__)
_pillow_state = threading.Lock()


def picture_info(path: Path) -> PictureInfo:
    """Read the facts of a picture from its header, without decoding pixels.

    Raises:
        ImageUnreadableError: When it is no picture that can be read, or larger than
            `MAX_PIXEL_COUNT` or `MAX_PICTURE_SIDE_PX`.
    """
    with _opened(path) as image:
        return _info(path, image)


def read_picture(path: Path, *, needed: Resolution | None = None) -> Picture:
    """Read a picture upright, opaque and in sRGB.

    Transparent pictures are laid on white, or on dark grey where more of what they show would be
    lost on white. Colours follow the embedded ICC profile; without one they are taken as sRGB.
    Pixels wider than a byte are scaled, not cut. Of several pictures in one file the first counts.

    Args:
        path: The file.
        needed: The picture is wanted only so large: it is reduced to the smallest size of its own
            shape that covers this one. Never enlarged.

    Raises:
        ImageUnreadableError: When it is no picture that can be read, is damaged, or is larger than
            `MAX_PIXEL_COUNT` or `MAX_PICTURE_SIDE_PX`.
    """
    info, orientation, pixels = _stored_pixels(path, needed)
    size = _stored_size(info, orientation, needed)
    return Picture(info=info, rgb=turned(reduced(pixels, size), orientation))


def _stored_pixels(path: Path, needed: Resolution | None) -> tuple[PictureInfo, int, Pixels]:
    """Decode into sRGB, not turned yet, reduced only by whole steps.

    A function of its own, so that Pillow's pixels are freed before the next step takes memory.
    """
    with _opened(path) as image:
        info = _info(path, image)
        orientation = _orientation(image)
        size = _stored_size(info, orientation, needed)
        if image.format in ("JPEG", "MPO"):
            # Draft mode decodes at 1/2, 1/4 or 1/8 of the size, never below what is asked, in as
            # much less memory.
            image.draft(None, (size.width_px, size.height_px))
        image.load()
        return info, orientation, srgb_pixels(image, size)


def _stored_size(info: PictureInfo, orientation: int, needed: Resolution | None) -> Resolution:
    """The size to reduce to, before the picture is turned."""
    size = _covering(info.size, needed) if needed else info.size
    return _exchanged(size) if orientation >= _SIDEWAYS else size


@contextmanager
def _opened(path: Path) -> Iterator[Image.Image]:
    """Open a picture of bearable size; whatever goes wrong inside becomes our error."""
    head = _head(path)
    with _pillow_state, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        limit = Image.MAX_IMAGE_PIXELS
        Image.MAX_IMAGE_PIXELS = None
        try:
            with Image.open(path, formats=_formats(head)) as image:
                _check_size(path, image)
                yield image
        except ImageUnreadableError:
            raise
        except Exception as error:
            # Decoders raise any class on damaged files, SyntaxError included.
            raise _translated(path, head, error) from error
        finally:
            Image.MAX_IMAGE_PIXELS = limit


def _head(path: Path) -> bytes:
    """The first bytes of a regular, readable, non-empty file."""
    name = repr(str(path))
    try:
        kind = path.stat().st_mode
        if stat.S_ISDIR(kind):
            raise ImageUnreadableError(
                f"{name} is a folder, not a picture", hint="name a picture file in it"
            )
        if not stat.S_ISREG(kind):
            raise ImageUnreadableError(
                f"{name} is not a regular file", hint="save the picture as a file first"
            )
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
    except FileNotFoundError as error:
        raise ImageUnreadableError(
            f"there is no picture {name}", hint="check the name and the folder"
        ) from error
    except PermissionError as error:
        raise ImageUnreadableError(
            f"{name} may not be read", hint="ask for permission to read it, or copy it"
        ) from error
    except (OSError, ValueError) as error:
        if isinstance(error, ImageUnreadableError):
            raise
        raise ImageUnreadableError(
            f"{name} cannot be opened: {error}", hint="check the name and the disk"
        ) from error
    if not head:
        raise ImageUnreadableError(f"{name} is empty", hint="copy or download the picture again")
    return head


def _formats(head: bytes) -> tuple[str, ...]:
    """The formats to try; HEIC is learnt only when a file of its family comes."""
    if head[4:8] != b"ftyp":
        return _FORMATS
    import pillow_heif

    pillow_heif.register_heif_opener()
    return (*_FORMATS, "HEIF")


def _check_size(path: Path, image: Image.Image) -> None:
    if max(image.size) > MAX_PICTURE_SIDE_PX or image.width * image.height > MAX_PIXEL_COUNT:
        raise ImageUnreadableError(
            f"{str(path)!r} claims to be {image.width}x{image.height} pixels; at most "
            f"{MAX_PIXEL_COUNT // 10**6} megapixels and {MAX_PICTURE_SIDE_PX} a side are read",
            hint="save it smaller with a picture editor",
        )


def _info(path: Path, image: Image.Image) -> PictureInfo:
    stored = Resolution(*image.size)
    return PictureInfo(
        path=path,
        file_format=image.format or "",
        size=_exchanged(stored) if _orientation(image) >= _SIDEWAYS else stored,
        mode=image.mode,
        has_profile=bool(image.info.get("icc_profile")),
    )


def _orientation(image: Image.Image) -> int:
    """The EXIF turn that is still to be made, 1 to 8; a damaged EXIF block counts as none.

    Pillow turns TIFF by itself while loading, and HEIC comes upright.
    """
    block = image.info.get("exif")
    if image.format == "TIFF" or not block:
        return 1
    exif = Image.Exif()
    try:
        exif.load(block)
        orientation = exif.get(_ORIENTATION_TAG, 1)
    except Exception as error:  # noqa: BLE001  the parser raises any class on damaged blocks
        _log.warning("a damaged EXIF block is ignored: %s", error)
        return 1
    return orientation if isinstance(orientation, int) and 1 <= orientation <= 8 else 1  # noqa: PLR2004  EXIF's range


def _exchanged(size: Resolution) -> Resolution:
    return Resolution(size.height_px, size.width_px)


def _covering(size: Resolution, needed: Resolution) -> Resolution:
    """The smallest size of the shape of ``size`` that covers ``needed``; never a larger one."""
    width, height = size.width_px, size.height_px
    if width <= needed.width_px or height <= needed.height_px:
        return size
    if needed.width_px * height >= needed.height_px * width:
        return Resolution(needed.width_px, -(-height * needed.width_px // width))
    return Resolution(-(-width * needed.height_px // height), needed.height_px)


def _translated(path: Path, head: bytes, error: Exception) -> ImageUnreadableError:
    name = repr(str(path))
    if isinstance(error, MemoryError):
        return ImageUnreadableError(
            f"{name} needs more memory than is free", hint="save it smaller with a picture editor"
        )
    found = next((what for at, sign, what in _SIGNATURES if head[at : at + len(sign)] == sign), "")
    if not isinstance(error, UnidentifiedImageError):
        return ImageUnreadableError(
            f"{name} is damaged: {error}", hint="copy or download the picture again"
        )
    if found.endswith("picture"):
        return ImageUnreadableError(
            f"{name} is damaged: it begins like {found}, but its header cannot be read",
            hint="copy or download the picture again",
        )
    begins = f" (it begins like {found})" if found else ""
    return ImageUnreadableError(
        f"{name} is not a picture that can be read{begins}", hint=_FORMAT_HINT
    )
