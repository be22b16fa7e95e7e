"""No shot cuts through a face, or leaves one out that it could hold, at any of its frames."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ai_video_generator.config.choices import Fit
from ai_video_generator.media.resolution import Resolution
from ai_video_generator.media.timeline import Timeline
from ai_video_generator.storyboard.camera_path import view_at, widest
from ai_video_generator.storyboard.cutting import Pulse
from ai_video_generator.storyboard.director import direct
from ai_video_generator.storyboard.face_framing import nudged
from ai_video_generator.storyboard.picture_notes import (
    PictureKind,
    PictureNotes,
    Region,
    RegionKind,
    union,
)
from ai_video_generator.storyboard.stage import Stage, stage
from ai_video_generator.storyboard.storyboard import Framing, Shot
from ai_video_generator.storyboard.styles import MANNERS
from ai_video_generator.storyboard.subjects import subject_of

FACES = st.lists(
    st.builds(
        Region,
        center_x=st.floats(0.02, 0.98),
        center_y=st.floats(0.02, 0.98),
        width=st.floats(0.01, 0.35),
        height=st.floats(0.01, 0.45),
        weight=st.floats(0.3, 1.0),
        kind=st.just(RegionKind.FACE),
        confidence=st.just(0.9),
    ),
    min_size=1,
    max_size=4,
)


def notes_of(size: Resolution, regions: list[Region]) -> PictureNotes:
    return PictureNotes(
        size=size,
        kind=PictureKind.GROUP,
        regions=tuple(sorted(regions, key=lambda region: -region.weight)),
        safe_region=union(region.kept_box for region in regions),
        horizon=None,
        turn_deg=0.0,
        flat_share=0.0,
        depth=None,
    )


def framing_at(shot: Shot, index: int, on: Stage) -> Framing:
    """What a shot shows at a frame, as a framing."""
    view = view_at(shot, index, on.picture_aspect, on.frame_aspect)
    return Framing(
        center_x=view.center_x,
        center_y=view.center_y,
        zoom=widest(on.picture_aspect, on.frame_aspect) / view.width,
        rotation_deg=view.rotation_deg,
    )


@pytest.mark.slow
@settings(deadline=None, max_examples=60)
@given(
    size=st.builds(Resolution, st.integers(300, 6000), st.integers(300, 6000)),
    frame=st.sampled_from([Resolution(1920, 1080), Resolution(1080, 1920), Resolution(1080, 1080)]),
    fit=st.sampled_from([Fit.FILL, Fit.BLUR, Fit.CONTAIN]),
    regions=FACES,
    style=st.sampled_from(list(MANNERS)),
    seed=st.integers(0, 10**6),
)
def test_no_face_is_cut_or_left_out_at_any_frame(
    *,
    size: Resolution,
    frame: Resolution,
    fit: Fit,
    regions: list[Region],
    style: object,
    seed: int,
) -> None:
    on = stage(size, frame, fit)
    notes = notes_of(size, regions)
    board = direct(
        [on],
        Timeline.covering(Fraction(40), Fraction(30)),
        seed=seed,
        subjects=[subject_of(notes)],
        pulse=Pulse(duration_s=40.0, beat_times_s=[0.5 * number for number in range(80)]),
        manner=MANNERS[style],  # type: ignore[index]  # sampled from its keys
    )

    for shot in board.shots:
        for step in range(6):
            index = shot.start_frame + (shot.frame_count - 1) * step // 5
            framing = framing_at(shot, index, on)
            kept = nudged(framing, notes, on)
            assert kept.center_x == pytest.approx(framing.center_x, abs=2e-3)
            assert kept.center_y == pytest.approx(framing.center_y, abs=2e-3)
            assert kept.zoom == pytest.approx(framing.zoom, rel=2e-3)
