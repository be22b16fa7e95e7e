"""One picture and one sound become one video, exactly as long as the sound.

Public names are loaded on first use (PEP 562), so that importing this package costs milliseconds.
"""

from importlib import import_module
from typing import TYPE_CHECKING

__version__ = "0.1.0"

if TYPE_CHECKING:
    from ai_video_generator.core.model_manager import ModelManager as ModelManager
    from ai_video_generator.core.video_generator import VideoGenerator as VideoGenerator
    from ai_video_generator.hardware.hardware_detector import HardwareDetector as HardwareDetector
    from ai_video_generator.media.audio_processor import AudioProcessor as AudioProcessor
    from ai_video_generator.models.base_model import BaseModel as BaseModel

_HOMES = {
    "VideoGenerator": "ai_video_generator.core.video_generator",
    "HardwareDetector": "ai_video_generator.hardware.hardware_detector",
    "AudioProcessor": "ai_video_generator.media.audio_processor",
    "ModelManager": "ai_video_generator.core.model_manager",
    "BaseModel": "ai_video_generator.models.base_model",
}

__all__ = [
    "AudioProcessor",
    "BaseModel",
    "HardwareDetector",
    "ModelManager",
    "VideoGenerator",
    "__version__",
]


def __getattr__(name: str) -> object:
    """Load a public name the first time it is used."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
