"""Options that only some models have: checked before the work, handed to the one that runs."""

from collections.abc import Mapping
from pathlib import Path

from ai_video_generator.core.added_weights import kind_of
from ai_video_generator.core.weights import WeightStore
from ai_video_generator.errors import SettingsError
from ai_video_generator.models.base_model import BaseModel, Option, read_options
from ai_video_generator.registry import Registry

_FILES = ("checkpoint", "lora")
# Options that name files of a person's own, as `aivg models add` knows them, or as paths.


def check_options(
    asked: Mapping[str, Option], backends: Registry[type[BaseModel]], model: str | None
) -> None:
    """Refuse options that no model has, or not the one that was asked for.

    Args:
        asked: Options by name.
        backends: The models.
        model: The model that was asked for; None leaves the choice open.

    Raises:
        SettingsError: When there is no such option, or not that value.
    """
    if not asked:
        return
    names = [model] if model is not None else backends.names()
    kinds = {name: backends.load(name).options_class for name in names}
    for option in asked:
        if not any(option in kind.model_fields for kind in kinds.values()):
            known = sorted({field for kind in kinds.values() for field in kind.model_fields})
            who = model or "no model"
            raise SettingsError(
                f"{who} has {'no' if model else 'an'} option {option!r}",
                hint=f"there are: {', '.join(known) or 'none'}",
            )
    for name, kind in kinds.items():
        own = {option: asked[option] for option in asked if option in kind.model_fields}
        read_options(kind, own, name)


def options_for(backend: type[BaseModel], asked: Mapping[str, Option]) -> dict[str, Option]:
    """Those options that a model has; names of a person's own files become paths.

    Raises:
        InputError: When no such file is there.
    """
    own = {name: asked[name] for name in asked if name in backend.options_class.model_fields}
    for name in _FILES:
        if own.get(name):
            own[name] = "+".join(_path(one) for one in str(own[name]).split("+"))
    return own


def own_files(options: Mapping[str, Option]) -> tuple[Path, ...]:
    """Files of a person's own among options that `options_for` gave."""
    given = [str(options[name]) for name in _FILES if options.get(name)]
    return tuple(Path(_parted(one)[0]) for entry in given for one in entry.split("+"))


def _parted(entry: str) -> tuple[str, str]:
    """A file's name or path, and the weight that may stand behind it."""
    name, colon, weight = entry.strip().rpartition(":")
    return (name, weight) if colon and _is_number(weight) else (entry.strip(), "")


def _path(entry: str) -> str:
    """A file by its name or path, as a path with the weight behind it."""
    name, weight = _parted(entry)
    found = Path(name).expanduser()
    if found.exists():
        kind_of(found)  # a pickle, say, is refused here too
    else:
        found = WeightStore().added_path(name)
    return f"{found}:{weight}" if weight else str(found)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
