"""From lists and folders to jobs: all that is wrong is found before the first one begins."""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ai_video_generator.config.containers import container_of, ending_for
from ai_video_generator.config.settings import Settings, changed_settings
from ai_video_generator.core.batch_rows import Problem
from ai_video_generator.core.batch_wishes import Wish, wishes_of_folder, wishes_of_list
from ai_video_generator.errors import AIVideoError, InputError

_TOLD_COUNT = 20
# Problems that are listed: a screenful; the rest are counted.
_PLACES = re.compile(r"\{(\w*)\}")
_NAMED = ("stem", "folder", "picture", "number")


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchJob:
    """One video to make.

    Attributes:
        pictures: The pictures, in order.
        sound: The sound.
        output: The file to make.
        options: Settings of this job alone, by name.
        place: Where it was asked for; empty where no list did.
    """

    pictures: tuple[Path, ...]
    sound: Path
    output: Path
    options: Mapping[str, object] = field(default_factory=dict)
    place: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchList:
    """What lists and folders ask for.

    Attributes:
        jobs: The videos to make, at least one.
        unused: Pictures of the folders that belong to no sound.
    """

    jobs: tuple[BatchJob, ...]
    unused: tuple[Path, ...] = ()


def read_batch(
    sources: Sequence[Path],
    settings: Settings,
    *,
    folder: Path | None = None,
    picture: Path | None = None,
    name: str | None = None,
) -> BatchList:
    """Read lists and folders, and check all that can be checked without opening a picture or sound.

    Args:
        sources: Lists (`batch_rows.LIST_SUFFIXES`) and folders, at least one.
        settings: Settings of all jobs.
        folder: Where the videos go; None puts them beside the list, or into the folder.
        picture: The picture of every sound of a folder, and of rows that name none.
        name: Pattern of the videos' names, with ``{stem}`` and ``{folder}`` of the sound,
            ``{picture}`` and ``{number}``; None takes the sound's name.

    Raises:
        InputError: When anything is wrong; its message lists up to 20 things with their lines.
    """
    _check_pattern(name)
    wishes: list[Wish] = []
    problems: list[Problem] = []
    unused: list[Path] = []
    for source in sources:
        found, left = wishes_of_folder(source, picture) if source.is_dir() else (None, [])
        unused += left
        for one in found if found is not None else wishes_of_list(source, picture, settings):
            if isinstance(one, Problem):
                problems.append(one)
            else:
                wishes.append(one)
    jobs = [
        _named(wish, settings, folder, name, f"{index:0{len(str(len(wishes)))}}")
        for index, wish in enumerate(wishes, start=1)
    ]
    problems += [*_file_problems(jobs), *_output_problems(jobs)]
    if problems:
        raise _told(problems)
    return BatchList(jobs=tuple(jobs), unused=tuple(unused))


def _named(
    wish: Wish, settings: Settings, folder: Path | None, pattern: str | None, number: str
) -> BatchJob:
    """A job with the file that it makes."""
    name = wish.output
    if not name and pattern:
        values = {
            "stem": wish.sound.stem,
            "folder": wish.sound.absolute().parent.name,
            "picture": wish.pictures[0].stem,
            "number": number,
        }
        name = _PLACES.sub(lambda match: values[match[1]], pattern)
    elif not name:
        codec = changed_settings(settings, wish.options).codec
        name = wish.sound.stem + ending_for(codec)
    return BatchJob(
        pictures=wish.pictures,
        sound=wish.sound,
        output=(folder or wish.base) / name,
        options=wish.options,
        place=wish.place,
    )


def _check_pattern(pattern: str | None) -> None:
    """Refuse a pattern of names that says nothing we know.

    Raises:
        InputError: When it holds another place, or ends in no video's ending.
    """
    if pattern is None:
        return
    hint = f"it may hold: {', '.join(f'{{{name}}}' for name in _NAMED)}"
    for place in _PLACES.findall(pattern):
        if place not in _NAMED:
            raise InputError(f"{{{place}}} has no meaning in the name {pattern!r}", hint=hint)
    container_of(_PLACES.sub("x", pattern))


def _file_problems(jobs: Sequence[BatchJob]) -> Iterator[Problem]:
    """Inputs that are not there."""
    for job in jobs:
        for path in (*job.pictures, job.sound):
            if not _is_file(path):
                yield Problem(place=job.place, text=f"there is no file {str(path)!r}")


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # a name that no file can have
        return False


def _output_problems(jobs: Sequence[BatchJob]) -> Iterator[Problem]:
    """Outputs that two jobs share, that are an input of any, or are of no video's type."""
    inputs = {_key(path): path for job in jobs for path in (*job.pictures, job.sound)}
    makers: dict[str, BatchJob] = {}
    for job in jobs:
        key = _key(job.output)
        other = makers.setdefault(key, job)
        if other is not job:
            text = f"makes {str(job.output)!r}, as does {other.place}"
            yield Problem(place=job.place, text=text)
        if key in inputs:
            yield Problem(place=job.place, text=f"the output {str(job.output)!r} is an input")
        try:
            container_of(job.output)
        except AIVideoError as error:
            yield Problem(place=job.place, text=f"{error}; {error.hint}")


def _key(path: Path) -> str:
    """Alike for paths of the same file."""
    try:
        return os.path.normcase(os.path.realpath(path))
    except ValueError:  # a name that no file can have
        return str(path)


def _told(problems: Sequence[Problem]) -> InputError:
    """One error that lists them."""
    count = len(problems)
    lines = [str(problem) for problem in problems[:_TOLD_COUNT]]
    if count > _TOLD_COUNT:
        lines.append(f"and {count - _TOLD_COUNT} more")
    head = "one thing is wrong" if count == 1 else f"{count} things are wrong"
    return InputError(
        "\n  ".join([f"{head}, and nothing was made", *lines]), hint="mend it, and run it again"
    )
