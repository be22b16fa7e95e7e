"""Plans of small jobs, as the planner makes them."""

from fractions import Fraction
from typing import Any

from corpus.machines import equipped, machine
from corpus.requests import model, request

from ai_video_generator.config.model_config import ModelSpec
from ai_video_generator.media.resolution import Resolution
from ai_video_generator.planning.plan import Plan
from ai_video_generator.planning.planner import candidates


def small_plan(name: str = "ken_burns", *, spec: ModelSpec | None = None, **changes: Any) -> Plan:
    """A plan for a processor, or of the model of a specification: half a second of 64x48."""
    values = {
        "size": Resolution(64, 48),
        "frame_rate": Fraction(10),
        "sound_duration_s": Fraction(1, 2),
        **changes,
    }
    return candidates(
        request(**values), equipped(machine("laptop_igpu")), [spec or model(name)]
    ).best
