"""A progress bar with a moving picture above it, drawn by rich together with the bar.

The picture is a part of what rich draws anew, so that notes scroll past above both. Where the
terminal draws pixels, empty lines keep its place, and the escape codes are written behind them with
the cursor put back where it was.
"""

import time
from collections.abc import Callable, Iterable
from typing import Any

import cv2
import numpy as np
from rich.color import Color
from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.progress import ProgressColumn
from rich.segment import ControlType, Segment
from rich.style import Style

from ai_video_generator.cli.job_bar import JobBar
from ai_video_generator.cli.preview import Preview
from ai_video_generator.cli.terminal_pictures import (
    Pixels,
    kitty_again,
    kitty_gone,
    kitty_picture,
    sixel_picture,
)
from ai_video_generator.cli.terminal_sight import Cell, Way, cell

_MOST_COLUMNS, _MOST_ROWS = 64, 18
# Large enough to see what it becomes, small enough to leave the terminal to its lines.
_OTHER_ROWS = 5
# The bar, the line below it, an empty one, and two of what was told before.
_FEWEST_ROWS = 3
_FRAMES_PER_S = 4.0
# Eight frames, two seconds: about as fast as they will move.

_UPPER_HALF = "▀"
_SAVE, _RESTORE = "\x1b7", "\x1b8"


class PictureBar(JobBar):
    """A bar with a preview above it.

    Args:
        columns: Of the bar.
        preview: Holds what is shown.
        console: Where it is drawn.
    """

    def __init__(self, *columns: ProgressColumn, preview: Preview, console: Console) -> None:
        self._picture = MovingPicture(preview)
        super().__init__(*columns, console=console)

    def get_renderables(self) -> Iterable[RenderableType]:
        """The picture, and the bar below it."""
        yield self._picture
        yield from super().get_renderables()

    def stop(self) -> None:
        """Take the bar and the picture away."""
        gone = self._picture.taken_away()
        super().stop()
        if gone:
            self.console.file.write(gone)
            self.console.file.flush()


class MovingPicture:
    """What rich draws of a preview: one of its frames, the next a quarter of a second later.

    Args:
        preview: Holds what is shown.
        clock: Seconds that only grow; replaced in tests.
        cell_size: Tells the size of a character; replaced in tests.
    """

    def __init__(
        self,
        preview: Preview,
        *,
        clock: Callable[[], float] = time.monotonic,
        cell_size: Callable[[], Cell] = cell,
    ) -> None:
        self._preview, self._clock, self._cell_size = preview, clock, cell_size
        self._drawn: tuple[Any, ...] = ()
        self._codes = ""
        self._has_drawn = False

    def taken_away(self) -> str:
        """Stop drawing; what must be written to take away what a terminal keeps."""
        was_drawn, self._has_drawn = self._has_drawn, False
        return kitty_gone() if was_drawn else ""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        frames, way = self._preview.frames, self._preview.way
        if frames is None or way is None:
            if self._has_drawn:
                yield _control(self.taken_away())
            return
        try:
            shown = self._rendered(frames, way, console, options)
        except Exception as error:  # noqa: BLE001 - a preview is no reason to lose a job
            self._preview.give_up(error)
            return
        yield from shown

    def _rendered(
        self, frames: Any, way: Way, console: Console, options: ConsoleOptions
    ) -> list[Segment]:
        size = self._cell_size()
        height, width = frames.shape[1:3]
        most = min(_MOST_COLUMNS, options.max_width - 1)
        rows_left = min(_MOST_ROWS, console.size.height - _OTHER_ROWS)
        if rows_left < _FEWEST_ROWS or most < 1:
            return []
        scale = min(most * size.width_px / width, rows_left * size.height_px / height)
        columns = max(1, int(width * scale / size.width_px))
        rows = max(1, int(height * scale / size.height_px))
        number = int(self._clock() * _FRAMES_PER_S) % len(frames)
        if way is Way.BLOCKS:
            return _blocks(frames[number], columns, rows)
        if way is Way.SIXEL:
            number = len(frames) // 2  # to send each of them would take a slow line's time
        is_new = self._drawn != (id(frames), number, columns, rows)
        self._drawn = (id(frames), number, columns, rows)
        if way is Way.SIXEL:
            if is_new:
                pixels = (columns * size.width_px, rows * size.height_px)
                self._codes = sixel_picture(_resized(frames[number], *pixels))
        elif is_new:
            self._codes, self._has_drawn = (
                kitty_picture(frames[number], columns=columns, rows=rows),
                True,
            )
        else:
            self._codes = kitty_again(columns=columns, rows=rows)
        return _over_lines(self._codes, rows)


def _blocks(frame: Pixels, columns: int, rows: int) -> list[Segment]:
    """Half blocks: a cell is two pixels, one above the other."""
    small = _resized(frame, columns, rows * 2)
    made: list[Segment] = []
    for upper, lower in zip(small[::2].tolist(), small[1::2].tolist(), strict=True):
        made += (
            Segment(_UPPER_HALF, Style(color=Color.from_rgb(*one), bgcolor=Color.from_rgb(*two)))
            for one, two in zip(upper, lower, strict=True)
        )
        made.append(Segment.line())
    return made


def _over_lines(codes: str, rows: int) -> list[Segment]:
    """So many empty lines and one more, and codes that draw over them from the first one on.

    The line more is for terminals that put the cursor below a picture, which must not scroll.
    """
    drawing = f"{_SAVE}\x1b[{rows}A\r{codes}{_RESTORE}"
    return [*[Segment.line()] * rows, _control(drawing), Segment.line()]


def _control(codes: str) -> Segment:
    """Codes that rich writes as they are, counts no width of, and leaves out of files."""
    return Segment(codes, None, [(ControlType.CARRIAGE_RETURN,)])


def _resized(frame: Pixels, width: int, height: int) -> Pixels:
    shrinks = width < frame.shape[1] or height < frame.shape[0]
    how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(frame, (width, height), interpolation=how), np.uint8)
