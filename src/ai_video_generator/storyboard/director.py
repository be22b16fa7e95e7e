"""Decides what the camera does: shots cut on the music, each about something. Pure, and seeded.

The same pictures, sound, style and seed give the same storyboard. What a style allows is in
`styles`; where cuts fall, in `cutting`; how a shot moves, in `moves`.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf
from random import Random

from ai_video_generator.config.choices import Style
from ai_video_generator.config.hardware_config import DEPTH_TRUST
from ai_video_generator.media.timeline import Timeline
from ai_video_generator.storyboard.cutting import Pulse, cut_times
from ai_video_generator.storyboard.ground import Target, ground
from ai_video_generator.storyboard.moves import WHOLE_KINDS, Kind, move
from ai_video_generator.storyboard.picture_notes import PictureNotes
from ai_video_generator.storyboard.stage import Stage
from ai_video_generator.storyboard.storyboard import DepthMove, Detail, Shot, Storyboard
from ai_video_generator.storyboard.styles import MANNERS, Manner

_MAX_DISSOLVE_SHARE = 0.25
# A short shot dissolves for a quarter of its length at most, so that half of it is seen alone.

_QUIET_KINDS = (Kind.WIDE, Kind.TRACK, Kind.TILT, Kind.PULL_OUT)
_LOUD_KINDS = (Kind.DETAIL, Kind.TRACK, Kind.PULL_OUT, Kind.TILT)
_OPENING_KINDS = (Kind.WIDE, Kind.PULL_OUT, Kind.TRACK)
# What a new part of the music begins with: the picture is seen at large again.
_WAYS = (Kind.TRACK, Kind.TILT)
# A long way over a picture leads to the best place of it.
_LOUD = 0.5

_GAITS: dict[Kind, str] = {
    Kind.WIDE: "in",
    Kind.DETAIL: "in",
    Kind.BREATHE_IN: "in",
    Kind.PULL_OUT: "out",
    Kind.BREATHE_OUT: "out",
    Kind.TRACK: "across",
    Kind.TILT: "up or down",
}
# What a person would call the move.

_SECTION_NEAR_S = 0.12
# A shot that begins so near to a section begins it.


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A picture as the director knows it.

    Attributes:
        targets: Places worth a shot, the best first.
        weight: Its share of the time beside other pictures, above 0.
        horizon_y: Height of the horizon, 0..1 of the picture's height; None without one.
        level_deg: Turn that corrects a crooked horizon, degrees.
        keep_whole: Whether it must be seen whole: text that is to be read.
        sharp_zoom: The tightest zoom at which it is still sharp.
        depth: How far its depth may be trusted, 0..1; 0 where it is not known.
        details: What may live in it, the best first; what stands together is equally good.
        notes: What was seen in it, so that no face is cut; None where nobody looked.
    """

    targets: tuple[Target, ...] = ()
    weight: float = 1.0
    horizon_y: float | None = None
    level_deg: float = 0.0
    keep_whole: bool = False
    sharp_zoom: float = inf
    depth: float = 0.0
    details: tuple[tuple[Detail, ...], ...] = ()
    notes: PictureNotes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Span:
    """Part of the video that one shot has to itself, dissolves aside."""

    picture: int
    start_s: float
    end_s: float


