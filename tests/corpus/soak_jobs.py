"""Jobs of many kinds for a queue, and what must be true of them when all have ended."""

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from pathlib import Path
from random import Random

import psutil  # type: ignore[import-untyped]  # it ships no types
from corpus import finished
from corpus.fault_cases import CAMERAS
from corpus.oddities import write_picture, write_sound
from corpus.soak_backends import CARD, SLOW, short_name

from ai_video_generator.jobs.database import DATABASE_NAME
from ai_video_generator.jobs.job import Job, JobRequest, JobState

_PICTURES = {"wide.png": (300, 200), "tall.png": (200, 320), "square.png": (256, 256)}
LONG_S = Fraction(4)
"""Of jobs that are stopped while they run: five seconds of the slow network."""
STEADY_S = Fraction(5, 4)
"""Of jobs that are all of one size."""
DAY_S = Fraction(5)
"""Of the jobs of a day: as many passes as a minute of Stable Video Diffusion has, or more."""

_SHORT_S = (Fraction(1, 2), Fraction(17, 20), STEADY_S, Fraction(9, 5))
_SIZES = ("96x64", "64x96", "128x72", "64x64")
_RATES = ("24", "25", "30", "24000/1001")
_CONTAINERS = ("mp4", "mp4", "mp4", "mkv", "mov", "webm")
_STYLES = ("calm", "energetic", "auto")
_UNREADABLE = "unreadable"


class Kind(StrEnum):
    """What is special about a job."""

    NETWORK = "by a network"
    CAMERA = "by a camera"
    BAD_INPUT = "unreadable input"
    OUT_OF_MEMORY = "out of memory once"
    CANCELLED = "cancelled while running"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One job of a soak.

    Attributes:
        kind: What is special about it.
        request: What is asked for.
        duration_s: Length of its sound.
    """

    kind: Kind
    request: JobRequest
    duration_s: Fraction

    @property
    def wanted(self) -> JobState:
        """How it must end."""
        ends = {Kind.BAD_INPUT: JobState.FAILED, Kind.CANCELLED: JobState.CANCELLED}
        return ends.get(self.kind, JobState.DONE)


def write_soak_inputs(folder: Path) -> None:
    """Write the pictures and sounds of all jobs, and a folder for their videos."""
    for name in ("inputs", "videos", "temporary"):
        (folder / name).mkdir()
    for name, (width, height) in _PICTURES.items():
        write_picture(folder / "inputs" / name, width, height)
    for duration_s in (*_SHORT_S, LONG_S, DAY_S):
        write_sound(_sound(folder, duration_s), float(duration_s))
    for ending in ("png", "wav"):
        (folder / "inputs" / f"{_UNREADABLE}.{ending}").write_text("neither seen nor heard")


def asked(
    folder: Path, number: int, kind: Kind, device: str, *, duration_s: Fraction | None = None
) -> Asked:
    """A job of a kind, unlike all others.

    Args:
        folder: Where `write_soak_inputs` has written.
        number: Of the job; decides all that varies, and names its video.
        kind: What is special about it.
        device: The GPU that it is for; empty for any.
        duration_s: Length of its sound, one of `STEADY_S` and `DAY_S`; size and rate are then
            those of every other such job. None varies all three.
    """
    chance = Random(number)  # noqa: S311  the same jobs every time, no secret
    steady = duration_s is not None
    duration_s = duration_s or (LONG_S if kind is Kind.CANCELLED else chance.choice(_SHORT_S))
    options = {
        "model": CARD,
        "size": _SIZES[0] if steady else chance.choice(_SIZES),
        "fps": _RATES[0] if steady else chance.choice(_RATES),
        "style": chance.choice(_STYLES),
        "seed": str(number),
    }
    pictures = chance.sample(sorted(_PICTURES), chance.choice((1, 1, 1, 2, 3)))
    sound = _sound(folder, duration_s)
    match kind:
        case Kind.CAMERA:
            options["model"] = chance.choice(CAMERAS)
        case Kind.CANCELLED:
            options["model"] = SLOW
        case Kind.OUT_OF_MEMORY:
            options["model"] = short_name(number)
        case Kind.BAD_INPUT if chance.random() < 0.5:
            pictures = [f"{_UNREADABLE}.png"]
        case Kind.BAD_INPUT:
            sound = folder / "inputs" / f"{_UNREADABLE}.wav"
    if device:
        options["gpu"] = device
    request = JobRequest(
        pictures=tuple(folder / "inputs" / name for name in pictures),
        sound=sound,
        output=folder / "videos" / f"{number}.{chance.choice(_CONTAINERS)}",
        options={name: value for name, value in options.items() if value != "auto"},
    )
    return Asked(kind=kind, request=request, duration_s=duration_s)


def _sound(folder: Path, duration_s: Fraction) -> Path:
    return folder / "inputs" / f"{float(duration_s):g}.wav"


def job_faults(asked_for: Asked, job: Job, wanted: JobState) -> Iterator[str]:
    """What is wrong with a job that has ended, and with its video."""
    output = asked_for.request.output
    if job.state is not wanted:
        said = job.outcome.error if job.outcome else ""
        yield f"job {job.id} ({asked_for.kind}) is {job.state} instead of {wanted}: {said}"
    if wanted is not JobState.DONE:
        if output.exists():
            yield f"job {job.id} is {job.state} and has a video"
        return
    if not output.exists():
        yield f"job {job.id} has no video"
        return
    rate = Fraction(asked_for.request.options["fps"])
    seen = finished.read_back(output, rate)
    for fault in finished.length_faults(seen, frame_rate=rate, duration_s=asked_for.duration_s):
        yield f"job {job.id}, {output.name}: {fault}"


def left_faults(folder: Path, videos: Sequence[Path]) -> Iterator[str]:
    """What is left when all jobs have ended that should not be there."""
    for child in psutil.Process().children(recursive=True):
        yield f"the process {child.pid} lives on: {' '.join(child.cmdline())}"
    there = set((folder / "videos").iterdir())
    if extra := there - set(videos):
        yield f"left beside the videos: {sorted(path.name for path in extra)}"
    for place in ("cache/work", "temporary", "data/running"):
        for path in (folder / place).rglob("*"):
            if path.is_file() and _is_unfinished(path):
                yield f"left {path.relative_to(folder)}"
    with sqlite3.connect(folder / "data" / DATABASE_NAME) as connection:
        (verdict,) = connection.execute("PRAGMA integrity_check").fetchone()
    connection.close()
    if verdict != "ok":
        yield f"the database: {verdict}"


def _is_unfinished(path: Path) -> bool:
    """Whether a file is neither a finished pass nor a lock that stays for the next worker."""
    if path.name == "lock" or path.name.startswith("device-"):
        return False
    return path.name.startswith(".") or path.parent.name not in ("chunks", "jobs")
