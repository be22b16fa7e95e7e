"""Storyboards as JSON that a person can edit: times in seconds, places as shares of the picture."""

import json
from collections.abc import Sequence
from json.decoder import scanstring  # type: ignore[attr-defined]  # left out of its stub
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ai_video_generator.errors import StoryboardError
from ai_video_generator.media.timeline import Timeline
from ai_video_generator.storyboard.storyboard import (
    DepthMove,
    Detail,
    Easing,
    Framing,
    Shot,
    Storyboard,
)

FORMAT = 1
"""Version of the layout."""

_DIGITS = 5
# Of places and zooms: a hundredth of a pixel at 1080p.
_HINT = "docs/reference/storyboard.schema.json has what is allowed"


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class FramingEntry(_Strict):
    """What the camera sees at one end of a shot."""

    x: Annotated[float, Field(ge=0, le=1, description="Middle, share of the picture's width.")]
    y: Annotated[float, Field(ge=0, le=1, description="Middle, share of its height.")]
    zoom: Annotated[
        float, Field(ge=1, le=20, description="1 is the widest view; 2 is half as wide.")
    ]
    turn: Annotated[
        float, Field(ge=-45, le=45, description="Turn of the camera, degrees clockwise.")
    ] = 0.0

    @classmethod
    def of(cls, framing: Framing) -> Self:
        """An entry for a framing, rounded."""
        return cls(
            x=round(framing.center_x, _DIGITS),
            y=round(framing.center_y, _DIGITS),
            zoom=max(1.0, round(framing.zoom, _DIGITS)),
            turn=round(framing.rotation_deg, _DIGITS),
        )

    @property
    def framing(self) -> Framing:
        """What it says."""
        return Framing(center_x=self.x, center_y=self.y, zoom=self.zoom, rotation_deg=self.turn)


class ShotEntry(_Strict):
    """One camera move over one picture."""

    picture: Annotated[int, Field(ge=1, description="Number of the picture, from 1.")] = 1
    start_s: Annotated[float, Field(ge=0, description="When it begins to be seen, seconds.")]
    end_s: Annotated[float, Field(gt=0, description="When it is no longer seen, seconds.")]
    begin: Annotated[FramingEntry, Field(description="Where the camera begins.")]
    end: Annotated[FramingEntry, Field(description="Where it arrives.")]
    easing: Annotated[Easing, Field(description="How it gets going and comes to rest.")] = (
        Easing.IN_OUT
    )
    depth_move: Annotated[
        DepthMove, Field(description="How it moves in depth, where depth is known.")
    ] = DepthMove.NONE
    depth_strength: Annotated[float, Field(ge=0, le=1, description="How far it does.")] = 0.0
    detail: Annotated[Detail, Field(description="What lives in the picture.")] = Detail.NONE
    motion: Annotated[
        float,
        Field(ge=0, le=1, description="How much moves in it, by a model that invents movement."),
    ] = 0.5
    prompt: Annotated[
        str,
        Field(max_length=2000, description="What it should show; empty takes the job's prompt."),
    ] = ""


class StoryboardFile(_Strict):
    """All shots of a video, in order; where two overlap, they dissolve."""

    format: Annotated[int, Field(ge=FORMAT, le=FORMAT, description="Version of this layout.")]
    duration_s: Annotated[float, Field(gt=0, description="Length of the video, seconds.")]
    shots: Annotated[
        tuple[ShotEntry, ...],
        Field(min_length=1, description="Each begins before the one before it ends."),
    ]


def stored(board: Storyboard, timeline: Timeline) -> StoryboardFile:
    """A storyboard in seconds, for any frame rate."""
    return StoryboardFile(
        format=FORMAT,
        duration_s=_seconds(timeline.frame_count, timeline),
        shots=tuple(_entry(shot, timeline) for shot in board.shots),
    )


def storyboard_text(file: StoryboardFile) -> str:
    """Write a storyboard as JSON, a shot a line."""
    shots = [shot.model_dump(mode="json", exclude_defaults=True) for shot in file.shots]
    lines = ",\n".join(f"    {json.dumps(shot)}" for shot in shots)
    return (
        f'{{\n  "format": {FORMAT},\n  "duration_s": {file.duration_s},\n'
        f'  "shots": [\n{lines}\n  ]\n}}\n'
    )