def direct(
    stages: Sequence[Stage],
    timeline: Timeline,
    *,
    seed: int = 0,
    subjects: Sequence[Subject] = (),
    pulse: Pulse | None = None,
    manner: Manner = MANNERS[Style.CALM],
) -> Storyboard:
    """Lay shots over a timeline.

    The first shot begins wide, so that the picture is seen before its parts are. Every picture gets
    its share of the time, in order. Cuts fall on the sound where it has beats or pauses. No shot
    moves like the one before it. Where there are more pictures than frames, the last ones are not
    shown.

    Args:
        stages: Where each picture is shown; at least one.
        timeline: Frames of the video.
        seed: The same seed gives the same storyboard.
        subjects: What is known of each picture; none where nothing is.
        pulse: What is known of the sound; None where nothing is.
        manner: The style.
    """
    random = Random(seed)  # noqa: S311 - camera moves are no secret
    known = list(subjects) or [Subject()] * len(stages)
    pulse = pulse or Pulse(duration_s=float(timeline.duration_s))
    spans = _spans(known, timeline, pulse, manner, random)
    frames = _frames(spans, timeline)
    dissolves = _dissolves(spans, frames, timeline, pulse, manner)
    shots: list[Shot] = []
    kinds: list[Kind] = []
    shown: Counter[tuple[int, bool]] = Counter()
    for index, (span, (start, end)) in enumerate(zip(spans, frames, strict=True)):
        first = start - dissolves[index][0]
        last = end + dissolves[index][1]
        subject, stage = known[span.picture], stages[span.picture]
        energy = pulse.energy_at((span.start_s + span.end_s) / 2)
        begins = _begins_section(span, pulse)
        is_known = shown[span.picture, True] >= max(1, len(subject.targets))
        kind = random.choice(
            _kinds(kinds, subject, stage, energy=energy, begins=begins, is_known=is_known)
        )
        kinds.append(kind)
        target = None
        # Views of the whole and close ones each begin with the best place; a long way leads to it.
        turn = (span.picture, kind is Kind.WIDE)
        if subject.targets:
            place = 0 if kind in _WAYS else shown[turn] % len(subject.targets)
            target = subject.targets[place]
        shown[turn] += kind not in _WAYS
        begin, finish = move(
            kind,
            random,
            ground(
                stage,
                manner,
                seconds=float((last - first - 1) / timeline.frame_rate),
                energy=energy,
                whole=subject.keep_whole,
                sharp_zoom=subject.sharp_zoom,
                target=target,
                horizon_y=subject.horizon_y,
                level_deg=subject.level_deg,
                notes=subject.notes,
            ),
        )
        depth_move, depth_strength = _in_depth(kind, subject, manner)
        shots.append(
            Shot(
                index=index,
                picture=span.picture,
                start_frame=first,
                frame_count=last - first,
                framing_start=begin,
                framing_end=finish,
                depth_move=depth_move,
                depth_strength=depth_strength,
                detail=_detail(subject, manner, Random(f"{seed} {span.picture}")),  # noqa: S311
                motion=_motion(manner, energy),
            )
        )
    return Storyboard(frame_count=timeline.frame_count, shots=tuple(shots))


def _kinds(
    before: Sequence[Kind],
    subject: Subject,
    stage: Stage,
    *,
    energy: float,
    begins: bool,
    is_known: bool,
) -> list[Kind]:
    """What a shot may do: never what looks like one of the two before it, if there is a choice.

    Args:
        before: What the shots before did.
        subject: The picture.
        stage: Where it is shown.
        energy: Loudness of the sound meanwhile, 0..1.
        begins: Whether a new part of the music begins with it.
        is_known: Whether the way from the whole to its places was shown: again it would be the
            same shot.
    """
    if stage.whole or subject.keep_whole:
        return [WHOLE_KINDS[len(before) % 2]]
    if not before:
        return [Kind.WIDE]
    kinds = _LOUD_KINDS if energy >= _LOUD else _QUIET_KINDS
    seen = {_GAITS[kind] for kind in before[-2:]}
    last = _GAITS[before[-1]]
    opening = [kind for kind in _OPENING_KINDS if begins and _GAITS[kind] != last]
    choices = opening or [kind for kind in kinds if _GAITS[kind] not in seen]
    return [kind for kind in choices if kind is not Kind.WIDE or not is_known] or choices


def _detail(subject: Subject, manner: Manner, random: Random) -> Detail:
    """What lives in a picture, in all its shots: weather does not come and go with a cut."""
    for group in subject.details:
        suiting = [detail for detail in group if detail in manner.details]
        if suiting:
            return random.choice(suiting)
    return Detail.NONE


