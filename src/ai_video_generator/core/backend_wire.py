"""What a job and a backend in a process of its own say to each other, and the wire between them.

The wire is a pair of connected sockets, one of which the new process inherits: nobody else can
reach it, nothing of it stands in the file system, and it ends with either of the two. A message is
a head (bytes that follow, rows and width of a frame) and a body: a frame's bytes as they are, or a
pickled value where the rows are 0.
"""

import pickle
import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ai_video_generator.errors import AIVideoError
from ai_video_generator.media.frames import Frame
from ai_video_generator.models.base_model import BaseModel, Scene, StepReport, Supplies
from ai_video_generator.planning.plan import Plan
from ai_video_generator.registry import Registry

_HEAD = struct.Struct("!QII")

_LOOK_S = 0.1
# How long a silent wire is listened to before the one who waits may look round; a person who stops
# the job does not notice it.


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """Request: import a backend, and load it."""

    registry: Registry[type[BaseModel]]
    name: str
    plan: Plan
    supplies: Supplies


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Generate:
    """Request: make the frames of a scene."""

    scene: Scene


@dataclass(frozen=True, slots=True)
class Stop:
    """Request: end the stream of frames that is under way."""


@dataclass(frozen=True, slots=True)
class Beat:
    """Reply: something was achieved, more is to come."""


@dataclass(frozen=True, slots=True)
class Done:
    """Reply: what was asked for is complete."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Failed:
    """Reply: what was asked for failed.

    Attributes:
        error: What to raise in the job.
        trace: Where it came from, for the log.
    """

    error: AIVideoError
    trace: str


Request = Load | Generate | Stop
Reply = Beat | StepReport | Done | Failed


class WireCutError(Exception):
    """The other end is gone."""


def _patience() -> None:
    """Wait for ever."""


class Wire:
    """One end of the wire.

    Args:
        end: A connected socket; the wire closes it.
    """

    def __init__(self, end: socket.socket) -> None:
        self._end = end
        end.settimeout(_LOOK_S)

    def send(
        self, message: Request | Reply | Frame, waiting: Callable[[], None] = _patience
    ) -> None:
        """Send one message.

        Args:
            message: What to send.
            waiting: Called ten times a second while the other end does not read; may raise to give
                up, after which the wire is of no more use.

        Raises:
            WireCutError: When the other end is gone.
        """
        if isinstance(message, Frame):
            rows, width = message.buffer.shape
            body = message.buffer.data.cast("B")
        else:
            rows, width = 0, 0
            body = memoryview(pickle.dumps(message, pickle.HIGHEST_PROTOCOL))
        for view in (memoryview(_HEAD.pack(len(body), rows, width)), body):
            self._write(view, waiting)

    def receive(self, waiting: Callable[[], None] = _patience) -> Any:
        """Receive one message; a frame has an array of its own.

        Args:
            waiting: Called ten times a second while nothing comes; may raise to give up, after
                which the wire is of no more use.

        Raises:
            WireCutError: When the other end is gone.
        """
        head = bytearray(_HEAD.size)
        self._read(memoryview(head), waiting)
        byte_count, rows, width = _HEAD.unpack(head)
        if rows:
            buffer = np.empty((rows, width), np.uint8)
            self._read(buffer.data.cast("B"), waiting)
            return Frame(buffer)
        body = bytearray(byte_count)
        self._read(memoryview(body), waiting)
        return pickle.loads(body)  # noqa: S301 - it comes from a process of our own

    def has_message(self) -> bool:
        """Whether something has come; returns at once.

        Raises:
            WireCutError: When the other end is gone.
        """
        self._end.settimeout(0)
        try:
            if not self._end.recv(1, socket.MSG_PEEK):
                raise WireCutError
        except BlockingIOError:
            return False
        except OSError as error:
            raise WireCutError from error
        finally:
            self._end.settimeout(_LOOK_S)
        return True

    def close(self) -> None:
        """Close this end; may be called more than once."""
        self._end.close()

    def _write(self, view: memoryview, waiting: Callable[[], None]) -> None:
        while view:
            try:
                view = view[self._end.send(view) :]
            except TimeoutError:
                waiting()
            except OSError as error:
                raise WireCutError from error

    def _read(self, view: memoryview, waiting: Callable[[], None]) -> None:
        while view:
            try:
                count = self._end.recv_into(view)
            except TimeoutError:
                waiting()
                continue
            except OSError as error:
                raise WireCutError from error
            if not count:
                raise WireCutError
            view = view[count:]
