"""Shows roughly what a model is making, while it makes it; never at the cost of the job."""

import logging
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ai_video_generator.cli.terminal_pictures import Pixels
from ai_video_generator.cli.terminal_sight import Way, way_here
from ai_video_generator.errors import OutputPathError, SettingsError
from ai_video_generator.media.files import appearing, check_output
from ai_video_generator.progress_tracker import ProgressReport

_log = logging.getLogger(__name__)

_FILE_ENDING = ".png"
_FILE_HINT = "--preview-as FILE.png writes it into a file instead"
_LEAST_WAIT_S = 0.5
# Between two writings of the file; viewers look once or twice a second.
_SHEET_COLUMNS, _SHEET_SIDE_PX = 4, 256
# A preview has up to eight frames of an eighth of the video's size: too small to be seen as it is.


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewChoice:
    """Where previews shall be shown.

    Attributes:
        way: In the terminal, this way; None leaves it to the terminal.
        file: In this file, instead of the terminal.
    """

    way: Way | None = None
    file: Path | None = None


def preview_choice(*, asked: bool, text: str | None) -> PreviewChoice | None:
    """What ``--preview`` and ``--preview-as`` mean; None shows nothing.

    Raises:
        SettingsError: When there is no such way.
        OutputPathError: When the file cannot be written.
    """
    if text is None:
        return PreviewChoice() if asked else None
    if text.lower() in [way.value for way in Way]:
        return PreviewChoice(way=Way(text.lower()))
    path = Path(text)
    if path.suffix.lower() != _FILE_ENDING:
        ways = ", ".join(Way)
        raise SettingsError(
            f"{text!r} is no way to show a preview", hint=f"take one of: {ways}, or a FILE.png"
        )
    try:
        check_output(path, overwrite=True)
    except OutputPathError as error:
        raise OutputPathError(str(error), hint="name a file that can be written") from error
    return PreviewChoice(file=path)


class Preview:
    """Takes reports, and keeps what is to be shown of the last preview among them.

    Args:
        choice: Where it is shown.
        note: Takes a sentence for the person.
        clock: Seconds that only grow; replaced in tests.

    Attributes:
        way: How the terminal shows it; None where it does not.
        frames: The last preview, ``(frame_count, height, width, 3)``, uint8; None before one came,
            and when its stage is over.
    """

    def __init__(
        self,
        choice: PreviewChoice,
        note: Callable[[str], None],
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._choice, self._note, self._clock = choice, note, clock
        self.way = None if choice.file or not sys.stderr.isatty() else choice.way or way_here()
        self.frames: NDArray[np.uint8] | None = None
        self._stage, self._written_s = "", -_LEAST_WAIT_S
        self._is_given_up = False

    def hear(self, report: ProgressReport) -> None:
        """Take what a report shows."""
        if report.stage != self._stage:
            self._stage, self.frames = report.stage, None
        if report.preview is None or self._is_given_up:
            return
        try:
            self._take(report.preview)
        except Exception as error:  # noqa: BLE001 - a preview is no reason to lose a job
            self.give_up(error)

    def give_up(self, error: Exception) -> None:
        """Show nothing more, and tell it once."""
        self.way, self.frames = None, None
        if not self._is_given_up:
            self._is_given_up = True
            _log.warning("the preview failed: %s", error)

    def _take(self, frames: NDArray[np.uint8]) -> None:
        if self._choice.file is not None:
            if self._clock() - self._written_s >= _LEAST_WAIT_S:
                self._written_s = self._clock()
                _write(self._choice.file, sheet(frames))
        elif self.way is not None:
            self.frames = frames
        else:
            self._is_given_up = True
            self._note(f"no preview: {_why_not()}; {_FILE_HINT}")


def _why_not() -> str:
    if not sys.stderr.isatty():
        return "standard error is no terminal"
    return "the terminal tells of no graphics and no 24-bit colour"


def _write(path: Path, picture: Pixels) -> None:
    from PIL import Image

    with appearing(path, overwrite=True) as temporary:
        Image.fromarray(picture).save(temporary, format="PNG")


def sheet(frames: NDArray[np.uint8]) -> Pixels:
    """All frames side by side, four in a row, each 256 pixels wide or high.

    Args:
        frames: ``(frame_count, height, width, 3)``, uint8.

    Returns:
        ``(height, width, 3)``, uint8.
    """
    count, height, width = frames.shape[:3]
    scale = _SHEET_SIDE_PX / max(height, width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    columns = min(count, _SHEET_COLUMNS)
    rows = -(-count // columns)
    made = np.zeros((rows * size[1], columns * size[0], 3), np.uint8)
    for number, frame in enumerate(frames):
        top, left = number // columns * size[1], number % columns * size[0]
        made[top : top + size[1], left : left + size[0]] = cv2.resize(
            frame, size, interpolation=cv2.INTER_LINEAR
        )
    return made
