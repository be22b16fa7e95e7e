"""How well are beats, bars, sections and kinds of sound heard, and what does it cost?

Songs are generated, so that every beat is known; real loops of known tempo, speech and music are
those of Debian packages, read where they are unpacked, skipped where they are not:

    apt-get download sonic-pi-samples asterisk-core-sounds-{en,es,fr,it,ru}-wav \
        hyperrogue-music singularity-music
    for package in *.deb; do dpkg -x "$package" unpacked; done
    PYTHONPATH=tests python -m benchmarks.hearing --debian unpacked --librosa PYTHON

PYTHON is an interpreter that has librosa.
"""

import argparse
import json
import random
import subprocess
import sys
import tempfile
import wave
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from corpus import songs
from corpus.songs import Song, SongPlan
from numpy.typing import NDArray

from ai_video_generator.errors import AudioUnreadableError
from ai_video_generator.media.audio_processor import AudioProcessor
from ai_video_generator.media.hearing import Hearing
from ai_video_generator.media.sound import SoundKind
from benchmarks.common import HERE, Cost, cost_of, publish, table, verdict

TOLERANCE_S = 0.07
# The usual one of beat tracking contests (MIREX).
BOUNDARY_TOLERANCE_S = 0.5
# Likewise of structure.

LIMITS = {"mean_f": 0.92, "mean_error_ms": 10.0, "cpu_s": 1.5, "peak_bytes": 250e6}

LOOPS = {
    "loop_amen": 4, "loop_amen_full": 16, "loop_breakbeat": 4, "loop_compus": 16,
    "loop_garzul": 16, "loop_industrial": 2, "loop_mika": 16, "loop_safari": 16,
}  # fmt: skip
# Files of sonic-pi-samples (CC0) and how many beats each holds.
_LOOPED_S = 40.0

_SPEECH_S, _SPEECHES = 40.0, 6
# Prompts of one language strung together, so many times.

