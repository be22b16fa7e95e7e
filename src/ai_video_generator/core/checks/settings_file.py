"""Whether the settings can be read, and whether every variable that looks like one is one."""

import difflib
from collections.abc import Iterator, Mapping
from pathlib import Path

from ai_video_generator.config.settings import Settings, load_settings, settings_path
from ai_video_generator.core.checks.check import Check, State, one_line
from ai_video_generator.errors import SettingsError

_NAME = "settings file"
_PREFIX = "AIVG_"
_NAMES = tuple(name.upper() for name in Settings.model_fields)
_KNOWN = frozenset(f"{_PREFIX}{name}" for name in _NAMES)
_FILE_VARIABLE = f"{_PREFIX}SETTINGS"


def settings_check(environment: Mapping[str, str], file: Path | None = None) -> Iterator[Check]:
    """Findings on the settings file and the variables.

    Args:
        environment: The variables.
        file: The settings file; None takes the one that the program would take.
    """
    findings = list(_unknown(environment))
    try:
        load_settings(environment=setting_variables(environment), file=file)
    except SettingsError as error:
        findings.insert(
            0,
            Check(name=_NAME, state=State.BROKEN, said=one_line(error), mend=one_line(error.hint)),
        )
    if findings:
        yield from findings
        return
    path = file or settings_path(environment)
    set_count = sum(name in _KNOWN for name in environment)
    said = f"{str(path)!r}" if path.exists() else "none, so defaults are taken"
    if set_count:
        said += f"; {set_count} set by variables"
    yield Check(name=_NAME, said=said)


def setting_variables(environment: Mapping[str, str]) -> dict[str, str]:
    """The variables that set something, without others of which the loader would warn itself."""
    kept = _KNOWN | {_FILE_VARIABLE}
    return {name: value for name, value in environment.items() if name in kept}


def _unknown(environment: Mapping[str, str]) -> Iterator[Check]:
    for name in sorted(environment):
        if name.startswith(_PREFIX) and name not in _KNOWN and name != _FILE_VARIABLE:
            near = difflib.get_close_matches(name.removeprefix(_PREFIX), _NAMES, n=1)
            yield Check(
                name=_NAME,
                state=State.WARNING,
                said=f"the variable {one_line(name)} is not a setting and does nothing",
                mend=f"did you mean {_PREFIX}{near[0]}?" if near else f"`unset {one_line(name)}`",
            )
