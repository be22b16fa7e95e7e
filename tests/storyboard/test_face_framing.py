"""No face is cut through or left out of a framing that could hold it, over generated layouts."""

import os
from dataclasses import replace
from itertools import pairwise, product

import numpy as np
import pytest
from corpus import scenes
from corpus.views import overhang
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ai_video_generator.config.choices import Fit
from ai_video_generator.media.resolution import Resolution
from ai_video_generator.storyboard.camera_path import View, contained, view_at, widest
from ai_video_generator.storyboard.face_framing import cut, held, nudged, on_stage
from ai_video_generator.storyboard.picture_notes import (
    Box,
    PictureKind,
    PictureNotes,
    Region,
    RegionKind,
    union,
)
from ai_video_generator.storyboard.picture_reading import read_notes
from ai_video_generator.storyboard.stage import Stage, stage
from ai_video_generator.storyboard.storyboard import Framing, Shot

EXAMPLES = int(os.environ.get("FRAMING_EXAMPLES", "250"))
# Each of the two large properties; 10,000 were run by hand.

SLACK = 1e-6


def region_at(  # noqa: PLR0917  # as it is read: where, how large, what
    x: float, y: float, width: float, height: float, weight: float, kind: RegionKind
) -> Region:
    return Region(
        center_x=x,
        center_y=y,
        width=width,
        height=height,
        weight=weight,
        kind=kind,
        confidence=0.9,
    )


def notes_of(picture: Resolution, *regions: Region) -> PictureNotes:
    return PictureNotes(
        size=picture,
        kind=PictureKind.PHOTO,
        regions=tuple(sorted(regions, key=lambda region: -region.weight)),
        safe_region=None,
        horizon=None,
        turn_deg=0.0,
        flat_share=0.0,
        depth=None,
    )


SHARES = st.floats(0, 1)
REGIONS = st.builds(
    region_at,
    SHARES,
    SHARES,
    st.floats(0.005, 0.6),
    st.floats(0.005, 0.6),
    st.floats(0.1, 1),
    st.sampled_from([RegionKind.FACE] * 3 + [RegionKind.TEXT, RegionKind.SALIENT]),
)
LAYOUTS = st.lists(REGIONS, max_size=6)
PICTURES = st.builds(Resolution, st.integers(100, 8000), st.integers(100, 8000))
FRAME_16_9 = Resolution(1920, 1080)
FRAMES = st.sampled_from([FRAME_16_9, Resolution(1080, 1920), Resolution(1080, 1080)])
FITS = st.sampled_from([Fit.FILL, Fit.FILL, Fit.BLUR, Fit.CONTAIN])
FRAMINGS = st.builds(
    Framing,
    center_x=SHARES,
    center_y=SHARES,
    zoom=st.floats(1, 4),
    rotation_deg=st.one_of(st.just(0.0), st.floats(-4, 4)),
)


def bare_faces(notes: PictureNotes, on: Stage) -> list[Box]:
    return [
        on_stage(region.box.inside_picture(), notes.size, on)
        for region in notes.of_kind(RegionKind.FACE)
    ]


def shows(framing: Framing, on: Stage, box: Box) -> bool:
    """Whether all corners of a box lie in the turned view; written with corners in pixels."""
    width = widest(on.picture_aspect, on.frame_aspect) / framing.zoom * on.picture_aspect
    height = width / on.frame_aspect
    turn = np.radians(framing.rotation_deg)
    for x, y in product((box.left, box.right), (box.top, box.bottom)):
        right = (x - framing.center_x) * on.picture_aspect
        down = y - framing.center_y
        across = right * np.cos(turn) + down * np.sin(turn)
        upward = down * np.cos(turn) - right * np.sin(turn)
        if abs(across) > width / 2 + SLACK or abs(upward) > height / 2 + SLACK:
            return False
    return True


@settings(deadline=None, max_examples=EXAMPLES)
@given(regions=LAYOUTS, picture=PICTURES, frame=FRAMES, fit=FITS, wished=FRAMINGS)
def test_all_faces_that_the_widest_view_can_hold_are_held(
    regions: list[Region], picture: Resolution, frame: Resolution, fit: Fit, wished: Framing
) -> None:
    notes, on = notes_of(picture, *regions), stage(picture, frame, fit)
    found = nudged(wished, notes, on)
    together = union(bare_faces(notes, on))

    assert found.rotation_deg == wished.rotation_deg
    assert found.zoom <= contained(wished, on.picture_aspect, on.frame_aspect).zoom + SLACK
    view = View(
        center_x=found.center_x,
        center_y=found.center_y,
        width=widest(on.picture_aspect, on.frame_aspect) / found.zoom,
        rotation_deg=found.rotation_deg,
    )
    assert overhang(view, on.picture_aspect, on.frame_aspect) < SLACK
    for face in bare_faces(notes, on):
        assert shows(found, on, face) or not held(face, found, on)
    if together is None or wished.rotation_deg:
        return
    width = widest(on.picture_aspect, on.frame_aspect)
    height = width * on.picture_aspect / on.frame_aspect
    if together.width <= width and together.height <= height:
        assert all(shows(found, on, face) for face in bare_faces(notes, on))


