"""What was seen becomes what is directed."""

from dataclasses import replace

import numpy as np

from ai_video_generator.media.resolution import Resolution
from ai_video_generator.storyboard.director import Subject
from ai_video_generator.storyboard.picture_notes import (
    Depth,
    DepthSource,
    Horizon,
    PictureKind,
    PictureNotes,
    Region,
    RegionKind,
    Scenery,
)
from ai_video_generator.storyboard.storyboard import Detail
from ai_video_generator.storyboard.subjects import subject_of

FACE = Region(
    center_x=0.4,
    center_y=0.3,
    width=0.1,
    height=0.2,
    weight=1.0,
    kind=RegionKind.FACE,
    confidence=0.9,
)
NOTES = PictureNotes(
    size=Resolution(600, 400),
    kind=PictureKind.PHOTO,
    regions=(FACE, replace(FACE, kind=RegionKind.SALIENT, weight=0.4, center_x=0.8)),
    safe_region=None,
    horizon=Horizon(angle_deg=-1.0, center_y=0.6, confidence=0.9),
    turn_deg=-1.0,
    flat_share=0.0,
    depth=Depth(far=np.zeros((4, 6), np.float32), confidence=0.45, source=DepthSource.ESTIMATE),
)


def test_nothing_is_known_without_notes() -> None:
    assert subject_of(None) == Subject()


def test_targets_are_the_places_that_draw_the_eye_a_face_with_its_head() -> None:
    subject = subject_of(NOTES)

    assert len(subject.targets) == 2
    head, place = subject.targets
    assert head.height > FACE.height
    assert (round(place.width, 6), round(place.height, 6)) == (0.1, 0.2)


def test_horizon_turn_depth_and_details_are_passed_on() -> None:
    subject = subject_of(replace(NOTES, scenery=Scenery(sky_share=0.3)))

    assert (subject.horizon_y, subject.level_deg, subject.depth) == (0.6, -1.0, 0.45)
    assert subject.details == ((Detail.SHIMMER,),)


def test_a_line_that_may_be_a_roof_is_no_horizon() -> None:
    unsure = replace(NOTES, horizon=Horizon(angle_deg=0.0, center_y=0.6, confidence=0.3))
    assert subject_of(unsure).horizon_y is None


def test_writing_is_seen_whole_and_is_no_target() -> None:
    text = replace(FACE, kind=RegionKind.TEXT)
    subject = subject_of(replace(NOTES, kind=PictureKind.TEXT_HEAVY, regions=(text,)))

    assert subject.keep_whole
    assert subject.targets == ()
    assert subject.details == ()


def test_four_lines_on_a_photo_of_a_poster_are_there_to_be_read() -> None:
    lines = tuple(
        replace(FACE, kind=RegionKind.TEXT, center_y=0.2 * step, height=0.1) for step in range(1, 5)
    )
    poster = replace(NOTES, regions=lines, flat_share=0.7)

    assert subject_of(poster).keep_whole
    assert subject_of(poster).level_deg == 0
    assert not subject_of(replace(poster, regions=lines[:3])).keep_whole


def test_paper_is_seen_longer_the_more_it_says_and_not_shorter_for_being_empty() -> None:
    lines = [replace(FACE, kind=RegionKind.TEXT, center_y=step / 20) for step in range(1, 18)]
    page = replace(NOTES, kind=PictureKind.TEXT_HEAVY, flat_share=0.9)
    weights = [
        subject_of(replace(page, regions=tuple(lines[:count]))).weight for count in (4, 8, 17)
    ]

    assert 1 < weights[0] < weights[1] < weights[2]
    assert weights[2] <= 1.5


def _place(left: float, right: float, top: float, bottom: float) -> Region:
    return replace(
        FACE,
        kind=RegionKind.SALIENT,
        center_x=(left + right) / 2,
        center_y=(top + bottom) / 2,
        width=right - left,
        height=bottom - top,
        weight=0.5,
    )


def test_two_eyes_are_one_target() -> None:
    regions = (_place(0.26, 0.63, 0.29, 0.84), _place(0.73, 0.77, 0.44, 0.63))
    targets = subject_of(replace(NOTES, regions=regions)).targets

    assert len(targets) == 1
    assert round(targets[0].center_x - targets[0].width / 2, 6) == 0.26
    assert round(targets[0].center_x + targets[0].width / 2, 6) == 0.77


def test_places_far_apart_are_two_targets() -> None:
    regions = (_place(0.1, 0.2, 0.3, 0.4), _place(0.5, 0.6, 0.3, 0.4))
    assert len(subject_of(replace(NOTES, regions=regions)).targets) == 2


def test_what_could_only_be_shown_by_cutting_a_better_place_is_no_target() -> None:
    regions = (_place(0.42, 0.72, 0.28, 0.88), _place(0.15, 0.67, 0.05, 0.57))
    targets = subject_of(replace(NOTES, regions=regions)).targets

    assert [round(target.center_x, 2) for target in targets] == [0.57]


def test_much_to_see_is_seen_longer_and_an_empty_picture_shorter() -> None:
    plain = subject_of(replace(NOTES, regions=()))
    empty = subject_of(replace(NOTES, regions=(), flat_share=1.0))

    assert subject_of(NOTES).weight > plain.weight > empty.weight > 0


def test_background_is_no_target() -> None:
    faint = replace(FACE, kind=RegionKind.SALIENT, weight=0.1)
    assert subject_of(replace(NOTES, regions=(faint,))).targets == ()