_WHOLE_DEPTH = 0.9
# Confidence of a depth network. An estimate, half as sure, is moved in half as far: more bends what
# it got wrong.

_DEPTH_MOVES: dict[Kind, DepthMove] = {
    Kind.TRACK: DepthMove.ORBIT,
    Kind.TILT: DepthMove.ORBIT,
}
# A camera that goes sideways sees round things; one that goes nearer or farther passes them.


def _in_depth(kind: Kind, subject: Subject, manner: Manner) -> tuple[DepthMove, float]:
    """How a shot moves in the depth of its picture: not at all where that is not sure enough."""
    if subject.depth < DEPTH_TRUST or subject.keep_whole:
        return DepthMove.NONE, 0.0
    strength = manner.depth * min(1.0, subject.depth / _WHOLE_DEPTH)
    return _DEPTH_MOVES.get(kind, DepthMove.DOLLY), strength


def _motion(manner: Manner, energy: float) -> float:
    """How much moves in a shot: as much as the style has of depth, more where it is loud."""
    return min(max(manner.depth + manner.pull * (energy - _LOUD), 0.0), 1.0)


def _begins_section(span: _Span, pulse: Pulse) -> bool:
    return any(abs(span.start_s - start_s) <= _SECTION_NEAR_S for start_s in pulse.section_starts_s)


def _spans(
    subjects: Sequence[Subject], timeline: Timeline, pulse: Pulse, manner: Manner, random: Random
) -> list[_Span]:
    """Split the time into shots, each of one picture."""
    duration_s = float(timeline.duration_s)
    shown = subjects[: timeline.frame_count]
    total = sum(subject.weight for subject in shown)
    edges, done = [0.0], 0.0
    for subject in shown[:-1]:
        done += subject.weight
        edges.append(_on_beat(duration_s * done / total, edges[-1], pulse, manner))
    edges.append(duration_s)
    spans: list[_Span] = []
    for picture, (start_s, end_s) in enumerate(pairwise(edges)):
        cuts = cut_times(pulse, manner, start_s=start_s, end_s=end_s, random=random)
        for first_s, last_s in pairwise((start_s, *cuts, end_s)):
            spans.append(_Span(picture=picture, start_s=first_s, end_s=last_s))
    return spans


def _on_beat(time_s: float, after_s: float, pulse: Pulse, manner: Manner) -> float:
    """The beat nearest to a moment where pictures change, if one is near."""
    near = [beat for beat in pulse.beat_times_s if abs(beat - time_s) <= manner.shortest_s / 2]
    later = [beat for beat in near if beat > after_s]
    return min(later, key=lambda beat: abs(beat - time_s)) if later else time_s


def _frames(spans: Sequence[_Span], timeline: Timeline) -> list[tuple[int, int]]:
    """First and end frame of each span: the nearest frame to each cut, none empty."""
    count = timeline.frame_count
    edges = [0]
    for place, span in enumerate(spans[:-1], start=1):
        nearest = round(span.end_s * timeline.frame_rate)
        left = len(spans) - place
        edges.append(min(max(nearest, edges[-1] + 1), count - left))
    edges.append(count)
    return list(pairwise(edges))


def _dissolves(
    spans: Sequence[_Span],
    frames: Sequence[tuple[int, int]],
    timeline: Timeline,
    pulse: Pulse,
    manner: Manner,
) -> list[tuple[int, int]]:
    """Frames that each shot is seen before and after its own; the cut is their middle."""
    around = [[0, 0] for _ in spans]
    for place in range(1, len(spans)):
        if pulse.energy_at(spans[place].start_s) >= manner.hard_cut_energy:
            continue
        shorter = min(end - first for first, end in frames[place - 1 : place + 1])
        wanted = round(manner.dissolve_s * timeline.frame_rate)
        shared = min(wanted, int(shorter * _MAX_DISSOLVE_SHARE))
        around[place][0] = shared // 2
        around[place - 1][1] = shared - shared // 2
    return [(before, after) for before, after in around]
