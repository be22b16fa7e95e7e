"""The process that a backend runs in, beside the job: ``python -m`` this module.

It does what it is asked over the wire, one request at a time, and ends when the wire is cut. What
may go wrong in a library, goes wrong here.
"""

import os
import pickle
import signal
import socket
import sys
import threading
import traceback
from contextlib import ExitStack, suppress
from pathlib import Path

from ai_video_generator.core.backend_wire import (
    Beat,
    Done,
    Failed,
    Generate,
    Load,
    Stop,
    Wire,
    WireCutError,
)
from ai_video_generator.errors import AIVideoError, RenderError
from ai_video_generator.hardware.library_errors import translated
from ai_video_generator.models.base_model import BaseModel, Scene, StepReport

_OUT_OF_MEMORY_SCORE = "500"
# Of 1000. Where memory runs out, Linux ends this process before the job, which can then try a
# smaller plan.

_PARENT_IS_GONE = 1


class _StoppedError(Exception):
    """The job has asked for an early end of the stream."""


class _Backend:
    """The backend of this process, and what it was loaded with."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._name, self._device = "the model", ""
        self._closing = ExitStack()
        self._model: BaseModel | None = None

    def serve(self) -> None:
        """Do what is asked until the wire is cut; then close the backend."""
        with self._closing, suppress(WireCutError):
            while True:
                self._answer(self._wire.receive())

    def _answer(self, request: Load | Generate | Stop) -> None:
        reply: Done | Failed = Done()
        try:
            if isinstance(request, Load):
                self._load(request)
            elif isinstance(request, Generate):
                self._generate(request.scene)
            else:
                # The stream had ended by itself when the request to stop it came.
                return
        except WireCutError:
            raise
        except BaseException as error:  # noqa: BLE001 - libraries raise anything, even SystemExit
            reply = Failed(error=self._ours(error), trace=traceback.format_exc())
        self._wire.send(reply)

    def _load(self, request: Load) -> None:
        self._name, self._device = request.name, request.plan.device
        model = request.registry.load(request.name)()
        self._wire.send(Beat())
        self._closing.callback(model.close)
        model.on_step = self._step_done
        model.load(request.plan, request.supplies)
        self._model = model

    def _step_done(self, report: StepReport) -> None:
        """Pass a report on; a pass that nobody waits for ends here."""
        self._wire.send(report)
        self._look_for_a_stop()

    def _look_for_a_stop(self) -> None:
        if self._wire.has_message():
            raise _StoppedError

    def _generate(self, scene: Scene) -> None:
        if self._model is None:
            raise RenderError(f"{self._name} is not loaded")
        stream = self._model.generate(scene)
        try:
            for frame in stream:
                self._wire.send(frame)
                self._look_for_a_stop()
        except _StoppedError:
            self._wire.receive()
        finally:
            stream.close()

    def _ours(self, error: BaseException) -> AIVideoError:
        """The error of ours that it is or amounts to, fit to be sent."""
        what = f"{type(error).__name__}: {error}"
        meant = translated(error, device=self._device) or RenderError(
            f"{self._name} failed: {what}"
        )
        kinds = (kind for kind in type(meant).__mro__ if kind.__module__ == AIVideoError.__module__)
        kind: type[AIVideoError] = next(kinds)
        if kind is not type(meant):
            # To unpickle a class of a backend's own, the job would have to import the backend.
            meant = kind(str(meant), hint=meant.hint)
        try:
            pickle.dumps(meant)
        except Exception:  # noqa: BLE001 - anything may hang on it
            return kind(str(meant))
        return meant


def _inherited_end() -> socket.socket:
    """The end of the wire that this process was given."""
    if sys.platform == "win32":
        size = int.from_bytes(_read_all(4), "big")
        return socket.fromshare(_read_all(size))
    end = socket.socket(fileno=int(sys.argv[1]))
    end.set_inheritable(False)
    return end


def _read_all(size: int) -> bytes:
    """Read so many bytes of the standard input, none ahead."""
    found = b""
    while len(found) < size and (more := os.read(0, size - len(found))):
        found += more
    return found


def _end_with_parent() -> None:
    """End when the job's process is gone, however it went.

    The standard input ends then. Linux is asked to end this process at that moment, because a
    library may hold the interpreter's lock, and no thread runs; elsewhere a thread waits for it.
    """
    if sys.platform == "linux":
        import fcntl

        signal.signal(signal.SIGIO, signal.SIG_DFL)
        fcntl.fcntl(0, fcntl.F_SETOWN, os.getpid())
        fcntl.fcntl(0, fcntl.F_SETFL, fcntl.fcntl(0, fcntl.F_GETFL) | os.O_ASYNC)
    threading.Thread(target=_exit_at_the_end_of_input, daemon=True).start()


def _exit_at_the_end_of_input() -> None:
    while os.read(0, 1):
        pass
    os._exit(_PARENT_IS_GONE)


def main() -> None:
    """Run to the end of the wire."""
    end = _inherited_end()
    _end_with_parent()
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(_OUT_OF_MEMORY_SCORE)
    _Backend(Wire(end)).serve()


if __name__ == "__main__":
    main()
