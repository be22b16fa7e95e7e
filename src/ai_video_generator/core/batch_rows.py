"""Lists of jobs as files: CSV as spreadsheets write it, JSON, and JSON Lines, line by line."""

import csv
import difflib
import io
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ai_video_generator.errors import InputError

LIST_SUFFIXES = (".csv", ".tsv", ".json", ".jsonl", ".ndjson")
"""Endings of lists that are read."""

_DELIMITERS = ",;\t"
# Spreadsheets write semicolons where the comma is the decimal sign, and tabs as "text".
_SEP_LINE = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)
# What some write as a first line, to name the delimiter.
_BLANKS = " \t\r\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One job as it was written.

    Attributes:
        place: Where ("songs.csv, line 3").
        values: What was written, by column; what was left empty is not there.
    """

    place: str
    values: dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What is wrong with a list or a folder.

    Attributes:
        place: Where ("songs.csv, line 3").
        text: What; lower case, no full stop.
    """

    place: str
    text: str

    def __str__(self) -> str:
        return f"{self.place}: {self.text}"


def read_rows(path: Path, *, known: Sequence[str]) -> Iterator[Row | Problem]:
    """Read a list; what is wrong with a row does not hide the others.

    Args:
        path: The list.
        known: The columns that there may be, as `plain_name` writes them.

    Raises:
        InputError: When the ending is that of no list.
    """
    suffix = path.suffix.lower()
    if suffix not in LIST_SUFFIXES:
        raise InputError(
            f"{str(path)!r} is neither a folder nor a list",
            hint=f"a list ends in one of: {', '.join(LIST_SUFFIXES)}",
        )
    text = _text(path)
    if isinstance(text, Problem):
        yield text
    elif suffix in {".csv", ".tsv"}:
        yield from _csv_rows(text, path.name, known)
    else:
        read = _json_rows if suffix == ".json" else _line_rows
        for one in read(text, path.name):
            if isinstance(one, Row):
                strange = [name for name in one.values if name not in known]
                yield from (
                    Problem(place=one.place, text=_unknown(name, known)) for name in strange
                )
            yield one


def plain_name(name: str) -> str:
    """A column's name as options are called: ``Negative prompt`` is ``negative_prompt``."""
    return re.sub(r"[-\s]+", "_", name.strip().lower())


def _text(path: Path) -> str | Problem:
    """A file's text without a byte order mark."""
    try:
        data = path.read_bytes()
        return data.decode("utf-8-sig")
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        return Problem(place=str(path), text=f"the list cannot be read: {reason}")
    except UnicodeDecodeError as error:
        if data.startswith((b"\xff\xfe", b"\xfe\xff")):
            return Problem(place=f"{path.name}, line 1", text="is UTF-16; save it as CSV UTF-8")
        line = data.count(b"\n", 0, error.start) + 1
        return Problem(place=f"{path.name}, line {line}", text="is not UTF-8; save it as CSV UTF-8")


def _unknown(column: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(column, known, n=1)
    hint = f"did you mean {near[0]!r}?" if near else "docs/usage.md has the columns"
    return f"there is no column {column!r}; {hint}"


def _csv_rows(text: str, name: str, known: Sequence[str]) -> Iterator[Row | Problem]:
    told = _SEP_LINE.match(text)
    delimiter = told[1] if told else _delimiter(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    columns: list[str] | None = None
    line = 1
    try:
        for cells in reader:
            place, line = f"{name}, line {line}", reader.line_num + 1
            if (told and reader.line_num == 1) or not any(cell.strip() for cell in cells):
                continue
            if columns is not None:
                yield _csv_row(cells, columns, place)
                continue
            columns = [plain_name(cell) for cell in cells]
            if fault := _head_fault(columns, known):
                yield Problem(place=place, text=fault)
                return
            strange = [one for one in columns if one and one not in known]
            yield from (Problem(place=place, text=_unknown(one, known)) for one in strange)
    except csv.Error as error:
        yield Problem(place=f"{name}, line {line}", text=f"is no CSV: {error}")
        return
    if columns is None:
        yield Problem(place=name, text="the list is empty; its first line names the columns")


def _head_fault(columns: Sequence[str], known: Sequence[str]) -> str:
    """Why nothing below this line can be understood; empty where it can."""
    if not set(columns) & set(known):
        return "names no column; write picture,sound,output into the first line"
    twice = sorted({one for one in columns if one and columns.count(one) > 1})
    return f"the column {twice[0]!r} is there twice" if twice else ""


def _csv_row(cells: list[str], columns: list[str], place: str) -> Row | Problem:
    filled = {index: cell.strip() for index, cell in enumerate(cells) if cell.strip()}
    for index, cell in filled.items():
        if index >= len(columns) or not columns[index]:
            return Problem(place=place, text=f"{cell!r} stands below no column's name")
    return Row(place=place, values={columns[index]: cell for index, cell in filled.items()})


def _delimiter(text: str) -> str:
    """What separates the columns' names; a comma where there is but one column."""
    head = re.sub(r'"[^"]*"', "", text.lstrip("\r\n").partition("\n")[0])
    return max(_DELIMITERS, key=head.count)


class _Pairs(list[tuple[str, object]]):
    """A JSON object as it was written: a key may be there twice."""


def _json_rows(text: str, name: str) -> Iterator[Row | Problem]:
    decoder = json.JSONDecoder(object_pairs_hook=_Pairs)
    try:
        whole = decoder.decode(text)
    except json.JSONDecodeError as error:
        yield Problem(place=f"{name}, line {error.lineno}", text=f"is no JSON: {error.msg.lower()}")
        return
    except RecursionError:
        yield Problem(place=name, text="is nested too deep to be a list of jobs")
        return
    if isinstance(whole, _Pairs) or not isinstance(whole, list):
        yield Problem(place=f"{name}, line 1", text="is no list: write [{...}, {...}]")
        return
    position, line, counted = text.index("[") + 1, 1, 0
    for entry in whole:
        while text[position] in _BLANKS or text[position] == ",":
            position += 1
        line, counted = line + text.count("\n", counted, position), position
        yield _json_row(entry, f"{name}, line {line}")
        _, position = decoder.raw_decode(text, position)
    if not whole:
        yield Problem(place=name, text="the list is empty")


def _line_rows(text: str, name: str) -> Iterator[Row | Problem]:
    empty = True
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        empty, place = False, f"{name}, line {number}"
        try:
            entry = json.loads(line, object_pairs_hook=_Pairs)
        except json.JSONDecodeError as error:
            yield Problem(place=place, text=f"is no JSON: {error.msg.lower()}")
        except RecursionError:
            yield Problem(place=place, text="is nested too deep to be a job")
        else:
            yield _json_row(entry, place)
    if empty:
        yield Problem(place=name, text="the list is empty")


def _json_row(entry: object, place: str) -> Row | Problem:
    if not isinstance(entry, _Pairs):
        return Problem(place=place, text='is no object: write {"picture": ..., "sound": ...}')
    names = [plain_name(key) for key, _ in entry]
    if twice := sorted({one for one in names if names.count(one) > 1}):
        return Problem(place=place, text=f"{twice[0]!r} is there twice")
    written = [(name, value) for name, (_, value) in zip(names, entry, strict=True)]
    given = {name: value for name, value in written if value not in (None, "")}
    return Row(place=place, values=given)
