"""What may live in a picture, by what is seen in it: water, clouds, light, grain, dust, weather.

Rain in a sunny portrait is far worse than no rain: each rule asks for several signs at once, and
where they do not agree nothing is added. The thresholds were set on 67 photographs and graphics; a
check of what each of them gets is in benchmarks/gallery.md.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ai_video_generator.storyboard.picture_notes import (
    PictureKind,
    PictureNotes,
    RegionKind,
    Scenery,
)
from ai_video_generator.storyboard.storyboard import Detail

_READ_KINDS = (PictureKind.TEXT_HEAVY, PictureKind.SCREENSHOT, PictureKind.GRAPHIC)
_PEOPLE = (PictureKind.PORTRAIT, PictureKind.GROUP)

_MOST_TEXTS = 3
# A sign or two stand in many photos; more writing is there to be read.

_EMPTY = 0.8
# A gradient: whatever floats before it is all that there is to see.

_NEAR_FACE = 0.06
# Faces of this share of the picture's height are near: nothing falls or floats before them.

_STORM_SKY, _STORM_LUMA, _STORM_COLOR = 0.4, 130.0, 0.42
_STORM_UNEVEN, _STORM_LIGHT, _STORM_WARM = 7.0, 215.0, 0.02
# A sky that takes 40 % of the picture, is darker than middle grey, hardly coloured, and uneven
# with clouds, over a land without a bright light, a reflex or a warm evening colour.

_SNOW_COVER, _SNOW_COLD, _SNOW_COLOR, _SNOW_GREEN = 0.5, (5.0, 40.0), 0.2, 0.02
_SNOW_DARK, _SNOW_HORIZON = (0.03, 0.5), (0.15, 0.6)
_SNOW_OVERCAST = 0.2
# Half of the land below a sure horizon is white and a little blue, as snow under clouds is and
# paper and walls under lamps are not; some of the picture is dark, as trees are; nothing is green;
# and the sky above has hardly a colour.

_GLOW_WARM, _GLOW_MEDIAN, _GLOW_LIGHT, _GLOW_DARK = (35.0, 120.0), 85.0, 240.0, 0.3
# The lightest parts are more red than blue, but no red or yellow thing, and come from a light in
# view; a third of the picture lies in the dark that shows dust.

_NIGHT_MEDIAN, _NIGHT_DARK, _NIGHT_LIGHT = 58.0, 0.38, 100.0
# The better part of the picture is nearly black, and something shines.

_LEAVES, _LEAVES_MEDIAN = 0.2, 130.0
# A fifth of the picture is green, and it lies in the shade.


@dataclass(frozen=True, slots=True, kw_only=True)
class LivingDetail:
    """What may live in a picture.

    Attributes:
        detail: What it is.
        why: Why, in half a sentence that a person understands.
    """

    detail: Detail
    why: str


def living_details(notes: PictureNotes) -> tuple[tuple[LivingDetail, ...], ...]:
    """What may live in a picture, the most telling first; what stands together is equally good."""
    texts = notes.of_kind(RegionKind.TEXT)
    if notes.kind in _READ_KINDS or len(texts) > _MOST_TEXTS or notes.flat_share > _EMPTY:
        return ()
    return tuple(group for look in _LOOKS if (group := tuple(look(notes, notes.scenery))))


def _weather(notes: PictureNotes, scenery: Scenery) -> Iterator[LivingDetail]:
    if _has_near_face(notes):
        return
    if (
        scenery.sky_share >= _STORM_SKY
        and scenery.sky_luma <= _STORM_LUMA
        and scenery.sky_saturation <= _STORM_COLOR
        and scenery.sky_unevenness >= _STORM_UNEVEN
        and scenery.light_luma <= _STORM_LIGHT
        and scenery.warm_share <= _STORM_WARM
    ):
        yield LivingDetail(detail=Detail.RAIN, why="a dark, clouded sky and no bright light")
    horizon = notes.horizon
    if (
        horizon is not None
        and horizon.confidence >= _SURE
        and _within(horizon.center_y, _SNOW_HORIZON)
        and scenery.white_share >= _SNOW_COVER
        and _within(scenery.white_coldness, _SNOW_COLD)
        and scenery.saturation <= _SNOW_COLOR
        and scenery.top_saturation <= _SNOW_OVERCAST
        and scenery.green_share <= _SNOW_GREEN
        and _within(scenery.dark_share, _SNOW_DARK)
    ):
        yield LivingDetail(detail=Detail.SNOW, why="snow on the ground, under clouds")


_SURE = 0.5
# A line that is less sure may be the edge of a table.


def _flow(_: PictureNotes, scenery: Scenery) -> Iterator[LivingDetail]:
    if scenery.water_share > 0:
        yield LivingDetail(
            detail=Detail.SHIMMER, why=f"{scenery.water_share:.0%} of the picture is rippled water"
        )
    elif scenery.sky_share > 0:
        yield LivingDetail(
            detail=Detail.SHIMMER, why=f"{scenery.sky_share:.0%} of the picture is open sky"
        )


def _glow(notes: PictureNotes, scenery: Scenery) -> Iterator[LivingDetail]:
    if (
        not _has_near_face(notes)
        and _within(scenery.light_warmth, _GLOW_WARM)
        and scenery.median_luma <= _GLOW_MEDIAN
        and scenery.light_luma >= _GLOW_LIGHT
        and scenery.dark_share >= _GLOW_DARK
    ):
        yield LivingDetail(detail=Detail.DUST, why="warm, low light before something dark")


def _night(_: PictureNotes, scenery: Scenery) -> Iterator[LivingDetail]:
    if (
        scenery.median_luma <= _NIGHT_MEDIAN
        and scenery.dark_share >= _NIGHT_DARK
        and scenery.light_luma >= _NIGHT_LIGHT
    ):
        yield LivingDetail(detail=Detail.GRAIN, why="lights in the dark, where film has grain")


def _leaves(_: PictureNotes, scenery: Scenery) -> Iterator[LivingDetail]:
    if scenery.green_share >= _LEAVES and scenery.median_luma <= _LEAVES_MEDIAN:
        yield LivingDetail(detail=Detail.LIGHT, why="leaves in the shade, with light between them")


def _people(notes: PictureNotes, _: Scenery) -> Iterator[LivingDetail]:
    if notes.kind in _PEOPLE:
        why = "people, before whom nothing should float"
        yield LivingDetail(detail=Detail.LIGHT, why=why)
        yield LivingDetail(detail=Detail.GRAIN, why=why)


_LOOKS: tuple[Callable[[PictureNotes, Scenery], Iterator[LivingDetail]], ...] = (
    _weather,
    _flow,
    _glow,
    _night,
    _leaves,
    _people,
)


def _has_near_face(notes: PictureNotes) -> bool:
    return any(face.height >= _NEAR_FACE for face in notes.of_kind(RegionKind.FACE))


def _within(value: float, ends: tuple[float, float]) -> bool:
    return ends[0] <= value <= ends[1]
