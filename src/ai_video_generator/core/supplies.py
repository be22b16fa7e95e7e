"""What a backend is given on this machine: the folders of its weights beside what the job gives."""

from contextlib import suppress
from dataclasses import replace

from ai_video_generator.config.model_config import ModelSpec
from ai_video_generator.core.installable import Installable
from ai_video_generator.core.weights import WeightStore
from ai_video_generator.errors import WeightsError
from ai_video_generator.models.base_model import NO_SUPPLIES, Supplies


def supplies_for(
    spec: ModelSpec, given: Supplies = NO_SUPPLIES, store: WeightStore | None = None
) -> Supplies:
    """Find a model's weights, and those that help it where they are installed; fetches nothing.

    Args:
        spec: The model.
        given: What the job gives beside them: options, a cache folder.
        store: Where weights are; None takes the system's own folders.

    Raises:
        WeightsMissingError: When they are not installed; the hint installs them.
        WeightsCorruptError: When a file is cut; the hint mends it.
    """
    if not spec.weights and not spec.extras:
        return given
    store = store or WeightStore()
    folders = dict(store.folders(spec)) if spec.weights else {}
    for part in spec.extras:
        with suppress(WeightsError):
            folders |= store.folders(Installable(name=part.name, weights=(part,)))
    return replace(given, weights=folders)
