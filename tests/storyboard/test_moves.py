"""What a shot is about is in view when it arrives, and writing never leaves it."""

from dataclasses import replace
from fractions import Fraction
from random import Random

import pytest

from ai_video_generator.config.choices import Fit, Style
from ai_video_generator.media.resolution import Resolution
from ai_video_generator.media.timeline import Timeline
from ai_video_generator.storyboard.camera_path import view_at
from ai_video_generator.storyboard.director import Subject, direct
from ai_video_generator.storyboard.ground import Target, ground
from ai_video_generator.storyboard.moves import Kind, move
from ai_video_generator.storyboard.picture_notes import (
    Box,
    PictureKind,
    PictureNotes,
    Region,
    RegionKind,
)
from ai_video_generator.storyboard.stage import Stage, stage
from ai_video_generator.storyboard.storyboard import Detail, Framing
from ai_video_generator.storyboard.styles import MANNERS

FRAME = Resolution(1920, 1080)
PHOTO = Resolution(3000, 2000)
SEEDS = range(12)
TARGETS = (
    Target(center_x=0.2, center_y=0.75, width=0.2, height=0.2),
    Target(center_x=0.57, center_y=0.58, width=0.3, height=0.3),
    Target(center_x=0.85, center_y=0.2, width=0.2, height=0.2),
)


def _view(framing: Framing, on: Stage) -> Box:
    """What an upright framing shows."""
    width = min(1.0, on.frame_aspect / on.picture_aspect) / framing.zoom
    height = width * on.picture_aspect / on.frame_aspect
    return Box(
        left=framing.center_x - width / 2,
        top=framing.center_y - height / 2,
        right=framing.center_x + width / 2,
        bottom=framing.center_y + height / 2,
    )


def _holds(view: Box, target: Target) -> bool:
    slack = 1e-6
    return (
        view.left <= target.center_x - target.width / 2 + slack
        and view.top <= target.center_y - target.height / 2 + slack
        and view.right >= target.center_x + target.width / 2 - slack
        and view.bottom >= target.center_y + target.height / 2 - slack
    )


def _move(kind: Kind, target: Target, seed: int, style: Style) -> tuple[Framing, Framing, Stage]:
    on = stage(PHOTO, FRAME, Fit.FILL)
    place = ground(on, MANNERS[style], seconds=6.0, energy=0.6, target=target)
    random = Random(seed)  # noqa: S311 - camera moves are no secret
    return (*move(kind, random, place), on)


@pytest.mark.parametrize("style", [Style.DOCUMENTARY, Style.ENERGETIC])
@pytest.mark.parametrize("target", TARGETS, ids=("low left", "middle", "high right"))
@pytest.mark.parametrize("kind", [Kind.WIDE, Kind.DETAIL, Kind.TRACK, Kind.TILT])
def test_a_shot_arrives_with_its_target_whole(kind: Kind, target: Target, style: Style) -> None:
    for seed in SEEDS:
        _, finish, on = _move(kind, target, seed, style)
        assert _holds(_view(replace(finish, rotation_deg=0.0), on), target), (kind, seed)


@pytest.mark.parametrize("target", TARGETS, ids=("low left", "middle", "high right"))
def test_the_first_view_of_a_cropped_picture_has_its_target(target: Target) -> None:
    begin, _, on = _move(Kind.WIDE, target, 0, Style.CALM)
    assert _holds(_view(begin, on), target)


@pytest.mark.parametrize("target", TARGETS, ids=("low left", "middle", "high right"))
@pytest.mark.parametrize("kind", [Kind.TRACK, Kind.TILT])
def test_a_way_to_a_target_is_not_short_because_the_target_is_at_the_side(
    kind: Kind, target: Target
) -> None:
    for seed in SEEDS:
        begin, finish, _ = _move(kind, target, seed, Style.DOCUMENTARY)
        way = abs(finish.center_x - begin.center_x) + abs(finish.center_y - begin.center_y)
        assert way > 0.06, (kind, seed)


