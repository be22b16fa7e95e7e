"""Jobs that are killed again and again, each time begun anew, until they are done."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import psutil  # type: ignore[import-untyped]  # it ships no types
from corpus.oddities import write_picture, write_sound

PICTURE, SOUND, VIDEO = "photo.png", "song.wav", "video.mov"

WAYS = ("SIGKILL", "SIGKILL of the model", "SIGTERM", "SIGINT")
"""How a run is ended."""

_ENDS_S = 60.0
# Far longer than a whole run.
_LINGERS_S = 5.0
# For a model's process to notice that its job is gone.

_KILLED = -9
_CODES = {
    "SIGKILL": (_KILLED,),
    "SIGKILL of the model": (6,),
    "SIGTERM": (130,),
    "SIGINT": (130,),
}
_UNHEARD = {-signal.SIGTERM, -signal.SIGINT, 1, 130}
# Python's own ways to end by a signal, and a run that was over already.

_MODEL = "ai_video_generator.core.backend_process"


def write_inputs(folder: Path, seconds: float) -> None:
    """A folder ``job`` with a picture and a sound in it."""
    (folder / "job").mkdir()
    write_picture(folder / "job" / PICTURE, 300, 200)
    write_sound(folder / "job" / SOUND, seconds)


@dataclass(slots=True)
class Ended:
    """How a run ended.

    Attributes:
        way: What ended it; "" where it was let run.
        after_s: When, seconds from its start.
        code: Exit code.
        told: What it wrote.
        stage: What was there when it was ended: "start", "passes" or "video".
        seconds: How long it ran.
        faults: All that is wrong.
    """

    way: str
    after_s: float
    code: int
    told: str
    stage: str
    seconds: float
    faults: list[str] = field(default_factory=list)


class Victim:
    """A job in a process of its own, in a folder of its own.

    Args:
        folder: With the inputs in ``job``, a cache in ``cache``, and what the job imports.
        module: Run with ``python -m`` and the folder; makes the video.
    """

    def __init__(self, folder: Path, module: str) -> None:
        self._folder, self._module = folder, module

    @property
    def video(self) -> Path:
        """The video that the job makes."""
        return self._folder / "job" / VIDEO

    def run(self, way: str = "", after_s: float = 0.0) -> Ended:
        """Run it, and end it after a while in one of `WAYS`; or let it run."""
        before = self._files()
        started_s = time.monotonic()
        process = self._begun()
        children: list[psutil.Process] = []
        if way:
            with suppress(subprocess.TimeoutExpired):
                process.wait(after_s)
        stage = self._stage(before)
        if way:
            children = _children(process)
            _end(process, children, way)
        code, told = _outcome(process)
        ended = Ended(
            way=way,
            after_s=after_s,
            code=code,
            told=told,
            stage=stage,
            seconds=time.monotonic() - started_s,
        )
        ended.faults += self._faults(ended, before, children)
        return ended

    def left(self) -> list[str]:
        """What is left in the cache beside the bounded store and its books."""
        kept = {".mkv", ".json"}
        return sorted(
            str(path.relative_to(self._folder / "cache"))
            for path in (self._folder / "cache" / "work").rglob("*")
            if path.is_file()
            and path.name != "lock"
            and (
                path.suffix not in kept
                or path.name.startswith(".")
                or path.parent.name == "running"
            )
        )

    def _begun(self) -> "subprocess.Popen[bytes]":
        path = os.pathsep.join([str(self._folder), *sys.path])
        return subprocess.Popen(
            [sys.executable, "-m", self._module, str(self._folder)],
            env=os.environ | {"PYTHONPATH": path, "OMP_NUM_THREADS": "1"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )

    def _files(self) -> set[Path]:
        chunks = self._folder / "cache" / "work" / "chunks"
        return {*(self._folder / "job").iterdir(), *chunks.glob(".*.part")}

    def _stage(self, before: set[Path]) -> str:
        """How far the job is, by the files that it writes."""
        folders = {path.parent.name for path in self._files() - before if path.suffix == ".part"}
        return "passes" if "chunks" in folders else "video" if "job" in folders else "start"

    def _faults(
        self, ended: Ended, before: set[Path], children: Sequence[psutil.Process]
    ) -> Iterator[str]:
        for one in psutil.wait_procs(children, timeout=_LINGERS_S)[1]:
            yield f"the process {one.pid} lives on"
            one.kill()
        left = sorted(path.name for path in self._files() - before if path != self.video)
        if ended.code != _KILLED and left:
            yield f"left {left}"
        if ended.code == 0 and not self.video.exists():
            yield "ended well without a video"
        allowed = {0, *_CODES.get(ended.way, ())}
        if ended.stage == "start" or self.video.exists():
            # Before and after the job a signal ends it as it ends any program.
            allowed |= _UNHEARD if ended.way in ("SIGTERM", "SIGINT") else set()
        if ended.code not in allowed:
            yield f"ended with {ended.code}: {ended.told[-2000:]}"


def _children(process: "subprocess.Popen[bytes]") -> list[psutil.Process]:
    try:
        return list(psutil.Process(process.pid).children(recursive=True))
    except psutil.NoSuchProcess:
        return []


def _end(process: "subprocess.Popen[bytes]", children: Sequence[psutil.Process], way: str) -> None:
    if way == "SIGKILL of the model":
        for child in children:
            try:
                if _MODEL in child.cmdline():
                    child.kill()
            except psutil.NoSuchProcess:
                continue
        return
    process.send_signal(getattr(signal, way))


def _outcome(process: "subprocess.Popen[bytes]") -> tuple[int, str]:
    try:
        told = process.communicate(timeout=_ENDS_S)[1].decode(errors="replace")
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        return -1, f"a hang of {_ENDS_S} s"
    return process.returncode, told


def killed_until_done(
    victim: Victim, random: Random, *, kills: int, whole_s: float, undisturbed: bytes
) -> list[Ended]:
    """Kill a job so many times at random instants, then let it end; see that all is as it must be.

    Args:
        victim: The job.
        random: Chooses ways and instants.
        kills: How many times.
        whole_s: How long an undisturbed run takes; every instant of it is as likely.
        undisturbed: The video of a job that nobody disturbed.
    """
    ended: list[Ended] = []
    while len(ended) < kills and not victim.video.exists():
        ended.append(victim.run(random.choice(WAYS), random.uniform(0.1, whole_s)))
    if victim.video.exists() and ended[-1].code != 0:
        # Ended after the video was whole; what it could not clear away goes with the next run.
        if victim.video.read_bytes() != undisturbed:
            ended[-1].faults.append("the video differs")
        victim.video.unlink()
    if not victim.video.exists():
        ended.append(victim.run())
    if not victim.video.exists() or victim.video.read_bytes() != undisturbed:
        ended[-1].faults.append("the video differs")
    ended[-1].faults += [f"left {name}" for name in victim.left()]
    return ended


def again_count(passes: Sequence[str]) -> int:
    """How many passes were begun although they had been begun before."""
    return len(passes) - len(set(passes))
