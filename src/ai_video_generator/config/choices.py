"""The choices a person has; each value is what they write on the command line."""

from enum import StrEnum

from ai_video_generator.hardware.tiers import Tier

__all__ = ["Codec", "Fit", "Notify", "Order", "Quality", "SoundMode", "Style", "Tier"]


class Quality(StrEnum):
    """How much time may be spent for a better picture."""

    AUTO = "auto"
    BASIC = "basic"
    MEDIUM = "medium"
    HIGH = "high"
    MAXIMUM = "maximum"


class Fit(StrEnum):
    """How a picture of one shape fills a frame of another."""

    AUTO = "auto"
    FILL = "fill"
    BLUR = "blur"
    CONTAIN = "contain"


class Codec(StrEnum):
    """How the video is compressed."""

    H264 = "h264"
    HEVC = "hevc"
    AV1 = "av1"
    VP9 = "vp9"
    PRORES = "prores"
    GIF = "gif"


class Style(StrEnum):
    """How a video is directed; auto takes what suits the sound."""

    AUTO = "auto"
    CALM = "calm"
    DOCUMENTARY = "documentary"
    MUSIC_VIDEO = "music-video"
    ENERGETIC = "energetic"
    PODCAST = "podcast"


class Order(StrEnum):
    """In which order several pictures are shown."""

    GIVEN = "given"
    BEST = "best"


class SoundMode(StrEnum):
    """What happens to the sound on its way into the video."""

    AUTO = "auto"
    COPY = "copy"
    ENCODE = "encode"


class Notify(StrEnum):
    """When the desktop shows that work has ended."""

    AUTO = "auto"
    ALWAYS = "always"
    NEVER = "never"
