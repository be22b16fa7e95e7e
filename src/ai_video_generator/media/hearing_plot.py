"""Draws what was heard in a sound: sections, waveform, bands, onsets and beats over time."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ai_video_generator.media.drawing import Align, Drawing, shortened_text
from ai_video_generator.media.hearing import Hearing, Section
from ai_video_generator.media.timeline import clock_text

WIDTH_PX, HEIGHT_PX = 1600, 760
# Fits a page of documentation and most screens.

_LEFT_PX, _RIGHT_PX = 96, 1568
# Room for the names of the rows, and a margin.

_TITLE_PX, _TITLE_WIDTH_PX = 26, 1_000
# The facts stand beside it.

_PAPER, _INK, _GREY, _FAINT = "#fcfbf8", "#26282c", "#80858d", "#e9e7e1"
_BAND_COLOURS = ("#c8553d", "#e0a030", "#4a8fa8")
_ONSET_COLOUR, _DOWNBEAT_COLOUR, _BEAT_COLOUR = "#6b5b95", "#26282c", "#a9adb4"
_SECTION_COLOURS = (
    "#3f7cac", "#e08e45", "#5b9e6f", "#a0669b", "#cc5a58", "#5aa5a0", "#c9a227", "#87705f",
)  # fmt: skip
# Told apart by most colour-blind people too, and never next to each other twice in a row of eight.

_SECTIONS_PX, _WAVE_PX = (76, 108), (116, 336)
_BANDS_PX = ((352, 410), (416, 474), (480, 538))
_ONSETS_PX, _BEATS_PX, _AXIS_PX = (556, 626), (640, 690), 704
# Top and bottom of each row.

_NARROWEST_PX = 3.0
# Lines closer than this are a grey veil, and are left out.

_LEAST_LABEL_PX = 16.0
# A section narrower than this has no room for its letter.

_TICKS_S = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400)
_TICK_PX = 90.0
# Marks of time that a clock would have, no closer than a label and a half.


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scale:
    """Where a time stands."""

    duration_s: float

    def x(self, time_s: float) -> float:
        return _LEFT_PX + (_RIGHT_PX - _LEFT_PX) * time_s / self.duration_s

    def width(self, seconds: float) -> float:
        return self.x(seconds) - _LEFT_PX


def hearing_plot(hearing: Hearing, *, title: str) -> Drawing:
    """Draw what was heard.

    Args:
        hearing: What was heard.
        title: The line above it.
    """
    drawing = Drawing(WIDTH_PX, HEIGHT_PX, ground=_PAPER)
    scale = _Scale(duration_s=max(float(hearing.info.duration_s), 1e-3))
    title = shortened_text(title, size_px=_TITLE_PX, width_px=_TITLE_WIDTH_PX)
    drawing.label(title, (_LEFT_PX, 50), size_px=_TITLE_PX, fill=_INK)
    facts = "   ".join(_facts(hearing))
    drawing.label(facts, (_RIGHT_PX, 50), size_px=18, fill=_GREY, align=Align.END)
    _draw_axis(drawing, scale)
    _draw_beats(drawing, hearing, scale)
    _draw_sections(drawing, hearing.sections, scale)
    _draw_wave(drawing, hearing, scale)
    _draw_bands(drawing, hearing, scale)
    _draw_onsets(drawing, hearing, scale)
    return drawing


def _facts(hearing: Hearing) -> Iterator[str]:
    yield str(hearing.kind)
    if hearing.rhythm is not None:
        yield f"{hearing.rhythm.tempo_bpm:.0f} beats a minute"
        if hearing.rhythm.beats_per_bar:
            yield f"{hearing.rhythm.beats_per_bar} to a bar"
    yield clock_text(float(hearing.info.duration_s))


def _draw_axis(drawing: Drawing, scale: _Scale) -> None:
    fitting = [tick for tick in _TICKS_S if scale.width(tick) >= _TICK_PX]
    tick_s = fitting[0] if fitting else _TICKS_S[-1]
    drawing.box(_LEFT_PX, _AXIS_PX, _RIGHT_PX, _AXIS_PX + 1, _GREY, opacity=0.6)
    for time_s in range(0, int(scale.duration_s) + 1, tick_s):
        x = scale.x(time_s)
        drawing.box(x, _AXIS_PX, x + 1, _AXIS_PX + 6, _GREY)
        drawing.label(
            clock_text(time_s), (x, _AXIS_PX + 26), size_px=15, fill=_GREY, align=Align.MIDDLE
        )


def _draw_sections(drawing: Drawing, sections: tuple[Section, ...], scale: _Scale) -> None:
    _name(drawing, "sections", _SECTIONS_PX)
    top, bottom = _SECTIONS_PX
    for section in sections:
        left, right = scale.x(section.start_s), scale.x(section.end_s)
        drawing.box(left, top, max(right - 2, left + 0.5), bottom, _section_colour(section))
        if right - left >= _LEAST_LABEL_PX:
            middle = ((left + right) / 2 - 1, bottom - 10)
            drawing.label(section.label, middle, size_px=18, fill="#ffffff", align=Align.MIDDLE)


def _draw_wave(drawing: Drawing, hearing: Hearing, scale: _Scale) -> None:
    _name(drawing, "loudness", _WAVE_PX)
    top, bottom = _WAVE_PX
    for start_s, end_s in hearing.silences_s:
        drawing.box(scale.x(start_s), top, scale.x(end_s), bottom, _FAINT)
    rms, step_s = hearing.envelope.rms, float(hearing.envelope.step_s)
    middle, half = (top + bottom) / 2, (bottom - top) / 2
    loudest = max(float(rms.max(initial=0)), 1e-9)
    for section in hearing.sections:
        first, last = round(section.start_s / step_s), round(section.end_s / step_s)
        part = rms[first : last + 1] / loudest
        colour = _section_colour(section)
        for heights, opacity in (
            (_tops(part, scale, step_s), 0.45),
            (_means(part, scale, step_s), 1),
        ):
            across = np.linspace(scale.x(section.start_s), scale.x(section.end_s), len(heights))
            upper = list(zip(across.tolist(), (middle - half * heights).tolist(), strict=True))
            lower = list(zip(across.tolist(), (middle + half * heights).tolist(), strict=True))
            drawing.area([*upper, *reversed(lower)], colour, opacity=opacity)
    drawing.box(_LEFT_PX, middle, _RIGHT_PX, middle + 1, _PAPER, opacity=0.6)


def _draw_bands(drawing: Drawing, hearing: Hearing, scale: _Scale) -> None:
    rows = zip(("high", "middle", "low"), _BANDS_PX, (2, 1, 0), strict=True)
    for name, (top, bottom), band in rows:
        _name(drawing, name, (top, bottom))
        levels = hearing.band_levels[:, band]
        # Each band by itself: cymbals are never as loud as a bass.
        loud = max(float(np.percentile(levels, 99.5)), 1e-6)
        heights = _tops(np.minimum(levels / loud, 1), scale, float(hearing.step_s))
        across = np.linspace(_LEFT_PX, _RIGHT_PX, len(heights)).tolist()
        outline = list(zip(across, (bottom - (bottom - top) * heights).tolist(), strict=True))
        corners = [(_LEFT_PX, bottom), *outline, (_RIGHT_PX, bottom)]
        drawing.area(corners, _BAND_COLOURS[band], opacity=0.85)


def _draw_onsets(drawing: Drawing, hearing: Hearing, scale: _Scale) -> None:
    _name(drawing, "onsets", _ONSETS_PX)
    top, bottom = _ONSETS_PX
    strongest: dict[int, float] = {}
    for time_s, strength in zip(
        hearing.onsets.times_s.tolist(), hearing.onsets.strengths.tolist(), strict=True
    ):
        column = round(scale.x(time_s))
        strongest[column] = max(strongest.get(column, 0.0), strength)
    drawing.box(_LEFT_PX, bottom, _RIGHT_PX, bottom + 1, _ONSET_COLOUR, opacity=0.4)
    for column, strength in strongest.items():
        height = strength * (bottom - top)
        drawing.box(column, bottom - height, column + 1.5, bottom, _ONSET_COLOUR)


def _draw_beats(drawing: Drawing, hearing: Hearing, scale: _Scale) -> None:
    _name(drawing, "beats", _BEATS_PX)
    top, bottom = _BEATS_PX
    rhythm = hearing.rhythm
    if rhythm is None:
        drawing.label("no even beat", (_LEFT_PX, bottom - 16), size_px=16, fill=_GREY)
        return
    drawing.box(_LEFT_PX, bottom, _RIGHT_PX, bottom + 1, _GREY, opacity=0.4)
    if _wide_enough(rhythm.beat_times_s, scale):
        for time_s in rhythm.beat_times_s.tolist():
            x = scale.x(time_s)
            drawing.box(x, top + 22, x + 1.5, bottom, _BEAT_COLOUR)
    if _wide_enough(rhythm.downbeat_times_s, scale):
        for time_s in rhythm.downbeat_times_s.tolist():
            x = scale.x(time_s)
            drawing.box(x, _WAVE_PX[0], x + 1, _ONSETS_PX[1], _FAINT)
            drawing.box(x, top, x + 2, bottom, _DOWNBEAT_COLOUR)


def _wide_enough(times_s: NDArray[np.float64], scale: _Scale) -> bool:
    if len(times_s) < 2:  # noqa: PLR2004  # one line is always wide enough
        return True
    return scale.width(float(np.median(np.diff(times_s)))) >= _NARROWEST_PX


def _name(drawing: Drawing, name: str, row: tuple[int, int]) -> None:
    at = (_LEFT_PX - 14, (row[0] + row[1]) / 2 + 5)
    drawing.label(name, at, size_px=15, fill=_GREY, align=Align.END)


def _section_colour(section: Section) -> str:
    index = sum(26**place * (ord(c) - 64) for place, c in enumerate(reversed(section.label))) - 1
    return _SECTION_COLOURS[index % len(_SECTION_COLOURS)]


def _tops(values: NDArray[np.float32], scale: _Scale, step_s: float) -> NDArray[np.float32]:
    """The largest value of each column of pixels."""
    return np.maximum.reduceat(values, _column_starts(len(values), scale, step_s))


def _means(values: NDArray[np.float32], scale: _Scale, step_s: float) -> NDArray[np.float32]:
    """The mean of each column of pixels."""
    starts = _column_starts(len(values), scale, step_s)
    counts = np.diff([*starts.tolist(), len(values)])
    return np.asarray(np.add.reduceat(values, starts) / counts, np.float32)


def _column_starts(count: int, scale: _Scale, step_s: float) -> NDArray[np.int64]:
    """The first step of each column of pixels; a column a step where steps are wider."""
    columns = max(2, min(count, round(scale.width(count * step_s))))
    starts = np.linspace(0, count, columns, endpoint=False).astype(np.int64)
    return np.unique(np.minimum(starts, count - 1))
