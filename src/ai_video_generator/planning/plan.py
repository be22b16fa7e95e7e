"""A plan: everything that was decided before the first frame, and why."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from functools import cached_property

from ai_video_generator.config.choices import Codec, Fit, Tier
from ai_video_generator.config.cloud_profile import CloudChoice
from ai_video_generator.hardware.facts import Precision
from ai_video_generator.media.resolution import Resolution
from ai_video_generator.media.timeline import Timeline


class Offload(StrEnum):
    """What of a network waits in RAM until it is needed on the device."""

    NONE = "none"
    BY_PART = "by part"
    BY_LAYER = "by layer"


class Basis(StrEnum):
    """What an estimate of time rests on."""

    HERE = "measured on this machine"
    RELEASE = "reckoned from the release's measurements"
    ESTIMATE = "an estimate, nothing like it was measured"


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
        device_bytes: Peak memory on the accelerator; 0 without one.
        ram_bytes: Peak memory of the processes.
        disk_bytes: Size of the finished file.
        work_bytes: Finished frames that wait on the disk until the video is whole.
        seconds: Wall time.
        seconds_low: It will hardly take less.
        seconds_high: It will hardly take more.
        cost_usd: What a cloud asks.
        basis: What ``seconds`` rests on.
        sources: Where the figures are from: benchmark files, or whose word it is.
    """

    device_bytes: int = 0
    ram_bytes: int
    disk_bytes: int
    work_bytes: int = 0
    seconds: float
    seconds_low: float
    seconds_high: float
    cost_usd: float = 0.0
    basis: Basis
    sources: tuple[str, ...]

    @property
    def is_measured(self) -> bool:
        """Whether the time rests on jobs that this machine did."""
        return self.basis is Basis.HERE


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
        device: Where it computes ("cpu", "cuda:0", "cloud").
        precision: Number format it computes in.
        offload: What of it waits in RAM.
        render_size: Size of the frames that the model makes; they are resized to ``output_size``.
        render_rate: Frames a second that the model makes; they are retimed to the timeline's.
        frames_per_pass: Frames it makes at once; None when it makes one after another.
        decode_frames: Frames decoded together, where it decodes; else 1.
        tiled_decoding: Whether a frame is decoded tile by tile.
        batch_size: Passes computed side by side.
        output_size: Size of the video.
        timeline: Frame rate and count.
        fit: How pictures fill the frame; AUTO lets each have its own way.
        container: File format.
        encoder: Video encoder and settings.
        worker_count: Frames made at the same time.
        estimate: What it will cost.
        reasons: Why each of these is as it is, in the order decided.
        cloud: What is asked of a cloud; None computes here.
    """

    tier: Tier
    model: str
    device: str
    precision: Precision
    offload: Offload = Offload.NONE
    render_size: Resolution
    render_rate: Fraction
    frames_per_pass: int | None = None
    decode_frames: int = 1
    tiled_decoding: bool = False
    batch_size: int = 1
    output_size: Resolution
    timeline: Timeline
    fit: Fit
    container: str
    encoder: EncoderChoice
    worker_count: int
    estimate: Estimate
    reasons: tuple[Reason, ...]
    cloud: CloudChoice | None = None

    @property
    def render_timeline(self) -> Timeline:
        """The frames that the model makes: they cover the video's."""
        return Timeline.covering(self.timeline.duration_s, self.render_rate)

    @property
    def look(self) -> tuple[object, ...]:
        """All of it that decides what the model's frames show.

        Frames of one plan serve another of the same look: where a network computes, and how much
        of it waits in RAM, changes the last bits of a pixel at most.
        """
        look = (self.model, self.render_size, self.render_rate, self.fit)
        return look if self.cloud is None else (*look, self.cloud.model.name, self.cloud.frame)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejection:
    """A way that was considered and left aside.

    Attributes:
        subject: What it was ("wan_5b on cuda:0, bf16, no offload").
        because: One sentence with its numbers.
    """

    subject: str
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """One way to do a job, its plan not made yet.

    Attributes:
        quality: How good the video is, 0..100: the model's, less what smaller frames take from it.
        make: Makes the plan.
    """

    quality: int
    make: Callable[[], Plan]


@dataclass(frozen=True, kw_only=True, eq=False)
class Ladder:
    """All ways to do a job on one machine.

    Attributes:
        rungs: Ways that fit, the best first, at least one; only plans that are looked at are made.
        rejections: Ways that do not fit, the best first.
        software_encoder: What compresses when a hardware encoder fails; None when it is that one
            already, or none works.
    """

    rungs: tuple[Rung, ...]
    rejections: tuple[Rejection, ...]
    software_encoder: EncoderChoice | None

    @cached_property
    def best(self) -> Plan:
        """The plan to begin with."""
        return self.rungs[0].make()

    @cached_property
    def plans(self) -> tuple[Plan, ...]:
        """All plans; those after the best are what is left when it fails."""
        return (self.best, *(rung.make() for rung in self.rungs[1:]))
