"""What was seen in a picture becomes what the director asks for."""

from ai_video_generator.storyboard.director import Subject
from ai_video_generator.storyboard.moves import Target
from ai_video_generator.storyboard.picture_notes import (
    PictureKind,
    PictureNotes,
    Region,
    RegionKind,
)
from ai_video_generator.storyboard.storyboard import Detail

_MOST_TARGETS = 6
# A group of thirty does not get thirty close-ups.
_LEAST_WEIGHT = 0.15
# Places that draw the eye less are background.
_READ_KINDS = (PictureKind.TEXT_HEAVY, PictureKind.SCREENSHOT)
# What must be seen whole to be read.
_SURE_HORIZON = 0.5
# A line that is less sure may be a roof.
_PER_TARGET, _FLAT_LOSS = 0.2, 0.5
# A picture with five places to look at holds the eye twice as long as one with none; an empty one
# half as long.


def subject_of(notes: PictureNotes | None) -> Subject:
    """A picture as the director knows it; nothing is known without notes.

    Water and sky of photographs shimmer; where there is none that is sure, nothing does.
    """
    if notes is None:
        return Subject()
    regions = [
        region
        for region in notes.regions
        if region.weight >= _LEAST_WEIGHT and region.kind is not RegionKind.TEXT
    ][:_MOST_TARGETS]
    horizon = notes.horizon
    is_sure = horizon is not None and horizon.confidence >= _SURE_HORIZON
    return Subject(
        targets=tuple(map(_target, regions)),
        weight=(1 + _PER_TARGET * len(regions)) * (1 - _FLAT_LOSS * notes.flat_share),
        horizon_y=horizon.center_y if horizon is not None and is_sure else None,
        level_deg=notes.turn_deg,
        keep_whole=notes.kind in _READ_KINDS,
        depth=0.0 if notes.depth is None else notes.depth.confidence,
        detail=Detail.SHIMMER if notes.kind is PictureKind.PHOTO else Detail.NONE,
        notes=notes,
    )


def _target(region: Region) -> Target:
    """Of a face the whole head, of anything else itself."""
    box = region.kept_box
    return Target(
        center_x=(box.left + box.right) / 2,
        center_y=(box.top + box.bottom) / 2,
        width=box.width,
        height=box.height,
    )
