"""Pieces become one stream: every frame once, in order, two streams at most, all of them closed."""

from collections.abc import Generator, Iterator
from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai_video_generator.errors import RenderError
from ai_video_generator.media.frames import Frame
from ai_video_generator.media.resolution import Resolution
from ai_video_generator.post.chunk_joiner import continued, joined
from ai_video_generator.storyboard.camera_path import dissolve_weight
from ai_video_generator.storyboard.storyboard import Framing, Shot

SIZE = Resolution(16, 16)


def grey(level: int) -> Frame:
    frame = Frame.empty(SIZE)
    frame.buffer[:] = level
    return frame


def level(frame: Frame) -> int:
    return int(frame.y[0, 0])


@dataclass
class Source:
    """Makes grey frames and keeps book of what happens to it."""

    levels: list[int]
    taken: int = 0
    closed: bool = False
    open_with: list["Source"] = field(default_factory=list)

    def frames(self) -> Generator[Frame, None, None]:
        self.open_with.append(self)
        try:
            for each in self.levels:
                self.taken += 1
                yield grey(each)
        finally:
            self.closed = True
            self.open_with.remove(self)


def numbered(shown: range, open_now: list[Source]) -> Source:
    """A source whose frames say their number in the video."""
    return Source(levels=[index % 200 + 20 for index in shown], open_with=open_now)


@st.composite
def overlapping_ranges(draw: st.DrawFn) -> list[range]:
    """Ranges that cover a video; at most two share a frame."""
    ranges = [range(draw(st.integers(1, 12)))]
    for _ in range(draw(st.integers(0, 6))):
        last = ranges[-1]
        free_from = ranges[-2].stop if len(ranges) > 1 else 0
        start = draw(st.integers(max(last.start + 1, free_from), last.stop))
        ranges.append(range(start, last.stop + draw(st.integers(1, 12))))
    return ranges


@given(overlapping_ranges())
def test_every_frame_of_the_video_comes_once_and_in_order(ranges: list[range]) -> None:
    open_now: list[Source] = []
    sources = [numbered(each, open_now) for each in ranges]
    parts = ((shown, each.frames()) for shown, each in zip(ranges, sources, strict=True))

    made = []
    for index, frame in enumerate(joined(parts)):
        made.append(level(frame))
        assert len(open_now) <= 2
        for shown, each in zip(ranges, sources, strict=True):
            # Nothing is made ahead: a frame is taken when it is due.
            assert each.taken == min(max(0, index + 1 - shown.start), len(shown))

    assert made == [index % 200 + 20 for index in range(ranges[-1].stop)]
    assert all(each.closed for each in sources)


@given(overlapping_ranges(), st.integers(0, 80))
def test_stopping_early_closes_what_was_begun(ranges: list[range], count: int) -> None:
    open_now: list[Source] = []
    sources = [numbered(each, open_now) for each in ranges]
    stream = joined((shown, one.frames()) for shown, one in zip(ranges, sources, strict=True))
    for _, _ in zip(range(count), stream, strict=False):
        pass
    stream.close()
    assert not open_now


def test_frames_of_one_part_pass_as_they_are() -> None:
    frames = [grey(20 + index) for index in range(6)]
    parts = iter([(range(4), (each for each in frames[:4])), (range(4, 6), iter_of(frames[4:]))])
    assert all(one is other for one, other in zip(joined(parts), frames, strict=True))


def iter_of(frames: list[Frame]) -> Generator[Frame, None, None]:
    yield from frames


def test_shared_frames_dissolve_with_the_weights_of_the_camera() -> None:
    before, after = shot(0, 0, 10), shot(1, 6, 12)
    dark, light = Source([20] * 10), Source([220] * 12)

    made = [
        level(each) for each in joined([(range(10), dark.frames()), (range(6, 18), light.frames())])
    ]

    expected = [20 + 200 * dissolve_weight(before, after, index) for index in range(6, 10)]
    assert made[:6] == [20] * 6
    # Half a level is rounding.
    assert made[6:10] == pytest.approx(expected, abs=0.51)
    assert made[10:] == [220] * 8


