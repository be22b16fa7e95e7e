"""What may live in a picture: only what several signs agree on."""

from dataclasses import replace

import pytest

from ai_video_generator.config.choices import Style
from ai_video_generator.media.resolution import Resolution
from ai_video_generator.storyboard.living_details import living_details
from ai_video_generator.storyboard.picture_notes import (
    Horizon,
    PictureKind,
    PictureNotes,
    Region,
    RegionKind,
    Scenery,
)
from ai_video_generator.storyboard.storyboard import Detail
from ai_video_generator.storyboard.styles import MANNERS

PLAIN = PictureNotes(
    size=Resolution(600, 400),
    kind=PictureKind.PHOTO,
    regions=(),
    safe_region=None,
    horizon=None,
    turn_deg=0.0,
    flat_share=0.2,
    depth=None,
)
FACE = Region(
    center_x=0.5,
    center_y=0.4,
    width=0.1,
    height=0.1,
    weight=1.0,
    kind=RegionKind.FACE,
    confidence=0.9,
)
STORM = Scenery(
    sky_share=0.5,
    sky_luma=120,
    sky_saturation=0.38,
    sky_unevenness=12,
    light_luma=190,
    warm_share=0.0,
    median_luma=77,
    dark_share=0.25,
)
SNOW = Scenery(
    white_share=0.7,
    white_coldness=12,
    saturation=0.1,
    top_saturation=0.08,
    green_share=0.0,
    dark_share=0.1,
    median_luma=170,
    light_luma=240,
)
GLOW = Scenery(light_warmth=49, median_luma=63, light_luma=255, dark_share=0.4)
NIGHT = Scenery(median_luma=50, dark_share=0.49, light_luma=186)
LEAVES = Scenery(green_share=0.3, median_luma=100)
FAR_LINE = Horizon(angle_deg=0.0, center_y=0.4, confidence=0.9)
PARTICLES = {Detail.RAIN, Detail.SNOW, Detail.DUST}


def _found(notes: PictureNotes) -> list[Detail]:
    return [living.detail for group in living_details(notes) for living in group]


@pytest.mark.parametrize(
    ("scenery", "detail"),
    [
        (STORM, Detail.RAIN),
        (GLOW, Detail.DUST),
        (NIGHT, Detail.GRAIN),
        (LEAVES, Detail.LIGHT),
        (Scenery(sky_share=0.2), Detail.SHIMMER),
        (Scenery(water_share=0.2), Detail.SHIMMER),
    ],
)
def test_each_scenery_has_its_detail_and_its_reason(scenery: Scenery, detail: Detail) -> None:
    first = living_details(replace(PLAIN, scenery=scenery))[0][0]

    assert first.detail is detail
    assert len(first.why) > 10


def test_snow_falls_on_snow_below_a_sure_horizon() -> None:
    assert _found(replace(PLAIN, scenery=SNOW, horizon=FAR_LINE))[0] is Detail.SNOW
    assert Detail.SNOW not in _found(replace(PLAIN, scenery=SNOW))
    unsure = replace(FAR_LINE, confidence=0.3)
    assert Detail.SNOW not in _found(replace(PLAIN, scenery=SNOW, horizon=unsure))


@pytest.mark.parametrize(
    "change",
    [
        {"sky_share": 0.3},
        {"sky_luma": 165.0},
        {"sky_saturation": 0.53},
        {"sky_unevenness": 2.0},
        {"light_luma": 250.0},
        {"warm_share": 0.1},
    ],
    ids=lambda change: next(iter(change)),
)
def test_no_rain_where_one_sign_is_missing(change: dict[str, float]) -> None:
    assert Detail.RAIN not in _found(replace(PLAIN, scenery=replace(STORM, **change)))


@pytest.mark.parametrize(
    "change",
    [
        {"white_share": 0.3},
        {"white_coldness": -10.0},
        {"white_coldness": 60.0},
        {"saturation": 0.35},
        {"top_saturation": 0.5},
        {"green_share": 0.1},
        {"dark_share": 0.0},
    ],
    ids=str,
)
def test_no_snow_where_one_sign_is_missing(change: dict[str, float]) -> None:
    notes = replace(PLAIN, scenery=replace(SNOW, **change), horizon=FAR_LINE)
    assert Detail.SNOW not in _found(notes)


@pytest.mark.parametrize(
    "change",
    [
        {"light_warmth": 10.0},
        {"light_warmth": 200.0},
        {"median_luma": 110.0},
        {"light_luma": 200.0},
    ],
    ids=str,
)
def test_no_dust_where_one_sign_is_missing(change: dict[str, float]) -> None:
    assert Detail.DUST not in _found(replace(PLAIN, scenery=replace(GLOW, **change)))


def test_nothing_falls_or_floats_before_a_near_face() -> None:
    for scenery in (STORM, GLOW, SNOW):
        notes = replace(PLAIN, scenery=scenery, horizon=FAR_LINE, regions=(FACE,))
        assert not PARTICLES & set(_found(notes))
        far = replace(notes, regions=(replace(FACE, height=0.02),))
        assert PARTICLES & set(_found(far))


@pytest.mark.parametrize("kind", [PictureKind.PORTRAIT, PictureKind.GROUP])
def test_people_get_light_or_grain_and_nothing_else(kind: PictureKind) -> None:
    groups = living_details(replace(PLAIN, kind=kind, regions=(FACE,)))
    assert [{living.detail for living in group} for group in groups] == [
        {Detail.LIGHT, Detail.GRAIN}
    ]


@pytest.mark.parametrize(
    "kind", [PictureKind.GRAPHIC, PictureKind.SCREENSHOT, PictureKind.TEXT_HEAVY]
)
def test_what_was_drawn_or_is_read_keeps_still(kind: PictureKind) -> None:
    assert living_details(replace(PLAIN, kind=kind, scenery=STORM)) == ()


def test_a_poster_and_a_gradient_keep_still() -> None:
    lines = tuple(replace(FACE, kind=RegionKind.TEXT, center_y=step / 10) for step in range(1, 6))
    assert living_details(replace(PLAIN, regions=lines, scenery=NIGHT)) == ()
    assert living_details(replace(PLAIN, flat_share=0.95, scenery=NIGHT)) == ()


def test_a_plain_photo_keeps_still() -> None:
    assert living_details(PLAIN) == ()


def test_under_a_voice_only_light_water_and_clouds_move() -> None:
    allowed = {style: MANNERS[style].details for style in MANNERS}

    assert allowed[Style.PODCAST] == {Detail.LIGHT, Detail.SHIMMER}
    assert allowed[Style.PODCAST] < allowed[Style.CALM] < allowed[Style.MUSIC_VIDEO]
    assert Detail.RAIN not in allowed[Style.CALM]