@settings(deadline=None, max_examples=EXAMPLES)
@given(regions=LAYOUTS, picture=PICTURES, frame=FRAMES, fit=FITS, wished=FRAMINGS)
@example(
    regions=[
        region_at(0.0, 0.0, 0.5, 0.5, 0.5, RegionKind.FACE),
        region_at(0.0, 0.5, 0.5, 0.25, 1.0, RegionKind.FACE),
    ],
    picture=Resolution(100, 100),
    frame=FRAME_16_9,
    fit=Fit.FILL,
    wished=Framing(center_x=0.0, center_y=0.0),
)
@example(
    regions=[
        region_at(0.1, 0.5, 0.1, 0.1, 1.0, RegionKind.FACE),
        region_at(0.9, 0.5, 0.1, 0.1, 0.9, RegionKind.FACE),
        region_at(0.5, 0.5, 0.1, 0.1, 0.8, RegionKind.FACE),
    ],
    picture=Resolution(4000, 1000),
    frame=Resolution(1080, 1080),
    fit=Fit.FILL,
    wished=Framing(center_x=0.4, zoom=1.5),
)
def test_a_face_is_cut_only_where_no_place_of_the_widest_view_spares_it(
    regions: list[Region], picture: Resolution, frame: Resolution, fit: Fit, wished: Framing
) -> None:
    notes, on = notes_of(picture, *regions), stage(picture, frame, fit)
    found = nudged(wished, notes, on)
    faces = bare_faces(notes, on)
    kept = [face for face in faces if held(face, found, on)]
    if not any(cut(face, found, on) for face in faces):
        return
    # The widest view, laid all over the picture, never spares what the found framing cuts while it
    # holds what that holds.
    steps = np.linspace(0, 1, 13)
    for x, y in product(steps, steps):
        tried = contained(
            replace(found, center_x=float(x), center_y=float(y), zoom=1.0),
            on.picture_aspect,
            on.frame_aspect,
        )
        if all(held(face, tried, on) for face in kept):
            assert any(cut(face, tried, on) for face in faces)


@settings(deadline=None, max_examples=100)
@given(regions=LAYOUTS, picture=PICTURES, frame=FRAMES, fit=FITS, wished=FRAMINGS)
def test_what_obeys_is_left_as_it_is(
    regions: list[Region], picture: Resolution, frame: Resolution, fit: Fit, wished: Framing
) -> None:
    notes, on = notes_of(picture, *regions), stage(picture, frame, fit)
    once = nudged(wished, notes, on)
    twice = nudged(once, notes, on)
    assert twice.center_x == pytest.approx(once.center_x, abs=SLACK)
    assert twice.center_y == pytest.approx(once.center_y, abs=SLACK)
    assert twice.zoom == pytest.approx(once.zoom, abs=SLACK)


@settings(deadline=None, max_examples=60)
@given(regions=LAYOUTS, start=FRAMINGS, end=FRAMINGS, fit=FITS)
def test_between_two_ends_that_hold_a_face_every_view_holds_it(
    regions: list[Region], start: Framing, end: Framing, fit: Fit
) -> None:
    picture = Resolution(3000, 2000)
    notes, on = notes_of(picture, *regions), stage(picture, Resolution(1920, 1080), fit)
    turn = max(abs(start.rotation_deg), abs(end.rotation_deg))
    begin, finish = (nudged(one, notes, on, max_rotation_deg=turn) for one in (start, end))
    shot = Shot(
        index=0, picture=0, start_frame=0, frame_count=25, framing_start=begin, framing_end=finish
    )
    for face in bare_faces(notes, on):
        if not all(held(face, one, on, max_rotation_deg=turn) for one in (begin, finish)):
            continue
        for frame in range(25):
            view = view_at(shot, frame, on.picture_aspect, on.frame_aspect)
            zoom = widest(on.picture_aspect, on.frame_aspect) / view.width
            between = Framing(
                center_x=view.center_x,
                center_y=view.center_y,
                zoom=zoom,
                rotation_deg=view.rotation_deg,
            )
            assert shows(between, on, face)


PHOTO = Resolution(6000, 4000)
WIDE = stage(PHOTO, Resolution(1920, 1080), Fit.FILL)


