"""Tells that long work has ended: on the desktop, to an address, to a command of the person's."""

import logging
from collections.abc import Callable
from functools import partial

from ai_video_generator.config.choices import Notify
from ai_video_generator.config.options import RunOptions
from ai_video_generator.core.announcement import Announcement, WorkState
from ai_video_generator.core.desktop_notice import NoDesktopError, show_notice
from ai_video_generator.core.done_command import run_done_command
from ai_video_generator.core.webhook import post
from ai_video_generator.media.timeline import clock_text

_log = logging.getLogger(__name__)

LONG_WORK_S = 60.0
"""Work that took longer is worth a notification: after a minute people look elsewhere."""

_TITLES = {WorkState.DONE: "Video finished", WorkState.FAILED: "Video failed"}


def announce(announcement: Announcement, settings: RunOptions, *, on_terminal: bool) -> None:
    """Tell that work has ended, in each way that the settings ask for.

    Nothing that goes wrong here is an error: it is told in the log, as a warning. The command of
    ``on_done`` comes last, as it may switch the computer off.

    Args:
        announcement: What has ended.
        settings: Which ways there are.
        on_terminal: Whether a person started the work at a terminal, and so may wait for it.
    """
    ways: list[tuple[str, Callable[[], object]]] = []
    if _is_worth_a_notice(announcement, settings.notify, on_terminal=on_terminal):
        ways.append(("notification", partial(_notify, announcement, settings.notify)))
    if settings.webhook:
        ways.append(("webhook", partial(post, settings.webhook, announcement.to_json())))
    if settings.on_done:
        ways.append(("on_done", partial(run_done_command, settings.on_done, announcement)))
    for name, way in ways:
        try:
            way()
        except KeyboardInterrupt:
            _log.warning("%s: stopped before it was finished", name)
        except Exception:  # noqa: BLE001  # the work is done, whoever hears of it
            _log.warning("%s: it failed unexpectedly; the log has the details", name)
            _log.info("%s failed", name, exc_info=True)


def _is_worth_a_notice(announcement: Announcement, notify: Notify, *, on_terminal: bool) -> bool:
    """Whether the desktop is told; who stopped the work knows that it has ended."""
    if notify is Notify.NEVER or announcement.state is WorkState.STOPPED:
        return False
    return notify is Notify.ALWAYS or (on_terminal and announcement.seconds > LONG_WORK_S)


def _notify(announcement: Announcement, notify: Notify) -> None:
    took = f"after {clock_text(announcement.seconds)}"
    lines = (f"{announcement.what}, {took}", announcement.error)
    try:
        show_notice(_TITLES[announcement.state], "\n".join(filter(None, lines)))
    except NoDesktopError as error:
        level = logging.WARNING if notify is Notify.ALWAYS else logging.INFO
        _log.log(level, "notification: none was shown: %s", error)
