"""The crew: one worker process for each device, begun again when it ends before its time."""

import logging
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from ai_video_generator.errors import AIVideoError, RenderError
from ai_video_generator.jobs.database import Database
from ai_video_generator.jobs.shift import recover

_log = logging.getLogger(__name__)

_LOOK_S = 0.2
# A worker that ended is begun again before a person notices.

_IDLE_ENDS = 3
# So many workers in a row that end badly with no job in hand: the program does not run here.

_FAREWELL_S = 60.0
# For a worker to stop at its next unit: a denoising step of a large model takes tens of seconds.

_KEPT_LINES = 40
# Of what a worker writes on stderr: a crash with its threads fits in.

Command = Callable[[str], Sequence[str]]
"""Makes the command line of the worker of a device; it ends when its standard input does."""


@dataclass(slots=True)
class _Place:
    """One device's worker."""

    device: str
    process: subprocess.Popen[str] | None = None
    reader: threading.Thread | None = None
    said: deque[str] = field(default_factory=lambda: deque(maxlen=_KEPT_LINES))
    is_done: bool = False
    idle_ends: int = 0


class Crew:
    """Worker processes of some devices.

    Args:
        database: Where the jobs are.
        devices: One worker each.
        command: Makes its command line.
    """

    def __init__(self, database: Database, devices: Sequence[str], command: Command) -> None:
        self._database, self._command = database, command
        self._places = [_Place(device=device) for device in devices]

    def run(self, *, check: Callable[[], None], on_look: Callable[[], None]) -> None:
        """Let the workers work until all have ended of themselves.

        Args:
            check: Called five times a second; may raise to end the work: each worker stops at its
                next unit, and its job waits for another time.
            on_look: Called as often, to show where the jobs stand.

        Raises:
            RenderError: When workers of a device cannot even begin.
            CancelledError: From ``check``.
        """
        try:
            while not all(place.is_done for place in self._places):
                check()
                for place in self._places:
                    self._look(place)
                on_look()
                time.sleep(_LOOK_S)
        finally:
            self._dismiss()

    def _look(self, place: _Place) -> None:
        """Begin a worker where there is none, and see what became of one that has ended."""
        if place.is_done:
            return
        if place.process is None:
            self._begin(place)
            return
        code = place.process.poll()
        if code is None:
            return
        self._close(place)
        if code == 0:
            place.is_done = True
            return
        lost = recover(self._database)
        said = "\n".join(place.said)
        _log.warning("the worker of %s ended with %s", place.device, _code_text(code))
        if said:
            _log.info("it wrote:\n%s", said)
        place.idle_ends = 0 if lost else place.idle_ends + 1
        if place.idle_ends >= _IDLE_ENDS:
            last = place.said[-1] if place.said else _code_text(code)
            raise RenderError(
                f"the worker of {place.device} cannot begin: {last}", hint="aivg doctor may help"
            )

    def _begin(self, place: _Place) -> None:
        place.said.clear()
        place.process = process = subprocess.Popen(  # noqa: S603 - our own command
            list(self._command(place.device)),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
        )
        place.reader = threading.Thread(
            target=_read, args=(process, place.said), name=f"worker {place.device}", daemon=True
        )
        place.reader.start()

    def _close(self, place: _Place) -> None:
        """Let go of a process that has ended."""
        if place.process is None or place.reader is None:
            return
        place.reader.join()
        if place.process.stdin is not None:
            place.process.stdin.close()
        if place.process.stderr is not None:
            place.process.stderr.close()
        place.process = place.reader = None

    def _dismiss(self) -> None:
        """End all workers: first those words, then by force; what they had in hand waits."""
        working = [place for place in self._places if place.process is not None]
        for place in working:
            if place.process is not None and place.process.stdin is not None:
                place.process.stdin.close()
        give_up_s = time.monotonic() + _FAREWELL_S
        for place in working:
            if place.process is None:
                continue
            try:
                place.process.wait(max(0.0, give_up_s - time.monotonic()))
            except subprocess.TimeoutExpired:
                _log.warning("the worker of %s does not end and is killed", place.device)
                place.process.kill()
                place.process.wait()
            self._close(place)
        try:
            recover(self._database)
        except AIVideoError as error:
            _log.warning("%s", error)


def _read(process: subprocess.Popen[str], said: deque[str]) -> None:
    """Keep the last lines that a worker writes."""
    if process.stderr is not None:
        said.extend(line.rstrip("\n") for line in process.stderr)


def _code_text(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit code {code}"
