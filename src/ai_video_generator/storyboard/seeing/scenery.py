"""What a picture shows of sky, water, snow, leaves and light: shares and levels, cheap to find."""

import numpy as np

from ai_video_generator.storyboard.picture_notes import Scenery
from ai_video_generator.storyboard.seeing.reduction import Map, Rgb, reduced_to
from ai_video_generator.storyboard.seeing.sky_and_water import (
    SKY_AND_WATER_PX,
    luma_of,
    sky_of,
    water_of,
)

_WHITE_LUMA, _WHITE_SATURATION = 150.0, 0.18
# Snow in the shade of a cloud is light grey.
_DARK_LUMA = 50.0
# A fifth of the range: what is darker shows no colour.
_GREEN, _WARM = 8.0, 60.0
# Levels between green and both others, and between red and blue, that are called so by eye.
_BRIGHT_PERCENTILE, _LIGHT_PERCENTILE, _CLIPPED = 90, 99, 250.0
# The lightest tenth tells the colour of the light, where it is not burnt out; the lightest
# hundredth, whether there is a light.
_TOP_SHARE = 0.15
# So far down a picture with a horizon the sky reaches at least.


def scenery(rgb: Rgb) -> Scenery:
    """Measure a picture.

    Args:
        rgb: ``(height, width, 3)``, uint8; 256 pixels are enough.
    """
    small = reduced_to(rgb, SKY_AND_WATER_PX).astype(np.float32)
    sky = sky_of(small)
    water = water_of(small, sky)
    luma, saturation = luma_of(small), _saturation(small)
    red, green, blue = np.moveaxis(small, -1, 0)
    above, below = sky > 0, np.arange(len(small)) >= len(small) // 2
    white = (luma > _WHITE_LUMA) & (saturation < _WHITE_SATURATION) & below[:, None]
    bright = (luma >= np.percentile(luma, _BRIGHT_PERCENTILE)) & (luma < _CLIPPED)
    return Scenery(
        sky_share=float(sky.mean()),
        sky_luma=_mean(luma, above),
        sky_saturation=_mean(saturation, above),
        sky_unevenness=_unevenness(luma, above),
        water_share=float(water.mean()),
        white_share=float(white[below].mean()),
        white_coldness=_mean(blue - red, white),
        green_share=float(((green > red + _GREEN) & (green > blue + _GREEN)).mean()),
        warm_share=float((red - blue > _WARM).mean()),
        dark_share=float((luma < _DARK_LUMA).mean()),
        median_luma=float(np.median(luma)),
        light_luma=float(np.percentile(luma, _LIGHT_PERCENTILE)),
        light_warmth=_mean(red - blue, bright),
        saturation=float(saturation.mean()),
        top_saturation=float(saturation[: max(1, round(len(small) * _TOP_SHARE))].mean()),
    )


def _saturation(rgb: Map) -> Map:
    """Of each pixel, 0..1."""
    most, least = rgb.max(axis=2), rgb.min(axis=2)
    return np.asarray((most - least) / np.maximum(most, 1), np.float32)


def _mean(values: Map, where: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> float:
    """The mean of a part; 0 of none."""
    return float(values[where].mean()) if where.any() else 0.0


def _unevenness(luma: Map, where: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> float:
    """Standard deviation of luma from the nearest smooth slope, levels: clouds have it."""
    if not where.any():
        return 0.0
    rows, columns = (place / max(luma.shape) for place in np.nonzero(where))
    terms = (np.ones_like(rows), rows, columns, rows * columns, rows**2, columns**2)
    basis = np.stack(terms, axis=1)
    levels = luma[where].astype(np.float64)
    fitted, *_ = np.linalg.lstsq(basis, levels, rcond=None)
    return float((levels - basis @ fitted).std())
