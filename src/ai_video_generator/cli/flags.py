"""Flags grown from `JobOptions`: name, help, choices and default are said there alone."""

from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

from cyclopts import Parameter
from pydantic import create_model
from pydantic.fields import FieldInfo

from ai_video_generator.config.options import (
    JobOptions,
    allowed_text,
    choices,
    unit_text,
    value_text,
)
from ai_video_generator.config.settings import Settings, load_settings


def _flag(field: FieldInfo) -> tuple[Any, None]:
    """Type and default of one flag: text as it was typed, None when it was not given."""
    names, is_switch = choices(field), field.annotation is bool
    unit = f" ({unit_text(field)})" if unit_text(field) else ""
    told = "" if names or is_switch else f" Takes {allowed_text(field)}{unit}."
    parameter = Parameter(
        help=f"{field.description}{told}",
        choices=names or None,
        metavar=None if names else "TEXT" if field.annotation is str else "NUMBER",
        show_default=value_text(field.default),
    )
    return Annotated[(bool if is_switch else str) | None, parameter], None


if TYPE_CHECKING:
    JobFlags: TypeAlias = JobOptions | None
else:
    _fields = {name: _flag(field) for name, field in JobOptions.model_fields.items()}
    JobFlags = Annotated[create_model("JobFlags", **_fields) | None, Parameter(name="*")]
    """A command takes all flags of a job as ``flags: JobFlags = None``."""


def settings_from(flags: JobFlags) -> Settings:
    """The settings of this run: the flags that were given, over all other layers.

    Raises:
        SettingsError: When a flag, a variable or the settings file holds what is not allowed.
    """
    given = flags.model_dump(exclude_none=True) if flags else {}
    return load_settings(given, overrides_are_flags=True).values
