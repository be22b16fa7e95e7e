"""The error tree: as drawn, documented, and whole after a trip between processes."""

import pickle
import re

import pytest

from ai_video_generator import errors
from ai_video_generator.errors import AIVideoError, Recovery

CLASSES = [
    value
    for value in vars(errors).values()
    if isinstance(value, type) and issubclass(value, AIVideoError)
]

LINE = re.compile(r"^[ │├└─]*(?P<name>\w+Error)(?: \((?P<also>\w+)\))?(?: +exit +(?P<code>\d+))?")


def _drawn_tree() -> dict[str, tuple[str | None, str | None, int]]:
    """Name → (parent, built-in beside it, exit code), read from the drawing."""
    found: dict[str, tuple[str | None, str | None, int]] = {}
    branch: list[tuple[int, str, int]] = []
    for line in (errors.__doc__ or "").splitlines():
        match = LINE.match(line)
        if match is None:
            continue
        column = match.start("name")
        while branch and branch[-1][0] >= column:
            branch.pop()
        parent = branch[-1] if branch else None
        code = int(match["code"]) if match["code"] else parent[2] if parent else 0
        branch.append((column, match["name"], code))
        found[match["name"]] = (parent[1] if parent else None, match["also"], code)
    return found


def test_drawn_tree_is_the_tree() -> None:
    actual = {}
    for each in CLASSES:
        parent, *beside = each.__bases__
        actual[each.__name__] = (
            parent.__name__ if issubclass(parent, AIVideoError) else None,
            beside[0].__name__ if beside else None,
            each.exit_code,
        )
    assert actual == _drawn_tree()


@pytest.mark.parametrize("error_class", CLASSES)
def test_every_class_has_a_sentence(error_class: type[AIVideoError]) -> None:
    assert error_class.__doc__
    assert error_class.__doc__.split("\n")[0].endswith(".")


@pytest.mark.parametrize("error_class", CLASSES)
def test_every_class_pickles_with_its_hint(error_class: type[AIVideoError]) -> None:
    copy = pickle.loads(pickle.dumps(error_class("what failed", hint="what to do")))
    assert type(copy) is error_class
    assert (str(copy), copy.hint) == ("what failed", "what to do")


def test_figures_of_memory_pickle() -> None:
    error = errors.DeviceMemoryError("too little", hint="less", asked_bytes=2, free_bytes=1)
    copy = pickle.loads(pickle.dumps(error))
    assert (str(copy), copy.hint) == ("too little", "less")
    assert (copy.asked_bytes, copy.free_bytes) == (2, 1)
    assert errors.DeviceMemoryError("too little").asked_bytes is None


@pytest.mark.parametrize("error_class", CLASSES)
def test_every_class_can_do_without_message_and_hint(error_class: type[AIVideoError]) -> None:
    assert (str(error_class()), error_class().hint) == ("", "")


def test_what_was_given_wrong_is_never_tried_again() -> None:
    for each in CLASSES:
        if issubclass(each, errors.InputError | errors.CancelledError):
            assert each.recovery is Recovery.NONE
