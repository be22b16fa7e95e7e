"""Directed to music: cuts on beats, moves by energy, targets and horizons met, always inside."""

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from math import hypot, log

import pytest
from corpus.views import overhang
from hypothesis import given, settings
from hypothesis import strategies as st

from ai_video_generator.config.choices import Fit, Style
from ai_video_generator.media.resolution import Resolution
from ai_video_generator.media.timeline import Timeline
from ai_video_generator.storyboard.camera_path import view_at, widest
from ai_video_generator.storyboard.cutting import Pulse
from ai_video_generator.storyboard.director import Subject, direct
from ai_video_generator.storyboard.ground import Target
from ai_video_generator.storyboard.stage import Stage, stage
from ai_video_generator.storyboard.storyboard import Shot, Storyboard
from ai_video_generator.storyboard.styles import MANNERS

PHOTO, FRAME = Resolution(6000, 4000), Resolution(1920, 1080)
STAGE = stage(PHOTO, FRAME, Fit.FILL)

STYLES = st.sampled_from(list(MANNERS))
RATES = st.sampled_from([Fraction(24), Fraction(30), Fraction(30_000, 1001), Fraction(60)])
SHARES = st.floats(0, 1)


@st.composite
def pulses(draw: st.DrawFn) -> Pulse:
    """Music of a varying tempo, with sections and loud and quiet parts."""
    duration_s = draw(st.floats(5, 240))
    beats, time_s = [], draw(st.floats(0, 1))
    period_s = 60 / draw(st.floats(60, 190))
    while time_s < duration_s:
        beats.append(time_s)
        time_s += period_s * draw(st.sampled_from([0.97, 1.0, 1.0, 1.0, 1.03]))
    return Pulse(
        duration_s=duration_s,
        beat_times_s=beats,
        downbeat_times_s=beats[:: draw(st.sampled_from([3, 4]))],
        section_starts_s=[0.0, *beats[32::64]],
        onset_times_s=beats[::3],
        energy=draw(st.lists(SHARES, min_size=1, max_size=12)),
    )


@st.composite
def subjects(draw: st.DrawFn) -> Subject:
    targets = draw(
        st.lists(
            st.builds(
                Target,
                center_x=SHARES,
                center_y=SHARES,
                width=st.floats(0, 0.6),
                height=st.floats(0, 0.6),
            ),
            max_size=4,
        )
    )
    return Subject(
        targets=tuple(targets),
        weight=draw(st.floats(0.2, 5)),
        horizon_y=draw(st.none() | SHARES),
        level_deg=draw(st.sampled_from([0.0, 0.0, -2.5, 1.2])),
        keep_whole=draw(st.booleans()),
    )


def board_of(
    pulse: Pulse,
    style: Style,
    rate: Fraction = Fraction(30),
    seed: int = 0,
    subject: Subject | None = None,
) -> Storyboard:
    line = Timeline.covering(Fraction(pulse.duration_s), rate)
    known = () if subject is None else (subject,)
    return direct([STAGE], line, seed=seed, subjects=known, pulse=pulse, manner=MANNERS[style])


def cut_frames(board: Storyboard) -> list[float]:
    """Where one shot gives way to the next: the middle of a dissolve."""
    return [(before.end_frame + after.start_frame) / 2 for before, after in pairwise(board.shots)]


@settings(deadline=None, max_examples=50)
@given(pulse=pulses(), style=STYLES, rate=RATES, seed=st.integers(0, 10**6))
def test_cuts_fall_on_beats(pulse: Pulse, style: Style, rate: Fraction, seed: int) -> None:
    cuts = cut_frames(board_of(pulse, style, rate, seed))

    on_beat = sum(
        any(abs(cut - float(beat * rate)) <= 1 for beat in pulse.beat_times_s) for cut in cuts
    )
    assert on_beat >= 0.95 * len(cuts)


@pytest.mark.slow
@settings(deadline=None, max_examples=60)
@given(
    pulse=pulses(),
    style=STYLES,
    pictures=st.lists(
        st.tuples(st.integers(100, 8000), st.integers(100, 8000), subjects()),
        min_size=1,
        max_size=4,
    ),
    fit=st.sampled_from([Fit.FILL, Fit.BLUR, Fit.CONTAIN]),
    seed=st.integers(0, 10**6),
)
def test_every_view_is_inside_its_picture_and_no_move_is_too_fast(
    *,
    pulse: Pulse,
    style: Style,
    pictures: list[tuple[int, int, Subject]],
    fit: Fit,
    seed: int,
) -> None:
    rate = Fraction(30)
    stages = [stage(Resolution(width, height), FRAME, fit) for width, height, _ in pictures]
    board = direct(
        stages,
        Timeline.covering(Fraction(pulse.duration_s), rate),
        seed=seed,
        subjects=[subject for _, _, subject in pictures],
        pulse=pulse,
        manner=MANNERS[style],
    )

    for shot in board.shots:
        assert_calm_and_inside(shot, stages[shot.picture], style, rate)


