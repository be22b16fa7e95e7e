"""Draws what a machine did while a job ran: stages, load, memory, disk, temperature, power."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil

from ai_video_generator.core.telemetry_rows import Row, device_rows, machine_rows
from ai_video_generator.hardware.telemetry import Column, Telemetry
from ai_video_generator.media.drawing import Align, Drawing, shortened_text
from ai_video_generator.media.timeline import clock_text
from ai_video_generator.progress_tracker import StageTime

WIDTH_PX = 1600
_LEFT_PX, _RIGHT_PX, _EDGE_PX = 256, 1490, 32
# Room for the names of the rows, for their scales, and a margin.
_TITLE_PX, _STAGES_PX, _STAGE_HEIGHT_PX, _LEGEND_PX = 56, 92, 34, 30
_ROW_PX, _GAP_PX, _HEADING_PX, _AXIS_PX = 84, 26, 44, 64

_PAPER, _INK, _GREY, _FAINT, _WHITE = "#fcfbf8", "#26282c", "#80858d", "#e9e7e1", "#ffffff"
_RED = "#c8423d"
_STAGE_COLOURS = (
    "#3f7cac", "#e08e45", "#5b9e6f", "#a0669b", "#cc5a58", "#5aa5a0", "#c9a227", "#87705f",
)  # fmt: skip
# Told apart by most colour-blind people too.

_TICKS_S = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 28_800, 86_400)
_TICK_PX = 90.0
# Marks of time that a clock would have, no closer than a label and a half.

_MOST_POINTS = 630
# One for every second pixel: more cannot be seen.
_LETTER_PX = 8.5
# A letter of 15 pixels is about that wide; a name that does not fit its bar stands in the legend.


def telemetry_chart(
    telemetry: Telemetry, stages: Sequence[StageTime] = (), *, title: str = "What the machine did"
) -> Drawing:
    """Draw it.

    Args:
        telemetry: What the machine did.
        stages: What the job did; their parts are counted from the telemetry's begin.
        title: The line above it.
    """
    groups = [("", list(machine_rows(telemetry)))]
    groups += [(f"{one.device}   {one.name}", list(device_rows(one))) for one in telemetry.devices]
    legend_lines = len(_legend(stages))
    first_px = _STAGES_PX + (_STAGE_HEIGHT_PX + 32 + _LEGEND_PX * legend_lines if stages else 0)
    row_count = sum(len(rows) for _, rows in groups)
    headings = sum(bool(heading) for heading, rows in groups if rows)
    height = first_px + row_count * (_ROW_PX + _GAP_PX) + headings * _HEADING_PX + _AXIS_PX
    drawing = Drawing(WIDTH_PX, height, ground=_PAPER)
    # What is watched ends with the last stage or later; an empty job is as wide as a moment.
    scale = _Scale(seconds=max(telemetry.seconds, *(e for s in stages for _, e in s.parts_s), 1e-3))
    drawing.label(title, (_EDGE_PX, _TITLE_PX), size_px=26, fill=_INK)
    length = clock_text(telemetry.seconds)
    drawing.label(length, (_RIGHT_PX, _TITLE_PX), size_px=18, fill=_GREY, align=Align.END)
    y = float(first_px)
    _draw_grid(drawing, scale, top=_STAGES_PX, bottom=height - _AXIS_PX)
    if stages:
        _draw_stages(drawing, scale, stages)
    for heading, rows in groups:
        if heading and rows:
            words = shortened_text(heading, size_px=18, width_px=1200)
            drawing.label(words, (_EDGE_PX, y + 26), size_px=18, fill=_INK)
            y += _HEADING_PX
        for row in rows:
            _draw_row(drawing, scale, row, telemetry.times_s, y)
            y += _ROW_PX + _GAP_PX
    return drawing


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scale:
    """Where a time stands."""

    seconds: float

    def x(self, time_s: float) -> float:
        share = min(1.0, max(0.0, time_s / self.seconds))
        return _LEFT_PX + (_RIGHT_PX - _LEFT_PX) * share


def _draw_grid(drawing: Drawing, scale: _Scale, *, top: float, bottom: float) -> None:
    wide = (scale.seconds / (_RIGHT_PX - _LEFT_PX)) * _TICK_PX
    tick_s = next((tick for tick in _TICKS_S if tick >= wide), _TICKS_S[-1])
    for time_s in range(0, int(scale.seconds) + 1, tick_s):
        x = scale.x(time_s)
        drawing.box(x, top, x + 1, bottom, _FAINT)
        words = clock_text(time_s)
        drawing.label(words, (x, bottom + 24), size_px=15, fill=_GREY, align=Align.MIDDLE)


def _draw_stages(drawing: Drawing, scale: _Scale, stages: Sequence[StageTime]) -> None:
    top, bottom = _STAGES_PX, _STAGES_PX + _STAGE_HEIGHT_PX
    drawing.label("stages", (_EDGE_PX, top + 22), size_px=16, fill=_INK)
    for number, stage in enumerate(stages):
        colour = _STAGE_COLOURS[number % len(_STAGE_COLOURS)]
        for begin_s, end_s in stage.parts_s:
            left, right = scale.x(begin_s), scale.x(end_s)
            drawing.box(left, top, max(right - 1.5, left + 1), bottom, colour)
            if right - left > _LETTER_PX * (len(stage.stage) + 2):
                at = ((left + right) / 2, top + 22)
                drawing.label(stage.stage, at, size_px=15, fill=_WHITE, align=Align.MIDDLE)
    for line, entries in enumerate(_legend(stages)):
        y = bottom + 30 + _LEGEND_PX * line
        for x, number, words in entries:
            drawing.box(x, y - 12, x + 12, y, _STAGE_COLOURS[number % len(_STAGE_COLOURS)])
            drawing.label(words, (x + 20, y), size_px=15, fill=_GREY)


def _legend(stages: Sequence[StageTime]) -> list[list[tuple[float, int, str]]]:
    """Lines of the legend; in each where an entry begins, its number, and its words."""
    lines: list[list[tuple[float, int, str]]] = []
    x = float(_LEFT_PX)
    for number, stage in enumerate(stages):
        words = f"{stage.stage} {_duration(stage.seconds)}"
        width = 20 + _LETTER_PX * len(words) + 26
        if not lines or x + width > _RIGHT_PX:
            lines.append([])
            x = float(_LEFT_PX)
        lines[-1].append((x, number, words))
        x += width
    return lines


def _duration(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < 60 else clock_text(seconds)  # noqa: PLR2004 # a minute


def _draw_row(
    drawing: Drawing, scale: _Scale, row: Row, times_s: Sequence[float], top: float
) -> None:
    bottom = top + _ROW_PX
    drawing.label(row.name, (_EDGE_PX, top + 18), size_px=16, fill=_INK)
    drawing.label(row.told, (_EDGE_PX, top + 40), size_px=13, fill=_GREY)
    drawing.label(row.top_text, (_RIGHT_PX + 10, top + 10), size_px=13, fill=_GREY)
    lowest = row.top_text.replace(f"{row.top:g}", f"{row.bottom:g}") if row.bottom else "0"
    drawing.label(lowest, (_RIGHT_PX + 10, bottom), size_px=13, fill=_GREY)
    drawing.box(_LEFT_PX, top, _RIGHT_PX, top + 1, _FAINT)
    for curve in row.curves:
        for points in _lines(curve.column, times_s, scale):
            shown = [(x, _y(v, row, top)) for x, v in points]
            if curve.is_filled:
                ends = [(shown[-1][0], bottom), (shown[0][0], bottom)]
                drawing.area([*shown, *ends], curve.colour, opacity=0.85)
            else:
                drawing.line(shown, curve.colour, width_px=2.0)
    for points in _lines(row.warning, times_s, scale):
        for (left, value), (right, _) in pairwise(points):
            if value > 0:
                drawing.box(left, top - 6, right, top - 1, _RED)
    drawing.box(_LEFT_PX, bottom, _RIGHT_PX, bottom + 1, _GREY, opacity=0.6)


def _y(value: float, row: Row, top: float) -> float:
    share = (value - row.bottom) / (row.top - row.bottom)
    return top + _ROW_PX * (1.0 - min(1.0, max(0.0, share)))


def _lines(
    column: Column, times_s: Sequence[float], scale: _Scale
) -> Iterator[list[tuple[float, float]]]:
    """What is known of a column, as points: where they stand, and the value; gaps part the lines.

    The first and the last moment are drawn to the begin and the end of what was watched.
    """
    stride = max(1, ceil(len(column) / _MOST_POINTS))
    points: list[tuple[float, float]] = []
    for start in range(0, len(column), stride):
        known = [value for value in column[start : start + stride] if value is not None]
        if not known:
            if points:
                yield points
            points = []
            continue
        x = scale.x(times_s[start])
        if start == 0:
            points.append((scale.x(0.0), max(known)))
        points.append((x, max(known)))
    if points:
        yield [*points, (scale.x(scale.seconds), points[-1][1])]
