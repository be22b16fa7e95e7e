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


def test_horizon_turn_depth_and_detail_are_passed_on() -> None:
    subject = subject_of(NOTES)

    assert (subject.horizon_y, subject.level_deg, subject.depth) == (0.6, -1.0, 0.45)
    assert subject.detail is Detail.SHIMMER


def test_a_line_that_may_be_a_roof_is_no_horizon() -> None:
    unsure = replace(NOTES, horizon=Horizon(angle_deg=0.0, center_y=0.6, confidence=0.3))
    assert subject_of(unsure).horizon_y is None


def test_writing_is_seen_whole_and_is_no_target() -> None:
    text = replace(FACE, kind=RegionKind.TEXT)
    subject = subject_of(replace(NOTES, kind=PictureKind.TEXT_HEAVY, regions=(text,)))

    assert subject.keep_whole
    assert subject.targets == ()
    assert subject.detail is Detail.NONE


def test_much_to_see_is_seen_longer_and_an_empty_picture_shorter() -> None:
    plain = subject_of(replace(NOTES, regions=()))
    empty = subject_of(replace(NOTES, regions=(), flat_share=1.0))

    assert subject_of(NOTES).weight > plain.weight > empty.weight > 0


def test_background_is_no_target() -> None:
    faint = replace(FACE, kind=RegionKind.SALIENT, weight=0.1)
    assert subject_of(replace(NOTES, regions=(faint,))).targets == ()
