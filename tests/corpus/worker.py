"""A process that makes videos one after another, so that a crash or a hang in it is an outcome."""

import faulthandler
import multiprocessing
import os
import signal
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psutil  # type: ignore[import-untyped]  # it ships no types

from ai_video_generator.core.video_generator import VideoGenerator
from ai_video_generator.encoding.sound_track import SoundTrackMode
from ai_video_generator.errors import AIVideoError
from ai_video_generator.media.sound import SoundInfo

HANG_S = 30.0
# Nobody waits longer for a small picture and a short sound. Counted in processor time, as other
# programs may take most of the machine; by the clock it is this many times as long.
_PATIENCE = 4

_LOOK_S = 1.0
# How often a process that has not answered is looked at.

_START_S = 60.0
_RENEWED_AFTER = 250
# Jobs; a decoder that spoiled its memory on damaged data must not spoil the next thousand jobs.

_TOLD_CHARACTERS = 3_000


class Kind(StrEnum):
    """How a job ended."""

    VIDEO = "video"
    REFUSED = "refused"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One video to be made."""

    picture: Path
    sound: Path
    output: Path
    options: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a job ended.

    Attributes:
        kind: A video, one of our errors, or anything else.
        what: "video", or the name of the error's class, or "hang", or of the signal that killed it.
        message: What the error said, or where the program stood.
        seconds: How long it took.
        sound: Facts of the sound; None without a video.
        copied: Whether the sound was copied.
    """

    kind: Kind
    what: str
    message: str = ""
    seconds: float = 0.0
    sound: SoundInfo | None = None
    copied: bool = False


def answered(process_id: int, wait: Callable[[float], bool], limit_s: float) -> bool:
    """Wait until a process answers, or has hung.

    Args:
        process_id: The process.
        wait: Waits so many seconds for the answer, and says whether it has come.
        limit_s: Processor seconds that it may take.
    """
    process = psutil.Process(process_id)
    used_before_s, started_s = _used_s(process), time.monotonic()
    while not wait(_LOOK_S):
        late = time.monotonic() - started_s > limit_s * _PATIENCE
        if late or _used_s(process) - used_before_s > limit_s:
            return wait(0)
    return True


def _used_s(process: psutil.Process) -> float:
    """Processor seconds of a process; 0 when it has ended meanwhile."""
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(times.user + times.system)


class Worker:
    """Makes videos in a process of its own. A context manager.

    Args:
        folder: For what the process writes besides: its cache, and what libraries say on stderr.
        limit_s: A job that takes more processor seconds, or four times as many by the clock, has
            hung.
    """

    def __init__(self, folder: Path, *, limit_s: float = HANG_S) -> None:
        self._folder, self._limit_s = folder, limit_s
        self._jobs = 0
        self._process: SpawnProcess | None = None
        self._connection: Connection | None = None

    def run(self, job: Job) -> Outcome:
        """Make one video, whatever happens."""
        if self._process is None or self._jobs >= _RENEWED_AFTER:
            self.close()
            self._start()
        assert self._connection is not None
        self._jobs += 1
        started_s = time.monotonic()
        try:
            self._connection.send(job)
            assert self._process is not None
            if answered(self._process.pid or 0, self._connection.poll, self._limit_s):
                outcome = self._connection.recv()
                assert isinstance(outcome, Outcome)
                return outcome
        except (EOFError, OSError):
            what = self._killer()
        else:
            what = "hang"
        self.close()
        seconds = time.monotonic() - started_s
        return Outcome(kind=Kind.BROKEN, what=what, message=self._told(), seconds=seconds)

    def close(self) -> None:
        """End the process, whatever it is doing."""
        if self._process is not None and self._connection is not None:
            self._connection.close()
            self._process.kill()
            self._process.join()
            self._process.close()
        self._process = self._connection = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _start(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._folder.mkdir(exist_ok=True)
        self._connection, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, self._folder, self._limit_s))
        self._process.start()
        theirs.close()
        self._jobs = 0
        if not self._connection.poll(_START_S) or self._connection.recv() != "ready":
            raise RuntimeError(f"no process for the jobs came up: {self._told()}")

    def _killer(self) -> str:
        assert self._process is not None
        self._process.join(_START_S)
        code = self._process.exitcode
        if code is not None and code < 0:
            return signal.Signals(-code).name
        return f"exit {code}"

    def _told(self) -> str:
        return (self._folder / "stderr.txt").read_text(errors="replace")[-_TOLD_CHARACTERS:]


def _serve(connection: Connection, folder: Path, limit_s: float) -> None:
    os.environ["AIVG_CACHE_FOLDER"] = str(folder / "cache")
    with (folder / "stderr.txt").open("wb") as log:
        os.dup2(log.fileno(), 2)
        faulthandler.enable(log)
        generator = VideoGenerator()
        connection.send("ready")
        while True:
            try:
                job = connection.recv()
            except EOFError:
                return
            faulthandler.dump_traceback_later(limit_s, file=log)
            connection.send(_outcome(generator, job))
            faulthandler.cancel_dump_traceback_later()


def _outcome(generator: VideoGenerator, job: Job) -> Outcome:
    started_s = time.monotonic()
    try:
        result = generator.generate([job.picture], job.sound, job.output, **job.options)
    except AIVideoError as error:
        kind, what, message = Kind.REFUSED, type(error).__name__, str(error)
    except BaseException as error:  # noqa: BLE001  whatever it is, it is what the job ended with
        kind, what, message = Kind.BROKEN, type(error).__name__, traceback.format_exc()
    else:
        track = result.recipe.sound_track if result.recipe else None
        return Outcome(
            kind=Kind.VIDEO,
            what="video",
            seconds=result.seconds,
            sound=result.sound,
            copied=track is not None and track.mode is SoundTrackMode.COPIED,
        )
    return Outcome(kind=kind, what=what, message=message, seconds=time.monotonic() - started_s)
