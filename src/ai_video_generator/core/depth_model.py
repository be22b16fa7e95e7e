"""Where the depth network is: where a person put it, else where it was installed."""

from pathlib import Path

from ai_video_generator.config.weights_table import DEPTH, EXTRA_PARTS
from ai_video_generator.core.installable import Installable
from ai_video_generator.core.weights import WeightStore
from ai_video_generator.errors import WeightsError
from ai_video_generator.storyboard.seeing.depth_network import DEPTH_MODEL

_MODEL = Installable(name="depth", weights=EXTRA_PARTS["depth"])


def depth_model(cache_folder: Path, store: WeightStore | None = None) -> Path:
    """The network's file; where there is none, the path at which it would be looked for.

    Args:
        cache_folder: Where a person may have put it.
        store: Where weights are installed; None takes the system's own folders.
    """
    by_hand = cache_folder / DEPTH_MODEL
    if by_hand.is_file():
        return by_hand
    try:
        return (store or WeightStore()).folders(_MODEL)[DEPTH.name] / DEPTH.files[0].path
    except WeightsError:
        return by_hand
