"""What was asked of a job, as far as it shapes the video: the same asked again gives the same."""

from ai_video_generator.config.option_field import value_text
from ai_video_generator.config.options import JobOptions
from ai_video_generator.config.settings import Settings
from ai_video_generator.media.files import sha256

_ONLY_HOW = frozenset(
    {
        "gpu",
        "lowvram",
        "reserve_vram",
        "fallback",
        "silence_limit",
        "max_temperature",
        "ratings",
        "threads",
        "software_encoding",
        "overwrite",
        "resume",
        "spend_limit",
        "cloud_requests",
    }
)
# They say where and how carefully the work is done, not what is shown: a night's work that goes on
# with a cooler GPU or fewer cores is the same work.


def asked_of(settings: Settings) -> dict[str, str]:
    """Options that differ from their defaults, as text; a storyboard by its content.

    Args:
        settings: Settings of a job.

    Raises:
        OSError: When the storyboard cannot be read.
    """
    found = {}
    for name, field in JobOptions.model_fields.items():
        value = getattr(settings, name)
        if name not in _ONLY_HOW and value != field.default:
            found[name] = value_text(value)
    if settings.storyboard is not None:
        found["storyboard"] = sha256(settings.storyboard)
    return found
