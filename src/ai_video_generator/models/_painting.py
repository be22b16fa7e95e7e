"""What lies behind near things, painted: their ground mirrored over their outlines."""

import cv2
import numpy as np
from numpy.typing import NDArray

from ai_video_generator.models._outlines import Floats, Outline, Pixels

RIM_PX = 2.5
# The mixed pixels on the far side of an outline go with the near thing, and are not taken for what
# lies behind it. An outline that is off by two pixels is so still not seen.

_BAND_ROWS = 256
# Rows painted at a time: maps for a whole picture of 7 megapixels would take 54 MB.


def painted(
    rgb: Pixels,
    small: Floats,
    band: NDArray[np.bool_],
    gap: NDArray[np.bool_],
    outline: Outline,
) -> Pixels:
    """The picture with near things painted over along their outlines.

    The ground beside an outline is mirrored over it, which keeps texture and grain; where the
    mirror shows no ground, its colours run on smoothly.
    """
    rim = ~outline.is_near & (outline.away <= RIM_PX)
    ground = gap & ~rim
    if not ground.any():
        return rgb
    smooth = _run_on(small, ground)
    _, labels = cv2.distanceTransformWithLabels(
        (~ground).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    at = np.zeros(int(labels.max()) + 1, np.intp)
    at[labels[ground]] = np.flatnonzero(ground)
    rows, columns = np.divmod(at[labels], ground.shape[1])
    own_rows, own_columns = np.indices(ground.shape)
    way = [
        cv2.GaussianBlur(np.asarray(2 * (to - own), np.float32), (0, 0), 2.0)
        for to, own in ((columns, own_columns), (rows, own_rows))
    ]
    seen = cv2.remap(
        ground.astype(np.float32),
        (own_columns + way[0]).astype(np.float32),
        (own_rows + way[1]).astype(np.float32),
        cv2.INTER_LINEAR,
    )
    seen = cv2.blur(cv2.erode(seen, np.ones((3, 3), np.uint8)), (3, 3))
    paint = cv2.blur((band | rim).astype(np.float32), (3, 3))
    layers = np.dstack([smooth, paint, seen, *way]).astype(np.float32)
    return _laid_over(rgb, layers)


def _laid_over(rgb: Pixels, layers: Floats) -> Pixels:
    """Paint at the picture's own size, in bands.

    Args:
        rgb: The picture.
        layers: At the work size: three of colour, how much is painted, how much of that is
            mirrored, and the way to the mirrored place in columns and rows, ``(…, 7)``.
    """
    height, width = rgb.shape[:2]
    work_height, work_width = layers.shape[:2]
    done = rgb.copy()
    for top in range(0, height, _BAND_ROWS):
        rows = np.arange(top, min(height, top + _BAND_ROWS))
        map_y = np.repeat(
            ((rows + 0.5) * work_height / height - 0.5)[:, None], width, axis=1
        ).astype(np.float32)
        map_x = np.repeat(
            ((np.arange(width) + 0.5) * work_width / width - 0.5)[None], len(rows), axis=0
        ).astype(np.float32)
        paint = cv2.remap(
            np.ascontiguousarray(layers[..., 3]),
            map_x,
            map_y,
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        )
        if not paint.any():
            continue
        smooth, seen, way_x, way_y = (
            cv2.remap(
                np.ascontiguousarray(layers[..., part]),
                map_x,
                map_y,
                cv2.INTER_LINEAR,
                borderMode=cv2.BORDER_REPLICATE,
            )
            for part in (slice(0, 3), 4, 5, 6)
        )
        mirrored = cv2.remap(
            rgb,
            np.arange(width, dtype=np.float32) + way_x * np.float32(width / work_width),
            rows[:, None].astype(np.float32) + way_y * np.float32(height / work_height),
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REFLECT_101,
        )
        behind = smooth + (mirrored - smooth) * seen[..., None]
        own = rgb[rows]
        done[rows] = np.clip(own + (behind - own) * paint[..., None] + 0.5, 0, 255)
    return done


def _run_on(colors: Floats, known: NDArray[np.bool_]) -> Floats:
    """Continue colours smoothly from where they are known: averages of ever wider areas."""
    weight = known.astype(np.float32)
    levels = [(colors * weight[..., None], weight)]
    while max(levels[-1][1].shape) > 1:
        size = tuple(max(1, (side + 1) // 2) for side in levels[-1][1].shape[::-1])
        levels.append(
            tuple(  # type: ignore[arg-type]  # a pair, as all others
                cv2.resize(part, size, interpolation=cv2.INTER_AREA) for part in levels[-1]
            )
        )
    filled = None
    for color, share in reversed(levels):
        mean = color / np.maximum(share, 1e-6)[..., None]
        if filled is None:
            filled = mean
            continue
        wider = cv2.resize(filled, share.shape[::-1], interpolation=cv2.INTER_LINEAR)
        trust = np.minimum(1, share * 4)[..., None]
        filled = mean * trust + wider.reshape(mean.shape) * (1 - trust)
    return np.asarray(filled, np.float32)
