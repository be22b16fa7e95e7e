"""What was asked for, reduced to what a plan depends on."""

from dataclasses import dataclass
from fractions import Fraction

from ai_video_generator.config.choices import Codec, Fit, Quality, Tier
from ai_video_generator.media.resolution import Resolution


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One job, without its files.

    Attributes:
        picture_sizes: Size of each picture as seen upright, at least one.
        sound_duration_s: Exact length of the sound.
        container: File format of the output: "mp4", "mov", "mkv", "webm", "gif".
        size: Size asked for; None lets the planner choose.
        frame_rate: Rate asked for; None lets the planner choose.
        fit: How pictures fill the frame.
        quality: How much time may be spent.
        codec: Compression asked for; None lets the planner choose for the container.
        tier: Tier asked for; None takes the machine's own.
        model: Backend asked for; None lets the planner choose.
        time_budget: Longest time allowed, in multiples of the sound's length; None takes the
            quality's own.
        threads: Cores to use; 0 uses all that this process may.
        software_encoding: Whether hardware encoders are left alone.
    """

    picture_sizes: tuple[Resolution, ...]
    sound_duration_s: Fraction
    container: str
    size: Resolution | None = None
    frame_rate: Fraction | None = None
    fit: Fit = Fit.AUTO
    quality: Quality = Quality.AUTO
    codec: Codec | None = None
    tier: Tier | None = None
    model: str | None = None
    time_budget: float | None = None
    threads: int = 0
    software_encoding: bool = False
