"""Settings in layers: defaults < settings file < environment < flags, and where each came from."""

import difflib
import logging
import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from ai_video_generator.config.option_field import AUTO, allowed_text
from ai_video_generator.config.options import JobOptions, Settings
from ai_video_generator.errors import SettingsError

__all__ = [
    "AUTO",
    "DONE_VARIABLES",
    "STATE_VARIABLE",
    "JobOptions",
    "LoadedSettings",
    "Settings",
    "changed_settings",
    "load_settings",
    "settings_path",
]

_log = logging.getLogger(__name__)

_PREFIX = "AIVG_"
_FILE_VARIABLE = f"{_PREFIX}SETTINGS"

STATE_VARIABLE = "AIVG_STATE"
DONE_VARIABLES = frozenset(
    (
        *(STATE_VARIABLE, "AIVG_WHAT", "AIVG_PATH", "AIVG_PATHS"),
        *("AIVG_SECONDS", "AIVG_ERROR"),
    )
)
"""What the command of ``on_done`` is told; no settings, though they begin like them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedSettings:
    """Settings, and where each came from.

    Attributes:
        values: The settings.
        sources: For each field: "default", "file /home/me/settings.toml", "environment AIVG_SIZE",
            "flag --size" or "option size".
        file: The settings file, which need not exist.
    """

    values: Settings
    sources: dict[str, str]
    file: Path


def settings_path(environment: Mapping[str, str] = os.environ) -> Path:
    """Where the settings file is: ``$AIVG_SETTINGS``, else in the system's configuration folder."""
    if asked := environment.get(_FILE_VARIABLE):
        return Path(asked).expanduser()
    import platformdirs

    return Path(platformdirs.user_config_dir("aivg", appauthor=False)) / "settings.toml"


def load_settings(
    overrides: Mapping[str, object] | None = None,
    *,
    environment: Mapping[str, str] = os.environ,
    file: Path | None = None,
    overrides_are_flags: bool = False,
) -> LoadedSettings:
    """Put the layers together and check them.

    Args:
        overrides: Values by field name that win over everything; None means not given.
        environment: Variables; ``AIVG_SIZE`` sets ``size``. An empty variable is not set.
        file: Settings file, TOML; None takes `settings_path`, where the file may be missing.
        overrides_are_flags: Whether a source is named ``flag --size`` instead of ``option size``.

    Raises:
        SettingsError: When a file cannot be read, a name is no setting, or a value is not allowed.
    """
    path = file or settings_path(environment)
    must_exist = file is not None or bool(environment.get(_FILE_VARIABLE))
    given: dict[str, object] = {}
    sources = dict.fromkeys(Settings.model_fields, "default")

    text = _file_text(path, must_exist=must_exist)
    for name, value in _parsed(text, path).items():
        line = _line_of(name, text)
        _check_name(name, f"{path}, line {line}" if line else str(path))
        given[name], sources[name] = value, f"file {path}"
    for variable, value in _variables(environment).items():
        name = variable.removeprefix(_PREFIX).lower()
        given[name], sources[name] = value, f"environment {variable}"
    for name, value in (overrides or {}).items():
        _check_name(name, "an option")
        if value is not None:
            flag = f"flag --{name.replace('_', '-')}"
            given[name], sources[name] = value, flag if overrides_are_flags else f"option {name}"
    return LoadedSettings(values=_validated(given, sources, text), sources=sources, file=path)


def changed_settings(settings: Settings, options: Mapping[str, object]) -> Settings:
    """Settings with some replaced by a caller's keywords, checked like all others.

    Args:
        settings: The settings to start from.
        options: Values by field name; None sets a field back to its default.

    Raises:
        SettingsError: When a name is no setting, or a value is not allowed.
    """
    for name in options:
        _check_name(name, "an option")
    given = {
        name: value
        for name, value in (settings.model_dump() | dict(options)).items()
        if value is not None
    }
    return _validated(given, {name: f"option {name}" for name in given}, "")


def _validated(given: Mapping[str, object], sources: Mapping[str, str], text: str) -> Settings:
    try:
        return Settings.model_validate(given)
    except ValidationError as error:
        raise _explained(error, given, sources, text) from error


def _file_text(path: Path, *, must_exist: bool) -> str:
    if not must_exist and not path.exists():
        return ""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise SettingsError(
            f"the settings file {path} cannot be read: {reason}",
            hint=f"mend it, or point ${_FILE_VARIABLE} at another file",
        ) from error


def _parsed(text: str, path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(
            f"the settings file {path} is not TOML: {error}",
            hint='write one setting a line: size = "1080p"',
        ) from error


def _line_of(name: str, text: str) -> int | None:
    """Line of a top-level key, counted from 1; None when it is written in an unusual way."""
    match = re.search(rf"^[ \t]*[\"']?{re.escape(name)}[\"']?[ \t]*=", text, re.MULTILINE)
    return text.count("\n", 0, match.start()) + 1 if match else None


def _nearest(name: str, names: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, list(names), n=1)
    return f"did you mean {near[0]}?" if near else f"the settings are: {', '.join(names)}"


def _check_name(name: str, where: str) -> None:
    if name not in Settings.model_fields:
        raise SettingsError(
            f"{name!r} is not a setting ({where})", hint=_nearest(name, Settings.model_fields)
        )


def _variables(environment: Mapping[str, str]) -> dict[str, str]:
    """The variables that set something; others that look as if they should are warned about."""
    known = {f"{_PREFIX}{name.upper()}" for name in Settings.model_fields}
    ours = {name: value for name, value in environment.items() if name.startswith(_PREFIX)}
    for name in sorted(ours.keys() - known - DONE_VARIABLES - {_FILE_VARIABLE}):
        _log.warning("the variable %s is not a setting; %s", name, _nearest(name, sorted(known)))
    return {name: value for name, value in ours.items() if name in known and value.strip()}


def _explained(
    error: ValidationError, given: Mapping[str, object], sources: Mapping[str, str], text: str
) -> SettingsError:
    """Say the first thing that is wrong, where it was written, and what would be right."""
    first = error.errors()[0]
    name = str(first["loc"][0])
    source = sources[name]
    if source.startswith("file ") and (line := _line_of(name, text)):
        source = f"{source}, line {line}"
    return SettingsError(
        f"{name} cannot be {str(given[name])!r} ({source})",
        hint=f"allowed: {allowed_text(Settings.model_fields[name])}",
    )
