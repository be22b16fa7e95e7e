"""A person's own table of what clouds offer: a new model, or another price, needs no release."""

from fractions import Fraction
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from ai_video_generator.config.cloud_profile import CloudModel
from ai_video_generator.errors import SettingsError
from ai_video_generator.media.resolution import Resolution

_Ratio = Annotated[str, Field(pattern=r"^[1-9]\d{1,3}:[1-9]\d{1,3}$")]
_Scalar = str | int | float | bool


class _Entry(BaseModel):
    """One model, as it is written in the file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, Field(min_length=1)]
    durations_s: Annotated[list[Annotated[int, Field(ge=1, le=600)]], Field(min_length=1)]
    ratios: Annotated[list[_Ratio], Field(min_length=1)]
    usd_per_second: Annotated[float, Field(gt=0, allow_inf_nan=False)]
    source: Annotated[str, Field(min_length=1)]
    date: Annotated[str, Field(min_length=1)]
    frame_rate: Annotated[Fraction, Field(ge=1, le=240)] = Fraction(24)
    wait_s: Annotated[float, Field(gt=0)] = 60.0
    prompt_letters: Annotated[int, Field(ge=1)] = 1000
    needs_prompt: bool = False
    takes_seed: bool = True
    sound_limit_s: Annotated[float, Field(ge=0)] = 0.0
    extra: dict[str, _Scalar] = Field(default_factory=dict)

    def model(self) -> CloudModel:
        """The same, as plans take it."""
        values = {
            name: getattr(self, name)
            for name in type(self).model_fields
            if name not in {"durations_s", "ratios", "extra"}
        }
        return CloudModel(
            **values,
            durations_s=tuple(sorted(self.durations_s)),
            ratios=tuple(Resolution(*map(int, one.split(":"))) for one in self.ratios),
            extra=tuple(self.extra.items()),
        )


_TABLE: TypeAdapter[dict[str, list[_Entry]]] = TypeAdapter(dict[str, list[_Entry]])


def read_cloud_models(path: Path) -> dict[str, tuple[CloudModel, ...]]:
    """Read a JSON file of models, by the backend that they belong to.

    Raises:
        SettingsError: When it cannot be read, or an entry is not what a model needs.
    """
    try:
        table = _TABLE.validate_json(path.read_bytes())
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise SettingsError(
            f"the table of cloud models {str(path)!r} cannot be read: {reason}",
            hint="point cloud_models at another file, or leave it at auto",
        ) from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the whole"
        raise SettingsError(
            f"the table of cloud models {str(path)!r} is wrong at {where}: {first['msg'].lower()}",
            hint="docs/clouds.md shows one",
        ) from error
    return {name: tuple(one.model() for one in entries) for name, entries in table.items()}
