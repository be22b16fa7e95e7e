"""A plan: everything that was decided before the first frame, and why."""

from dataclasses import dataclass

from ai_video_generator.config.choices import Codec, Fit, Tier
from ai_video_generator.hardware.facts import Precision
from ai_video_generator.media.resolution import Resolution
from ai_video_generator.media.timeline import Timeline


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why one decision fell as it did.

    Attributes:
        topic: What was decided ("size").
        choice: What was chosen ("1920x1080").
        because: One sentence with its numbers.
    """

    topic: str
    choice: str
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What a plan will cost.

    Attributes:
        ram_bytes: Peak memory of the process.
        disk_bytes: Size of the finished file.
        seconds: Wall time.
        measured: Whether ``seconds`` rests on jobs that this machine did; else on the release's
            reference machine.
    """

    ram_bytes: int
    disk_bytes: int
    seconds: float
    measured: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class EncoderChoice:
    """The video encoder and its settings.

    Attributes:
        codec: The compression.
        name: FFmpeg's name of the encoder ("libx264", "h264_nvenc").
        pixel_format: FFmpeg's name of the pixel format that goes into the file.
        options: FFmpeg options, by name.
        threads: Threads it uses; part of the plan because x264's output depends on it.
    """

    codec: Codec
    name: str
    pixel_format: str
    options: dict[str, str]
    threads: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One way to do a job on one machine.

    Attributes:
        tier: The machine's tier, or the one asked for.
        model: Name of the backend.
        device: Where it computes ("cpu", "cuda:0").
        precision: Number format it computes in.
        output_size: Size of the video.
        timeline: Frame rate and count.
        fit: How pictures fill the frame; AUTO lets each have its own way.
        container: File format.
        encoder: Video encoder and settings.
        worker_count: Frames made at the same time.
        estimate: What it will cost.
        reasons: Why each of these is as it is, in the order decided.
    """

    tier: Tier
    model: str
    device: str
    precision: Precision
    output_size: Resolution
    timeline: Timeline
    fit: Fit
    container: str
    encoder: EncoderChoice
    worker_count: int
    estimate: Estimate
    reasons: tuple[Reason, ...]