def shot(index: int, start_frame: int, frame_count: int) -> Shot:
    return Shot(
        index=index,
        picture=0,
        start_frame=start_frame,
        frame_count=frame_count,
        framing_start=Framing(),
        framing_end=Framing(),
    )


def test_no_parts_are_no_frames() -> None:
    assert list(joined([])) == []


@pytest.mark.parametrize(
    "ranges",
    [
        [range(5), range(6, 9)],
        [range(5), range(9)],
        [range(5), range(3, 5)],
        [range(5), range(3, 8), range(4, 12)],
    ],
    ids=["gap", "same start", "within", "three at once"],
)
def test_parts_that_do_not_follow_are_refused(ranges: list[range]) -> None:
    open_now: list[Source] = []
    parts = [(each, numbered(each, open_now).frames()) for each in ranges]
    with pytest.raises(RenderError, match="do not follow on"):
        list(joined(parts))
    assert not open_now


def test_a_part_with_too_few_frames_is_told_and_all_are_closed() -> None:
    open_now: list[Source] = []
    short, later = Source([20] * 3, open_with=open_now), Source([30] * 5, open_with=open_now)
    with pytest.raises(RenderError, match="made 3 of the frames 0 to 4"):
        list(joined([(range(5), short.frames()), (range(2, 7), later.frames())]))
    assert not open_now


def test_an_error_of_one_stream_closes_the_other() -> None:
    open_now: list[Source] = []
    sound = Source([30] * 5, open_with=open_now)

    def broken() -> Generator[Frame, None, None]:
        yield grey(20)
        raise RenderError("the model fell over")

    with pytest.raises(RenderError, match="fell over"):
        list(joined([(range(5), sound.frames()), (range(3, 9), broken())]))
    assert sound.closed
    assert not open_now


@given(st.lists(st.integers(0, 9), min_size=1, max_size=6), st.integers(0, 5))
def test_passes_that_continue_each_other_have_each_shared_frame_once(
    extra: list[int], overlap: int
) -> None:
    open_now: list[Source] = []
    sources, start = [], 0
    for each in extra:
        shown = range(start, start + overlap + each + 1)
        sources.append(numbered(shown, open_now))
        start = shown.stop - overlap
    passes = (one.frames() for one in sources)

    made = []
    for frame in continued(passes, overlap):
        made.append(level(frame))
        # A pass is begun when the one before is over, and little of it is kept.
        assert len(open_now) <= 1
        assert sum(one.taken for one in sources) - len(made) <= overlap * (len(sources) + 1)

    total = sum(len(one.levels) for one in sources) - overlap * (len(sources) - 1)
    assert made == [index % 200 + 20 for index in range(total)]
    assert all(one.closed for one in sources)


def test_passes_fade_into_each_other_smoothly_and_monotonously() -> None:
    made = [
        level(each)
        for each in continued(
            iter([Source([20] * 10).frames(), Source([220] * 10).frames()]), overlap_count=6
        )
    ]
    assert len(made) == 14
    assert made[:4] == [20] * 4
    assert made[-4:] == [220] * 4
    steps = np.diff(made)
    assert steps.min() >= 0
    # A straight fade of six frames has steps of 200 / 7; a smooth one is half as steep again.
    assert steps.max() < 1.6 * 200 / 7
    assert steps[3] < 200 / 7 / 2


def test_passes_that_share_nothing_follow_on_each_other() -> None:
    frames = [grey(20 + index) for index in range(6)]
    made = continued(iter([iter_of(frames[:2]), iter_of(frames[2:])]), 0)
    assert all(one is other for one, other in zip(made, frames, strict=True))


def test_a_pass_that_is_too_short_is_told() -> None:
    short = Source([20] * 2)
    with pytest.raises(RenderError, match="pass 0 has 2 frames, but shares 3"):
        list(continued(iter([short.frames(), Source([30] * 9).frames()]), 3))
    assert short.closed


def test_closing_early_closes_the_pass() -> None:
    source = Source([20] * 9)

    def passes() -> Iterator[Generator[Frame, None, None]]:
        yield source.frames()

    stream = continued(passes(), 2)
    next(stream)
    stream.close()
    assert source.closed
    assert source.taken == 3
