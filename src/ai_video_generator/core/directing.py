"""From pictures and a sound to a storyboard: what is seen and heard goes to the director."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ai_video_generator.config.choices import Order
from ai_video_generator.config.hardware_config import MAX_MAGNIFICATION
from ai_video_generator.config.settings import Settings
from ai_video_generator.media.hearing import Hearing
from ai_video_generator.media.picture import PictureInfo
from ai_video_generator.media.resolution import Resolution
from ai_video_generator.media.sound import SoundKind
from ai_video_generator.planning.plan import Plan
from ai_video_generator.storyboard.camera_path import contained, widest
from ai_video_generator.storyboard.director import Subject, direct
from ai_video_generator.storyboard.picture_notes import PictureNotes
from ai_video_generator.storyboard.pulses import pulse_of
from ai_video_generator.storyboard.stage import Stage, stage
from ai_video_generator.storyboard.storyboard_file import (
    FramingEntry,
    ShotEntry,
    StoryboardFile,
    read_storyboard,
    stored,
)
from ai_video_generator.storyboard.styles import MANNERS, in_passes, style_for
from ai_video_generator.storyboard.subjects import subject_of

_FULL_HD = Resolution(1920, 1920)
# Full HD lying or standing.


def directed(
    pictures: Sequence[PictureInfo],
    plan: Plan,
    settings: Settings,
    *,
    notes: Sequence[PictureNotes | None] = (),
    hearing: Hearing | None = None,
) -> StoryboardFile:
    """Direct the camera, or read the storyboard that was asked for.

    Args:
        pictures: The pictures, in order.
        plan: The job's plan: its shape and its frames.
        settings: Style and seed, or the storyboard's file.
        notes: What is seen in each picture; none where nobody looked.
        hearing: What is heard in the sound; None where nothing is known.

    Raises:
        StoryboardError: When the storyboard's file is not one for these pictures and this sound.
    """
    stages = [stage(info.size, plan.output_size, plan.fit) for info in pictures]
    if settings.storyboard is not None:
        return _read(settings.storyboard, stages, plan)
    known = [subject_of(one) for one in notes] or [Subject()] * len(pictures)
    kind = SoundKind.OTHER if hearing is None else hearing.kind
    manner = MANNERS[style_for(settings.style, kind)]
    if plan.frames_per_pass is not None:
        manner = in_passes(manner, float((plan.frames_per_pass - 1) / plan.render_rate))
    board = direct(
        stages,
        plan.timeline,
        seed=settings.seed,
        subjects=[
            replace(subject, sharp_zoom=_sharp_zoom(info.size, on))
            for subject, info, on in zip(known, pictures, stages, strict=True)
        ],
        pulse=None if hearing is None else pulse_of(hearing),
        manner=manner,
    )
    return stored(board, plan.timeline)


def in_order(
    pictures: Sequence[PictureInfo], notes: Sequence[PictureNotes | None], order: Order
) -> tuple[tuple[PictureInfo, ...], tuple[PictureNotes | None, ...]]:
    """Pictures and what was seen in them: as given, or the one that holds the eye most first."""
    places = list(range(len(pictures)))
    if order is Order.BEST:
        weights = [subject_of(one).weight for one in notes]
        places.sort(key=lambda place: -weights[place])
    return tuple(pictures[place] for place in places), tuple(notes[place] for place in places)


def _sharp_zoom(picture: Resolution, on: Stage) -> float:
    """The tightest zoom at which a picture is not enlarged more than it may be, at full HD.

    Not at the size of this video, so that a draft shows the same views.
    """
    frame = on.window.fitted_into(_FULL_HD)
    whole_px = picture.width_px * widest(on.picture_aspect, on.frame_aspect)
    return MAX_MAGNIFICATION * whole_px / frame.width_px


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
