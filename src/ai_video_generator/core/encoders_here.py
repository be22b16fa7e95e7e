"""This machine with all its video encoders, which only trying tells."""

from dataclasses import replace

from ai_video_generator.config.video_codecs import ENCODERS
from ai_video_generator.hardware.facts import HardwareFacts
from ai_video_generator.hardware.video_encoders import working_video_encoders


def with_encoders(facts: HardwareFacts) -> HardwareFacts:
    """Facts of this machine, and which of the encoders that this program knows work on it.

    Args:
        facts: Without them.
    """
    encoders = working_video_encoders([encoder.name for encoder in ENCODERS])
    return replace(facts, video_encoders=encoders)