_OURS, _FIXED, _VARYING = "this program", "librosa", "librosa, varying tempo"


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A sound file and what is to be heard in it."""

    name: str
    path: Path
    real: bool
    beats_s: NDArray[np.float64]
    downbeats_s: NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """How well times were found.

    Attributes:
        f: Harmonic mean of precision and recall, 0..1.
        errors_s: Found less true, of those that were hit.
    """

    f: float
    errors_s: list[float]


def score(found: NDArray[np.float64], true: NDArray[np.float64], tolerance_s: float) -> Score:
    """Match each true time with the nearest found one, each used once."""
    free = np.ones(len(found), bool)
    errors_s = []
    for time_s in true:
        distances = np.where(free, np.abs(found - time_s), np.inf)
        if len(distances) and distances.min() <= tolerance_s:
            index = int(distances.argmin())
            free[index] = False
            errors_s.append(float(found[index] - time_s))
    every = len(found) + len(true)
    return Score(f=2 * len(errors_s) / every if every else 1.0, errors_s=errors_s)


def at_any_level(found: NDArray[np.float64], true: NDArray[np.float64]) -> float:
    """The best F where half, double or off-beat counting is right too."""
    doubled = np.sort(np.concatenate([true, (true[1:] + true[:-1]) / 2]))
    levels = (true, true[::2], true[1::2], doubled)
    return max(score(found, level, TOLERANCE_S).f for level in levels)


def generated(folder: Path) -> Iterator[Known]:
    """All generated songs."""
    for plan in songs.plans():
        song = songs.make(plan)
        yield Known(
            name=plan.name,
            path=songs.write(song.samples, folder / f"{plan.name}.wav"),
            real=False,
            beats_s=song.beat_times_s,
            downbeats_s=song.downbeat_times_s,
        )


def looped(debian: Path, folder: Path) -> Iterator[Known]:
    """Real loops, each repeated, and three of them one after another."""
    source = debian / "usr/share/sonic-pi/samples"
    loops = {}
    for name, beat_count in LOOPS.items():
        blocks = AudioProcessor().decode(
            source / f"{name}.flac", sample_rate_hz=songs.RATE_HZ, channel_count=1
        )
        loops[name] = (np.concatenate(list(blocks), axis=1)[0], beat_count)
    medley = [loops[name] for name in ("loop_amen_full", "loop_garzul", "loop_compus")]
    pieces = {
        name: [(samples, beats)] * max(1, round(_LOOPED_S * songs.RATE_HZ / len(samples)))
        for name, (samples, beats) in loops.items()
    }
    pieces["medley of 140, 120, 148"] = [loop for loop in medley for _ in range(3)]
    for name, parts in pieces.items():
        samples = np.concatenate([samples for samples, _ in parts])
        starts_s = np.cumsum([0, *(len(samples) for samples, _ in parts[:-1])]) / songs.RATE_HZ
        beats_s = np.concatenate(
            [
                start_s + np.arange(beats) * len(samples) / songs.RATE_HZ / beats
                for start_s, (samples, beats) in zip(starts_s, parts, strict=True)
            ]
        )
        yield Known(
            name=name,
            path=songs.write(
                samples * np.float32(0.8 / np.abs(samples).max()), folder / f"{name}.wav"
            ),
            real=True,
            beats_s=beats_s,
            downbeats_s=beats_s[::4],
        )


def by_librosa(python: str, manner: str, sounds: list[Known]) -> dict[str, NDArray[np.float64]]:
    """Beats that librosa finds, by name."""
    command = [python, str(HERE / "librosa_beats.py"), manner]
    answer = subprocess.run(
        [*command, *(str(known.path) for known in sounds)], check=True, stdout=subprocess.PIPE
    )
    found = json.loads(answer.stdout)
    return {known.name: np.array(found[str(known.path)]) for known in sounds}


def beat_rows(sounds: list[Known], librosa: str | None) -> list[dict[str, Any]]:
    """Score every program on every sound."""
    heard = {known.name: AudioProcessor().hear(known.path) for known in sounds}
    found = {_OURS: {name: _beats(hearing) for name, hearing in heard.items()}}
    if librosa:
        found[_FIXED] = by_librosa(librosa, "fixed", sounds)
        found[_VARYING] = by_librosa(librosa, "varying", sounds)
    rows = []
    for known in sounds:
        row: dict[str, Any] = {"name": known.name, "real": known.real, "beats": {}}
        for program, beats in found.items():
            result = score(beats[known.name], known.beats_s, TOLERANCE_S)
            row["beats"][program] = {
                "f": round(result.f, 4),
                "f_any_level": round(at_any_level(beats[known.name], known.beats_s), 4),
                "mean_error_ms": _mean_ms(result.errors_s),
            }
        rhythm = heard[known.name].rhythm
        downbeats_s = np.empty(0) if rhythm is None else rhythm.downbeat_times_s
        row["downbeat_f"] = round(score(downbeats_s, known.downbeats_s, TOLERANCE_S).f, 4)
        rows.append(row)
    return rows


def _beats(hearing: Hearing) -> NDArray[np.float64]:
    return np.empty(0) if hearing.rhythm is None else hearing.rhythm.beat_times_s


def _mean_ms(errors_s: list[float]) -> float | None:
    return round(1000 * float(np.mean(errors_s)), 2) if errors_s else None


def section_rows(folder: Path) -> list[dict[str, Any]]:
    """Score sections of generated songs that have them, and of those that have none."""
    rows = []
    for plan in [*songs.song_forms(), *songs.plans()]:
        song = songs.make(plan)
        hearing = AudioProcessor().hear(songs.write(song.samples, folder / "form.wav"))
        rows.append(_section_row(plan, song, hearing))
    return rows


def _section_row(plan: SongPlan, song: Song, hearing: Hearing) -> dict[str, Any]:
    true = song.section_starts_s[1:]
    found = np.array([section.start_s for section in hearing.sections[1:]])
    return {
        "name": plan.name,
        "form": plan.form or "A",
        "heard_form": "".join(section.label for section in hearing.sections),
        "boundaries": len(true),
        "found": len(found),
        "hit": len(score(found, true, BOUNDARY_TOLERANCE_S).errors_s),
    }


def kind_rows(debian: Path, folder: Path) -> Iterator[dict[str, str]]:
    """Tell real speech from real music."""
    choose = random.Random(3)  # noqa: S311  # a fixed choice, no secret
    for language in sorted((debian / "usr/share/asterisk/sounds").glob("*")):
        prompts = sorted(language.rglob("*.wav"))
        for number in range(_SPEECHES if len(prompts) > 100 and not language.is_symlink() else 0):
            path = _strung(prompts, choose, folder / "speech.wav")
            kind = AudioProcessor().hear(path).kind
            yield {"name": f"{language.name} {number}", "is": SoundKind.SPEECH, "heard": kind}
    for path in sorted((debian / "usr/share").rglob("*.ogg")):
        if path.stat().st_size > 1_000_000:
            try:
                kind = AudioProcessor().hear(path).kind
            except AudioUnreadableError as error:
                print(f"left out: {error}", file=sys.stderr)
                continue
            yield {"name": path.name, "is": SoundKind.MUSIC, "heard": kind}


def _strung(prompts: list[Path], choose: random.Random, path: Path) -> Path:
    """Prompts one after another, with the pauses of a sentence's end between."""
    seconds = 0.0
    with wave.open(str(path), "wb") as output:
        output.setparams((1, 2, 8_000, 0, "NONE", ""))
        while seconds < _SPEECH_S:
            with wave.open(str(choose.choice(prompts)), "rb") as prompt:
                seconds += prompt.getnframes() / prompt.getframerate()
                output.writeframes(prompt.readframes(prompt.getnframes()))
            output.writeframes(bytes(2 * round(8_000 * choose.uniform(0.1, 0.6))))
    return path


