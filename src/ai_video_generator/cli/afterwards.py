"""What is done when a person has been told all: after the answer, or after the error."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ai_video_generator.config.settings import Settings
    from ai_video_generator.core.announcement import Announcement

_WAITING: ContextVar[tuple[Callable[[], None], ...]] = ContextVar("_WAITING", default=())


@contextmanager
def announced(settings: "Settings", name: str) -> "Iterator[Callable[[Announcement], None]]":
    """Announce how work ends, once the person has been told.

    It gives what takes the announcement of work that is finished; that of work which raises an
    error is made here.

    Args:
        settings: In which ways it is announced.
        name: What is to be made, without its folder.
    """
    from ai_video_generator.core.announcement import unfinished
    from ai_video_generator.core.announcing import announce

    def tell(announcement: "Announcement") -> None:
        on_terminal = sys.stderr.isatty()
        action = partial(announce, announcement, settings, on_terminal=on_terminal)
        _WAITING.set((*_WAITING.get(), action))

    started_s = time.monotonic()
    try:
        yield tell
    except BaseException as error:
        tell(unfinished(name, error, time.monotonic() - started_s))
        raise


def carry_out() -> None:
    """Do all that waits."""
    waiting = _WAITING.get()
    _WAITING.set(())
    for action in waiting:
        action()
