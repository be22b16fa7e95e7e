"""Odd sounds at every frame rate in every container, and what the finished files really hold."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory

from corpus import finished, pictures, sounds
from corpus.sounds import OddSound
from corpus.worker import Job, Kind, Outcome, Worker

from ai_video_generator.media.timeline import parse_frame_rate

RATES = ("15", "23.976", "24", "25", "29.97", "30", "50", "60")
CONTAINERS = ("mp4", "mkv", "mov", "webm")
SIZE = "160x90"

_CASES_A_SOUND = 3
_LONG_RATES = ("15", "23.976", "15", "15", "25")
# 108,000 frames and more each; one of them at a rate that is no whole number, so that any drift has
# two hours to show.

PATIENCE_S = 1800.0
# A video of two hours takes minutes.


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One video to be made and measured.

    Attributes:
        odd: The sound.
        rate: Frames a second, as a person writes it.
        container: Ending of the file's name.
        sound_mode: "auto", "copy" or "encode".
    """

    odd: OddSound
    rate: str
    container: str
    sound_mode: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What came of a case.

    Attributes:
        case: The case.
        outcome: How the job ended.
        frame_count: Frames in the file.
        sample_count: Samples a channel in the file.
        surplus_frames: How much longer the picture is than the sound, in frames: 0 up to below 1.
        faults: All that is wrong; empty when nothing is.
    """

    case: Case
    outcome: Outcome
    frame_count: int = 0
    sample_count: int = 0
    surplus_frames: Fraction = Fraction(0)
    faults: tuple[str, ...] = ()


def all_cases() -> list[Case]:
    """Three for each short sound, one for each long one; every rate meets every container."""
    odd = sounds.odd_sounds()
    short, long = [one for one in odd if not one.long], [one for one in odd if one.long]
    cases = [case for index, one in enumerate(short) for case in _cases_of(index, one)]
    for index, (one, rate) in enumerate(zip(long, _LONG_RATES, strict=True)):
        container = CONTAINERS[index % len(CONTAINERS)]
        cases.append(Case(odd=one, rate=rate, container=container, sound_mode="auto"))
    return cases


def _cases_of(index: int, odd: OddSound) -> Iterator[Case]:
    modes = ("auto", "auto", ("encode", "auto", "copy", "auto")[index % 4])
    for turn in range(_CASES_A_SOUND):
        yield Case(
            odd=odd,
            # Steps without a common divisor walk through all pairs of rate and container.
            rate=RATES[(3 * index + 5 * turn) % len(RATES)],
            container=CONTAINERS[(index + turn + index // len(RATES)) % len(CONTAINERS)],
            sound_mode=modes[turn],
        )


def measured(case: Case, folder: Path, worker: Worker, ffprobe: str | None) -> Measured:
    """Make the video of a case in a folder of its own, and read it back.

    Args:
        case: The case.
        folder: Where the folder may be made.
        worker: Makes the video.
        ffprobe: The second reader; None leaves it out.
    """
    with TemporaryDirectory(dir=folder) as name:
        sound = sounds.make(case.odd, Path(name))
        picture = Path(name, "picture.jpg")
        pictures.COLOR_PICTURES["plain.jpg"](picture)
        job = Job(
            picture=picture,
            sound=sound,
            output=Path(name, f"video.{case.container}"),
            options={"size": SIZE, "fps": case.rate, "sound": case.sound_mode},
        )
        outcome = worker.run(job)
        if case.sound_mode == "copy" and outcome.what == "RequestImpossibleError":
            return Measured(case=case, outcome=outcome)  # it said that a copy is not exact
        if outcome.kind is not Kind.VIDEO or outcome.sound is None:
            fault = f"no video: {outcome.what}: {outcome.message}"
            return Measured(case=case, outcome=outcome, faults=(fault,))
        return _read(case, job, outcome, ffprobe)


def _read(case: Case, job: Job, outcome: Outcome, ffprobe: str | None) -> Measured:
    assert outcome.sound is not None
    info, rate = outcome.sound, parse_frame_rate(case.rate)
    seen = finished.read_back(job.output, rate, info.sample_count if outcome.copied else None)
    source = finished.listen(job.sound, info.sample_count)
    faults = finished.length_faults(seen, frame_rate=rate, duration_s=info.duration_s)
    # A copy that was asked for may end with padding that the file declares; else it is encoded.
    padded = outcome.copied and case.sound_mode == "copy"
    faults += finished.sound_faults(seen, source, copied=outcome.copied, padded=padded)
    if case.odd.exact and info.duration_s != case.odd.duration_s:
        faults.append(f"{info.sample_count} samples were heard of {case.odd.sample_count}")
    if ffprobe:
        faults += finished.probe_faults(ffprobe, job.output, seen)
    rate_hz = seen.sound.sample_rate_hz if seen.sound else 1
    return Measured(
        case=case,
        outcome=outcome,
        frame_count=seen.frame_count,
        sample_count=seen.declared_count,
        surplus_frames=seen.frame_count - Fraction(seen.declared_count, rate_hz) * rate,
        faults=tuple(faults),
    )