def cost_rows(folder: Path, librosa: str | None) -> list[dict[str, Any]]:
    """What hearing costs, each in a process of its own, start and decoding included."""
    rows = []
    for minutes in (3, 30):
        path = folder / f"{minutes}.mp3"
        cost_of(
            [sys.executable, "-m", "benchmarks.material", "sound", str(path), str(60 * minutes)]
        )
        command = [sys.executable, "-m", "benchmarks.hearing", "--hear", str(path)]
        rows.append(_cost_row(_OURS, minutes, cost_of(command)))
        if librosa and minutes == 3:
            script = str(HERE / "librosa_beats.py")
            cost_of([librosa, script, "fixed", str(path)])  # its compiler fills its cache
            cost = cost_of([librosa, script, "fixed", str(path)])
            rows.append(_cost_row(f"{_FIXED}, beats only", minutes, cost))
    return rows


def _cost_row(program: str, minutes: int, cost: Cost) -> dict[str, Any]:
    return {
        "program": program,
        "minutes": minutes,
        "cpu_s": round(cost.cpu_s, 2),
        "wall_s": round(cost.wall_s, 2),
        "peak_bytes": cost.peak_bytes,
    }


def report(results: dict[str, list[dict[str, Any]]]) -> str:
    """The tables for people."""
    return "\n\n".join(
        [
            _beat_summary(results["beats"]),
            _beat_table(results["beats"]),
            _section_text(results["sections"]),
            _kind_text(results["kinds"]),
            _cost_table(results["costs"]),
        ]
    )


def _beat_summary(rows: list[dict[str, Any]]) -> str:
    lines = []
    for program in rows[0]["beats"]:
        parts = [row["beats"][program] for row in rows]
        errors = [part["mean_error_ms"] for part in parts if part["mean_error_ms"] is not None]
        lines.append(
            [
                program,
                f"{np.mean([part['f'] for part in parts]):.3f}",
                _mean_f(rows, program, real=False),
                _mean_f(rows, program, real=True),
                f"{np.mean([part['f_any_level'] for part in parts]):.3f}",
                f"{np.mean(errors):+.1f}",
                f"{min(errors):+.1f} to {max(errors):+.1f}",
            ]
        )
    header = ["beats, ± 70 ms", "mean F", "generated", "real loops", "F at any level"]
    header += ["mean error ms", "of a sound"]
    ours = [row["beats"][_OURS] for row in rows]
    mean_f = float(np.mean([part["f"] for part in ours]))
    errors = [part["mean_error_ms"] for part in ours if part["mean_error_ms"] is not None]
    mean_ms = abs(float(np.mean(errors)))
    return (
        f"{table(header, lines)}\n\nLimits for this program: mean F at least {LIMITS['mean_f']}: "
        f"{verdict(LIMITS['mean_f'], mean_f)}; mean error at most {LIMITS['mean_error_ms']:g} ms: "
        f"{verdict(mean_ms, LIMITS['mean_error_ms'])}."
    )


def _mean_f(rows: list[dict[str, Any]], program: str, *, real: bool) -> str:
    chosen = [row["beats"][program]["f"] for row in rows if row["real"] is real]
    return f"{np.mean(chosen):.3f}" if chosen else "-"


