"""How the camera moves: smooth, even to the eye, and never beyond the picture's edge."""

from itertools import pairwise
from math import hypot, log

import numpy as np
import pytest
from corpus.views import overhang
from hypothesis import given
from hypothesis import strategies as st

from ai_video_generator.storyboard.camera_path import (
    View,
    contained,
    dissolve_weight,
    eased,
    pan_between,
    view_at,
    widest,
)
from ai_video_generator.storyboard.storyboard import Easing, Framing, Shot

ASPECTS = st.floats(1 / 600, 600)
FRAMINGS = st.builds(
    Framing,
    center_x=st.floats(-1, 2),
    center_y=st.floats(-1, 2),
    zoom=st.floats(0.1, 20),
    rotation_deg=st.floats(-30, 30),
)


def shot_of(
    start: Framing, end: Framing, frame_count: int = 101, easing: Easing = Easing.IN_OUT
) -> Shot:
    return Shot(
        index=0,
        picture=0,
        start_frame=50,
        frame_count=frame_count,
        framing_start=start,
        framing_end=end,
        easing=easing,
    )


@pytest.mark.parametrize("easing", Easing)
def test_easing_goes_from_start_to_end_and_never_back(easing: Easing) -> None:
    way = [eased(step / 10_000, easing) for step in range(10_001)]
    assert way[0] == 0
    assert way[-1] == 1
    assert all(after > before for before, after in pairwise(way))


def test_easing_starts_and_rests_softly() -> None:
    way = np.array([eased(step / 10_000, Easing.IN_OUT) for step in range(10_001)])
    speed = np.diff(way) * 10_000
    acceleration = np.diff(speed) * 10_000
    assert speed[0] < 1e-3
    assert speed[-1] < 1e-3
    # Continuous: no step of the speed is larger than its steepest slope allows, and none of the
    # acceleration either (its own slope is at most pi^2 / (2 ramp^2 (1 - ramp)) = 105).
    assert np.abs(np.diff(speed)).max() < 1e-3
    assert np.abs(np.diff(acceleration)).max() < 0.02
    assert np.allclose(speed[2600:7400], 1 / 0.75)
    assert np.allclose(way + way[::-1], 1)


@given(
    wide=st.floats(1, 3),
    growth=st.floats(0.3, 3),
    to_x=st.floats(0.3, 0.7),
    to_y=st.floats(0.3, 0.7),
)
def test_zoom_grows_by_the_same_factor_every_frame_in_the_middle(
    wide: float, growth: float, to_x: float, to_y: float
) -> None:
    shot = shot_of(Framing(zoom=wide), Framing(zoom=wide * growth, center_x=to_x, center_y=to_y))
    views = [view_at(shot, index, 1.5, 16 / 9) for index in range(50 + 26, 50 + 75)]
    ratios = np.array([after.width / before.width for before, after in pairwise(views)])
    assert np.ptp(ratios) < 1e-12
    # Two thirds of the mean speed's ramps are lost: the middle is 4/3 as fast as the mean.
    assert ratios[0] == pytest.approx(growth ** (-4 / 3 / 100), rel=1e-9)


@given(growth=st.floats(0.4, 2.5), to_x=st.floats(0.2, 0.8), to_y=st.floats(0.2, 0.8))
def test_speed_on_the_screen_is_even_while_zooming_and_panning(
    growth: float, to_x: float, to_y: float
) -> None:
    shot = shot_of(
        Framing(zoom=1.2), Framing(zoom=1.2 * growth, center_x=to_x, center_y=to_y), 1001
    )
    views = [view_at(shot, index, 1.5, 16 / 9) for index in range(50 + 260, 50 + 740)]
    speeds = np.array(
        [
            hypot(after.center_x - before.center_x, (after.center_y - before.center_y) / 1.5)
            / ((after.width + before.width) / 2)
            for before, after in pairwise(views)
        ]
    )
    # The mean of two widths stands for the width between them: 1e-6 at a thousand frames.
    assert np.ptp(speeds) <= 1e-5 * speeds.mean() + 1e-12


@given(start=FRAMINGS, end=FRAMINGS, easing=st.sampled_from(Easing))
def test_a_shot_begins_and_ends_at_its_framings(
    start: Framing, end: Framing, easing: Easing
) -> None:
    shot = shot_of(start, end, easing=easing)
    base = widest(1.5, 16 / 9)
    for index, framing in ((50, start), (150, end)):
        view = view_at(shot, index, 1.5, 16 / 9)
        assert view.center_x == pytest.approx(framing.center_x, abs=1e-9)
        assert view.center_y == pytest.approx(framing.center_y, abs=1e-9)
        assert view.width == pytest.approx(base / framing.zoom)
        assert view.rotation_deg == pytest.approx(framing.rotation_deg, abs=1e-9)


