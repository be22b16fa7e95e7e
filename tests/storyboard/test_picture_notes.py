import pytest

from ai_video_generator.storyboard.picture_notes import Box, Region, RegionKind, union


def region(kind: RegionKind, *, center_y: float = 0.5) -> Region:
    return Region(
        center_x=0.5,
        center_y=center_y,
        width=0.2,
        height=0.1,
        weight=1.0,
        kind=kind,
        confidence=1.0,
    )


def test_a_face_is_kept_with_its_head_and_writing_as_it_is() -> None:
    head = region(RegionKind.FACE).kept_box
    assert head.left == pytest.approx(0.36)
    assert head.right == pytest.approx(0.64)
    assert head.top == pytest.approx(0.395)
    assert head.bottom == pytest.approx(0.57)
    assert region(RegionKind.TEXT).kept_box == region(RegionKind.TEXT).box


def test_a_head_at_the_border_is_kept_as_far_as_it_is_in_the_picture() -> None:
    head = region(RegionKind.FACE, center_y=0.02).kept_box
    assert head.top == 0.0
    assert head.bottom == pytest.approx(0.09)


def test_a_union_holds_its_boxes() -> None:
    one = Box(left=0.1, top=0.2, right=0.3, bottom=0.4)
    other = Box(left=0.2, top=0.1, right=0.25, bottom=0.9)
    assert union([one, other]) == Box(left=0.1, top=0.1, right=0.3, bottom=0.9)
    assert union([]) is None
