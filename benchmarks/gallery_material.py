"""The photos, sounds and words of the gallery: where each comes from, and how it is made ready.

Photos come from the Debian package lomiri-wallpapers-16.04 and from the folder ``skimage/data`` of
scikit-image 0.26, sounds from the Debian package sonic-pi-samples, and the voice from espeak-ng.
Only what is in the public domain, CC0 or CC-BY is taken.
"""

import subprocess
import wave
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont, ImageOps

from ai_video_generator.media.image_file import read_picture
from benchmarks.common import ROOT

WALLPAPERS = Path("/usr/share/backgrounds")
LOOPS = Path("/usr/share/sonic-pi/samples")
LONGEST_PX = 3000
# Enough for a close-up of a 720p film, and quick to read.
QUALITY = 92
_RATE_HZ = 44100
_FADE_S = 0.4

_DEBIAN, _SKIMAGE, _OWN = "lomiri-wallpapers-16.04", "scikit-image 0.26", "made by the benchmark"
_BY, _CC0, _FREE, _OURS = "CC-BY-4.0", "CC0-1.0", "public domain", "as this program"


@dataclass(frozen=True, slots=True, kw_only=True)
class Photo:
    """A picture of the gallery.

    Attributes:
        file: Name of the file it comes from; empty for one that is drawn.
        author: Who made it.
        licence: Under which licence, SPDX where there is one.
        package: Where the file is found.
        changes: What is done to it before it is filmed.
    """

    file: str
    author: str
    licence: str
    package: str
    changes: str = "scaled"


PHOTOS: dict[str, Photo] = {
    "dandelions": Photo(
        file="seeding_by_Clements_Engelhardt.jpg",
        author="Clemens Engelhardt, 2018",
        licence=_CC0,
        package=_DEBIAN,
    ),
    "mountains": Photo(
        file="picosdeeuropa_by_Aitzol_Berasategi.jpg",
        author="Aitzol Berasategi, 2018",
        licence=_BY,
        package=_DEBIAN,
    ),
    "sunset": Photo(
        file="sunset_by_Aitzol_Berasategi.jpg",
        author="Aitzol Berasategi, 2018",
        licence=_BY,
        package=_DEBIAN,
    ),
    "stream": Photo(
        file="life_by_Aitzol_Berasategi.jpg",
        author="Aitzol Berasategi, 2018",
        licence=_BY,
        package=_DEBIAN,
    ),
    "dogs": Photo(
        file="friends_by_Aitzol_Berasategi.jpg",
        author="Aitzol Berasategi, 2018",
        licence=_BY,
        package=_DEBIAN,
    ),
    "fig": Photo(
        file="Picture_0B_by_freespace.jpg",
        author='Trevor "Freespace", 2018',
        licence=_BY,
        package=_DEBIAN,
    ),
    "cover": Photo(
        file="umang_by_Abhishek_Mudgal.jpg",
        author="Abhishek Mudgal, 2018",
        licence=_BY,
        package=_DEBIAN,
        changes="scaled, cropped to a square",
    ),
    "sky": Photo(
        file="sunset_by_Aitzol_Berasategi.jpg",
        author="Aitzol Berasategi, 2018",
        licence=_BY,
        package=_DEBIAN,
        changes="the empty upper left of it, scaled",
    ),
    "portrait": Photo(
        file="astronaut.png", author="NASA (Eileen Collins)", licence=_FREE, package=_SKIMAGE
    ),
    "group": Photo(
        file="astronaut.png",
        author="NASA (Eileen Collins)",
        licence=_FREE,
        package=_SKIMAGE,
        changes="one woman three times side by side, mirrored and tinted: no photo of a group",
    ),
    "cat": Photo(file="chelsea.png", author="Stefan van der Walt", licence=_CC0, package=_SKIMAGE),
    "coffee": Photo(file="coffee.png", author="Rachel Michetti", licence=_CC0, package=_SKIMAGE),
    "rocket": Photo(file="rocket.jpg", author="SpaceX", licence=_FREE, package=_SKIMAGE),
    "poster": Photo(file="", author="this program's authors", licence=_OURS, package=_OWN),
}
"""All pictures by name."""

SPOKEN = (
    "In nineteen ninety nine, Eileen Collins became the first woman to command a space shuttle. "
    "Before that she had flown twice as its pilot, to a station that is no longer there. "
    "Behind her hangs a flag, and beside it stands a model of the ship. The helmet is on her lap."
)
"""What the narrator says."""

SOUNDS: dict[str, str] = {
    "seed heads": "assets/demo.mp3, its first part (CC0)",
    "safari": "sonic-pi-samples, loop_safari, 2015 nemaavla (CC0), repeated",
    "compus": "sonic-pi-samples, loop_compus, 2013 godspine (CC0), repeated",
    "amen": "sonic-pi-samples, loop_amen_full, 2013 gowers (CC0), repeated",
    "garzul": "sonic-pi-samples, loop_garzul, 2014 Garzul (CC0), repeated",
    "mika": "sonic-pi-samples, loop_mika, 2013 mika55 (CC0), repeated",
    "choir": "sonic-pi-samples, ambi_choir, 2013 Exsomniel (CC0), repeated",
    "glass": "sonic-pi-samples, ambi_glass_rub, 2013 ani_music (CC0), repeated",
    "narration": "espeak-ng reads two lines about the astronaut",
}
"""All sounds by name, with their sources."""

_LOOP_FILES = {
    "safari": "loop_safari",
    "compus": "loop_compus",
    "amen": "loop_amen_full",
    "garzul": "loop_garzul",
    "mika": "loop_mika",
    "choir": "ambi_choir",
    "glass": "ambi_glass_rub",
}


