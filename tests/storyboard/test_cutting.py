"""Cuts fall on the music, and shots are as long as a style wishes them."""

from bisect import bisect_left
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ai_video_generator.config.choices import Style
from ai_video_generator.storyboard.cutting import Pulse, cut_times, wished_s
from ai_video_generator.storyboard.styles import (
    FASTEST_PAN_PER_S,
    FASTEST_ZOOM_PER_S,
    MANNERS,
)

STYLES = st.sampled_from(list(MANNERS))
_BEAT_S = 0.5
BEATS = [_BEAT_S * number for number in range(360)]
SONG = Pulse(
    duration_s=180.0,
    beat_times_s=BEATS,
    downbeat_times_s=BEATS[::4],
    section_starts_s=[0.0, 32.0, 64.0, 128.0],
    energy=[0.2] * 32 + [0.9] * 32 + [0.4] * 64 + [0.9] * 52,
)


def cuts_of(
    style: Style, pulse: Pulse = SONG, *, start_s: float = 0.0, seed: int = 0
) -> list[float]:
    return cut_times(
        pulse,
        MANNERS[style],
        start_s=start_s,
        end_s=pulse.duration_s,
        random=Random(seed),  # noqa: S311 - cuts are no secret
    )


@pytest.mark.parametrize("style", MANNERS)
def test_every_cut_of_a_song_is_on_a_beat_and_sections_are_met(style: Style) -> None:
    cuts = cuts_of(style)

    assert set(cuts) <= set(BEATS)
    assert {32.0, 64.0, 128.0} <= set(cuts)
    assert sum(cut in BEATS[::4] for cut in cuts) >= 0.9 * len(cuts)


@pytest.mark.parametrize("style", [Style.MUSIC_VIDEO, Style.ENERGETIC])
def test_loud_parts_have_shorter_shots(style: Style) -> None:
    edges = [0.0, *cuts_of(style), 180.0]
    lengths = {
        loud: [b - a for a, b in pairwise(edges) if (SONG.energy_at((a + b) / 2) > 0.5) is loud]
        for loud in (True, False)
    }
    mean = {loud: sum(found) / len(found) for loud, found in lengths.items()}
    assert mean[True] < 0.8 * mean[False]


@settings(deadline=None, max_examples=60)
@given(
    style=STYLES,
    duration_s=st.floats(0.05, 900),
    tempo=st.floats(50, 200),
    seed=st.integers(0, 10**6),
    energy=st.lists(st.floats(0, 1), min_size=1, max_size=20),
    start=st.floats(0, 0.9),
)
def test_shots_keep_their_bounds_where_beats_allow(
    *, style: Style, duration_s: float, tempo: float, seed: int, energy: list[float], start: float
) -> None:
    beat_s = 60 / tempo
    beats = [beat_s * number for number in range(int(duration_s / beat_s) + 1)]
    pulse = Pulse(duration_s=duration_s, beat_times_s=beats, energy=energy)
    manner = MANNERS[style]

    cuts = cuts_of(style, pulse, start_s=start * duration_s, seed=seed)

    edges = [start * duration_s, *cuts, duration_s]
    assert edges == sorted(edges)
    for first, last in pairwise(edges):
        assert last - first >= manner.shortest_s - 1e-9 or not cuts
        # A last shot may be longer than it should: half of it would be shorter than it may.
        assert last - first <= manner.longest_s + beat_s + manner.shortest_s


@given(style=STYLES, duration_s=st.floats(0.05, 900), seed=st.integers(0, 10**6))
def test_without_beats_shots_are_even_but_not_equal(
    style: Style, duration_s: float, seed: int
) -> None:
    cuts = cuts_of(style, Pulse(duration_s=duration_s), seed=seed)

    lengths = [last - first for first, last in pairwise([0.0, *cuts, duration_s])]
    assert all(length <= 1.4 * MANNERS[style].longest_s for length in lengths)
    assert len(set(lengths)) == len(lengths)


def test_speech_is_cut_in_its_pauses() -> None:
    pauses = [3.7 * number for number in range(1, 30)]
    pulse = Pulse(duration_s=111.0, pause_times_s=pauses)

    cuts = cuts_of(Style.PODCAST, pulse)

    assert len(cuts) >= 4
    assert all(pauses[bisect_left(pauses, cut)] == cut for cut in cuts)


def test_another_seed_cuts_elsewhere_and_the_same_does_not() -> None:
    assert cuts_of(Style.MUSIC_VIDEO, seed=1) == cuts_of(Style.MUSIC_VIDEO, seed=1)
    assert len({tuple(cuts_of(Style.MUSIC_VIDEO, seed=seed)) for seed in range(8)}) == 8


def test_a_long_gap_without_beats_is_bridged() -> None:
    beats = [*BEATS[:40], *(100 + beat for beat in BEATS[:40])]
    pulse = Pulse(duration_s=120.0, beat_times_s=beats)

    cuts = cuts_of(Style.ENERGETIC, pulse)

    assert max(last - first for first, last in pairwise([0.0, *cuts, 120.0])) > 70
    assert set(cuts) <= set(beats)


@pytest.mark.parametrize("style", MANNERS)
def test_what_a_style_wishes_is_within_its_bounds(style: Style) -> None:
    manner = MANNERS[style]
    for energy in (0.0, 0.5, 1.0):
        wished = wished_s(Pulse(duration_s=10, energy=[energy]), manner, 5)
        assert manner.shortest_s <= wished <= manner.longest_s
    assert manner.pan_per_s <= FASTEST_PAN_PER_S
    assert manner.zoom_per_s <= FASTEST_ZOOM_PER_S