def assert_calm_and_inside(shot: Shot, on: Stage, style: Style, rate: Fraction) -> None:
    manner = MANNERS[style]
    step = max(1, shot.frame_count // 12)
    views = [
        view_at(shot, index, on.picture_aspect, on.frame_aspect)
        for index in range(shot.start_frame, shot.end_frame, step)
    ]
    step_s = float(step / rate)
    for view in views:
        assert overhang(view, on.picture_aspect, on.frame_aspect) < 1e-9
    for before, after in pairwise(views):
        zoomed = abs(log(before.width / after.width))
        panned = hypot(
            after.center_x - before.center_x,
            (after.center_y - before.center_y) / on.picture_aspect,
        ) / max(before.width, after.width)
        assert zoomed <= manner.zoom_per_s * step_s * 1.000001 + 1e-12
        assert panned <= manner.pan_per_s * step_s * 1.000001 + 1e-12


SONG = Pulse(
    duration_s=60.0,
    beat_times_s=[0.5 * number for number in range(120)],
    downbeat_times_s=[2.0 * number for number in range(30)],
    section_starts_s=[0.0, 16.0, 32.0],
    energy=[0.1] * 16 + [0.95] * 16 + [0.1] * 28,
)


def test_the_camera_is_quicker_where_it_is_loud() -> None:
    def speed(shot: Shot) -> float:
        start, end = shot.framing_start, shot.framing_end
        way = hypot(end.center_x - start.center_x, end.center_y - start.center_y)
        return (abs(log(end.zoom / start.zoom)) + way) / shot.frame_count

    quiet: list[float] = []
    loud: list[float] = []
    for seed in range(12):
        for shot in board_of(SONG, Style.MUSIC_VIDEO, seed=seed).shots:
            middle_s = (shot.start_frame + shot.end_frame) / 60
            (loud if 17 < middle_s < 31 else quiet).append(speed(shot))
    assert sum(loud) / len(loud) > 1.5 * sum(quiet) / len(quiet)


def test_loud_parts_meet_in_hard_cuts_and_quiet_ones_dissolve() -> None:
    board = board_of(SONG, Style.MUSIC_VIDEO)

    for before, after in pairwise(board.shots):
        shared = before.end_frame - after.start_frame
        energy = SONG.energy_at((before.end_frame + after.start_frame) / 60)
        assert (shared == 0) is (energy >= 0.55)


def test_details_are_of_the_targets_in_turn() -> None:
    targets = (
        Target(center_x=0.25, center_y=0.3, width=0.1, height=0.15),
        Target(center_x=0.75, center_y=0.6, width=0.2, height=0.2),
    )
    subject = Subject(targets=targets)
    seen: set[int] = set()
    for seed in range(6):
        for shot in board_of(
            replace(SONG, energy=[0.9]), Style.DOCUMENTARY, seed=seed, subject=subject
        ).shots:
            nearest = max((shot.framing_start, shot.framing_end), key=lambda one: one.zoom)
            for number, target in enumerate(targets):
                # Near the middle of a view that is 1 / zoom of the picture wide.
                off_x = abs(nearest.center_x - target.center_x) * nearest.zoom
                off_y = abs(nearest.center_y - target.center_y) * nearest.zoom
                if max(off_x, off_y) < 0.25 and nearest.zoom > 1.3:
                    seen.add(number)
    assert seen == {0, 1}


def test_text_is_never_zoomed_out_of_reading() -> None:
    board = board_of(SONG, Style.ENERGETIC, subject=Subject(keep_whole=True))

    for shot in board.shots:
        for framing in (shot.framing_start, shot.framing_end):
            assert framing.zoom <= 1.15
            assert framing.rotation_deg == 0


def test_a_crooked_horizon_is_levelled_in_every_shot() -> None:
    board = board_of(SONG, Style.CALM, subject=Subject(level_deg=-2.0, horizon_y=0.4))

    for shot in board.shots:
        for framing in (shot.framing_start, shot.framing_end):
            assert -2.71 <= framing.rotation_deg <= -1.29


def test_a_heavier_picture_is_seen_longer() -> None:
    board = direct(
        [STAGE, STAGE],
        Timeline.covering(Fraction(60), Fraction(30)),
        subjects=[Subject(weight=1.0), Subject(weight=3.0)],
    )
    frames = [0, 0]
    for shot in board.shots:
        frames[shot.picture] += shot.frame_count
    assert frames[1] > 2 * frames[0]


def test_speech_gets_long_slow_shots() -> None:
    pulse = Pulse(duration_s=300.0, pause_times_s=[4.3 * number for number in range(1, 69)])
    board = board_of(pulse, Style.PODCAST)

    lengths = [shot.frame_count / 30 for shot in board.shots]
    assert min(lengths) >= 8
    assert 12 <= sum(lengths) / len(lengths) <= 30
    assert widest(STAGE.picture_aspect, STAGE.frame_aspect) == 1.0
