"""Whether cuts fall on beats, and whether every storyboard keeps its promises.

    PYTHONPATH=tests python -m benchmarks.directing     # writes directing.json and directing.md

Songs are generated, so that their beats are known; they are written to files, heard as any other
sound, and directed in every style. Storyboards of random pictures, sounds and styles are checked
frame by frame.
"""

import argparse
import statistics
import tempfile
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from random import Random

from corpus.songs import make, plans, song_forms, write
from corpus.views import overhang

from ai_video_generator.config.choices import Fit, Style
from ai_video_generator.media.audio_processor import AudioProcessor
from ai_video_generator.media.resolution import Resolution
from ai_video_generator.media.timeline import Timeline
from ai_video_generator.storyboard.camera_path import view_at
from ai_video_generator.storyboard.cutting import Pulse
from ai_video_generator.storyboard.director import Subject, direct
from ai_video_generator.storyboard.ground import Target
from ai_video_generator.storyboard.pulses import pulse_of
from ai_video_generator.storyboard.stage import stage
from ai_video_generator.storyboard.storyboard import Storyboard
from ai_video_generator.storyboard.styles import MANNERS
from benchmarks.common import publish, table

RATE = Fraction(30)
PHOTO, FRAME = Resolution(6000, 4000), Resolution(1920, 1080)
STYLES = (Style.CALM, Style.DOCUMENTARY, Style.MUSIC_VIDEO, Style.ENERGETIC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cuts:
    """The cuts of all songs in one style.

    Attributes:
        style: The style.
        cut_count: Cuts in all songs.
        on_heard: Share within one frame of a beat that was heard.
        on_true: Share within one frame of a beat that was played.
        near_true: Share within 70 ms of one.
        on_sections: Share of the sections that were heard at which there is a cut.
        shot_s: Median length of a shot.
    """

    style: Style
    cut_count: int
    on_heard: float
    on_true: float
    near_true: float
    on_sections: float
    shot_s: float


def cut_times_s(board: Storyboard) -> list[float]:
    """Middles of dissolves, and hard cuts."""
    return [
        (before.end_frame + after.start_frame) / 2 / float(RATE)
        for before, after in pairwise(board.shots)
    ]


def near(time_s: float, times_s: list[float], limit_s: float) -> bool:
    """Whether one of some times is so near."""
    return any(abs(time_s - other) <= limit_s for other in times_s)


def measured(folder: Path) -> list[Cuts]:
    """Hear every song, direct it in every style."""
    heard = []
    for plan in [*plans(), *song_forms()]:
        song = make(plan)
        hearing = AudioProcessor().hear(write(song.samples, folder / f"{plan.name}.wav"))
        heard.append((pulse_of(hearing), song.beat_times_s.tolist()))
    frame_s = 1 / float(RATE) + 1e-6
    results = []
    for style in STYLES:
        cuts, lengths, sections, met = [], [], 0, 0
        for pulse, beats in heard:
            line = Timeline.covering(Fraction(pulse.duration_s), RATE)
            board = direct(
                [stage(PHOTO, FRAME, Fit.FILL)], line, pulse=pulse, manner=MANNERS[style]
            )
            times_s = cut_times_s(board)
            lengths += [b - a for a, b in pairwise([0.0, *times_s, pulse.duration_s])]
            for start_s in list(pulse.section_starts_s)[1:]:
                sections += 1
                met += near(start_s, times_s, 0.15)
            cuts += [
                (
                    near(time_s, list(pulse.beat_times_s), frame_s) or not pulse.beat_times_s,
                    near(time_s, beats, frame_s),
                    near(time_s, beats, 0.07),
                )
                for time_s in times_s
            ]
        share = [sum(column) / len(cuts) for column in zip(*cuts, strict=True)]
        results.append(
            Cuts(
                style=style,
                cut_count=len(cuts),
                on_heard=share[0],
                on_true=share[1],
                near_true=share[2],
                on_sections=met / max(1, sections),
                shot_s=statistics.median(lengths),
            )
        )
    return results


def faults(count: int) -> int:
    """Random storyboards in which a view leaves its picture or a shot repeats the one before."""
    random = Random(1)  # noqa: S311 - a benchmark's randomness is no secret
    found = 0
    for _ in range(count):
        sizes = [
            Resolution(random.randint(50, 9000), random.randint(50, 9000))
            for _ in range(random.randint(1, 4))
        ]
        frame = random.choice([FRAME, Resolution(1080, 1920), Resolution(1080, 1080)])
        fit = random.choice([Fit.FILL, Fit.BLUR, Fit.CONTAIN])
        duration_s = random.uniform(1, 240)
        beat_s = 60 / random.uniform(50, 200)
        beats = [beat_s * number for number in range(int(duration_s / beat_s))]
        pulse = Pulse(
            duration_s=duration_s,
            beat_times_s=beats if random.random() < 0.8 else [],
            downbeat_times_s=beats[::4],
            section_starts_s=beats[::32],
            energy=[random.random() for _ in range(8)],
        )
        stages = [stage(size, frame, fit) for size in sizes]
        board = direct(
            stages,
            Timeline.covering(Fraction(duration_s), RATE),
            seed=random.randrange(10**6),
            subjects=[_subject(random) for _ in sizes],
            pulse=pulse,
            manner=MANNERS[random.choice(list(MANNERS))],
        )
        found += any(
            overhang(
                view_at(shot, index, on.picture_aspect, on.frame_aspect),
                on.picture_aspect,
                on.frame_aspect,
            )
            > 1e-9
            for shot in board.shots
            for on in [stages[shot.picture]]
            for index in {
                shot.start_frame,
                shot.end_frame - 1,
                shot.start_frame + shot.frame_count // 2,
            }
        )
    return found


def _subject(random: Random) -> Subject:
    return Subject(
        targets=tuple(
            Target(
                center_x=random.random(),
                center_y=random.random(),
                width=random.uniform(0, 0.6),
                height=random.uniform(0, 0.6),
            )
            for _ in range(random.randint(0, 4))
        ),
        weight=random.uniform(0.3, 3),
        horizon_y=random.choice([None, random.random()]),
        level_deg=random.choice([0.0, random.uniform(-4, 4)]),
        keep_whole=random.random() < 0.1,
    )


def main() -> None:
    """Measure and publish."""
    parser = argparse.ArgumentParser(description="whether cuts fall on beats")
    parser.add_argument("--storyboards", type=int, default=10_000, help="random ones to check")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        results = measured(Path(folder))
    wrong = faults(asked.storyboards)
    rows = [
        (
            one.style,
            one.cut_count,
            f"{one.shot_s:.1f}",
            f"{one.on_heard:.1%}",
            f"{one.on_true:.1%}",
            f"{one.near_true:.1%}",
            f"{one.on_sections:.1%}",
        )
        for one in results
    ]
    header = (
        "style",
        "cuts",
        "median shot s",
        "within a frame of a heard beat",
        "of a played beat",
        "within 70 ms of a played beat",
        "heard sections with a cut",
    )
    text = (
        f"{table(header, rows)}\n\n"
        f"Of {asked.storyboards} storyboards of random pictures, sounds and styles, {wrong} have a "
        f"view that leaves its picture.\n"
    )
    publish(
        "directing",
        title="Directed to music",
        settings=vars(asked),
        results={"cuts": results, "storyboards": asked.storyboards, "faults": wrong},
        text=text,
    )


if __name__ == "__main__":
    main()