def make_picture(name: str, folder: Path, samples: Path) -> Path:
    """Write a picture of the gallery.

    Args:
        name: Its name in `PHOTOS`.
        folder: Where it goes.
        samples: The folder ``skimage/data`` of scikit-image.

    Returns:
        The file, a JPEG.
    """
    photo = PHOTOS[name]
    if photo.file:
        source = (WALLPAPERS if photo.package == _DEBIAN else samples) / photo.file
        # As the program reads it: upright, in sRGB.
        picture = Image.fromarray(np.asarray(read_picture(source).rgb, np.uint8))
    else:
        picture = Image.new("RGB", (1, 1))
    if name in _CHANGES:
        picture = _CHANGES[name](picture)
    picture.thumbnail((LONGEST_PX, LONGEST_PX), Image.Resampling.LANCZOS)
    path = folder / f"{name}.jpg"
    picture.save(path, quality=QUALITY)
    return path


def _square(picture: Image.Image) -> Image.Image:
    side = min(picture.size)
    return ImageOps.fit(picture, (side, side))


def _upper_left(picture: Image.Image) -> Image.Image:
    """A part in which there is nothing to see."""
    width, height = picture.size
    return picture.crop((0, 0, width // 3, height // 4))


def _three_of_her(picture: Image.Image) -> Image.Image:
    """The portrait three times, at three sizes and in three tints."""
    width, height = 640, 1080
    wide = Image.new("RGB", (3 * width, height))
    tints = ((255, 255, 255), (255, 236, 214), (218, 232, 255))
    for place, (share, tint) in enumerate(zip((0.92, 0.8, 0.7), tints, strict=True)):
        tall = round(512 * share)
        broad = round(tall * width / height)
        left = min(max(0, 225 - broad // 2), 512 - broad)
        part = picture.crop((left, 0, left + broad, tall)).resize((width, height))
        if place == 1:
            part = ImageOps.mirror(part)
        whole = np.asarray(part, np.float32) * np.array(tint, np.float32) / 255
        wide.paste(Image.fromarray(whole.astype(np.uint8)), (place * width, 0))
    return wide


def _poster(_: Image.Image) -> Image.Image:
    """A concert poster: large and small writing up to near the edges."""
    width, height = 1600, 2260
    down = np.linspace(0, 1, height)[:, None, None]
    top, bottom = np.array((244, 238, 222)), np.array((233, 213, 178))
    ground = np.broadcast_to(top * (1 - down) + bottom * down, (height, width, 3))
    grain = np.random.default_rng(0).normal(0, 3, (height, width, 1))
    poster = Image.fromarray(np.clip(ground + grain, 0, 255).astype(np.uint8))
    draw = ImageDraw.Draw(poster)
    lines = (
        ("SEED HEADS", 190, 120, (34, 40, 49)),
        ("an evening of slow music", 84, 420, (150, 62, 40)),
        ("with the Meadow Quartet", 84, 550, (34, 40, 49)),
        ("SATURDAY 14 JUNE", 120, 1230, (34, 40, 49)),
        ("doors at seven, first song at eight", 74, 1420, (34, 40, 49)),
        ("The Old Boathouse, Quay Street 9", 74, 1560, (34, 40, 49)),
        ("Tickets at the door: 12, students 6", 74, 1700, (150, 62, 40)),
        ("Bring a blanket. There is no roof.", 74, 2080, (34, 40, 49)),
    )
    for text, size, y, color in lines:
        draw.text((120, y), text, font=ImageFont.load_default(size), fill=color)
    draw.line((120, 1120, width - 120, 1120), fill=(150, 62, 40), width=8)
    for index in range(9):
        x = 190 + index * 150
        draw.line((x, 1080, x, 860 - 40 * (index % 3)), fill=(34, 40, 49), width=5)
        center = 830 - 40 * (index % 3)
        draw.ellipse((x - 42, center - 42, x + 42, center + 42), fill=(120, 140, 110))
    return poster


_CHANGES: Mapping[str, Callable[[Image.Image], Image.Image]] = {
    "cover": _square,
    "sky": _upper_left,
    "group": _three_of_her,
    "poster": _poster,
}


def make_sound(name: str, seconds: float, folder: Path) -> Path:
    """Write a sound of the gallery as a WAV file.

    Args:
        name: Its name in `SOUNDS`.
        seconds: Length; the narration is as long as it takes.
        folder: Where it goes.
    """
    path = folder / f"{name.replace(' ', '_')}_{seconds:g}.wav"
    if name == "narration":
        subprocess.run(["espeak-ng", "-s", "150", "-w", str(path), SPOKEN], check=True)
        return path
    source = ROOT / "assets" / "demo.mp3"
    if name in _LOOP_FILES:
        source = LOOPS / f"{_LOOP_FILES[name]}.flac"
    samples = _decoded(source)
    count = round(seconds * _RATE_HZ)
    repeats = -(-count // len(samples))
    whole = np.tile(samples, (repeats, 1))[:count]
    fade = round(_FADE_S * _RATE_HZ)
    whole[-fade:] *= np.linspace(1, 0, fade)[:, None]
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(_RATE_HZ)
        file.writeframes(np.asarray(np.clip(whole, -1, 1) * 32767, "<i2").tobytes())
    return path


def _decoded(path: Path) -> NDArray[np.float64]:
    """Stereo samples, ``(sample_count, 2)``."""
    parts = []
    with av.open(str(path)) as container:
        resampler = av.AudioResampler("flt", "stereo", _RATE_HZ)
        for frame in container.decode(audio=0):
            parts += [one.to_ndarray() for one in resampler.resample(frame)]
        parts += [one.to_ndarray() for one in resampler.resample(None)]
    return np.concatenate(parts, axis=1).reshape(-1, 2).astype(np.float64)
