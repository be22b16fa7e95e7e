"""What was seen in a picture, as values: places worth looking at, horizon, depth.

Places are shares of the picture, so that they hold at any size it is read at.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from ai_video_generator.media.resolution import Resolution

HEAD_SIDE, HEAD_TOP, HEAD_BOTTOM = 0.2, 0.55, 0.2
# A detected face reaches from the brows to the chin and from cheek to cheek. Hair and ears add a
# fifth of it on each side and half of it on top; the rest is air between head and frame.


class RegionKind(StrEnum):
    """What a place of a picture is."""

    FACE = "face"
    SUBJECT = "subject"
    SALIENT = "salient"
    TEXT = "text"


class PictureKind(StrEnum):
    """What sort of picture it is, as far as its staging depends on it."""

    PHOTO = "photo"
    PORTRAIT = "portrait"
    GROUP = "group"
    GRAPHIC = "graphic"
    SCREENSHOT = "screenshot"
    TEXT_HEAVY = "text-heavy"


class DepthSource(StrEnum):
    """How a depth map was made."""

    ESTIMATE = "estimate"
    NETWORK = "network"


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """An upright rectangle of a picture.

    Attributes:
        left: Left edge, 0..1 of the picture's width.
        top: Upper edge, 0..1 of the picture's height.
        right: Right edge, not left of ``left``.
        bottom: Lower edge, not above ``top``.
    """

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        """Width, 0..1 of the picture's."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """Height, 0..1 of the picture's."""
        return self.bottom - self.top

    def inside_picture(self) -> "Box":
        """The part of it that lies in the picture."""
        return Box(
            left=min(max(self.left, 0.0), 1.0),
            top=min(max(self.top, 0.0), 1.0),
            right=min(max(self.right, 0.0), 1.0),
            bottom=min(max(self.bottom, 0.0), 1.0),
        )


def union(boxes: Iterable[Box]) -> Box | None:
    """The smallest box that holds them all; None when there are none."""
    held = list(boxes)
    if not held:
        return None
    return Box(
        left=min(box.left for box in held),
        top=min(box.top for box in held),
        right=max(box.right for box in held),
        bottom=max(box.bottom for box in held),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """A place of a picture worth looking at.

    Attributes:
        center_x: Middle, 0..1 of the picture's width.
        center_y: Middle, 0..1 of the picture's height.
        width: Width, above 0, at most 1, of the picture's.
        height: Height, above 0, at most 1, of the picture's.
        weight: How much it draws the eye, 0..1; orders regions, nothing else.
        kind: What it is.
        confidence: How sure its detector is, 0..1; comparable within a kind only.
    """

    center_x: float
    center_y: float
    width: float
    height: float
    weight: float
    kind: RegionKind
    confidence: float

    @property
    def box(self) -> Box:
        """Its edges; those of a face at the picture's border may lie outside."""
        return Box(
            left=self.center_x - self.width / 2,
            top=self.center_y - self.height / 2,
            right=self.center_x + self.width / 2,
            bottom=self.center_y + self.height / 2,
        )

    @property
    def kept_box(self) -> Box:
        """What of it must not be cut: of a face the whole head, of anything else itself."""
        if self.kind is not RegionKind.FACE:
            return self.box.inside_picture()
        box = self.box
        return Box(
            left=box.left - HEAD_SIDE * self.width,
            top=box.top - HEAD_TOP * self.height,
            right=box.right + HEAD_SIDE * self.width,
            bottom=box.bottom + HEAD_BOTTOM * self.height,
        ).inside_picture()


@dataclass(frozen=True, slots=True, kw_only=True)
class Horizon:
    """The line between sky and land or water.

    Attributes:
        angle_deg: Its slope, degrees clockwise: positive where its right end lies lower.
        center_y: Where it crosses the picture's middle column, 0..1 of the picture's height.
        confidence: 0..1.
    """

    angle_deg: float
    center_y: float
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenery:
    """What a picture shows of sky, water, snow, leaves and light. Levels are 0..255.

    Attributes:
        sky_share: Part that is surely open sky, 0..1.
        sky_luma: Its mean luma.
        sky_saturation: Its mean saturation, 0..1.
        sky_unevenness: How much its luma departs from a smooth slope, standard deviation.
        water_share: Part that is surely rippled water, 0..1.
        white_share: Part of the lower half that is light and without colour, 0..1.
        white_coldness: How much more blue than red that is.
        green_share: Part that is green, 0..1.
        warm_share: Part that is plainly more red than blue, 0..1.
        dark_share: Part that is nearly black, 0..1.
        median_luma: Luma of half of the picture, at most.
        light_luma: Luma of the lightest hundredth, at least.
        light_warmth: How much more red than blue the lightest tenth is, burnt-out parts left out.
        saturation: Mean saturation, 0..1.
        top_saturation: The same of the uppermost part.
    """

    sky_share: float = 0.0
    sky_luma: float = 0.0
    sky_saturation: float = 0.0
    sky_unevenness: float = 0.0
    water_share: float = 0.0
    white_share: float = 0.0
    white_coldness: float = 0.0
    green_share: float = 0.0
    warm_share: float = 0.0
    dark_share: float = 0.0
    median_luma: float = 128.0
    light_luma: float = 200.0
    light_warmth: float = 0.0
    saturation: float = 0.5
    top_saturation: float = 0.5


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Depth:
    """How far everything in a picture is, in order only: it has no unit.

    Attributes:
        far: ``(height, width)``, float32, 0 the nearest to 1 the farthest; at most 384 pixels a
            side, of the picture's shape.
        confidence: How far it may be trusted, 0..1: an estimate without a network stays below 0.6.
        source: How it was made.
    """

    far: NDArray[np.float32]
    confidence: float
    source: DepthSource


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PictureNotes:
    """All that was seen in a picture.

    Attributes:
        size: Size of the pixels that were read.
        kind: What sort of picture it is.
        regions: Places worth looking at, the weightiest first.
        safe_region: What must stay in view where a framing can hold it: all heads and all text;
            None when there are none.
        horizon: None when no line is plain enough.
        turn_deg: Turn of the camera that makes a crooked horizon level, degrees clockwise; 0 when
            there is nothing worth correcting.
        flat_share: Part of the picture that is empty, 0..1.
        depth: None when it was not asked for.
        scenery: What it shows of sky, water and light; a grey nothing where nobody looked.
    """

    size: Resolution
    kind: PictureKind
    regions: tuple[Region, ...]
    safe_region: Box | None
    horizon: Horizon | None
    turn_deg: float
    flat_share: float
    depth: Depth | None
    scenery: Scenery = Scenery()

    def of_kind(self, kind: RegionKind) -> tuple[Region, ...]:
        """The regions of one kind, the weightiest first."""
        return tuple(region for region in self.regions if region.kind is kind)
