"""How an option is declared: default, sentence, unit, limits; and what is told from that."""

from enum import StrEnum
from pathlib import Path
from typing import Any, get_args

from pydantic import BeforeValidator, Field
from pydantic.fields import FieldInfo

AUTO = "auto"
"""What a person writes to leave a decision to the program."""


def option(
    default: object, sentence: str, *, allowed: str = "", unit: str = "", **limits: Any
) -> Any:
    """Declare a field; ``allowed`` is needed only where type and limits do not say it."""
    return Field(
        default,
        description=sentence,
        json_schema_extra={"allowed": allowed, "unit": unit},
        **limits,
    )


def _none_when_auto(value: object) -> object:
    return None if isinstance(value, str) and value.strip().lower() == AUTO else value


def _plain_text(value: object) -> object:
    """Take a size, a rate or a number where its text is meant (``fps = 30`` in a file)."""
    return value if value is None or isinstance(value, bool) else str(value).strip()


def _lower_text(value: object) -> object:
    return value.strip().lower() if isinstance(value, str) else value


def _expanded(value: object) -> object:
    """Take ``~`` as the home folder, and an empty text as not set."""
    return (Path(value).expanduser() if value else None) if isinstance(value, str) else value


TEXT = BeforeValidator(_plain_text)
"""Before a text: a number will do."""
CHOICE = BeforeValidator(_lower_text)
"""Before a choice: capitals will do."""
OR_AUTO = BeforeValidator(_none_when_auto)
"""Before what may be None: ``auto`` is."""


EXPANDED = BeforeValidator(_expanded)
"""Before a path: ``~`` is the home folder."""


def choices(field: FieldInfo) -> tuple[str, ...]:
    """What a person may write for a field that is a choice; empty for other fields."""
    kinds = get_args(field.annotation) or (field.annotation,)
    values = [
        member.value
        for kind in kinds
        if isinstance(kind, type) and issubclass(kind, StrEnum)
        for member in kind
    ]
    return tuple(dict.fromkeys([AUTO, *values] if values and field.default is None else values))


def allowed_text(field: FieldInfo) -> str:
    """Say in a few words what a field takes: ``0..4294967295``, ``copy, encode``, ``yes or no``."""
    extra = field.json_schema_extra
    if isinstance(extra, dict) and extra["allowed"]:
        return str(extra["allowed"])
    if names := choices(field):
        return ", ".join(names)
    if field.annotation is bool:
        return "true or false"
    limits = {type(limit).__name__: limit for limit in field.metadata}
    low, high = (getattr(limits.get(name), name.lower(), None) for name in ("Ge", "Le"))
    if high is not None:
        return f"a whole number from {low} to {high}"
    return "auto, or a number above 0" if low is None else f"a whole number, at least {low}"


def unit_text(field: FieldInfo) -> str:
    """The unit of a field's value; empty where it has none."""
    extra = field.json_schema_extra
    return str(extra["unit"]) if isinstance(extra, dict) else ""


def value_text(value: object) -> str:
    """Write a setting's value as a person would: ``auto`` for None, ``true`` for True."""
    if value is None:
        return AUTO
    return str(value).lower() if isinstance(value, bool) else str(value)
