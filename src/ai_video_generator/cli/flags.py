"""Flags grown from `JobOptions`: name, help, choices and default are said there alone."""

from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

from cyclopts import Parameter
from pydantic import BaseModel, create_model
from pydantic.fields import FieldInfo

from ai_video_generator.config.option_field import (
    allowed_text,
    choices,
    unit_text,
    value_text,
)
from ai_video_generator.config.options import JobOptions, RunOptions
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


def _flags(name: str, options: type[BaseModel]) -> Any:
    fields: dict[str, Any] = {field: _flag(info) for field, info in options.model_fields.items()}
    return Annotated[create_model(name, **fields) | None, Parameter(name="*")]


if TYPE_CHECKING:
    JobFlags: TypeAlias = JobOptions | None
    RunFlags: TypeAlias = RunOptions | None
else:
    JobFlags = _flags("JobFlags", JobOptions)
    """A command takes all flags of a job as ``flags: JobFlags = None``."""
    RunFlags = _flags("RunFlags", RunOptions)
    """A command that works takes those of a run as ``run: RunFlags = None``."""


def settings_from(flags: JobFlags, run: RunFlags = None) -> Settings:
    """The settings of this run: the flags that were given, over all other layers.

    Raises:
        SettingsError: When a flag, a variable or the settings file holds what is not allowed.
    """
    given: dict[str, object] = {}
    for group in (flags, run):
        given |= group.model_dump(exclude_none=True) if group else {}
    return load_settings(given, overrides_are_flags=True).values