def test_of_what_is_taller_than_the_view_the_top_is_shown() -> None:
    cup = Target(center_x=0.5, center_y=0.465, width=0.4, height=0.75)
    for kind in (Kind.WIDE, Kind.TILT):
        _, finish, on = _move(kind, cup, 3, Style.ENERGETIC)
        assert 0 <= _view(replace(finish, rotation_deg=0.0), on).top <= 0.09


def _poster() -> PictureNotes:
    lines = tuple(
        Region(
            center_x=0.43,
            center_y=y,
            width=0.7,
            height=0.06,
            weight=0.5,
            kind=RegionKind.TEXT,
            confidence=1.0,
        )
        for y in (0.11, 0.3, 0.6, 0.95)
    )
    return PictureNotes(
        size=Resolution(1600, 2260),
        kind=PictureKind.PHOTO,
        regions=lines,
        safe_region=Box(left=0.08, top=0.08, right=0.78, bottom=0.98),
        horizon=None,
        turn_deg=0.0,
        flat_share=0.6,
        depth=None,
    )


@pytest.mark.parametrize("style", [Style.CALM, Style.ENERGETIC])
def test_writing_stays_in_view_for_as_long_as_the_camera_breathes(style: Style) -> None:
    notes = _poster()
    on = stage(notes.size, FRAME, Fit.AUTO)
    assert on.surround
    timeline = Timeline.covering(Fraction(20), Fraction(24))
    for seed in SEEDS:
        board = direct(
            [on],
            timeline,
            seed=seed,
            subjects=[Subject(keep_whole=True, notes=notes)],
            manner=MANNERS[style],
        )
        for shot in board.shots:
            for frame in range(shot.start_frame, shot.end_frame, 5):
                seen = view_at(shot, frame, on.picture_aspect, on.frame_aspect)
                # The poster is as high as the stage.
                assert seen.center_y - seen.width / 2 <= 0.08
                assert seen.center_y + seen.width / 2 >= 0.98


def test_the_way_from_the_whole_to_the_only_place_is_shown_once() -> None:
    on = stage(PHOTO, FRAME, Fit.FILL)
    for seed in range(30):
        board = direct(
            [on],
            Timeline.covering(Fraction(60), Fraction(24)),
            seed=seed,
            subjects=[Subject(targets=TARGETS[1:2])],
            manner=MANNERS[Style.MUSIC_VIDEO],
        )
        pairs = [(shot.framing_start, shot.framing_end) for shot in board.shots]
        assert pairs.count(pairs[0]) == 1
        assert sum(start.zoom < min(1.05, end.zoom) for start, end in pairs) == 1


def test_a_detail_lives_through_all_shots_of_its_picture_and_as_its_style_allows() -> None:
    on = stage(PHOTO, FRAME, Fit.FILL)
    subjects = [
        Subject(details=((Detail.RAIN,), (Detail.SHIMMER,))),
        Subject(details=((Detail.LIGHT, Detail.GRAIN),)),
        Subject(),
    ]
    seen: dict[Style, set[tuple[Detail, ...]]] = {style: set() for style in MANNERS}
    for style, found in seen.items():
        for seed in SEEDS:
            board = direct(
                [on] * 3,
                Timeline.covering(Fraction(90), Fraction(24)),
                seed=seed,
                subjects=subjects,
                manner=MANNERS[style],
            )
            details = [
                {shot.detail for shot in board.shots if shot.picture == picture}
                for picture in range(3)
            ]
            assert all(len(one) == 1 for one in details)
            found.add(tuple(one.pop() for one in details))
    assert seen[Style.PODCAST] == {(Detail.SHIMMER, Detail.LIGHT, Detail.NONE)}
    assert seen[Style.MUSIC_VIDEO] == {
        (Detail.RAIN, Detail.LIGHT, Detail.NONE),
        (Detail.RAIN, Detail.GRAIN, Detail.NONE),
    }
