"""Damaged pictures and sounds of every format, and what the program makes of each."""

import hashlib
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from corpus import finished, pictures, sounds
from corpus.oddities import run_program
from corpus.sounds import OddSound, Trait
from corpus.worker import Job, Kind, Outcome, Worker

from ai_video_generator.media.timeline import parse_frame_rate

SIZE, RATE = "64x36", "15"
OPTIONS = {"size": SIZE, "fps": RATE}

_SOUND_S = 0.3
# Long enough for several packets of every codec, short enough that damage strikes headers often.

_PAGES_S = 3.0
_PAGED = frozenset({"ogg", "opus", "wv"})
# These are checked and dropped by pages or blocks of up to a second; others must be left.

_KEPT_TRAITS = (Trait.COVER, Trait.VIDEO)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """What damage is done to.

    Attributes:
        pictures: One valid picture of every kind.
        sounds: One valid sound of every kind.
    """

    pictures: tuple[Path, ...]
    sounds: tuple[Path, ...]

    @classmethod
    def made(cls, folder: Path) -> "Bench":
        """Write all originals into a folder."""
        kinds: dict[tuple[str, str, Trait], OddSound] = {}
        for odd in sounds.odd_sounds():
            trait = odd.trait if odd.trait in _KEPT_TRAITS else Trait.PLAIN
            seconds = _PAGES_S if odd.suffix in _PAGED else _SOUND_S
            short = replace(odd, trait=trait, sample_count=round(seconds * odd.sample_rate_hz))
            kinds.setdefault((odd.suffix, odd.codec, trait), short)
        return cls(
            pictures=tuple(pictures.valid_pictures(folder)),
            sounds=tuple(sounds.make(odd, folder) for odd in kinds.values()),
        )

    def case(self, number: int) -> "Case":
        """A case of each number: originals take turns, and so do ways of damage."""
        originals = [(path, True) for path in self.pictures]
        originals += [(path, False) for path in self.sounds]
        path, is_picture = originals[number % len(originals)]
        return Case(original=path, is_picture=is_picture, seed=number, bench=self)

    def exchanged(self) -> "list[Case]":
        """Every valid sound given as the picture, and every valid picture as the sound."""
        cases = [
            Case(original=path, is_picture=True, seed=None, bench=self) for path in self.sounds
        ]
        cases += [
            Case(original=path, is_picture=False, seed=None, bench=self) for path in self.pictures
        ]
        return cases


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One file to try.

    Attributes:
        original: The valid file that is damaged.
        is_picture: Whether it is given as the picture; as the sound otherwise.
        seed: Chooses the damage; None leaves the file as it is.
        bench: Where the other input is taken from.
    """

    original: Path
    is_picture: bool
    seed: int | None
    bench: Bench

    @property
    def file_format(self) -> str:
        """Ending of the file's name, without the dot."""
        return self.original.suffix[1:]

    @property
    def name(self) -> str:
        """Says how to make it again."""
        use = "picture" if self.is_picture else "sound"
        return f"{self.original.name} as the {use}, damage {self.seed}"

    def data(self) -> bytes:
        """The file's content."""
        data = self.original.read_bytes()
        return data if self.seed is None else pictures.mutated(data, self.seed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What came of a case; ``faults`` is empty when it ended as it must."""

    case: Case
    outcome: Outcome
    faults: tuple[str, ...] = ()


def tried(case: Case, folder: Path, worker: Worker, keep: Path | None = None) -> Tried:
    """Give a file to the program in a process that may die of it.

    Args:
        case: The file.
        folder: Where a folder of its own may be made.
        worker: Makes the video.
        keep: Where a file that broke something is kept; None keeps none.
    """
    with TemporaryDirectory(dir=folder) as name:
        job, before = _set_out(case, Path(name))
        outcome = worker.run(job)
        faults = [f"{outcome.what}: {outcome.message}"] if outcome.kind is Kind.BROKEN else []
        made = outcome.kind is Kind.VIDEO
        faults += _left_faults(job, before, made=made)
        if made and not faults:
            faults += _video_faults(job, outcome)
        if faults and keep is not None:
            _keep(case, job, keep)
    return Tried(case=case, outcome=outcome, faults=tuple(faults))


def tried_from_outside(case: Case, folder: Path) -> Tried:
    """The same by the command that people run."""
    with TemporaryDirectory(dir=folder) as name:
        job, before = _set_out(case, Path(name))
        flags = ("--size", SIZE, "--fps", RATE, "--quiet")
        ended = run_program(
            "make", job.picture, job.sound, "-o", job.output, *flags, folder=Path(name)
        )
        made = ended.code == 0
        faults = [*ended.faults, *_left_faults(job, before, made=made)]
    kind = Kind.BROKEN if ended.faults else Kind.VIDEO if made else Kind.REFUSED
    outcome = Outcome(kind=kind, what=f"exit {ended.code}", message=ended.told)
    return Tried(case=case, outcome=outcome, faults=tuple(faults))


def _set_out(case: Case, folder: Path) -> tuple[Job, str]:
    """Write the inputs; return the job, and a digest of what it may not touch."""
    inputs, outputs = folder / "in", folder / "out"
    inputs.mkdir()
    outputs.mkdir()
    given = inputs / f"given.{case.file_format}"
    given.write_bytes(case.data())
    whole = case.bench.sounds[0] if case.is_picture else case.bench.pictures[0]
    other = Path(shutil.copy(whole, inputs))
    picture, sound = (given, other) if case.is_picture else (other, given)
    job = Job(picture=picture, sound=sound, output=outputs / "video.mp4", options=dict(OPTIONS))
    return job, _digest((picture, sound))


def _digest(paths: Sequence[Path]) -> str:
    return hashlib.sha256(b"".join(path.read_bytes() for path in paths)).hexdigest()


def _left_faults(job: Job, before: str, *, made: bool) -> list[str]:
    """What lies where nothing should, and inputs that are not as they were."""
    faults = []
    left = {path.name for path in job.output.parent.iterdir()}
    if left != ({job.output.name} if made else set()):
        faults.append(f"left in the output folder: {sorted(left)}")
    inputs = {path.name for path in job.picture.parent.iterdir()}
    if inputs != {job.picture.name, job.sound.name} or _digest((job.picture, job.sound)) != before:
        faults.append("an input was touched")
    return faults


def _video_faults(job: Job, outcome: Outcome) -> list[str]:
    assert outcome.sound is not None
    rate = parse_frame_rate(RATE)
    seen = finished.read_back(job.output, rate)
    return finished.length_faults(seen, frame_rate=rate, duration_s=outcome.sound.duration_s)


def _keep(case: Case, job: Job, keep: Path) -> None:
    keep.mkdir(parents=True, exist_ok=True)
    given = job.picture if case.is_picture else job.sound
    shutil.copy(given, keep / f"{case.original.stem}-{case.seed}{given.suffix}")