def test_a_view_moves_to_a_face_before_it_widens() -> None:
    face = region_at(0.5, 0.5, 0.06, 0.09, 1.0, RegionKind.FACE)
    found = nudged(Framing(center_x=0.74, zoom=2.0), notes_of(PHOTO, face), WIDE)
    assert found.zoom == 2.0
    assert 0.5 < found.center_x < 0.74
    assert held(face.kept_box, found, WIDE)


def test_a_view_widens_where_moving_is_not_enough() -> None:
    faces = [region_at(x, 0.5, 0.05, 0.08, 1.0, RegionKind.FACE) for x in (0.2, 0.8)]
    found = nudged(Framing(center_x=0.2, zoom=3.0), notes_of(PHOTO, *faces), WIDE)
    assert 1.3 < found.zoom < 1.5
    assert all(held(face.kept_box, found, WIDE) for face in faces)


def test_the_heaviest_face_is_held_where_all_cannot_be() -> None:
    large = region_at(0.1, 0.5, 0.1, 0.3, 1.0, RegionKind.FACE)
    small = region_at(0.9, 0.5, 0.05, 0.15, 0.7, RegionKind.FACE)
    picture = Resolution(4000, 1000)
    square = stage(picture, Resolution(1080, 1080), Fit.FILL)
    found = nudged(Framing(center_x=0.9), notes_of(picture, large, small), square)
    assert held(large.kept_box, found, square)
    assert not cut(small.box, found, square)


@pytest.mark.parametrize("turn_deg", [-4.0, 3.0])
def test_a_turned_view_holds_the_corners_of_a_head(turn_deg: float) -> None:
    faces = [region_at(x, y, 0.05, 0.08, 1.0, RegionKind.FACE) for x, y in ((0.2, 0.3), (0.7, 0.6))]
    wished = Framing(center_x=0.3, zoom=3.0, rotation_deg=turn_deg)
    found = nudged(wished, notes_of(PHOTO, *faces), WIDE)
    level = nudged(replace(wished, rotation_deg=0.0), notes_of(PHOTO, *faces), WIDE)
    assert all(shows(found, WIDE, face.kept_box) for face in faces)
    assert found.zoom < level.zoom


def test_writing_is_spared_by_moving_but_not_by_widening() -> None:
    line = region_at(0.5, 0.8, 0.3, 0.05, 0.6, RegionKind.TEXT)
    moved = nudged(Framing(center_x=0.7, center_y=0.7, zoom=2.0), notes_of(PHOTO, line), WIDE)
    assert moved.zoom == 2.0
    assert not cut(line.box, moved, WIDE)
    page = region_at(0.5, 0.5, 0.95, 0.95, 0.6, RegionKind.TEXT)
    near = Framing(center_x=0.5, zoom=2.0)
    assert nudged(near, notes_of(PHOTO, page), WIDE) == near


def test_without_faces_a_framing_is_only_brought_inside() -> None:
    flower = region_at(0.1, 0.1, 0.1, 0.1, 0.5, RegionKind.SALIENT)
    outside = Framing(center_x=1.0, zoom=2.0)
    assert nudged(outside, notes_of(PHOTO, flower), WIDE) == contained(outside, 1.5, 16 / 9)


def test_a_box_lies_in_the_middle_of_a_surround() -> None:
    tall = Resolution(1000, 2000)
    blurred = stage(tall, Resolution(1000, 1000), Fit.BLUR)
    whole = on_stage(Box(left=0.0, top=0.0, right=1.0, bottom=1.0), tall, blurred)
    assert whole == Box(left=0.25, top=0.0, right=0.75, bottom=1.0)


@pytest.mark.parametrize("frame", [Resolution(1920, 1080), Resolution(1080, 1920)])
def test_the_heads_of_a_real_group_are_held_by_every_framing(frame: Resolution) -> None:
    scene = scenes.meadow(1280, 720)
    scenes.with_face(scene, left=420, top=60, face_px=50)
    scenes.with_face(scene, left=600, top=300, face_px=45)
    notes = read_notes(scene, with_depth=False)
    on = stage(notes.size, frame, Fit.FILL)
    heads = [region.kept_box for region in notes.of_kind(RegionKind.FACE)]
    assert len(heads) == 2
    for x, y, zoom in product((0.0, 0.5, 1.0), (0.0, 0.5, 1.0), (1.0, 1.32, 3.0)):
        found = nudged(Framing(center_x=x, center_y=y, zoom=zoom), notes, on)
        assert all(held(head, found, on) for head in heads)


def test_wider_wishes_are_never_made_nearer() -> None:
    face = region_at(0.3, 0.4, 0.1, 0.15, 1.0, RegionKind.FACE)
    zooms = [nudged(Framing(zoom=zoom), notes_of(PHOTO, face), WIDE).zoom for zoom in (1, 2, 3, 4)]
    assert all(near <= far for near, far in pairwise(zooms))
