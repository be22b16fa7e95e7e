"""Draws how fast videos were made over time, a colour for each model."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import cos, floor, log10, pi, sin
from statistics import median

from ai_video_generator.jobs.statistics import MadeVideo
from ai_video_generator.media.drawing import Align, Drawing, shortened_text

WIDTH_PX, HEIGHT_PX = 1600, 760
# Fits a page of documentation and most screens; as the drawing of a sound.

_LEFT_PX, _RIGHT_PX, _TOP_PX, _BOTTOM_PX = 96, 1180, 96, 690
_LEGEND_PX, _LEGEND_WIDTH_PX, _ROW_PX = 1222, 346, 58
# The plot, and the names of the models beside it.

_PAPER, _INK, _GREY, _FAINT = "#fcfbf8", "#26282c", "#80858d", "#e9e7e1"
_COLOURS = (
    "#3f7cac", "#e08e45", "#5b9e6f", "#a0669b", "#cc5a58", "#5aa5a0", "#c9a227", "#87705f",
)  # fmt: skip
# Told apart by most colour-blind people too.

_DOT_PX, _LEAST_DOT_PX, _MANY, _CORNERS = 6.0, 2.5, 100, 20
# More videos than that have smaller dots. A polygon of so many corners looks round at this size.

_MARGIN = 0.06
# Room between the outermost dots and the edges, as a share of the range.

_LEAST_DECADES, _LEAST_DAYS = 0.6, 1 / 24
# Ranges that one dot alone has: a factor of four, and an hour.

_STEPS_S = tuple(
    60.0 * minutes
    for minutes in (5, 15, 30, 60, 180, 360, 720, *(1440 * d for d in (1, 2, 7, 14, 28, 91, 365)))
)
_MOST_TICKS = 9
# Labels of dates are some 90 pixels wide.

_DAY_S = 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scale:
    """Where a time and a speed stand."""

    first_s: float
    last_s: float
    low: float
    high: float

    def x(self, time_s: float) -> float:
        share = (time_s - self.first_s) / (self.last_s - self.first_s)
        return _LEFT_PX + (_RIGHT_PX - _LEFT_PX) * share

    def y(self, speed: float) -> float:
        share = (log10(speed) - self.low) / (self.high - self.low)
        return _BOTTOM_PX - (_BOTTOM_PX - _TOP_PX) * share


def speed_plot(videos: Sequence[MadeVideo]) -> Drawing:
    """Draw seconds of video made in a second, of each video by the day it was made.

    Args:
        videos: At least one.
    """
    drawing = Drawing(WIDTH_PX, HEIGHT_PX, ground=_PAPER)
    scale = _scale(videos)
    drawing.label("How fast videos were made", (_LEFT_PX, 46), size_px=26, fill=_INK)
    said = "seconds of video made in a second; 1x is as fast as it plays"
    drawing.label(said, (_LEFT_PX, 74), size_px=16, fill=_GREY)
    _draw_speeds(drawing, scale)
    _draw_times(drawing, scale)
    groups = _by_model(videos)
    dot_px = max(_LEAST_DOT_PX, _DOT_PX * min(1.0, _MANY / len(videos)) ** 0.25)
    for index, (name, made) in enumerate(groups):
        colour = _COLOURS[index % len(_COLOURS)]
        _draw_model(drawing, made, colour, scale, dot_px)
        _draw_name(drawing, index, name, made, colour)
    return drawing


def _by_model(videos: Sequence[MadeVideo]) -> list[tuple[str, list[MadeVideo]]]:
    """The videos of each model on each kind of device, the model with most of them first."""
    groups: dict[str, list[MadeVideo]] = {}
    for video in videos:
        groups.setdefault(f"{video.model} on {video.device}", []).append(video)
    return sorted(groups.items(), key=lambda pair: -len(pair[1]))


def _scale(videos: Sequence[MadeVideo]) -> _Scale:
    times = [video.ended_s for video in videos]
    speeds = [log10(video.speed) for video in videos]
    first_s, last_s = _widened(min(times), max(times), _LEAST_DAYS * _DAY_S)
    low, high = _widened(min(*speeds, 0.0), max(*speeds, 0.0), _LEAST_DECADES)
    return _Scale(first_s=first_s, last_s=last_s, low=low, high=high)


def _widened(low: float, high: float, least: float) -> tuple[float, float]:
    middle, half = (low + high) / 2, max(high - low, least) / 2 * (1 + 2 * _MARGIN)
    return middle - half, middle + half


def _draw_speeds(drawing: Drawing, scale: _Scale) -> None:
    for decade in range(floor(scale.low), floor(scale.high) + 1):
        for factor in (1, 2, 5):
            speed = factor * 10.0**decade
            if not scale.low <= log10(speed) <= scale.high:
                continue
            y, is_played = scale.y(speed), speed == 1
            ink, opacity = (_GREY, 0.9) if is_played else (_FAINT, 1.0)
            drawing.box(_LEFT_PX, y, _RIGHT_PX, y + 1, ink, opacity=opacity)
            at = (_LEFT_PX - 14, y + 5)
            text = f"{speed:g}x"
            fill = _INK if is_played else _GREY
            drawing.label(text, at, size_px=15, fill=fill, align=Align.END)


def _draw_times(drawing: Drawing, scale: _Scale) -> None:
    span_s = scale.last_s - scale.first_s
    step_s = next((step for step in _STEPS_S if span_s / step <= _MOST_TICKS), span_s / _MOST_TICKS)
    drawing.box(_LEFT_PX, _BOTTOM_PX, _RIGHT_PX, _BOTTOM_PX + 1, _GREY, opacity=0.6)
    midnight = datetime.fromtimestamp(scale.first_s).astimezone()
    moment = midnight.replace(hour=0, minute=0, second=0, microsecond=0)
    while (time_s := moment.timestamp()) <= scale.last_s:
        if time_s >= scale.first_s:
            x = scale.x(time_s)
            drawing.box(x, _BOTTOM_PX, x + 1, _BOTTOM_PX + 6, _GREY)
            text = f"{moment:%Y-%m-%d}" if step_s >= _DAY_S else f"{moment:%m-%d %H:%M}"
            at = (x, _BOTTOM_PX + 28)
            drawing.label(text, at, size_px=15, fill=_GREY, align=Align.MIDDLE)
        moment += timedelta(seconds=step_s)


def _draw_model(
    drawing: Drawing, made: Sequence[MadeVideo], colour: str, scale: _Scale, dot_px: float
) -> None:
    for video in made:
        corners = _circle(scale.x(video.ended_s), scale.y(video.speed), dot_px)
        drawing.area(corners, colour, opacity=0.75)
    middle = scale.y(median(video.speed for video in made))
    xs = [scale.x(video.ended_s) for video in made]
    drawing.box(min(xs), middle - 2, max(xs), middle + 2, _PAPER, opacity=0.75)
    drawing.box(min(xs), middle - 1, max(xs), middle + 1, colour)


def _draw_name(
    drawing: Drawing, index: int, name: str, made: Sequence[MadeVideo], colour: str
) -> None:
    y = _TOP_PX + 16 + index * _ROW_PX
    if y > _BOTTOM_PX:
        return
    drawing.area(_circle(_LEGEND_PX + 6, y - 6, 8), colour)
    width = _LEGEND_WIDTH_PX - 26
    shown = shortened_text(name, size_px=17, width_px=width)
    drawing.label(shown, (_LEGEND_PX + 26, y), size_px=17, fill=_INK)
    count = f"{len(made)} video{'s' if len(made) != 1 else ''}"
    speed = speed_text(median(video.speed for video in made))
    drawing.label(f"{speed}, {count}", (_LEGEND_PX + 26, y + 22), size_px=15, fill=_GREY)


def _circle(x: float, y: float, radius: float) -> list[tuple[float, float]]:
    angles = [2 * pi * corner / _CORNERS for corner in range(_CORNERS)]
    return [(x + radius * cos(angle), y + radius * sin(angle)) for angle in angles]


def speed_text(speed: float) -> str:
    """A speed in two digits or more: ``0.031x``, ``1.4x``, ``250x``."""
    digits = max(0, 1 - floor(log10(speed))) if speed > 0 else 1
    return f"{speed:.{digits}f}x"
