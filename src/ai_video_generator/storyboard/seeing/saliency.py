"""Where the eye goes first: what is unusual in the spectrum, and what has not the borders' colours.

The spectral residual (Hou and Zhang, "Saliency Detection: A Spectral Residual Approach", 2007)
finds small things that break a texture; the distance from the colours along the picture's border
(the background prior of Zhu et al., "Saliency Optimization from Robust Background Detection", 2014)
finds things of another colour. Both lean to the middle and to what is in focus, where people put
what they mean.
"""

from collections.abc import Iterator

import cv2
import numpy as np

from ai_video_generator.storyboard.picture_notes import Region, RegionKind
from ai_video_generator.storyboard.seeing.reduction import Map, Rgb
from ai_video_generator.storyboard.seeing.sharpness import sharpness

_SPECTRUM_PX = 64
# The size of the paper: at larger ones edges win over things.

_SPECTRUM_BLUR = 2.5
# In pixels of that size, as in the paper's code.

_BORDER_SHARE, _BORDER_COLORS = 20, 4
# A border of a twentieth of the shorter side, described by four colours: sky, ground and two more.

_MIDDLE_LEAN = 0.5
# What lies in a corner counts half of what lies in the middle.

_FOCUS_LEAN = 0.5
# What is blurred counts half of what is sharp.

_PLACE_SHARE, _PEAK_SHARE = 0.7, 0.5
# A place reaches down to this share of its peak; further peaks count from half of the highest on.

_APART = 1.5
# No further peak is looked for in a box so many times as large: it would be the first one's rim.

_MOST_PLACES = 3
# The eye rests on three places or so before it begins to search.

_MIN_PLACE, _MAX_PLACE = 0.002, 0.5
# Parts of the picture: smaller is a speck, larger is not a place.

_MOST_WEIGHT = 0.5
# Below subjects and faces: this is a guess from pixels alone.

_PLAIN = 4.0
# Largest colour distance (CIELAB, 8 bit) that a plain surface shows by noise: nothing stands out.


def saliency(rgb: Rgb) -> Map:
    """How much each pixel draws the eye.

    Args:
        rgb: ``(height, width, 3)``, uint8; 384 pixels are enough.

    Returns:
        ``(height, width)``, float32, 0..1; all 0 where nothing stands out.
    """
    contrast = _border_contrast(rgb)
    if contrast is None:
        return np.zeros(rgb.shape[:2], np.float32)
    height, width = rgb.shape[:2]
    across = (np.arange(width, dtype=np.float32) + 0.5) / width * 2 - 1
    upward = (np.arange(height, dtype=np.float32) + 0.5) / height * 2 - 1
    middle = np.exp(-(across[None, :] ** 2) - upward[:, None] ** 2)
    lean = _MIDDLE_LEAN + (1 - _MIDDLE_LEAN) * middle
    lean = lean * (_FOCUS_LEAN + (1 - _FOCUS_LEAN) * sharpness(rgb))
    both = (_spectral_residual(rgb) + contrast) * lean
    both = cv2.GaussianBlur(both.astype(np.float32), (0, 0), max(1.0, max(height, width) / 50))
    return np.asarray(both / max(float(both.max()), 1e-6), np.float32)


def salient_places(map_: Map) -> tuple[Region, ...]:
    """The highest peaks of a saliency map, each down to a share of its height.

    Args:
        map_: ``(height, width)``, float32, 0..1.
    """
    return tuple(_places(map_.copy()))


def _places(left: Map) -> Iterator[Region]:
    height, width = left.shape
    highest = float(left.max())
    for _ in range(_MOST_PLACES):
        peak = float(left.max())
        if peak <= _PEAK_SHARE * highest or peak <= 0:
            return
        row, column = np.unravel_index(int(left.argmax()), left.shape)
        near = (left > _PLACE_SHARE * peak).astype(np.uint8)
        _, labels, boxes, _ = cv2.connectedComponentsWithStats(near, connectivity=4)
        label = int(labels[row, column])
        x, y, box_width, box_height, area = (int(value) for value in boxes[label])
        rim_x, rim_y = round(box_width * (_APART - 1) / 2), round(box_height * (_APART - 1) / 2)
        left[
            max(0, y - rim_y) : y + box_height + rim_y, max(0, x - rim_x) : x + box_width + rim_x
        ] = 0.0
        if not _MIN_PLACE <= area / left.size <= _MAX_PLACE:
            continue
        yield Region(
            center_x=(x + box_width / 2) / width,
            center_y=(y + box_height / 2) / height,
            width=box_width / width,
            height=box_height / height,
            weight=_MOST_WEIGHT * peak,
            kind=RegionKind.SALIENT,
            confidence=peak,
        )


def _spectral_residual(rgb: Rgb) -> Map:
    """Equations 1 to 5 of the paper, for brightness and both colours by how much each varies.

    Returns:
        ``(height, width)``, float32, 0..1.
    """
    size = (_SPECTRUM_PX, _SPECTRUM_PX)
    lab = cv2.resize(cv2.cvtColor(rgb, cv2.COLOR_RGB2LAB), size, interpolation=cv2.INTER_AREA)
    seen = np.zeros(size, np.float32)
    for channel in np.moveaxis(lab.astype(np.float32), 2, 0):
        spectrum = np.fft.fft2(channel)
        amplitude = np.log(np.abs(spectrum) + 1).astype(np.float32)
        residual = amplitude - cv2.blur(amplitude, (3, 3))
        unusual = np.abs(np.fft.ifft2(np.exp(residual + 1j * np.angle(spectrum)))) ** 2
        seen += cv2.GaussianBlur(unusual.astype(np.float32), (0, 0), _SPECTRUM_BLUR) * channel.std()
    usual, most = float(np.median(seen)), float(seen.max())
    # What is below the usual is not unusual; without this, grain everywhere outweighs the colours.
    stretched = np.clip((seen - usual) / max(most - usual, 1e-9), 0, 1)
    return np.asarray(cv2.resize(stretched, (rgb.shape[1], rgb.shape[0])), np.float32)


def _border_contrast(rgb: Rgb) -> Map | None:
    """Distance from the nearest of the border's colours, 0..1; None where all is one colour."""
    lab = cv2.GaussianBlur(cv2.cvtColor(rgb, cv2.COLOR_RGB2LAB), (0, 0), 2).astype(np.float32)
    depth = max(2, min(lab.shape[:2]) // _BORDER_SHARE)
    border = np.concatenate(
        [
            part.reshape(-1, 3)
            for part in (lab[:depth], lab[-depth:], lab[:, :depth], lab[:, -depth:])
        ]
    )
    far = [border[0]]
    # The farthest colour again and again, then one step of k-means: the same picture gives the same
    # colours, which random starts would not.
    for _ in range(_BORDER_COLORS - 1):
        distance = np.min([np.linalg.norm(border - color, axis=1) for color in far], axis=0)
        far.append(border[int(distance.argmax())])
    nearest = np.argmin([np.linalg.norm(border - color, axis=1) for color in far], axis=0)
    colors = [border[nearest == index].mean(0) for index in sorted(set(nearest.tolist()))]
    away = np.min([np.linalg.norm(lab - color, axis=2) for color in colors], axis=0)
    top = float(np.percentile(away, 99))
    if top <= _PLAIN:
        return None
    return np.asarray(np.clip(away / top, 0, 1), np.float32)
