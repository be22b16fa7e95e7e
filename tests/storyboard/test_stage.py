"""Where pictures of any shape stand in frames of any shape."""

from hypothesis import given
from hypothesis import strategies as st

from ai_video_generator.config.choices import Fit
from ai_video_generator.media.resolution import Resolution
from ai_video_generator.storyboard.stage import stage

PICTURES = st.builds(Resolution, st.integers(1, 30_000), st.integers(1, 30_000))
FRAMES = st.builds(
    lambda width, height: Resolution(2 * width, 2 * height),
    st.integers(8, 4096),
    st.integers(8, 4096),
)


@given(picture=PICTURES, frame=FRAMES, fit=st.sampled_from([Fit.FILL, Fit.BLUR, Fit.CONTAIN]))
def test_the_window_lies_in_the_frame_with_even_sides(
    picture: Resolution, frame: Resolution, fit: Fit
) -> None:
    window = stage(picture, frame, fit).window
    assert 2 <= window.width_px <= frame.width_px
    assert 2 <= window.height_px <= frame.height_px
    assert window.width_px % 2 == window.height_px % 2 == 0
    if fit is not Fit.CONTAIN:
        assert window == frame


def test_a_contained_portrait_stands_in_a_window_of_its_shape() -> None:
    staged = stage(Resolution(3000, 4000), Resolution(1920, 1080), Fit.CONTAIN)
    assert staged.window == Resolution(810, 1080)
    assert staged.picture_aspect == staged.frame_aspect == 0.75
    assert staged.whole
    assert not staged.surround
