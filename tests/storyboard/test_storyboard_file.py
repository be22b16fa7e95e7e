"""Storyboards are written, edited and read back; what is wrong is told with its line."""

import json
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ai_video_generator.config.choices import Fit
from ai_video_generator.errors import StoryboardError
from ai_video_generator.media.resolution import Resolution
from ai_video_generator.media.timeline import Timeline
from ai_video_generator.storyboard.director import direct
from ai_video_generator.storyboard.stage import Stage, stage
from ai_video_generator.storyboard.storyboard_file import (
    laid,
    line_of,
    read_storyboard,
    schema,
    stored,
    storyboard_text,
)

STAGES: list[Stage] = [stage(Resolution(6000, 4000), Resolution(1920, 1080), Fit.FILL)] * 2


def timeline(seconds: float = 20.0, rate: Fraction = Fraction(30)) -> Timeline:
    return Timeline.covering(Fraction(seconds), rate)


def written(folder: Path, text: str) -> Path:
    path = folder / "board.json"
    path.write_text(text, encoding="utf-8")
    return path


@settings(deadline=None, max_examples=40)
@given(
    seconds=st.floats(0.2, 400),
    rate=st.sampled_from([Fraction(24), Fraction(30_000, 1001), Fraction(60)]),
    seed=st.integers(0, 1000),
)
def test_what_was_written_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, seconds: float, rate: Fraction, seed: int
) -> None:
    line = timeline(seconds, rate)
    board = direct(STAGES, line, seed=seed)
    path = written(tmp_path_factory.mktemp("boards"), storyboard_text(stored(board, line)))

    again = laid(read_storyboard(path, seconds, picture_count=2), line)

    assert again.frame_count == board.frame_count
    for shot, other in zip(board.shots, again.shots, strict=True):
        assert (shot.start_frame, shot.frame_count) == (other.start_frame, other.frame_count)
        assert (shot.picture, shot.easing) == (other.picture, other.easing)
        for framing, copy in (
            (shot.framing_start, other.framing_start),
            (shot.framing_end, other.framing_end),
        ):
            assert copy.center_x == pytest.approx(framing.center_x, abs=1e-5)
            assert copy.center_y == pytest.approx(framing.center_y, abs=1e-5)
            assert copy.zoom == pytest.approx(framing.zoom, abs=1e-5)


def test_it_serves_another_frame_rate(tmp_path: Path) -> None:
    board = direct(STAGES, timeline(), seed=1)
    path = written(tmp_path, storyboard_text(stored(board, timeline())))

    half = laid(read_storyboard(path, 20, picture_count=2), timeline(rate=Fraction(15)))

    assert half.frame_count == 300
    for shot, other in zip(board.shots, half.shots, strict=True):
        assert abs(shot.start_frame / 2 - other.start_frame) <= 0.5


SHOT = '{"start_s": 0, "end_s": 20, "begin": {"x": 0.5, "y": 0.5, "zoom": 1},'
GOOD = (
    '{"format": 1,\n "duration_s": 20,\n "shots": [\n  '
    f'{SHOT}\n   "end": {{"x": 0.5, "y": 0.5, "zoom": 1.2}}}}\n ]\n}}\n'
)


def test_a_storyboard_written_by_hand_is_read(tmp_path: Path) -> None:
    board = laid(read_storyboard(written(tmp_path, GOOD), 20, picture_count=1), timeline())

    assert board.shots[0].framing_end.zoom == 1.2


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"zoom": 1.2', '"zoom": 0.5', r"line 5: shots.0.end.zoom: .*greater than or equal to 1"),
        ('"zoom": 1.2', '"zoom": "near"', r"line 5: shots.0.end.zoom: .*valid number"),
        ('"x": 0.5, "y": 0.5, "zoom": 1.2', '"x": 2, "y": 0, "zoom": 1', r"line 5: shots.0.end.x"),
        (', "zoom": 1.2', "", r"line 5: shots.0.end.zoom: field required"),
        ('"start_s": 0', '"strat_s": 0', r"line 4: shots.0.start_s: field required"),
        ('"format": 1', '"format": 7', r"line 1: format"),
        ('"duration_s": 20', '"duration_s": 90', r"lasts 90 s, the sound 20.00 s"),
        ('"start_s": 0', '"picture": 2, "start_s": 0', r"line 4: shots.0.picture is 2"),
        ('"duration_s": 20,', '"duration_s": 20', r"is no storyboard: .*line 3"),
    ],
)
def test_what_is_wrong_is_told_with_its_line_and_field(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    assert old in GOOD
    with pytest.raises(StoryboardError, match=said):
        read_storyboard(written(tmp_path, GOOD.replace(old, new)), 20, picture_count=1)


def test_a_gap_between_shots_is_told(tmp_path: Path) -> None:
    edited = json.loads(GOOD)
    (shot,) = edited["shots"]
    edited["shots"] = [{**shot, "end_s": 5}, {**shot, "start_s": 8}]
    with pytest.raises(StoryboardError, match="shot 1 does not follow on shot 0"):
        laid(
            read_storyboard(written(tmp_path, json.dumps(edited)), 20, picture_count=1), timeline()
        )


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(StoryboardError, match="cannot be read"):
        read_storyboard(tmp_path / "none.json", 20, picture_count=1)


def test_lines_are_found_in_any_layout() -> None:
    text = '{"a": [1,\n2, {"b\\"": \n 3}],\n"c": {}}'
    assert line_of(("a", 0), text) == 1
    assert line_of(("a", 1), text) == 2
    assert line_of(("a", 2, 'b"'), text) == 3
    assert line_of(("c",), text) == 4
    assert line_of(("c", "missing"), text) == 4
    assert line_of(("a", 9), text) == 1
    assert line_of(("a", 0, "deeper"), text) == 1


def test_the_schema_names_every_field() -> None:
    text = json.dumps(schema())
    for name in ("duration_s", "start_s", "end_s", "begin", "zoom", "turn", "easing", "picture"):
        assert f'"{name}"' in text
