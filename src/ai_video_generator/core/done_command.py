"""The command that a person wants run when work has ended (``on_done``)."""

import logging
import os
import subprocess

from ai_video_generator.config.settings import STATE_VARIABLE
from ai_video_generator.core.announcement import Announcement

_log = logging.getLogger(__name__)

_PATIENCE_S = 60.0
# Enough to copy a video to another disk; what takes longer is put into the background by the shell.
_STDERR = 2
_LONGEST_BYTES = 30_000 if os.name == "nt" else 100_000
# Of one variable: Windows takes 32 767 characters, Linux 128 KiB (MAX_ARG_STRLEN).


def done_variables(announcement: Announcement) -> dict[str, str]:
    """What the command is told, by the variable's name; each has a value, if an empty one.

    docs/usage.md describes them; `config.settings.DONE_VARIABLES` has their names.
    """
    paths = [str(path.absolute()) for path in announcement.paths]
    told = {
        STATE_VARIABLE: announcement.state.value,
        "AIVG_WHAT": announcement.what,
        "AIVG_PATH": paths[0] if paths else "",
        "AIVG_PATHS": _joined(paths),
        "AIVG_SECONDS": f"{announcement.seconds:.3f}",
        "AIVG_ERROR": announcement.error,
    }
    return {name: value.replace("\0", "") for name, value in told.items()}


def _joined(paths: list[str]) -> str:
    """The paths that a variable has room for, a line each."""
    room, kept = _LONGEST_BYTES, 0
    for path in paths:
        room -= len(os.fsencode(path)) + 1
        if room < 0:
            _log.warning("on_done: AIVG_PATHS has room for %d of %d files", kept, len(paths))
            break
        kept += 1
    return "\n".join(paths[:kept])


def run_done_command(
    line: str, announcement: Announcement, *, patience_s: float = _PATIENCE_S
) -> None:
    """Run a command line by the system's shell, as it was written, and wait for its end.

    What it prints goes to this process's stderr. When it fails or takes too long there is a
    warning. Inside such a command no other is run, as it might go on for ever.

    Args:
        line: The command line.
        announcement: What it is told, in variables.
        patience_s: After so many seconds it is ended, with all that it started and waits for.
    """
    if os.environ.get(STATE_VARIABLE):
        _log.info("on_done: not run inside the command of another on_done")
        return
    try:
        process = subprocess.Popen(  # noqa: S602  # the person's own command, made for a shell
            line,
            shell=True,
            env={**os.environ, **done_variables(announcement)},
            stdin=subprocess.DEVNULL,
            stdout=_STDERR,
            start_new_session=True,  # Ctrl-C is meant for this program, which passes it on
        )
    except (OSError, ValueError) as error:
        _log.warning("on_done: it cannot be run: %s", error)
        return
    try:
        code = process.wait(patience_s)
    except subprocess.TimeoutExpired:
        _end(process)
        _log.warning("on_done: ended, because it took longer than %g seconds", patience_s)
    except KeyboardInterrupt:
        _end(process)
        raise
    else:
        if code:
            _log.warning("on_done: it failed with exit code %d", code)


def _end(process: "subprocess.Popen[bytes]") -> None:
    """Kill a process and all that it started."""
    import psutil  # type: ignore[import-untyped]  # it ships no types

    try:
        family = psutil.Process(process.pid)
        members = [*family.children(recursive=True), family]
    except psutil.NoSuchProcess:
        members = []
    for member in members:
        try:
            member.kill()
        except psutil.Error:
            _log.info("on_done: process %d could not be ended", member.pid)
    process.wait()
