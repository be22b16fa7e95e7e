"""What lists and folders ask for, job by job, with what is wrong in between."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ai_video_generator.config.option_field import AUTO
from ai_video_generator.config.options import JobOptions
from ai_video_generator.config.settings import Settings, changed_settings
from ai_video_generator.core.batch_folder import Pair, paired
from ai_video_generator.core.batch_rows import Problem, Row, read_rows
from ai_video_generator.errors import SettingsError

PICTURE_COLUMNS = ("picture", "image", "pictures", "images")
SOUND_COLUMNS = ("sound", "audio")
OUTPUT_COLUMN = "output"
SOUND_MODE_COLUMN = "sound_mode"
"""Columns of a list; every option of a job is one, too, and ``sound_mode`` its ``sound``."""

SEPARATOR = ";"
"""What stands between several pictures of one cell."""

_OPTIONS = {
    SOUND_MODE_COLUMN if name == "sound" else name: name for name in JobOptions.model_fields
}
_COLUMNS = (*PICTURE_COLUMNS, *SOUND_COLUMNS, OUTPUT_COLUMN, *_OPTIONS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A job as it was asked for; its file may have no name yet.

    Attributes:
        pictures: The pictures, in order.
        sound: The sound.
        base: The folder that relative paths begin from.
        output: The file's name; empty where none was given.
        options: Settings of this job alone, by name.
        place: Where it was asked for.
    """

    pictures: tuple[Path, ...]
    sound: Path
    base: Path
    output: str = ""
    options: Mapping[str, object] = field(default_factory=dict)
    place: str


def wishes_of_folder(folder: Path, picture: Path | None) -> tuple[list[Wish | Problem], list[Path]]:
    """What a folder asks for, and its pictures that belong to no sound; see `paired`."""
    try:
        files = [path for path in folder.iterdir() if path.is_file()]
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        return [Problem(place=str(folder), text=f"the folder cannot be read: {reason}")], []
    pairs, unused = paired(files, cover=picture)
    found: list[Wish | Problem] = [_from_pair(pair) for pair in pairs]
    if not pairs:
        found.append(Problem(place=str(folder), text="there is no sound in this folder"))
    return found, unused


def _from_pair(pair: Pair) -> Wish | Problem:
    place = str(pair.sound)
    if pair.picture is None:
        text = "no picture bears its name, and there is no cover.jpg; --picture gives one for all"
        return Problem(place=place, text=text)
    if pair.others:
        names = " and ".join(repr(path.name) for path in (pair.picture, *pair.others))
        return Problem(place=place, text=f"{names} may both be its picture; leave one there")
    return Wish(pictures=(pair.picture,), sound=pair.sound, base=pair.sound.parent, place=place)


def wishes_of_list(
    path: Path, picture: Path | None, settings: Settings
) -> Iterator[Wish | Problem]:
    """What a list asks for.

    Args:
        path: The list.
        picture: The picture of rows that name none.
        settings: Settings of all jobs, which the options of a row are checked with.

    Raises:
        InputError: When the ending is that of no list.
    """
    for row in read_rows(path, known=_COLUMNS):
        if isinstance(row, Problem):
            yield row
        else:
            yield from _from_row(row, path.parent, picture, settings)


def _from_row(
    row: Row, base: Path, picture: Path | None, settings: Settings
) -> Iterator[Wish | Problem]:
    pictures, sounds, output = (
        _only(row, names) for names in (PICTURE_COLUMNS, SOUND_COLUMNS, (OUTPUT_COLUMN,))
    )
    problems = [one for one in (pictures, sounds, output) if isinstance(one, Problem)]
    shown = () if isinstance(pictures, Problem) else _pictures(pictures, base)
    if shown is None:
        problems.append(Problem(place=row.place, text=f"{pictures!r} is no picture's path"))
    elif not shown and picture is None and not isinstance(pictures, Problem):
        problems.append(Problem(place=row.place, text="names no picture"))
    for what, value in (("sound", sounds), ("output", output)):
        if value is None and what == "sound":
            problems.append(Problem(place=row.place, text="names no sound"))
        elif not isinstance(value, (str, Problem, type(None))):
            problems.append(Problem(place=row.place, text=f"{value!r} is no path ({what})"))
    options = _options(row, base)
    problems += _option_problems(row.place, options, settings)
    if problems:
        yield from problems
        return
    yield Wish(
        pictures=shown or ((picture,) if picture else ()),
        sound=base / str(sounds),
        base=base,
        output=str(output or ""),
        options=options,
        place=row.place,
    )


def _options(row: Row, base: Path) -> dict[str, object]:
    """The options of a row, by the names that settings have."""
    options = {name: row.values[key] for key, name in _OPTIONS.items() if key in row.values}
    board = options.get("storyboard")
    if isinstance(board, str) and board.lower() != AUTO:
        options["storyboard"] = base / board
    return options


def _option_problems(
    place: str, options: Mapping[str, object], settings: Settings
) -> Iterator[Problem]:
    """Options that are not allowed."""
    for name, value in options.items():
        if isinstance(value, list):
            yield Problem(place=place, text=f"{name} takes one value, not {value!r}")
            return
    try:
        changed_settings(settings, options)
    except SettingsError as error:
        yield Problem(place=place, text=f"{error}; {error.hint}")


def _only(row: Row, names: tuple[str, ...]) -> object:
    """The value of a column that has several names; a problem where two of them are filled."""
    given = [name for name in names if name in row.values]
    if len(given) > 1:
        return Problem(place=row.place, text=f"{given[0]!r} and {given[1]!r} mean the same")
    return row.values[given[0]] if given else None


def _pictures(value: object, base: Path) -> tuple[Path, ...] | None:
    """Paths of a cell or a list; None where it is neither."""
    match value:
        case None:
            return ()
        case str() if (base / value).is_file():
            return (base / value,)  # a name may hold a semicolon
        case str():
            return tuple(base / one.strip() for one in value.split(SEPARATOR) if one.strip())
        case list() if value and all(isinstance(one, str) and one for one in value):
            return tuple(base / one for one in value)
    return None
