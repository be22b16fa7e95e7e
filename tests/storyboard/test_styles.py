"""Styles keep their character where a model makes shots in passes."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai_video_generator.config.choices import Fit, Style
from ai_video_generator.media.resolution import Resolution
from ai_video_generator.media.timeline import Timeline
from ai_video_generator.storyboard.cutting import Pulse
from ai_video_generator.storyboard.director import direct
from ai_video_generator.storyboard.stage import stage
from ai_video_generator.storyboard.styles import MANNERS, in_passes

STYLES = sorted(MANNERS)


@pytest.mark.parametrize("style", STYLES)
@given(pass_s=st.floats(1.0, 20.0))
def test_shots_are_as_long_as_a_pass_and_never_longer_than_two(style: Style, pass_s: float) -> None:
    manner = MANNERS[style]
    fitted = in_passes(manner, pass_s)
    assert fitted.shot_s == min(manner.shot_s, pass_s)
    assert fitted.longest_s == min(manner.longest_s, 2 * pass_s)
    assert fitted.shortest_s <= fitted.shot_s <= fitted.longest_s
    lengths = (manner.shot_s, manner.shortest_s, manner.longest_s)
    names = ("shot_s", "shortest_s", "longest_s")
    same: dict[str, Any] = dict(zip(names, lengths, strict=True))
    assert replace(fitted, **same) == manner


@pytest.mark.parametrize("style", STYLES)
def test_a_song_is_cut_into_shots_that_a_model_makes_well(style: Style) -> None:
    pass_s = 24 / 7
    size = Resolution(1280, 720)
    beats = [0.5 * count for count in range(1, 240)]
    board = direct(
        [stage(size, size, Fit.FILL)],
        Timeline.covering(Fraction(120), Fraction(24)),
        pulse=Pulse(duration_s=120.0, beat_times_s=beats, downbeat_times_s=beats[::4]),
        manner=in_passes(MANNERS[style], pass_s),
    )
    lengths = [shot.frame_count / 24 for shot in board.shots]
    dissolves = MANNERS[style].dissolve_s
    assert max(lengths) <= 2 * pass_s + dissolves + 0.5
    assert sum(lengths) / len(lengths) <= 1.3 * pass_s + dissolves
