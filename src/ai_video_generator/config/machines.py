"""Machines that are not this one: typical ones of the release, and those that a person recorded."""

from importlib import resources
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from ai_video_generator.errors import InputError
from ai_video_generator.hardware.facts import HardwareFacts

_FACTS: TypeAdapter[HardwareFacts] = TypeAdapter(HardwareFacts)
_TYPICAL = resources.files("ai_video_generator.config") / "reference_machines"
_ENDING = ".json"


def typical_machines() -> tuple[str, ...]:
    """Names of the release's typical machines, sorted."""
    names = (entry.name for entry in _TYPICAL.iterdir())
    return tuple(sorted(name.removesuffix(_ENDING) for name in names if name.endswith(_ENDING)))


def machine_named(name: str) -> HardwareFacts:
    """A typical machine, or one that ``aivg hardware --json`` recorded into a file.

    Args:
        name: A name of `typical_machines`, else a path.

    Raises:
        InputError: When it is neither.
    """
    if name in typical_machines():
        text = (_TYPICAL / f"{name}{_ENDING}").read_text(encoding="utf-8")
    else:
        text = _recorded(Path(name))
    try:
        return _FACTS.validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the whole"
        raise InputError(
            f"{name!r} describes no machine: {where}: {first['msg'].lower()}",
            hint="record one with: aivg hardware --json > machine.json",
        ) from error


def _recorded(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        names = ", ".join(typical_machines())
        raise InputError(
            f"{str(path)!r} is neither a typical machine nor a file that can be read",
            hint=f"choose one of {names}, or a file of aivg hardware --json",
        ) from error
