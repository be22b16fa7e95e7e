"""Ctrl-C and a polite request to end stop the job at its next frame, so that it can clean up."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from ai_video_generator.errors import CancelledError
from ai_video_generator.progress_tracker import ProgressTracker

_NAMES = ("SIGINT", "SIGTERM", "SIGHUP")
# Ctrl-C, `kill`, and a closed terminal; Windows has no SIGHUP.


@contextmanager
def stopping_on_signals(tracker: ProgressTracker) -> Iterator[None]:
    """Let the first signal stop the tracker, and the second interrupt wherever the program is.

    A signal that the parent process chose to ignore (``nohup``) stays ignored.

    Raises:
        CancelledError: At once, when a second signal comes.
    """
    asked = False

    def stop(_number: int, _frame: FrameType | None) -> None:
        nonlocal asked
        if asked:
            raise CancelledError("stopped at once, on the second request")
        asked = True
        tracker.stop()

    numbers = [getattr(signal, name) for name in _NAMES if hasattr(signal, name)]
    heeded = [number for number in numbers if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, stop) for number in heeded}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
