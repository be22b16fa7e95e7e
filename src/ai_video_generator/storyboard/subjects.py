"""What was seen in a picture becomes what the director asks for."""

from collections.abc import Iterable

from ai_video_generator.storyboard.director import Subject
from ai_video_generator.storyboard.ground import Target
from ai_video_generator.storyboard.living_details import living_details
from ai_video_generator.storyboard.picture_notes import (
    Box,
    PictureKind,
    PictureNotes,
    Region,
    RegionKind,
    union,
)

_MOST_TARGETS = 6
# A group of thirty does not get thirty close-ups.
_LEAST_WEIGHT = 0.15
# Places that draw the eye less are background.
_READ_KINDS = (PictureKind.TEXT_HEAVY, PictureKind.SCREENSHOT)
# What must be seen whole to be read.
_READ_TEXTS = 4
# A sign or two stand in many photos; more pieces of writing are a page or a poster.
_SURE_HORIZON = 0.5
# A line that is less sure may be a roof.
_PER_TARGET, _FLAT_LOSS = 0.2, 0.5
# A picture with five places to look at holds the eye twice as long as one with none; an empty one
# half as long.
_PER_TEXT, _MOST_TEXTS = 0.05, 10
# Paper is empty, and holds the eye by its lines: eight of them as long as two faces.
_APART, _WIDEST, _HIGHEST = 0.12, 0.55, 0.6
# Places so near to each other are parts of one thing, if that is no larger than this: an eye draws
# the eye, and the other eye too. Shares of the picture.


def subject_of(notes: PictureNotes | None) -> Subject:
    """A picture as the director knows it; nothing is known without notes."""
    if notes is None:
        return Subject()
    regions = [
        region
        for region in notes.regions
        if region.weight >= _LEAST_WEIGHT and region.kind is not RegionKind.TEXT
    ][:_MOST_TARGETS]
    texts = len(notes.of_kind(RegionKind.TEXT))
    is_read = notes.kind in _READ_KINDS or texts >= _READ_TEXTS
    weight = (1 + _PER_TARGET * len(regions)) * (1 - _FLAT_LOSS * notes.flat_share)
    horizon = notes.horizon
    is_sure = horizon is not None and horizon.confidence >= _SURE_HORIZON and not is_read
    return Subject(
        targets=() if is_read else tuple(map(Target.of, _things(regions))),
        weight=1 + _PER_TEXT * min(texts, _MOST_TEXTS) if is_read else weight,
        horizon_y=horizon.center_y if horizon is not None and is_sure else None,
        level_deg=0.0 if is_read else notes.turn_deg,
        keep_whole=is_read,
        depth=0.0 if notes.depth is None else notes.depth.confidence,
        details=tuple(tuple(living.detail for living in group) for group in living_details(notes)),
        notes=notes,
    )


def _things(regions: Iterable[Region]) -> list[Box]:
    """Of a face the whole head; of other places what they are parts of. The best first."""
    things: list[tuple[Box, bool]] = []
    for region in regions:
        box, is_face = region.kept_box, region.kind is RegionKind.FACE
        for index, (thing, is_head) in enumerate(things):
            whole = union((thing, box))
            if is_face or is_head or whole is None or _gap(thing, box) > _APART:
                continue
            if whole.width <= _WIDEST and whole.height <= _HIGHEST:
                things[index] = (whole, False)
                break
            if _gap(thing, box) < 0:
                # To show it would be to cut a better one.
                break
        else:
            things.append((box, is_face))
    return [box for box, _ in things]


def _gap(one: Box, other: Box) -> float:
    """How far two places are apart, as a share of the picture; below 0 where they overlap."""
    across = max(one.left, other.left) - min(one.right, other.right)
    down = max(one.top, other.top) - min(one.bottom, other.bottom)
    return max(across, down)