def _beat_table(rows: list[dict[str, Any]]) -> str:
    programs = list(rows[0]["beats"])
    header = ["sound", *(f"F, {program}" for program in programs), "error ms", "F of downbeats"]
    lines = [
        [
            f"{row['name']}{' (CC0)' if row['real'] else ''}",
            *(f"{row['beats'][program]['f']:.3f}" for program in programs),
            _signed(row["beats"][_OURS]["mean_error_ms"]),
            f"{row['downbeat_f']:.3f}",
        ]
        for row in rows
    ]
    mean = np.mean([row["downbeat_f"] for row in rows])
    return f"{table(header, lines)}\n\nDownbeats: mean F {mean:.3f}."


def _signed(value: float | None) -> str:
    return "-" if value is None else f"{value:+.1f}"


def _section_text(rows: list[dict[str, Any]]) -> str:
    formed = [row for row in rows if row["boundaries"]]
    whole = [row for row in rows if not row["boundaries"]]
    header = ["song", "form", "heard", "boundaries", "hit within 0.5 s", "found"]
    lines = [
        [row[key] for key in ("name", "form", "heard_form", "boundaries", "hit", "found")]
        for row in formed
    ]
    false = sum(row["found"] for row in whole)
    return f"{table(header, lines)}\n\n{len(whole)} songs of one piece: {false} false boundaries."


def _kind_text(rows: list[dict[str, Any]]) -> str:
    if not rows:
        return "No speech and music at hand to tell apart."
    counts = Counter((row["is"], row["heard"]) for row in rows)
    kinds = (SoundKind.SPEECH, SoundKind.MUSIC)
    lines = [[is_, *(counts[is_, heard] for heard in SoundKind)] for is_ in kinds]
    wrong = ", ".join(row["name"] for row in rows if row["is"] != row["heard"]) or "none"
    return (
        f"{table(['is', *(f'heard as {kind}' for kind in SoundKind)], lines)}\n\nWrong: {wrong}. "
        "Speech is telephone prompts of five voices strung together, music is that of two games. "
        "The limits between the kinds, and those of sections and bars, were set with this "
        "material; the beat tracker's were not."
    )


def _cost_table(rows: list[dict[str, Any]]) -> str:
    lines = [
        [
            f"{row['program']}, {row['minutes']} minutes of MP3",
            row["cpu_s"],
            row["wall_s"],
            f"{row['peak_bytes'] / 1e6:.0f}",
        ]
        for row in rows
    ]
    ours = rows[0]
    return (
        f"{table(['a process that hears', 'CPU s', 'seconds', 'peak MB'], lines)}\n\nLimits for "
        f"3 minutes: {LIMITS['cpu_s']} CPU s: {verdict(ours['cpu_s'], LIMITS['cpu_s'])}; "
        f"{LIMITS['peak_bytes'] / 1e6:.0f} MB: {verdict(ours['peak_bytes'], LIMITS['peak_bytes'])}."
    )


def main() -> None:
    """Measure all, or hear one file for the measurement of its cost."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument(
        "--debian", type=Path, default=Path("/"), help="where packages are unpacked"
    )
    parser.add_argument("--librosa", help="a Python that has librosa")
    parser.add_argument("--hear", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.hear:
        AudioProcessor().hear(chosen.hear)
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        costs = cost_rows(folder, chosen.librosa)
        sounds = list(generated(folder))
        if (chosen.debian / "usr/share/sonic-pi/samples").is_dir():
            sounds += looped(chosen.debian, folder)
        results = {
            "beats": beat_rows(sounds, chosen.librosa),
            "sections": section_rows(folder),
            "kinds": list(kind_rows(chosen.debian, folder)),
            "costs": costs,
        }
    publish(
        "hearing",
        title="Beats, bars, sections and kinds of sound",
        settings={
            "tolerance_s": TOLERANCE_S,
            "librosa": _librosa_version(chosen.librosa),
            **LIMITS,
        },
        results=results,
        text=report(results),
    )


def _librosa_version(python: str | None) -> str | None:
    if python is None:
        return None
    code = "from importlib.metadata import version; print(version('librosa'))"
    return subprocess.run(
        [python, "-c", code], check=True, capture_output=True, text=True
    ).stdout.strip()


if __name__ == "__main__":
    main()
