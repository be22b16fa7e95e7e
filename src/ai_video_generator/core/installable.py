"""What weights can be installed for, by name: models, and what helps them."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from ai_video_generator.config.model_config import ModelSpec, WeightPart
from ai_video_generator.config.weights_table import EXTRA_PARTS
from ai_video_generator.errors import InputError
from ai_video_generator.models.base_model import BACKENDS, BaseModel
from ai_video_generator.registry import Registry

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Installable:
    """Something that needs weights.

    Attributes:
        name: On the command line.
        weights: What it needs.
        spec: The model; None for what only helps models.
    """

    name: str
    weights: tuple[WeightPart, ...]
    spec: ModelSpec | None = None


def installables(
    backends: Registry[type[BaseModel]] = BACKENDS,
    extras: Mapping[str, tuple[WeightPart, ...]] = EXTRA_PARTS,
) -> dict[str, Installable]:
    """All that weights can be installed for, by name; a broken plugin is left aside.

    Args:
        backends: The models.
        extras: What helps them.
    """
    found = {}
    for name in backends.names():
        try:
            spec = backends.load(name).spec
        except Exception as error:  # noqa: BLE001 - one broken plugin must not stop the others
            _log.warning("the model %s is left aside: %s", name, error)
            continue
        if spec.weights:
            found[name] = Installable(name=name, weights=spec.weights, spec=spec)
    for name, parts in extras.items():
        found[name] = Installable(name=name, weights=parts)
    return found


def installable(name: str, among: Mapping[str, Installable]) -> Installable:
    """One of them.

    Raises:
        InputError: When nothing of this name needs weights.
    """
    if name in among:
        return among[name]
    if name in BACKENDS.names():
        raise InputError(f"{name!r} needs no weights", hint="it is ready to use")
    raise InputError(
        f"no weights can be installed for {name!r}", hint=f"choose among: {', '.join(among)}"
    )
