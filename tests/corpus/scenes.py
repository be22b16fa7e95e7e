"""Pictures to be looked at: the bundled photos, alone and put together, and drawings."""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

Rgb = NDArray[np.uint8]

ASSETS = Path(__file__).parents[2] / "assets"
FACE_X, FACE_Y, FACE_WIDTH = 0.44, 0.24, 0.21
# Where the face of the portrait is, by eye, in shares of the portrait.


def portrait() -> Rgb:
    """A woman's face before a flag and a rocket, 512x512."""
    return np.asarray(Image.open(ASSETS / "demo_portrait.jpg").convert("RGB"))


def meadow(width: int = 2560, height: int = 1440) -> Rgb:
    """Dandelions; no face, writing or horizon."""
    photo = np.asarray(Image.open(ASSETS / "demo.jpg").convert("RGB"))
    way = cv2.INTER_AREA if width < photo.shape[1] else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(photo, (width, height), interpolation=way), np.uint8)


def with_face(scene: Rgb, *, left: int, top: int, face_px: float) -> tuple[float, float]:
    """Lay the portrait into a scene so that its face is so wide; the face's middle, in pixels."""
    side = round(face_px / FACE_WIDTH)
    way = cv2.INTER_AREA if side < 512 else cv2.INTER_CUBIC
    scene[top : top + side, left : left + side] = cv2.resize(
        portrait(), (side, side), interpolation=way
    )
    return left + FACE_X * side, top + FACE_Y * side


def sea(angle_deg: float, *, width: int = 768, height: int = 512, line_y: float = 0.45) -> Rgb:
    """A pale sky over dark, choppy water, its line sloping down to the right by an angle."""
    random = np.random.default_rng(0)
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    line = line_y * height + np.tan(np.radians(angle_deg)) * (columns - (width - 1) / 2)
    water = np.clip(rows - line + 0.5, 0, 1)[..., None]
    sky = np.array([190, 210, 235]) - 20 * (rows / height)[..., None]
    grain = cv2.GaussianBlur(random.normal(0, 60, (height, width)), (0, 0), 2)[..., None]
    waves = np.array([40, 70, 90]) + grain
    picture = sky * (1 - water) + waves * water + random.normal(0, 1.5, (height, width, 1))
    return np.asarray(np.clip(picture, 0, 255), np.uint8)


def page(line_count: int, *, size_px: int = 40) -> Rgb:
    """Lines of black print on paper, 1920x1080."""
    image = Image.new("RGB", (1920, 1080), (240, 240, 235))
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(size_px)
    for line in range(line_count):
        place = (200, 80 + line * size_px * 1.3)
        draw.text(place, "The quick brown fox jumps over it", font=font, fill=(20, 20, 30))
    return np.asarray(image)


def titled(scene: Rgb, text: str, *, left: int, top: int, size_px: int) -> Rgb:
    """A scene with a white title."""
    image = Image.fromarray(scene)
    ImageDraw.Draw(image).text(
        (left, top), text, font=ImageFont.load_default(size_px), fill="white"
    )
    return np.asarray(image)


def written(scene: Rgb, text: str, *, left: int, top: int) -> Rgb:
    """A scene with a line of dark print of the size of a menu on a large screen."""
    image = Image.fromarray(scene)
    font = ImageFont.load_default(36)
    ImageDraw.Draw(image).text((left, top), text, font=font, fill=(20, 20, 30))
    return np.asarray(image)
