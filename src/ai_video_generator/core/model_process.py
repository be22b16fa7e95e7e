"""A process for one backend: started, looked after, ended, and nothing of it left."""

import logging
import os
import signal
import socket
import subprocess
import sys
import tempfile
from typing import Any

from ai_video_generator.core.backend_wire import Wire
from ai_video_generator.errors import (
    AIVideoError,
    DeviceLostError,
    DeviceMemoryError,
    RenderError,
)
from ai_video_generator.hardware.library_errors import translated

_log = logging.getLogger(__name__)

_MODULE = "ai_video_generator.core.backend_process"

_CLOSING_LIMIT_S = 5.0
# To give back what a model took; freeing tens of gigabytes takes a second or two.
_ENDING_LIMIT_S = 2.0
# After a signal that no handler delays; longer takes only a driver that hangs.

_TAIL_BYTES = 4000
# Of what it wrote to its standard error: a stack of calls in full.

_MEMORY_HINT = "close other programs, or choose a smaller --size"
_CRASH_HINT = "try another model with --model, or report this with the log file"


class ModelProcess:
    """A running Python process that waits for requests.

    Its errors and warnings go into a file without a name, what it prints goes nowhere. It is in a
    process group of its own, so that Ctrl-C in a terminal reaches the job alone, and it ends by
    itself when this process ends in whatever way.

    Raises:
        RenderError: When it cannot be started.
    """

    def __init__(self) -> None:
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 - closed in `end`
        ours, theirs = socket.socketpair()
        self.wire = Wire(ours)
        try:
            with theirs:
                self._process = _started(theirs, self._said.fileno())
        except OSError as error:
            self.wire.close()
            self._said.close()
            raise translated(error) or RenderError(
                f"the model's process did not start: {error}"
            ) from error

    def has_ended(self) -> bool:
        """Whether it runs no more."""
        return self._process.poll() is not None

    def end(self, *, patiently: bool = True) -> None:
        """End it and clear away all of it; may be called more than once.

        Args:
            patiently: Let it close its backend first; for one that hangs this only takes time.
        """
        self.wire.close()
        if self._said.closed:
            return
        in_order = patiently and self._wait(_CLOSING_LIMIT_S) and self._process.returncode == 0
        if patiently and not self.has_ended():
            self._process.terminate()
            self._wait(_ENDING_LIMIT_S)
        self._kill()
        self._clear_away(logging.WARNING if patiently and not in_order else logging.DEBUG)

    def cause_of_death(self, device: str) -> AIVideoError:
        """What it means that it ended unasked; clears it away.

        Args:
            device: Where its backend computed ("cuda:0").
        """
        self.wire.close()
        self._wait(_ENDING_LIMIT_S)
        self._kill()
        code, tail = self._process.returncode, self._tail()
        self._clear_away(logging.WARNING)
        if os.name != "nt" and code == -signal.SIGKILL:
            return DeviceMemoryError(
                "the model's process was ended by the system, most likely for lack of memory",
                hint=_MEMORY_HINT,
            )
        # A library that aborts says why in its last lines.
        for line in reversed(tail.splitlines()):
            said = line.strip().removeprefix("what():").strip()
            meant = translated(RuntimeError(said), device=device)
            if isinstance(meant, (DeviceMemoryError, DeviceLostError)):
                return meant
        return RenderError(f"the model's process crashed ({_ending(code)})", hint=_CRASH_HINT)

    def _kill(self) -> None:
        if self.has_ended():
            return
        self._process.kill()
        if not self._wait(_ENDING_LIMIT_S):
            _log.warning("the model's process %d cannot be ended", self._process.pid)

    def _wait(self, limit_s: float) -> bool:
        """Whether it ended within a time."""
        try:
            self._process.wait(limit_s)
        except subprocess.TimeoutExpired:
            return False
        return True

    def _tail(self) -> str:
        size = self._said.seek(0, os.SEEK_END)
        self._said.seek(max(0, size - _TAIL_BYTES))
        return self._said.read().decode(errors="replace").strip()

    def _clear_away(self, level: int) -> None:
        if tail := self._tail():
            _log.log(level, "the model's process wrote:\n%s", tail)
        self._said.close()
        if self._process.stdin is not None:
            self._process.stdin.close()


def _started(wire_end: socket.socket, said: int) -> "subprocess.Popen[bytes]":
    """Start Python with one end of the wire."""
    # Without -P the current folder would be searched for modules, which this process may not do.
    command = [sys.executable, "-P", "-m", _MODULE]
    options: dict[str, Any] = {}
    if sys.platform == "win32":
        flags = subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW
        options["creationflags"] = flags
    else:
        command.append(str(wire_end.fileno()))
        options |= {"pass_fds": (wire_end.fileno(),), "process_group": 0}
    process = subprocess.Popen(  # noqa: S603 - our own module
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=said,
        env=_environment(),
        bufsize=0,
        **options,
    )
    if sys.platform == "win32" and process.stdin is not None:
        shared = wire_end.share(process.pid)
        process.stdin.write(len(shared).to_bytes(4, "big") + shared)
    return process


def _environment() -> dict[str, str]:
    """This process's environment; modules are found in the same places, GPUs in the same order."""
    return os.environ | {
        "PYTHONPATH": os.pathsep.join(entry or os.getcwd() for entry in sys.path),  # noqa: PTH109
        "PYTHONFAULTHANDLER": "1",
        # CUDA's own order puts the fastest GPU first, the driver's library counts by the bus.
        "CUDA_DEVICE_ORDER": "PCI_BUS_ID",
    }


def _ending(code: int | None) -> str:
    """How a process ended, in words."""
    if code is None:
        return "it does not end"
    if code < 0:
        try:
            return signal.Signals(-code).name
        except ValueError:
            return f"signal {-code}"
    return f"exit code {code}" if code < 2**16 else f"exit code {code:#x}"