def read_storyboard(path: Path, duration_s: float, *, picture_count: int) -> StoryboardFile:
    """Read a storyboard from a file.

    Args:
        path: The file.
        duration_s: Length of the sound; the storyboard must be as long, to half a second.
        picture_count: Pictures that it may show.

    Raises:
        StoryboardError: When the file cannot be read, or says what cannot be; with its line and
            field.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise StoryboardError(f"the storyboard {str(path)!r} cannot be read: {error}") from error
    try:
        file = StoryboardFile.model_validate_json(text)
    except ValidationError as error:
        raise _explained(error, path, text) from error
    _check_pictures(file, path, text, picture_count)
    if abs(file.duration_s - duration_s) > _LENGTH_TOLERANCE_S:
        raise StoryboardError(
            f"the storyboard {str(path)!r} lasts {file.duration_s:g} s, "
            f"the sound {duration_s:.2f} s",
            hint="make the storyboard from this sound, or stretch its last shot",
        )
    return file


_LENGTH_TOLERANCE_S = 0.5
# Another rate has another last frame; more is another sound.


def schema() -> dict[str, Any]:
    """The layout as a JSON Schema."""
    return StoryboardFile.model_json_schema()


def _entry(shot: Shot, timeline: Timeline) -> ShotEntry:
    return ShotEntry(
        picture=shot.picture + 1,
        start_s=_seconds(shot.start_frame, timeline),
        end_s=_seconds(shot.end_frame, timeline),
        begin=FramingEntry.of(shot.framing_start),
        end=FramingEntry.of(shot.framing_end),
        easing=shot.easing,
        depth_move=shot.depth_move,
        depth_strength=round(shot.depth_strength, _DIGITS),
        detail=shot.detail,
        motion=round(shot.motion, _DIGITS),
        prompt=shot.prompt,
    )


def _seconds(frame: int, timeline: Timeline) -> float:
    return round(float(frame / timeline.frame_rate), 4)


def laid(file: StoryboardFile, timeline: Timeline) -> Storyboard:
    """A storyboard over the frames of a video of any rate.

    Raises:
        StoryboardError: When its shots do not cover every frame, or more than two overlap.
    """
    last = len(file.shots) - 1
    shots = []
    for index, entry in enumerate(file.shots):
        start = 0 if index == 0 else round(entry.start_s * timeline.frame_rate)
        end = timeline.frame_count if index == last else round(entry.end_s * timeline.frame_rate)
        shots.append(
            Shot(
                index=index,
                picture=entry.picture - 1,
                start_frame=start,
                frame_count=max(1, end - start),
                framing_start=entry.begin.framing,
                framing_end=entry.end.framing,
                easing=entry.easing,
                depth_move=entry.depth_move,
                depth_strength=entry.depth_strength,
                detail=entry.detail,
                motion=entry.motion,
                prompt=entry.prompt,
            )
        )
    return Storyboard(frame_count=timeline.frame_count, shots=tuple(shots))


def _check_pictures(file: StoryboardFile, path: Path, text: str, count: int) -> None:
    for index, entry in enumerate(file.shots):
        if entry.picture > count:
            line = line_of(("shots", index, "picture"), text)
            raise StoryboardError(
                f"{path.name}, line {line}: shots.{index}.picture is {entry.picture}, "
                f"and there are {count} pictures",
                hint="give more pictures, or change the number",
            )


def _explained(error: ValidationError, path: Path, text: str) -> StoryboardError:
    """Say the first thing that is wrong, with its line and field."""
    first = error.errors()[0]
    if not first["loc"]:
        return StoryboardError(f"{path.name} is no storyboard: {first['msg']}", hint=_HINT)
    field = ".".join(map(str, first["loc"]))
    line = line_of(first["loc"], text)
    return StoryboardError(f"{path.name}, line {line}: {field}: {first['msg'].lower()}", hint=_HINT)


def line_of(place: Sequence[str | int], text: str) -> int:
    """Line of a value in a JSON text, counted from 1; of what holds it where it is missing.

    Args:
        place: Keys and indices that lead to it.
        text: JSON without errors.
    """
    position = _skipped(text, 0)
    for step in place:
        found = _member(text, position, step)
        if found is None:
            break
        position = found
    return text.count("\n", 0, position) + 1


def _member(text: str, position: int, step: str | int) -> int | None:
    """Where a member of the object or array at a position begins; None where it has none such."""
    opening, decoder = text[position], json.JSONDecoder()
    if opening not in "{[":
        return None
    position = _skipped(text, position + 1)
    count = 0
    while text[position] not in "}]":
        key: str | int = count
        if opening == "{":
            key, position = scanstring(text, position + 1)
            position = _skipped(text, _skipped(text, position) + 1)
        if key == step:
            return position
        _, position = decoder.raw_decode(text, position)
        position = _skipped(text, position)
        if text[position] == ",":
            position = _skipped(text, position + 1)
        count += 1
    return None


def _skipped(text: str, position: int) -> int:
    while position < len(text) and text[position] in " \t\r\n":
        position += 1
    return position