@pytest.mark.parametrize("growth", [1e-12, 1e-10, 2e-9, 1e-8, 1e-6, -1e-9, -1e-7])
def test_hardly_any_zoom_is_a_plain_pan(growth: float) -> None:
    shot = shot_of(Framing(center_x=0.4, zoom=1.3), Framing(center_x=0.6, zoom=1.3 * (1 + growth)))
    middle = view_at(shot, 100, 1.5, 16 / 9)
    assert middle.center_x == pytest.approx(0.5, abs=1e-6)


def test_a_shot_of_one_frame_stands() -> None:
    shot = shot_of(Framing(zoom=1.1), Framing(zoom=1.2), 1)
    assert view_at(shot, 50, 1.5, 16 / 9).width == pytest.approx(widest(1.5, 16 / 9) / 1.1)


@given(framing=FRAMINGS, picture=ASPECTS, frame=ASPECTS, more=st.floats(0, 40))
def test_a_contained_view_lies_inside_for_every_smaller_turn(
    framing: Framing, picture: float, frame: float, more: float
) -> None:
    inside = contained(framing, picture, frame, max_rotation_deg=more)
    largest = max(abs(framing.rotation_deg), more)
    for turn in np.linspace(-largest, largest, 41):
        view = View(
            center_x=inside.center_x,
            center_y=inside.center_y,
            width=widest(picture, frame) / inside.zoom,
            rotation_deg=float(turn),
        )
        assert overhang(view, picture, frame) < 1e-9


@given(start=FRAMINGS, end=FRAMINGS, picture=ASPECTS, frame=ASPECTS)
def test_between_contained_framings_every_view_is_inside(
    start: Framing, end: Framing, picture: float, frame: float
) -> None:
    turn = max(abs(start.rotation_deg), abs(end.rotation_deg))
    shot = shot_of(
        contained(start, picture, frame, max_rotation_deg=turn),
        contained(end, picture, frame, max_rotation_deg=turn),
        21,
    )
    for index in range(50, 71):
        assert overhang(view_at(shot, index, picture, frame), picture, frame) < 1e-9


def test_what_is_inside_already_is_left_alone() -> None:
    framing = Framing(center_x=0.45, center_y=0.55, zoom=1.5, rotation_deg=0.5)
    assert contained(framing, 1.5, 16 / 9) == framing


def test_the_widest_view_touches_two_edges() -> None:
    assert widest(4.0, 2.0) == 0.5
    assert widest(1.0, 2.0) == 1.0


@given(
    growth=st.floats(0.5, 2), to_x=st.floats(0.2, 0.8), to_y=st.floats(0.2, 0.8), picture=ASPECTS
)
def test_the_way_of_a_move_is_the_sum_of_its_steps(
    growth: float, to_x: float, to_y: float, picture: float
) -> None:
    start, end = Framing(zoom=1.5), Framing(zoom=1.5 * growth, center_x=to_x, center_y=to_y)
    views = [view_at(shot_of(start, end, 501), index, picture, 16 / 9) for index in range(50, 551)]
    way = sum(
        hypot(after.center_x - before.center_x, (after.center_y - before.center_y) / picture)
        / ((after.width + before.width) / 2)
        for before, after in pairwise(views)
    )
    assert pan_between(start, end, picture, 16 / 9) == pytest.approx(way, rel=1e-4, abs=1e-12)


def test_a_dissolve_runs_evenly_from_the_one_shot_to_the_other() -> None:
    before = shot_of(Framing(), Framing(), 30)
    after = Shot(
        index=1,
        picture=1,
        start_frame=70,
        frame_count=30,
        framing_start=Framing(),
        framing_end=Framing(),
    )
    weights = [dissolve_weight(before, after, index) for index in range(69, 81)]
    assert weights[0] == 0
    assert weights[-1] == 1
    assert all(second > first for first, second in pairwise(weights))
    assert np.allclose(np.array(weights) + weights[::-1], 1)


def test_growth_of_the_zoom_has_the_sign_of_the_move() -> None:
    shot = shot_of(Framing(zoom=1.0), Framing(zoom=1.2))
    views = [view_at(shot, index, 1.5, 16 / 9) for index in range(50, 151)]
    assert all(log(before.width / after.width) > 0 for before, after in pairwise(views))
