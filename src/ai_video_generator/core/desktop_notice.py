"""A notification on the desktop, by the program that each system has for it.

Text goes to that program as an argument or a variable, never as a part of a script.
"""

import html
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field

_PATIENCE_S = 10.0
# PowerShell takes seconds to start; whoever is asked for longer hangs.
_DISPLAYS = ("DISPLAY", "WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS")
_TITLE, _TEXT = "AIVG_NOTICE_TITLE", "AIVG_NOTICE_TEXT"
_APPLE_SCRIPT = (
    "on run argv",
    "display notification (item 2 of argv) with title (item 1 of argv)",
    "end run",
)
_TOAST = f"""
$ErrorActionPreference = 'Stop'
$space = 'Windows.UI.Notifications'
$manager = [Windows.UI.Notifications.ToastNotificationManager, Windows.UI.Notifications, ContentType = WindowsRuntime]
$document = $manager::GetTemplateContent('ToastText02')
$lines = $document.GetElementsByTagName('text')
$lines.Item(0).AppendChild($document.CreateTextNode($env:{_TITLE})) | Out-Null
$lines.Item(1).AppendChild($document.CreateTextNode($env:{_TEXT})) | Out-Null
$program = '{{1AC14E77-02E7-4E5D-B744-2EB1AE5198B7}}\\WindowsPowerShell\\v1.0\\powershell.exe'
$manager::CreateToastNotifier($program).Show([Windows.UI.Notifications.ToastNotification]::new($document))
"""  # noqa: E501  # names of the system
# Windows shows toasts only of programs that the start menu knows: PowerShell's own entry.


class NoDesktopError(Exception):
    """There is no desktop to show something on, or nothing that could."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeCommand:
    """A command that shows a notification.

    Attributes:
        arguments: The program and its arguments.
        variables: Environment variables that it needs besides those there are.
    """

    arguments: tuple[str, ...]
    variables: Mapping[str, str] = field(default_factory=dict)


def notice_command(
    system: str, title: str, text: str, environment: Mapping[str, str]
) -> NoticeCommand:
    """The command that shows a notification on a system.

    Args:
        system: As `sys.platform` names it.
        title: The line that stands out.
        text: What stands below, in any letters.
        environment: Variables of this process.

    Raises:
        NoDesktopError: When nobody sits before this system, as on a server.
    """
    if system == "darwin":
        script = tuple(part for line in _APPLE_SCRIPT for part in ("-e", line))
        return NoticeCommand(arguments=("osascript", *script, title, text))
    if system == "win32":
        return NoticeCommand(
            arguments=("powershell.exe", "-NoProfile", "-NonInteractive", "-Command", _TOAST),
            variables={_TITLE: title, _TEXT: text},
        )
    if not any(environment.get(name) for name in _DISPLAYS):
        raise NoDesktopError("there is no desktop here")
    # The text may hold markup (Desktop Notifications Specification 1.3, "Markup"), and notify-send
    # reads escapes such as \n in it.
    marked = html.escape(text, quote=False).replace("\\", "\\\\")
    return NoticeCommand(arguments=("notify-send", "--app-name=aivg", "--", title, marked))


def show_notice(title: str, text: str) -> None:
    """Show a notification on the desktop of this machine.

    Raises:
        NoDesktopError: When there is no desktop, or its program is missing or fails.
    """
    plain = text.replace("\0", "")
    command = notice_command(sys.platform, title, plain, os.environ)
    program = command.arguments[0]
    try:
        done = subprocess.run(  # noqa: S603  # the system's own program
            command.arguments,
            env={**os.environ, **command.variables},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=_PATIENCE_S,
            check=False,
        )
    except FileNotFoundError as error:
        raise NoDesktopError(f"{program} is not installed") from error
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NoDesktopError(f"{program} does not answer") from error
    if done.returncode:
        raise NoDesktopError(f"{program} failed with exit code {done.returncode}")
