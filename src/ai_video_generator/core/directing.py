"""From pictures and a sound to a storyboard: what is seen and heard goes to the director."""

from collections.abc import Sequence
from pathlib import Path

from ai_video_generator.config.settings import Settings
from ai_video_generator.media.picture import PictureInfo
from ai_video_generator.media.sound import SoundKind
from ai_video_generator.planning.plan import Plan
from ai_video_generator.storyboard.camera_path import contained
from ai_video_generator.storyboard.cutting import Pulse
from ai_video_generator.storyboard.director import Subject, direct
from ai_video_generator.storyboard.stage import Stage, stage
from ai_video_generator.storyboard.storyboard_file import (
    FramingEntry,
    ShotEntry,
    StoryboardFile,
    read_storyboard,
    stored,
)
from ai_video_generator.storyboard.styles import MANNERS, style_for


def directed(
    pictures: Sequence[PictureInfo],
    plan: Plan,
    settings: Settings,
    *,
    subjects: Sequence[Subject] = (),
    pulse: Pulse | None = None,
    kind: SoundKind = SoundKind.OTHER,
) -> StoryboardFile:
    """Direct the camera, or read the storyboard that was asked for.

    Args:
        pictures: The pictures, in order.
        plan: The job's plan: its shape and its frames.
        settings: Style and seed, or the storyboard's file.
        subjects: What is known of each picture; none where nothing is.
        pulse: What is known of the sound; None where nothing is.
        kind: What the sound mostly is.

    Raises:
        StoryboardError: When the storyboard's file is not one for these pictures and this sound.
    """
    stages = [stage(info.size, plan.output_size, plan.fit) for info in pictures]
    if settings.storyboard is not None:
        return _read(settings.storyboard, stages, plan)
    board = direct(
        stages,
        plan.timeline,
        seed=settings.seed,
        subjects=subjects,
        pulse=pulse,
        manner=MANNERS[style_for(settings.style, kind)],
    )
    return stored(board, plan.timeline)


def _read(path: Path, stages: Sequence[Stage], plan: Plan) -> StoryboardFile:
    """Read a storyboard; what a person has drawn outside of a picture is moved inside."""
    file = read_storyboard(path, float(plan.timeline.duration_s), picture_count=len(stages))
    shots = tuple(_inside(shot, stages[shot.picture - 1]) for shot in file.shots)
    return file.model_copy(update={"shots": shots})


def _inside(shot: ShotEntry, on: Stage) -> ShotEntry:
    turn = max(abs(shot.begin.turn), abs(shot.end.turn))
    ends = {"begin": shot.begin, "end": shot.end}
    return shot.model_copy(update={name: _held(entry, on, turn) for name, entry in ends.items()})


def _held(entry: FramingEntry, on: Stage, turn: float) -> FramingEntry:
    framing = contained(entry.framing, on.picture_aspect, on.frame_aspect, max_rotation_deg=turn)
    return FramingEntry.of(framing)
