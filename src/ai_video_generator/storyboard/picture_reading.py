"""Reads a picture into notes: faces, subjects, salient places, writing, horizon, emptiness, depth.

Every look but that for faces is taken at 384 pixels; faces are looked for in tiles of the picture
as it is given, so that small ones in large photos are found. The same picture gives the same notes.
"""

import logging
from pathlib import Path

from ai_video_generator.errors import WeightsError
from ai_video_generator.media.resolution import Resolution
from ai_video_generator.storyboard.picture_notes import (
    Box,
    Depth,
    DepthSource,
    PictureKind,
    PictureNotes,
    Region,
    union,
)
from ai_video_generator.storyboard.seeing.depth_estimate import (
    ESTIMATE_CONFIDENCE,
    estimated_depth,
)
from ai_video_generator.storyboard.seeing.depth_network import NETWORK_CONFIDENCE, network_depth
from ai_video_generator.storyboard.seeing.faces import faces
from ai_video_generator.storyboard.seeing.flat_regions import drawn_share, flat_share
from ai_video_generator.storyboard.seeing.horizon import horizon, turn_worth_correcting
from ai_video_generator.storyboard.seeing.reduction import Map, Rgb, reduced_to
from ai_video_generator.storyboard.seeing.saliency import saliency, salient_places
from ai_video_generator.storyboard.seeing.scenery import scenery
from ai_video_generator.storyboard.seeing.subject_mask import subject_mask, subjects
from ai_video_generator.storyboard.seeing.text_regions import text_regions

READING = Resolution(6000, 6000)
"""Size that `faces` can use: ask `read_picture` for no more."""

SMALL_READING_PX = 384
"""Longer side of the reading for everything but faces and writing, and of the depth map."""

_PORTRAIT_SHARE = 0.12
# A face of this share of the picture's height is what the picture is about: head and shoulders fill
# half of it.

_GROUP_COUNT = 2
# Two faces already must both stay in view.

_DRAWN_SHARE = 0.9
# Equal neighbours: of 35 photos as JPEG all but a black one stay below, of drawings none.

_SCREEN_SHARE, _SCREEN_TEXTS = 0.6, 4
# Windows have photos in them, so fewer equal neighbours; but many pieces of writing.

_TEXT_SHARE = 0.25
# A quarter of the picture is writing: it is there to be read.

_log = logging.getLogger(__name__)


def read_notes(
    rgb: Rgb, *, depth_model: Path | None = None, with_depth: bool = True
) -> PictureNotes:
    """Look at a picture.

    Args:
        rgb: ``(height, width, 3)``, uint8, upright, sRGB.
        depth_model: A depth network that the person installed; where it is missing or does not run,
            depth is estimated without one, with a line in the log when it does not run.
        with_depth: Whether depth is wanted; it takes a tenth of a second, with a network a whole.

    Raises:
        WeightsError: When a network that comes with the program is missing or damaged.
    """
    small = reduced_to(rgb, SMALL_READING_PX)
    eyes_draw = saliency(small)
    mask = subject_mask(small)
    seen_faces = faces(rgb)
    texts = text_regions(rgb)
    kind = _kind(seen_faces, texts, drawn_share(rgb))
    line = None if kind in _MADE_KINDS else horizon(small)
    regions = (
        *seen_faces,
        *(subjects(mask) if mask is not None else ()),
        *texts,
        *_elsewhere(salient_places(eyes_draw), seen_faces),
    )
    return PictureNotes(
        size=Resolution(rgb.shape[1], rgb.shape[0]),
        kind=kind,
        regions=tuple(sorted(regions, key=lambda region: -region.weight)),
        safe_region=_safe_region(seen_faces, texts),
        horizon=line,
        turn_deg=turn_worth_correcting(line),
        flat_share=flat_share(small),
        depth=_depth(small, eyes_draw, mask, depth_model) if with_depth else None,
        scenery=scenery(small),
    )


_MADE_KINDS = (PictureKind.GRAPHIC, PictureKind.SCREENSHOT, PictureKind.TEXT_HEAVY)
# Nothing there stands on an earth with a horizon.


def _kind(seen_faces: tuple[Region, ...], texts: tuple[Region, ...], drawn: float) -> PictureKind:
    written = sum(region.width * region.height for region in texts)
    if len(texts) >= _SCREEN_TEXTS and drawn >= _SCREEN_SHARE:
        return PictureKind.SCREENSHOT
    if written >= _TEXT_SHARE:
        return PictureKind.TEXT_HEAVY
    if len(seen_faces) >= _GROUP_COUNT:
        return PictureKind.GROUP
    if seen_faces and seen_faces[0].height >= _PORTRAIT_SHARE:
        return PictureKind.PORTRAIT
    if not seen_faces and drawn >= _DRAWN_SHARE:
        return PictureKind.GRAPHIC
    return PictureKind.PHOTO


def _safe_region(seen_faces: tuple[Region, ...], texts: tuple[Region, ...]) -> Box | None:
    return union(region.kept_box for region in (*seen_faces, *texts))


def _elsewhere(places: tuple[Region, ...], seen_faces: tuple[Region, ...]) -> tuple[Region, ...]:
    """The salient places that are not just the hair or collar of a face."""
    heads = [region.kept_box for region in seen_faces]
    return tuple(
        place
        for place in places
        if not any(
            head.left <= place.center_x <= head.right and head.top <= place.center_y <= head.bottom
            for head in heads
        )
    )


def _depth(small: Rgb, eyes_draw: Map, mask: Map | None, depth_model: Path | None) -> Depth:
    if depth_model is not None and depth_model.is_file():
        try:
            far = network_depth(small, depth_model)
        except WeightsError as error:
            _log.warning("depth is estimated without a network: %s", error)
        else:
            return Depth(far=far, confidence=NETWORK_CONFIDENCE, source=DepthSource.NETWORK)
    far = estimated_depth(small, eyes_draw, mask)
    return Depth(far=far, confidence=ESTIMATE_CONFIDENCE, source=DepthSource.ESTIMATE)
